// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LearningRules
import LinearAlgebra
import RandomStreams
import SpikingNetworks
import Substrates
import TestSupport
import Testing

/// The rules and eligibilities that were written on rate networks, on spikes.
@Suite struct SpikingRulesStatisticsTests {
  private typealias Network = DendriticNetwork<Double>
  private static let widths = [30, 20, 5]

  private func network(
    topology: FeedbackPathway<Double>.Topology = .direct, sharesSpikes: Bool = true
  ) throws -> Network {
    try TrialFixture.network(
      TrialFixture.trial(
        spiking: true, steps: 150, settling: 100,
        noise: ConductanceNoise(form: .pushPull(resting: 0.5), standardDeviation: 1),
        output: .sigmoid, sharesSpikes: sharesSpikes),
      widths: Self.widths, topology: topology)
  }

  private func batch(_ step: Int) -> Batch<Double> {
    TrialFixture.batch(trials: 50, widths: Self.widths, seed: UInt64(200 + step))
  }

  @Test("A weight mirror of spiking neurons aligns with W, and its negative does not")
  func mirror() throws {
    let network = try network()
    let plan = LearningPlan(
      credit: .feedback,
      presentation: .perturbed(
        by: Noise(site: .potential, standardDeviation: 1), comparedWith: .antithetic),
      descent: nil)
    var trainer = Trainer(
      network, plan: plan, learner: WeightMirror(rate: 0.01, decay: 0),
      pathway: FeedbackPathway(zeroFor: network.architecture, topology: .direct), trials: 50,
      random: RandomKey(seed: 4))
    for step in 0..<120 { try trainer.step(batch(step)) }
    let w = network.connection(1).weights
    let b = trainer.state.pathway.weights[0]
    // 100 entries at chance: 90° ± 6°, half of the signs ± 5 %.
    let angle = try #require(Alignment.angle(b.elements, w.elements))
    #expect(angle < 30, "\(angle)")
    #expect(Alignment.signCongruence(b, w) > 0.75)
    let negative = try #require(Alignment.angle(b.elements.map { -$0 }, w.elements))
    #expect(negative > 150)
    // Another W's B does not pass either.
    let other: [Connection<Double>] = Fixture.connections(Self.widths, seed: 8)
    let wrong = try #require(Alignment.angle(b.elements, other[1].weights.elements))
    #expect(wrong > 65, "\(wrong)")
  }

  @Test("In spikes B − W shrinks by 1 − rate·decay per step, and B comes to W")
  func kolenPollack() throws {
    let network = try network(topology: .layered)
    let (rate, decay, steps) = (0.01, 1.0, 200)
    let plan = LearningPlan(
      credit: .feedback, presentation: .quiet, descent: .sgd(rate: rate, weightDecay: decay))
    let pathway: FeedbackPathway<Double> = TrialFixture.pathway(.layered, widths: Self.widths)
    var trainer = Trainer(
      network, plan: plan, learner: KolenPollack(), pathway: pathway, trials: 50,
      random: RandomKey(seed: 4))
    func difference() -> Matrix<Double> {
      var result = trainer.state.pathway.weights[0]
      result.subtract(trainer.network.connection(1).weights)
      return result
    }
    var expected = difference()
    let start = expected.frobeniusNorm
    for step in 0..<steps { try trainer.step(batch(step)) }
    expected.scale(by: pow(1 - rate * decay, Double(steps)))
    // Some roundings of numbers below 5 per step.
    #expect(difference().largestDifference(from: expected) < Double(steps) * 5 * 4e-16)
    #expect(expected.frobeniusNorm < 0.14 * start && expected.frobeniusNorm > 0)
    // A decay of another rate would be seen.
    expected.scale(by: 1.001)
    #expect(difference().largestDifference(from: expected) > 1e-5)
  }

  /// How one way of knowing one's perturbation is shown.
  private struct Case {
    var name: String
    var noise: Noise
    var comparison: Presentation.Comparison
    var eligibility = Eligibility.noise
    var sharesSpikes = true
  }

  private static let cases = [
    Case(
      name: "activityDifference", noise: Noise(site: .potential, standardDeviation: 1),
      comparison: .antithetic, eligibility: .activityDifference),
    Case(
      name: "runningMean", noise: Noise(site: .potential, standardDeviation: 1),
      comparison: .none, eligibility: .runningMean(rate: 1e-3)),
    Case(
      name: "intrinsic spikes", noise: Noise(site: .spikes, standardDeviation: 0),
      comparison: .secondNoisy, sharesSpikes: false),
    Case(
      name: "discontinuity", noise: Noise(site: .spikes, standardDeviation: 0, margin: 0.1),
      comparison: .secondNoisy, sharesSpikes: false),
  ]

  /// The direction in which each unit's estimate points on average, and the standard score of all
  /// units' together along ∂L/∂h: the mean over trials of Σ λ_j·λ̂_j over its standard error.
  private func outcome(_ own: Case, rewardSign: Double) throws -> (score: Double, signs: Int) {
    let network = try network(sharesSpikes: own.sharesSpikes)
    let one: Batch<Double> = TrialFixture.batch(trials: 1, widths: Self.widths)
    func shown(_ trials: Int) -> Batch<Double> {
      func copies(_ matrix: Matrix<Double>) -> Matrix<Double> {
        Matrix(rowsOf: Array(repeating: matrix.row(0), count: trials))
      }
      return Batch(inputs: .dense(copies(one.inputs.dense)), targets: copies(one.targets))
    }
    let key = RandomKey(seed: 31)
    let twin = try #require(network.deterministicTwin())
    var truth = try #require(SubstrateLaws.record(twin, shown(1), .quiet, key: key, step: 0))
    let none = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .direct)
    CreditRule.backpropagation.assign(to: &truth, pathway: none) { network.connection($0).weights }
    // Estimates at the potential are of ∂L/∂V, measured activity's of ∂L/∂h: of one sign.
    let lambda = truth.layers[0].teaching.row(0)
    var (eligibility, baseline) = (Eligibility.State(), Baseline.State())
    var along = SampleMoments()
    var sums = Array(repeating: 0.0, count: lambda.count)
    for step in 0..<8 {
      var record = try #require(
        SubstrateLaws.record(
          network, shown(1_000),
          .perturbed(by: own.noise, comparedWith: own.comparison, activityFrom: .perturbed),
          key: key, step: step))
      (own.comparison == .none ? Baseline.runningMean(rate: 0.01) : .pass)
        .apply(to: &record, state: &baseline)
      own.eligibility.apply(to: &record, state: &eligibility)
      // The first batch fills running means.
      guard step > 0 else { continue }
      let noise = record.layers[0].perturbation
      for trial in 0..<record.trials {
        var projection = 0.0
        for unit in lambda.indices {
          let estimate =
            rewardSign * record.advantage[trial] * noise.values[trial, unit]
            / noise.variance[trial, unit]
          sums[unit] += estimate
          projection += lambda[unit] * estimate
        }
        along.add(projection)
      }
    }
    let signs = zip(sums, lambda).count { $0.0 * $0.1 > 0 }
    return (along.meanScore(expected: 0), signs)
  }

  @Test(
    "Every eligibility of spiking neurons agrees in sign with the gradient, above chance",
    arguments: 0..<cases.count)
  func signs(_ index: Int) throws {
    let own = Self.cases[index]
    let right = try outcome(own, rewardSign: 1)
    // 16 signs of 20 and more come by chance in 6 of 1,000 cases, a score of 4 in 3 of 100,000.
    #expect(right.score > 4, "\(own.name): \(right)")
    #expect(right.signs >= 16, "\(own.name): \(right)")
    // The same trials with the reward's sign turned must fail both.
    let wrong = try outcome(own, rewardSign: -1)
    #expect(wrong.score < -4 && wrong.signs < 10, "\(own.name): \(wrong)")
  }
}
