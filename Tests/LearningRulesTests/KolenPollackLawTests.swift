// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LearningRules
import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport
import Testing

/// B and W take the same steps and both decay: their difference shrinks by the same factor in every
/// step, whatever they learn.
@Suite struct KolenPollackLawTests {
  private static let widths = [5, 6, 4, 3]

  private func trainer<Scalar: NetworkScalar>(
    _ descent: Optimizer, factors: [Double] = [], seed: UInt64 = 1, warmup: Int = 0,
    of: Scalar.Type = Scalar.self
  ) -> Trainer<RateNetwork<Scalar>, KolenPollack> {
    var plan = LearningPlan(
      credit: .feedback, presentation: .quiet, descent: descent, warmup: warmup)
    plan.rateFactors = factors
    plan.biasFactor = 2
    let network = RateNetwork<Scalar>(
      connections: Fixture.connections(Self.widths, seed: seed), activations: [.sigmoid, .tanh],
      output: .identity)
    var pathway = FeedbackPathway<Scalar>(zeroFor: network.architecture, topology: .layered)
    for index in 0..<2 {
      let b = pathway.weights[index]
      pathway.weights[index] = Fixture.matrix(b.rows, b.columns, seed: seed + UInt64(index) + 90)
    }
    return Trainer(
      network, plan: plan, learner: KolenPollack(), pathway: pathway, trials: 8,
      random: RandomKey(seed: 3))
  }

  private func batch<Scalar: NetworkScalar>(_ step: Int) -> Batch<Scalar> {
    Fixture.batch(trials: 8, inputs: 5, outputs: 3, seed: UInt64(step + 40), sparse: true)
  }

  private func difference<Scalar>(
    _ trainer: borrowing Trainer<RateNetwork<Scalar>, KolenPollack>, _ index: Int
  ) -> Matrix<Scalar> {
    var result = trainer.state.pathway.weights[index]
    result.subtract(trainer.network.connection(index + 1).weights)
    return result
  }

  @Test("B − W shrinks by 1 − factor·rate·decay per step of W, over many keys and both optimizers")
  func contraction() throws {
    for seed in 1...5 as ClosedRange<UInt64> {
      for descent in [
        Optimizer.sgd(rate: 0.02, weightDecay: 0.5),
        .momentum(rate: 0.01, momentum: 0.8, weightDecay: 0.5),
      ] {
        for factors in [[], [1, 0.5, 3]] {
          var trainer: Trainer<RateNetwork<Double>, KolenPollack> = trainer(
            descent, factors: factors, seed: seed)
          let before = (0..<2).map { difference(trainer, $0) }
          let weights = trainer.network.connection(1).weights
          for step in 0..<200 { try trainer.step(batch(step)) }
          let rate = if case .sgd = descent { 0.02 } else { 0.01 }
          for index in 0..<2 {
            let shrink = pow(1 - rate * (factors.isEmpty ? 1 : factors[index + 1]) * 0.5, 200)
            var expected = before[index]
            expected.scale(by: shrink)
            // Some roundings of W and B, below 5, per step, which decay like their difference.
            let after = difference(trainer, index)
            #expect(after.largestDifference(from: expected) < 200 * 5 * 4e-16, "\(descent)")
            #expect(shrink < 0.7 && after.frobeniusNorm > 1e-6)
          }
          #expect(
            trainer.network.connection(1).weights.largestDifference(from: weights) > 0.1)
        }
      }
    }
  }

  @Test("Without decay B − W stays as it was: B never comes to W")
  func withoutDecay() throws {
    var trainer: Trainer<RateNetwork<Double>, KolenPollack> = trainer(.sgd(rate: 0.02))
    let before = (0..<2).map { difference(trainer, $0) }
    for step in 0..<100 { try trainer.step(batch(step)) }
    for index in 0..<2 {
      // Some roundings per step.
      #expect(difference(trainer, index).largestDifference(from: before[index]) < 1e-13)
    }
  }

  @Test("B equal to W stays equal to W, in single precision too, bit for bit")
  func equality() throws {
    for descent in [
      Optimizer.sgd(rate: 0.02, weightDecay: 0.1),
      .momentum(rate: 0.01, momentum: 0.9, weightDecay: 0.1),
    ] {
      var trainer: Trainer<RateNetwork<Float>, KolenPollack> = trainer(
        descent, factors: [1, 0.3, 0.7])
      for index in 0..<2 {
        trainer.state.pathway.weights[index] = trainer.network.connection(index + 1).weights
      }
      for step in 0..<30 { try trainer.step(batch(step)) }
      for index in 0..<2 {
        #expect(
          trainer.state.pathway.weights[index].hasSameBits(
            as: trainer.network.connection(index + 1).weights))
      }
    }
  }

  @Test("B rests while W rests")
  func warmup() throws {
    var trainer: Trainer<RateNetwork<Double>, KolenPollack> = trainer(
      .sgd(rate: 0.02, weightDecay: 0.5), warmup: 3)
    let start = trainer.state.pathway
    for step in 0..<3 {
      try trainer.step(batch(step))
      #expect(trainer.state.pathway == start)
    }
    try trainer.step(batch(3))
    #expect(trainer.state.pathway != start)
  }

  @Test("Rewards, noise and teaching signals that are not numbers leave it unmoved")
  func locality() throws {
    let source: Trainer<RateNetwork<Double>, KolenPollack> = trainer(
      .sgd(rate: 0.02, weightDecay: 0.5))
    var record = try #require(
      SubstrateLaws.record(
        source.network, batch(1), .perturbed(by: Noise(standardDeviation: 0.1))))
    CreditRule.feedback.assign(to: &record, pathway: source.state.pathway) { _ in
      source.state.pathway.weights[0]
    }
    let learner = KolenPollack()
    var (clear, secret) = (source.state.pathway, source.state.pathway)
    var state = learner.makeState(for: clear)
    learner.follow(&clear, from: record, plan: source.plan, scale: 1, state: &state)
    record.advantage = record.advantage.map { _ in .nan }
    record.lossDifference = record.lossDifference.map { _ in .nan }
    for index in 0..<2 {
      record.layers[index].perturbation.values.fill(.nan)
      record.layers[index].outputDifference.fill(.nan)
      record.layers[index].teaching.fill(.nan)
    }
    record.layers[0].error.fill(.nan)
    learner.follow(&secret, from: record, plan: source.plan, scale: 1, state: &state)
    #expect(clear == secret && clear != source.state.pathway)
  }

  @Test("A state that went through a checkpoint continues bit for bit")
  func checkpoint() throws {
    func run(_ interrupted: Bool) throws -> FeedbackPathway<Float> {
      typealias Kolen = Trainer<RateNetwork<Float>, KolenPollack>
      var trainer: Kolen = trainer(.momentum(rate: 0.01, momentum: 0.9, weightDecay: 0.1))
      for step in 0..<8 {
        if interrupted, step == 3 {
          trainer.restore(
            try JSONDecoder().decode(Kolen.State.self, from: JSONEncoder().encode(trainer.state)))
        }
        try trainer.step(batch(step))
      }
      return trainer.state.pathway
    }
    #expect(try run(true) == run(false))
  }
}
