// SPDX-License-Identifier: GPL-3.0-or-later

import LearningRules
import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport
import Testing

/// A network whose weights cannot be read: it computes as it should and shows NaN to who asks.
private struct Secretive: Substrate, Sendable {
  var inner: RateNetwork<Double>
  var architecture: Architecture { inner.architecture }

  func connection(_ k: Int) -> Connection<Double> {
    var result = inner.connection(k)
    result.weights.fill(.nan)
    result.biases = result.biases.map { _ in .nan }
    return result
  }

  mutating func withConnection<R>(
    _ k: Int, _ body: (inout Connection<Double>) throws -> R
  ) rethrows -> R { try inner.withConnection(k, body) }

  mutating func present(
    _ batch: Batch<Double>, loss: Loss, random: RandomKey, step: Int,
    into record: inout TrialRecord<Double>
  ) throws(SubstrateError) {
    try inner.present(batch, loss: loss, random: random, step: step, into: &record)
  }

  func replica() -> Secretive { Secretive(inner: inner.replica()) }
}

@Suite struct LocalityLawTests {
  private static let widths = [5, 6, 4, 3]

  private func network() -> RateNetwork<Double> {
    RateNetwork(
      connections: Fixture.connections(Self.widths, seed: 1), activations: [.sigmoid, .tanh],
      output: .identity)
  }

  /// B, the last teaching signals and W after six steps.
  private func run<Network: Substrate & Copyable, Learner: FeedbackLearner>(
    _ network: Network, _ plan: LearningPlan, _ learner: Learner,
    _ topology: FeedbackPathway<Double>.Topology
  ) throws -> [Matrix<Double>] where Network.Scalar == Double {
    var pathway = FeedbackPathway<Double>(zeroFor: network.architecture, topology: topology)
    for index in pathway.weights.indices {
      let (rows, columns) = (pathway.weights[index].rows, pathway.weights[index].columns)
      pathway.weights[index] = Fixture.matrix(rows, columns, seed: UInt64(50 + index), scale: 0.3)
    }
    var trainer = Trainer(
      network, plan: plan, learner: learner, pathway: pathway, trials: 8,
      random: RandomKey(seed: 9))
    for step in 0..<6 {
      try trainer.step(
        Fixture.batch(trials: 8, inputs: 5, outputs: 3, seed: UInt64(70 + step), sparse: true))
    }
    return trainer.state.pathway.weights + trainer.state.pathway.constantRows
      + trainer.record.layers.flatMap { [$0.teaching, $0.error] }
  }

  private func unmoved<Learner: FeedbackLearner>(
    _ plan: LearningPlan, _ learner: Learner, _ topology: FeedbackPathway<Double>.Topology
  ) throws -> Bool {
    let open = try run(network(), plan, learner, topology)
    let secret = try run(Secretive(inner: network()), plan, learner, topology)
    return zip(open, secret).allSatisfy { $0.hasSameBits(as: $1) } && open.allSatisfy(\.isFinite)
  }

  @Test("NaN in W leaves every rule that may not read W unmoved, bit for bit")
  func locality() throws {
    let baselines: [Baseline] = [
      .pass, .zero, .runningMean(rate: 0.1), .classMean(rate: 0.1), .critic(rate: 0.1),
    ]
    for site in Noise.Site.added {
      for baseline in baselines {
        for topology in FeedbackPathway<Double>.Topology.allCases {
          let noise = Noise(
            site: site, standardDeviation: 0.1, perturbsConstantUnit: site == .output)
          let plan = LearningPlan(
            credit: .feedback,
            presentation: .perturbed(by: noise, comparedWith: baseline == .pass ? .clean : .none),
            baseline: baseline, descent: nil)
          #expect(try unmoved(plan, FixedFeedback(), topology))
          for control in [false, true] {
            let descent = GradientFeedback(rate: 1e-3, controlVariate: control)
            let ridge = RidgeFeedback(ridge: 1, forgetting: 0.9, controlVariate: control)
            #expect(try unmoved(plan, descent, topology), "\(plan)")
            #expect(try unmoved(plan, ridge, topology), "\(plan)")
          }
          let filter = KalmanFeedback(prior: 0.5, drift: 0.3, normalisation: 1e-4)
          #expect(try unmoved(plan, filter, topology), "\(plan)")
          if topology != .activity, baseline == .pass {
            #expect(try unmoved(plan, WeightMirror(rate: 1, decay: 0.01), topology))
          }
          if topology == .layered {
            var descending = plan
            descending.descent = .momentum(rate: 1e-3, momentum: 0.9, weightDecay: 0.1)
            descending.rateFactors = [1, 2, 0.5]
            #expect(try unmoved(descending, KolenPollack(), topology))
          }
          for eligibility in [
            Eligibility.activityDifference, .transmittedDifference, .runningMean(rate: 0.1),
          ]
          where eligibility.accepts(plan.presentation) {
            var estimated = plan
            estimated.eligibility = eligibility
            estimated.reward = Reward(binarised: 0.1, delay: 2)
            #expect(try unmoved(estimated, GradientFeedback(rate: 1e-3), topology))
            #expect(try unmoved(estimated, RidgeFeedback(ridge: 1), topology))
            if eligibility == .transmittedDifference {
              let filter = KalmanFeedback(prior: 2, drift: 0.3, normalisation: 1e-4)
              #expect(try unmoved(estimated, filter, topology))
            }
            estimated.credit = .nodePerturbation
            estimated.reward = Reward(binarised: 0.1)
            #expect(try unmoved(estimated, FixedFeedback(), topology))
          }
          var direct = plan
          direct.credit = .nodePerturbation
          #expect(try unmoved(direct, FixedFeedback(), topology))
          // W may move: nobody needs to read it for that.
          direct.descent = .sgd(rate: 1e-4)
          #expect(try unmoved(direct, FixedFeedback(), topology))
        }
      }
    }
  }

  @Test("The check notices the rule that does read W: backpropagation is moved")
  func control() throws {
    let plan = LearningPlan(
      credit: .backpropagation, presentation: .quiet, descent: nil)
    #expect(try !unmoved(plan, FixedFeedback(), .layered))
    #expect(CreditRule.allCases.filter(\.transportsWeights) == [.backpropagation])
  }

  @Test("Learners that should move B do; a fixed one does not; a warm-up holds W and not B")
  func moves() throws {
    let noise = Noise(standardDeviation: 0.1)
    var plan = LearningPlan(
      credit: .feedback, presentation: .perturbed(by: noise), descent: .sgd(rate: 0.01), warmup: 3)
    let fixed = try run(network(), plan, FixedFeedback(), .layered)
    let moved = try run(network(), plan, GradientFeedback(rate: 0.01), .layered)
    #expect(!fixed[0].hasSameBits(as: moved[0]))
    plan.warmup = 6
    var trainer = Trainer(
      network(), plan: plan, learner: GradientFeedback(rate: 0.01),
      pathway: FeedbackPathway(zeroFor: network().architecture, topology: .layered), trials: 8,
      random: RandomKey(seed: 1))
    for step in 0..<7 {
      #expect(trainer.network.connection(0) == network().connection(0))
      #expect((trainer.state.pathway.weights[1].frobeniusNorm > 0) == (step > 0))
      try trainer.step(Fixture.batch(trials: 8, inputs: 5, outputs: 3, seed: UInt64(step)))
    }
    #expect(trainer.network.connection(2) != network().connection(2))
  }
}
