// SPDX-License-Identifier: GPL-3.0-or-later

import LearningRules
import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport
import Testing

/// What learned baselines leave of the variance, on a stream of eight stimuli, in two classes of low
/// and high losses.
///
/// At c = 0.02 the loss's own size dominates: Var λ̂_j = E[‖λ‖² + (κ − 2)·λ_j²] + E (L − b)²/c².
/// For an exponential mean b with rate α over independent trials, E (L̃ − b)² is
/// Var L̃·(1 + α/(2 − α)); the mixed terms of order c⁰ lie below 0.3 % of it.
@Suite struct BaselineVarianceStatisticsTests {
  private static let stimuli = 8
  private static let c = 0.02
  private static let size = 40
  private static let steps = 10_000
  private let network = RateNetwork<Double>(
    connections: Fixture.connections([3, 4, 2], seed: 5), activations: [.identity],
    output: .identity)
  private let set: Batch<Double> = Fixture.batch(
    trials: stimuli, inputs: 3, outputs: 2, seed: 16)

  private struct Outcome {
    var moments: [SampleMoments]
    /// The mean of (L(x) − b)², with b as it stood before each batch.
    var surprise = SampleMoments()
    /// λ of every stimulus.
    var lambdas: [[Double]]
    /// L of every stimulus.
    var losses: [Double]
    /// 1 for the four stimuli with the larger losses.
    var labels: [Int] {
      let middle = losses.sorted()[stimuli / 2]
      return losses.map { $0 < middle ? 0 : 1 }
    }
  }

  private func b(
    _ baseline: Baseline, _ state: Baseline.State, _ stimulus: Int, label: Int
  ) -> Double {
    switch baseline {
    case .pass, .zero: 0
    case .runningMean: state.means.first ?? 0
    case .classMean: state.means.indices.contains(label) ? state.means[label] : 0
    case .critic:
      state.critic.isEmpty
        ? 0
        : (0..<3).reduce(state.critic[3]) { $0 + state.critic[$1] * set.inputs.dense[stimulus, $1] }
    }
  }

  private func run(_ baseline: Baseline) throws -> Outcome {
    var network = network
    let key = RandomKey(seed: 8).purpose(.test)
    let empty = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .direct)
    var quiet = network.makeRecord(trials: Self.stimuli, presentation: .quiet)
    try network.present(set, loss: Loss(.squaredError), random: key, step: 0, into: &quiet)
    CreditRule.backpropagation.assign(to: &quiet, pathway: empty) { network.connection($0).weights }
    let lambdas = (0..<Self.stimuli).map { quiet.layers[0].teaching.row($0) }
    var outcome = Outcome(
      moments: Array(repeating: SampleMoments(), count: 4), lambdas: lambdas, losses: quiet.loss)
    var record = network.makeRecord(
      trials: Self.size,
      presentation: .perturbed(
        by: Noise(standardDeviation: Self.c), comparedWith: .none, activityFrom: .perturbed))
    let labels = outcome.labels
    var choice = GSLRandom(key.child(1))
    var state = Baseline.State()
    for step in 0..<Self.steps {
      let chosen = (0..<Self.size).map { _ in choice.integer(below: Self.stimuli) }
      let batch = Batch(
        inputs: .dense(Matrix(rowsOf: chosen.map { set.inputs.dense.row($0) })),
        targets: Matrix(rowsOf: chosen.map { set.targets.row($0) }),
        labels: chosen.map { labels[$0] })
      try network.present(batch, loss: Loss(.squaredError), random: key, step: step, into: &record)
      let before = state
      baseline.apply(to: &record, state: &state)
      // A warm-up of 100 batches is 4,000 trials: long after every rate used here.
      guard step >= 100 else { continue }
      CreditRule.nodePerturbation.assign(to: &record, pathway: empty) { _ in empty.weights[0] }
      for (trial, stimulus) in chosen.enumerated() {
        let surprise =
          outcome.losses[stimulus]
          - b(
            baseline, before, stimulus, label: labels[stimulus])
        outcome.surprise.add(surprise * surprise)
        for unit in 0..<4 { outcome.moments[unit].add(record.layers[0].teaching[trial, unit]) }
      }
    }
    return outcome
  }

  /// The first-order part, and the spread of λ_j over stimuli, which the estimate follows.
  private func base(_ outcome: Outcome, _ unit: Int) -> Double {
    let n = Double(Self.stimuli)
    let own = outcome.lambdas.map { $0[unit] }
    let mean = own.reduce(0, +) / n
    return outcome.lambdas.reduce(0.0) { sum, lambda in
      sum + lambda.reduce(0) { $0 + $1 * $1 } + 2 * lambda[unit] * lambda[unit]
    } / n - mean * mean
  }

  private func check(_ outcome: Outcome, extra: Double, _ name: String) {
    for unit in 0..<4 {
      let expected = base(outcome, unit) + extra / (Self.c * Self.c)
      let moments = outcome.moments[unit]
      #expect(4 * moments.varianceStandardError < 0.03 * expected, "\(name): too few trials")
      let ratio = moments.variance / expected
      #expect(abs(ratio - 1) < 0.03, "\(name), unit \(unit): \(ratio)")
      // Without α/(2 − α), or with the raw E L², it would not be.
      #expect(
        abs(moments.variance / (base(outcome, unit) + 1.2 * extra / (Self.c * Self.c)) - 1) > 0.03)
    }
  }

  private func variance(_ values: [Double]) -> Double { SampleMoments(values).variance }

  @Test("Running mean: Var_x(L)/c² and α/(2 − α) of it for the mean's own jitter")
  func runningMean() throws {
    let rate = 0.2
    let outcome = try run(.runningMean(rate: rate))
    check(outcome, extra: variance(outcome.losses) * (1 + rate / (2 - rate)), "running mean")
    // b is the same for a batch: 9,900 independent values of its jitter, 0.2 % of the whole.
    check(outcome, extra: outcome.surprise.mean, "running mean, as it stood")
  }

  @Test("Mean per class: Var(L | class)/c², with each class's own jitter")
  func classMean() throws {
    let rate = 0.2
    let outcome = try run(.classMean(rate: rate))
    let within = (0..<2).map { label in
      variance((0..<Self.stimuli).filter { outcome.labels[$0] == label }.map { outcome.losses[$0] })
    }
    check(
      outcome, extra: (within[0] + within[1]) / 2 * (1 + rate / (2 - rate)), "mean per class")
    #expect(outcome.surprise.mean < 0.9 * variance(outcome.losses) * (1 + rate / (2 - rate)))
  }

  @Test("Linear critic: E (L − v·x − v₀)²/c², with v as it stood before each batch")
  func critic() throws {
    let outcome = try run(.critic(rate: 0.05))
    check(outcome, extra: outcome.surprise.mean, "critic")
    // Eight stimuli, four parameters: better than the mean.
    #expect(outcome.surprise.mean < variance(outcome.losses))
  }

  @Test("No baseline: E L²/c²")
  func zero() throws {
    let outcome = try run(.zero)
    let square = outcome.losses.reduce(0) { $0 + $1 * $1 } / Double(Self.stimuli)
    check(outcome, extra: square, "none")
  }
}
