// SPDX-License-Identifier: GPL-3.0-or-later

import LearningRules
import LinearAlgebra
import RandomStreams
import RealModule
import SpikingNetworks
import Substrates
import TestSupport
import Testing

/// What a dendritic network reports of its noise, and what its estimates are on average.
@Suite struct ConductanceEstimatorStatisticsTests {
  private typealias Network = DendriticNetwork<Double>

  /// One input shown in many trials.
  private func repeated(
    _ trials: Int, widths: [Int] = TrialFixture.widths
  ) -> Batch<Double> {
    let one: Batch<Double> = TrialFixture.batch(trials: 1, widths: widths)
    func copies(_ matrix: Matrix<Double>) -> Matrix<Double> {
      Matrix(rowsOf: Array(repeating: matrix.row(0), count: trials))
    }
    return Batch(
      inputs: .dense(copies(one.inputs.dense)), targets: copies(one.targets))
  }

  private func record(
    _ network: Network, _ batch: Batch<Double>, _ presentation: Presentation
  ) throws -> TrialRecord<Double> {
    try #require(
      SubstrateLaws.record(network, batch, presentation, key: RandomKey(seed: 21), step: 2))
  }

  @Test(
    "Realised perturbations have the variance that the record says, unit by unit",
    arguments: [
      ConductanceNoise.Course.frozen, .white, .ornsteinUhlenbeck(timeConstant: 3),
      .poisson(rate: 1, timeConstant: 3),
    ])
  func variance(_ course: ConductanceNoise.Course) throws {
    for form in [
      ConductanceNoise.Form.pushPull(resting: 10), .current,
      .singleSided(mean: 0.05, reversal: 8),
    ] {
      let noise = try ConductanceNoise(form: form, course: course, standardDeviation: 1)
      let trial = try TrialFixture.trial(steps: 60, settling: 30, noise: noise)
      // A single conductance acts in proportion to first order alone: 0.002·E/G is far below V.
      let strength = if case .singleSided = form { 0.002 } else { 0.3 }
      let record = try record(
        TrialFixture.network(trial), repeated(1_500),
        .perturbed(by: Noise(site: .potential, standardDeviation: strength)))
      for layer in record.layers {
        var squares = SampleMoments(center: 1)
        for (xi, variance) in zip(
          layer.perturbation.values.elements, layer.perturbation.variance.elements)
        { squares.add(xi * xi / variance) }
        // The driving force of a single conductance moves with its own perturbation, by 1e-3.
        #expect(StatisticalCheck.accepts(squares.meanScore(expected: 1)), "\(form), \(course)")
        // 9,000 squares of deviation √2: a standard error of 1.5 %, and 12 % are eight of them.
        #expect(!StatisticalCheck.accepts(squares.meanScore(expected: 1.12)))
      }
    }
  }

  @Test("Estimates are unbiased where the loss is quadratic in the noise, at any strength")
  func unbiased() throws {
    let widths = [9, 6, 3]
    let trial = try TrialFixture.trial(steps: 450, settling: 400)
    let network: Network = try TrialFixture.network(trial, widths: widths)
    var truth = try record(network, repeated(1, widths: widths), .quiet)
    let none = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .direct)
    CreditRule.backpropagation.assign(to: &truth, pathway: none) { network.connection($0).weights }
    for c in [0.1, 0.5] {
      let record = try record(
        network, repeated(3_000, widths: widths),
        .perturbed(by: Noise(site: .output, standardDeviation: c), comparedWith: .antithetic))
      let layer = record.layers[0]
      var rejected = 0
      for unit in 0..<6 {
        var moments = SampleMoments()
        for row in 0..<record.trials {
          moments.add(
            record.lossDifference[row] * layer.perturbation.values[row, unit]
              / layer.perturbation.variance[row, unit])
        }
        let lambda = truth.layers[0].teaching[0, unit]
        #expect(StatisticalCheck.accepts(moments.meanScore(expected: lambda)))
        if !StatisticalCheck.accepts(moments.meanScore(expected: 1.5 * lambda)) { rejected += 1 }
      }
      #expect(rejected > 0)
    }
  }

  @Test("Estimates of ∂L/∂V from conductances are σ′(V̄) times those of ∂L/∂h, in spikes too")
  func spiking() throws {
    // Small noise and common spikes: the bias by curvature is of the order c² = 1 %.
    let widths = [30, 20, 5]
    let noise = try ConductanceNoise(
      form: .pushPull(resting: 0.5), standardDeviation: 1)
    let trial = try TrialFixture.trial(
      spiking: true, steps: 150, settling: 100, noise: noise, output: .sigmoid)
    let network: Network = try TrialFixture.network(trial, widths: widths)
    let batch = repeated(4_000, widths: widths)
    let record = try record(
      network, batch,
      .perturbed(by: Noise(site: .potential, standardDeviation: 0.5), comparedWith: .antithetic))
    let twin = try #require(network.deterministicTwin())
    var truth = try self.record(twin, repeated(1, widths: widths), .quiet)
    let none = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .direct)
    CreditRule.backpropagation.assign(to: &truth, pathway: none) { network.connection($0).weights }
    let layer = record.layers[0]
    let means = (0..<20).map { unit in
      (0..<record.trials).reduce(0.0) {
        $0 + record.lossDifference[$1] * layer.perturbation.values[$1, unit]
          / layer.perturbation.variance[$1, unit]
      } / Double(record.trials)
    }
    let angle = try #require(Alignment.angle(means, truth.layers[0].error.row(0)))
    // 4,000 trials of 20 units: sampling alone makes atan √(20/4000) = 4°, spikes some more, and
    // mean rates are not the rate of the mean potential.
    #expect(angle < 20, "\(angle)")
    let shifted = Array(means.dropFirst()) + [means[0]]
    let wrong = try #require(Alignment.angle(shifted, truth.layers[0].error.row(0)))
    #expect(wrong > 40, "\(wrong)")
  }

  @Test(
    "With common spikes the variance of ΔL is of order 1 in c, with an independent pass of order 0")
  func commonRandomNumbers() throws {
    let widths = [30, 30, 5]
    let strengths = [0.03, 0.1, 0.3]
    func slope(sharesSpikes: Bool) throws -> Double {
      let noise = try ConductanceNoise(form: .pushPull(resting: 0.5), standardDeviation: 1)
      let trial = try TrialFixture.trial(
        spiking: true, steps: 50, settling: 30, noise: noise, output: .sigmoid,
        sharesSpikes: sharesSpikes)
      let network: Network = try TrialFixture.network(trial, widths: widths)
      let batch = repeated(2_500, widths: widths)
      let variances = try strengths.map { c in
        let record = try record(
          network, batch, .perturbed(by: Noise(site: .potential, standardDeviation: c)))
        return SampleMoments(record.lossDifference).variance
      }
      return StatisticalCheck.logLogSlope(strengths, variances)
    }
    // A variance of 2,500 values of kurtosis up to 30 is known to √(29/2500) = 11 %; over a
    // decade that is ±0.06 of slope. At c = 0.3 the smooth part, of order 2, begins to show.
    #expect(abs(try slope(sharesSpikes: true) - 1) < 0.25)
    #expect(abs(try slope(sharesSpikes: false)) < 0.15)
  }

  @Test("Feedback learned in the rate limit is what backpropagation would carry")
  func learned() throws {
    // λ = W·e with e = ŷ − y, linear outputs and squared error: B converges to W, exactly linear.
    let widths = [9, 6, 3]
    let trial = try TrialFixture.trial(steps: 120, settling: 100)
    let network: Network = try TrialFixture.network(trial, widths: widths)
    for learner in [
      RidgeFeedback(ridge: 0.1), RidgeFeedback(ridge: 0.1, controlVariate: true, solveEvery: 3),
    ] {
      for site in Noise.Site.added {
        let plan = LearningPlan(
          credit: .feedback,
          presentation: .perturbed(by: Noise(site: site, standardDeviation: 0.05)), descent: nil)
        var trainer = Trainer(
          network, plan: plan, learner: learner,
          pathway: FeedbackPathway(zeroFor: network.architecture, topology: .direct), trials: 20,
          random: RandomKey(seed: 4))
        for step in 0..<150 {
          try trainer.step(
            TrialFixture.batch(trials: 20, widths: widths, seed: UInt64(100 + step)))
        }
        let error = Alignment.relativeError(
          of: trainer.state.pathway.weights[0], to: network.connection(1).weights)
        // §4.5 of the estimator's error: √((m + 2)(n + 1)/T) = 11 % for white errors and T = 3,000;
        // the control variate is far below, to the curvature that c = 0.05 leaves.
        #expect(error < (learner.controlVariate ? 0.1 : 0.35), "\(site), \(error)")
        #expect(error > 1e-6)
      }
    }
  }
}
