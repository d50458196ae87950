// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LearningRules
import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport
import Testing

/// Rewards that are late or signs only: what they change and what they leave.
@Suite struct RewardLawTests {
  private static let widths = [5, 6, 4, 3]

  /// A trainer after `steps` steps, its B after every step.
  private func run<Learner: FeedbackLearner>(
    _ learner: Learner, _ reward: Reward, steps: Int,
    topology: FeedbackPathway<Double>.Topology = .direct, descent: Optimizer? = nil,
    baseline: Baseline = .pass, checkpointAt: Int? = nil, widths: [Int] = Self.widths
  ) throws -> (history: [FeedbackPathway<Double>], weights: [Connection<Double>]) {
    typealias Network = RateNetwork<Double>
    var plan = LearningPlan(
      credit: .feedback,
      presentation: .perturbed(
        by: Noise(standardDeviation: 0.1), comparedWith: baseline == .pass ? .clean : .none),
      baseline: baseline, descent: descent)
    plan.reward = reward
    let network = Network(
      connections: Fixture.connections(widths, seed: 1),
      activations: Array(repeating: .sigmoid, count: widths.count - 2), output: .identity)
    var pathway = FeedbackPathway<Double>(zeroFor: network.architecture, topology: topology)
    for index in pathway.weights.indices {
      let b = pathway.weights[index]
      pathway.weights[index] = Fixture.matrix(b.rows, b.columns, seed: UInt64(index) + 30)
    }
    func trainer() -> Trainer<Network, Learner> {
      Trainer(
        network, plan: plan, learner: learner, pathway: pathway, trials: 8,
        random: RandomKey(seed: 2))
    }
    var running = trainer()
    var history = [pathway]
    for step in 0..<steps {
      if step == checkpointAt {
        let saved = try PropertyListDecoder().decode(
          Trainer<Network, Learner>.State.self,
          from: PropertyListEncoder().encode(running.state))
        #expect(saved.pending.count == min(step, reward.delay))
        var resumed = trainer()
        for k in 0..<widths.count - 1 {
          resumed.network.withConnection(k) { $0 = running.network.connection(k) }
        }
        resumed.restore(saved)
        running = resumed
      }
      try running.step(
        Fixture.batch(
          trials: 8, inputs: widths[0], outputs: 3, seed: UInt64(step + 40), sparse: true))
      history.append(running.state.pathway)
    }
    return (history, (0..<widths.count - 1).map { running.network.connection($0) })
  }

  private let ridge = RidgeFeedback(ridge: 0.5, forgetting: 0.95)

  @Test("A reward that is neither late nor a sign is the plain one: no state, no queue")
  func plain() throws {
    #expect(Reward() == Reward.plain)
    var record = TrialRecord<Double>(
      architecture: Architecture(widths: Self.widths), trials: 3, presentation: .quiet)
    record.advantage = [0.5, -2, 0]
    var state = Reward.State()
    Reward(delay: 4).apply(to: &record, state: &state)
    #expect(record.advantage == [0.5, -2, 0] && state == Reward.State())
  }

  @Test(
    "With W fixed, T + D steps of late rewards teach ridge exactly what T steps of prompt ones do",
    arguments: [1, 4, 9])
  func delay(_ delay: Int) throws {
    for (topology, widths) in [
      (FeedbackPathway<Double>.Topology.direct, Self.widths), (.layered, [5, 6, 3]),
      (.activity, Self.widths),
    ] {
      for baseline in [Baseline.pass, .runningMean(rate: 0.1), .critic(rate: 0.1)] {
        let prompt = try run(
          ridge, .plain, steps: 10, topology: topology, baseline: baseline, widths: widths)
        let late = try run(
          ridge, Reward(delay: delay), steps: 10 + delay, topology: topology, baseline: baseline,
          widths: widths)
        #expect(Array(late.history.dropFirst(delay)) == prompt.history)
        // Until the first reward arrives B rests.
        #expect(late.history.prefix(delay + 1).allSatisfy { $0 == prompt.history[0] })
      }
    }
  }

  @Test("W descends at once, through the B of the day")
  func descent() throws {
    let fixed = try run(FixedFeedback(), .plain, steps: 4, descent: .sgd(rate: 0.1)).weights
    let late = try run(ridge, Reward(delay: 4), steps: 4, descent: .sgd(rate: 0.1)).weights
    #expect(fixed == late)
    let next = try run(ridge, Reward(delay: 4), steps: 6, descent: .sgd(rate: 0.1)).weights
    let plain = try run(FixedFeedback(), .plain, steps: 6, descent: .sgd(rate: 0.1)).weights
    #expect(next != plain)
  }

  @Test("A gradient learner takes its step late, by the teaching signals of the time")
  func gradient() throws {
    // Until its own steps arrive B is the start for both, so the first D + 1 batches teach the same.
    let learner = GradientFeedback(rate: 0.01)
    let prompt = try run(learner, .plain, steps: 1).history
    let late = try run(learner, Reward(delay: 3), steps: 5).history
    #expect(late[3] == late[0] && late[4] == prompt[1])
    #expect(late[5] != late[4])
  }

  @Test("A checkpoint in the middle of the queue changes no bit", arguments: [2, 7])
  func checkpoint(step: Int) throws {
    let reward = Reward(binarised: 0.05, delay: 5)
    for baseline in [Baseline.pass, .runningMean(rate: 0.1)] {
      let whole = try run(
        ridge, reward, steps: 14, descent: .sgd(rate: 0.05), baseline: baseline)
      let cut = try run(
        ridge, reward, steps: 14, descent: .sgd(rate: 0.05), baseline: baseline,
        checkpointAt: step)
      #expect(whole.history == cut.history && whole.weights == cut.weights)
    }
  }

  @Test("A sign arrives with the mean magnitude of the trials before it")
  func binarised() {
    var state = Reward.State()
    let batches: [[Double]] = [[3, -1], [-0.5, 0], [2, -2], [1, -8]]
    // Plain means until 1 / rate = 4 trials were seen, then (3/4)·m + (1/4)·|a|.
    var (mean, count) = (0.0, 0.0)
    for batch in batches {
      var record = TrialRecord<Double>(
        architecture: Architecture(widths: Self.widths), trials: 2, presentation: .quiet)
      record.advantage = batch
      let expected = batch.map { $0 > 0 ? mean : $0 < 0 ? -mean : 0 }
      Reward(binarised: 0.25).apply(to: &record, state: &state)
      for (a, b) in zip(record.advantage, expected) { #expect(abs(a - b) < 1e-15) }
      for advantage in batch {
        count += 1
        mean += (abs(advantage) - mean) * max(0.25, 1 / count)
      }
    }
    #expect(abs(state.magnitude - mean) < 1e-15 && state.count == 8)
  }

  @Test("The mean estimate of a sign is 2/π of the gradient")
  func shrinkage() throws {
    let network = LinearSubstrate<Double>(connections: Fixture.connections([2, 4, 3, 2], seed: 5))
    let trials = EstimatorTrials(network: network, input: [0.7, -0.4], target: [1.5, -1])
    let truth = try trials.truth().lambda
    // ΔL is Gaussian to order c; the plain mean of 2·10⁵ magnitudes is exact to some 10⁻³.
    let moments = try trials.moments(
      .perturbed(by: Noise(standardDeviation: 1e-3)), reward: Reward(binarised: 1e-6),
      trials: 200_000, centers: truth, skipping: 5)
    for (moments, lambda) in zip(moments, truth) {
      #expect(StatisticalCheck.accepts(moments.meanScore(expected: 2 / Double.pi * lambda)))
    }
    #expect(
      zip(moments, truth).contains { !StatisticalCheck.accepts($0.meanScore(expected: $1)) })
  }
}
