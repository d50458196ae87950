// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LearningRules
import LinearAlgebra
import RandomStreams
import Substrates
import TestSupport
import Testing

/// Where estimates from measured activity have the right mean, and by how much they miss where they
/// have not.
@Suite struct EligibilityStatisticsTests {
  /// W² of columns that are orthogonal, of squared norms 0.25, 1 and 4, so that Σ of the second
  /// layer is diagonal: c²·(1 + squared norm).
  private static let squaredNorms = [0.25, 1.0, 4.0]
  private static let connections: [Connection<Double>] = {
    var result: [Connection<Double>] = Fixture.connections([2, 4, 3, 2], seed: 5)
    let columns = [[1.0, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1]]
    result[1].weights.update { i, j, _ in columns[j][i] / 2 * squaredNorms[j].squareRoot() }
    return result
  }()

  private func trials(_ connections: [Connection<Double>] = Self.connections) -> EstimatorTrials<
    LinearSubstrate<Double>
  > {
    EstimatorTrials(
      network: LinearSubstrate(connections: connections), input: [0.7, -0.4], target: [1.5, -1])
  }

  @Test("Activity differences are unbiased in the first hidden layer, at any noise level")
  func firstLayer() throws {
    let trials = trials()
    let truth = try trials.truth().lambda
    for comparison in [Presentation.Comparison.clean, .antithetic, .secondNoisy, .noisyBaseline] {
      for c in [0.01, 1] {
        let shown = Presentation.perturbed(
          by: Noise(standardDeviation: c), comparedWith: comparison)
        let moments = try trials.moments(
          shown, eligibility: .activityDifference, trials: 40_000, centers: truth)
        for unit in 0..<4 {
          #expect(StatisticalCheck.accepts(moments[unit].meanScore(expected: truth[unit])))
        }
        // A fifth too much is noticed, where curvature adds nothing to the variance.
        guard c < 1 else { continue }
        #expect(
          (0..<4).contains {
            !StatisticalCheck.accepts(moments[$0].meanScore(expected: 1.2 * truth[$0]))
          })
      }
    }
  }

  /// E[n·z_j² / Σ z²] for independent normal z of variances s:
  /// n·s_j ∫ (1 + 2 t s_j)⁻¹ Π_k (1 + 2 t s_k)^(−½) dt over t > 0.
  private func turn(_ s: [Double]) -> [Double] {
    // t = x³/(1 − x), trapezoids; the integrand vanishes at both ends.
    let count = 200_000
    return s.indices.map { j in
      var sum = 0.0
      for step in 1..<count {
        let x = Double(step) / Double(count)
        let t = x * x * x / (1 - x)
        let slope = x * x * (3 - 2 * x) / ((1 - x) * (1 - x))
        let product = s.reduce(1) { $0 / (1 + 2 * t * $1).squareRoot() }
        sum += slope * s[j] * product / (1 + 2 * t * s[j])
      }
      return Double(s.count) * sum / Double(count)
    }
  }

  @Test("Higher up they are turned towards larger differences, as far as the formula says")
  func secondLayer() throws {
    let trials = trials()
    let truth = try trials.truth().lambda
    let factors = turn(Self.squaredNorms.map { 1 + $0 })
    // The trace is n; equal variances give 1 each.
    #expect(abs(factors.reduce(0, +) - 3) < 1e-6)
    #expect(turn([2, 2, 2]).allSatisfy { abs($0 - 1) < 1e-6 })
    #expect(factors[0] < 0.7 && factors[2] > 1.4)
    let moments = try trials.moments(
      .perturbed(by: Noise(standardDeviation: 0.1)), eligibility: .activityDifference,
      trials: 200_000, centers: truth)
    var rejected = 0
    for unit in 0..<3 {
      let (here, lambda) = (moments[4 + unit], truth[4 + unit])
      #expect(StatisticalCheck.accepts(here.meanScore(expected: factors[unit] * lambda)))
      if !StatisticalCheck.accepts(here.meanScore(expected: lambda)) { rejected += 1 }
    }
    #expect(rejected > 0)
  }

  @Test("Running means are unbiased for one stimulus, in all layers where Σ is diagonal")
  func oneStimulus() throws {
    let trials = trials()
    let truth = try trials.truth().lambda
    // The loss's running mean in place of a clean pass; 2·10⁵ trials at rates of 10⁻⁴ leave errors of
    // m and v of a percent of c and c².
    let moments = try trials.moments(
      .perturbed(by: Noise(standardDeviation: 0.5), comparedWith: .none),
      baseline: .runningMean(rate: 1e-4), eligibility: .runningMean(rate: 1e-4), trials: 200_000,
      centers: truth, skipping: 5)
    for (moments, lambda) in zip(moments, truth) {
      #expect(StatisticalCheck.accepts(moments.meanScore(expected: lambda)))
    }
    #expect(
      zip(moments, truth).contains {
        !StatisticalCheck.accepts($0.meanScore(expected: 1.2 * $1))
      })
  }

  @Test("With correlated noise from below a running mean's estimate is (Σλ)_j / Σ_jj")
  func correlated() throws {
    let connections: [Connection<Double>] = Fixture.connections([2, 4, 3, 2], seed: 5)
    let trials = trials(connections)
    let truth = try trials.truth().lambda
    let w = connections[1].weights
    var sigma = Oracle.product(w, .transposed, w, .plain).value
    for j in 0..<3 { sigma[j, j] += 1 }
    let moments = try trials.moments(
      .perturbed(by: Noise(standardDeviation: 0.5), comparedWith: .none),
      baseline: .runningMean(rate: 1e-4), eligibility: .runningMean(rate: 1e-4), trials: 200_000,
      centers: truth, skipping: 5)
    var rejected = 0
    for j in 0..<3 {
      let mean = (0..<3).reduce(0) { $0 + sigma[j, $1] * truth[4 + $1] } / sigma[j, j]
      #expect(StatisticalCheck.accepts(moments[4 + j].meanScore(expected: mean)))
      if !StatisticalCheck.accepts(moments[4 + j].meanScore(expected: truth[4 + j])) {
        rejected += 1
      }
    }
    #expect(rejected > 0)
  }

  @Test("Where stimuli alternate, the loss's own correlation with activity is in the estimate")
  func stimuli() throws {
    let network = LinearSubstrate<Double>(
      connections: Fixture.connections([2, 3, 2], seed: 5))
    let c = 0.5
    var shown: [EstimatorTrials<LinearSubstrate<Double>>] = []
    var activity: [[Double]] = []
    var truths: [[Double]] = []
    var losses: [Double] = []
    for (input, target) in [([0.7, -0.4], [1.5, -1]), ([-0.9, 0.8], [0.2, 0.4])] {
      let trials = EstimatorTrials(network: network, input: input, target: target)
      let batch = Batch<Double>(
        inputs: .dense(Matrix(rowsOf: [input])), targets: Matrix(rowsOf: [target]))
      let record = try #require(SubstrateLaws.record(network, batch, .quiet))
      shown.append(trials)
      activity.append(record.layers[0].output.row(0))
      truths.append(try trials.truth().lambda)
      losses.append(record.loss[0])
    }
    // Two stimuli, each in half of the trials of every batch.
    let batch = Batch<Double>(
      inputs: .dense(Matrix(rowsOf: (0..<4_000).map { shown[$0 % 2].input })),
      targets: Matrix(rowsOf: (0..<4_000).map { shown[$0 % 2].target }))
    let presentation = Presentation.perturbed(
      by: Noise(standardDeviation: c), comparedWith: .none)
    var network2 = network
    var record = network2.makeRecord(trials: 4_000, presentation: presentation)
    var (baseline, eligibility) = (Baseline.State(), Eligibility.State())
    var moments = (0..<3).map { SampleMoments(center: truths[0][$0]) }
    let empty = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .direct)
    for step in 0..<55 {
      try network2.present(
        batch, loss: Loss(.squaredError), random: RandomKey(seed: 4), step: step, into: &record)
      Baseline.runningMean(rate: 1e-4).apply(to: &record, state: &baseline)
      Eligibility.runningMean(rate: 1e-4).apply(to: &record, state: &eligibility)
      guard step >= 5 else { continue }
      CreditRule.nodePerturbation.assign(to: &record, pathway: empty) { _ in empty.weights[0] }
      for trial in 0..<4_000 {
        for unit in 0..<3 { moments[unit].add(record.layers[0].teaching[trial, unit]) }
      }
    }
    var rejected = 0
    for unit in 0..<3 {
      let h = activity.map { $0[unit] }
      let spread = (h[0] - h[1]) / 2
      // The noise adds the same to the mean loss of either stimulus.
      let covariance = spread * (losses[0] - losses[1]) / 2
      let lambda = (truths[0][unit] + truths[1][unit]) / 2
      let mean = (c * c * lambda + covariance) / (c * c + spread * spread)
      #expect(StatisticalCheck.accepts(moments[unit].meanScore(expected: mean)))
      if !StatisticalCheck.accepts(moments[unit].meanScore(expected: lambda)) { rejected += 1 }
    }
    #expect(rejected > 1)
  }
}
