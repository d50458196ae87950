// SPDX-License-Identifier: GPL-3.0-or-later

import LearningRules
import LinearAlgebra
import RandomStreams
import Substrates
import TestSupport
import Testing

/// A baseline may read what the perturbation did not touch, and nothing else.
///
/// With b a function of the perturbed activity h̃ the estimate (L̃ − b)·ξ/c has the mean
/// λ_j − ∂b/∂h_j: what the critic learned of the loss is taken out of the gradient.
@Suite struct PerturbedCriticStatisticsTests {
  private let network = LinearSubstrate<Double>(
    connections: Fixture.connections([2, 5, 3], seed: 5))
  /// ∂b/∂h of a linear critic.
  private let slopes = [0.4, -0.3, 0.25, 0.5, -0.6]

  /// Moments of λ̂ under a critic b = v·h + v₀ of perturbed or of clean activity, and λ.
  private func moments(readsPerturbed: Bool) throws -> (sample: [SampleMoments], lambda: [Double]) {
    let trials = 100_000
    let (input, target) = ([0.7, -0.4], [1.5, -1, 0.3])
    func batch(_ count: Int) -> Batch<Double> {
      Batch(
        inputs: .dense(Matrix(rowsOf: Array(repeating: input, count: count))),
        targets: Matrix(rowsOf: Array(repeating: target, count: count)))
    }
    let key = RandomKey(seed: 77)
    var quiet = try #require(SubstrateLaws.record(network, batch(1), .quiet, key: key, step: 0))
    let none = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .direct)
    CreditRule.backpropagation.assign(to: &quiet, pathway: none) { network.connection($0).weights }
    let lambda = quiet.layers[0].teaching.row(0)
    let clean = quiet.layers[0].output.row(0)
    // Of the size of L, as a critic's would be: it does not come into the mean.
    let offset = quiet.loss[0] - zip(slopes, clean).reduce(0) { $0 + $1.0 * $1.1 }
    let record = try #require(
      SubstrateLaws.record(
        network, batch(trials),
        .perturbed(
          by: Noise(standardDeviation: 0.3), comparedWith: .none, activityFrom: .perturbed),
        key: key, step: 1))
    let noise = record.layers[0].perturbation
    var result = lambda.map { SampleMoments(center: $0) }
    for trial in 0..<trials {
      let h = readsPerturbed ? record.layers[0].output.row(trial) : clean
      let baseline = offset + zip(slopes, h).reduce(0) { $0 + $1.0 * $1.1 }
      let surprise = record.lossDifference[trial] - baseline
      for unit in 0..<5 {
        result[unit].add(surprise * noise.values[trial, unit] / noise.variance[trial, unit])
      }
    }
    return (result, lambda)
  }

  @Test("A critic of perturbed activity biases the estimate by −∂b/∂h, one of clean activity not")
  func bias() throws {
    let (perturbed, lambda) = try moments(readsPerturbed: true)
    for unit in 0..<5 {
      let expected = lambda[unit] - slopes[unit]
      #expect(StatisticalCheck.accepts(perturbed[unit].meanScore(expected: expected)))
      // 0.25 and more are far beyond the standard error.
      #expect(!StatisticalCheck.accepts(perturbed[unit].meanScore(expected: lambda[unit])))
    }
    let (clean, _) = try moments(readsPerturbed: false)
    for unit in 0..<5 {
      #expect(StatisticalCheck.accepts(clean[unit].meanScore(expected: lambda[unit])))
    }
  }
}
