// SPDX-License-Identifier: GPL-3.0-or-later

@testable import LearningRules
import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport
import Testing

/// Surprises of layers that know what they sent: 0 where B is right, and B becomes right.
@Suite struct TransmittedDifferenceLawTests {
  private static let widths = PerturbedRecords.widths

  /// B = W, layer by layer.
  private func transposed(_ connections: [Connection<Double>]) -> FeedbackPathway<Double> {
    var pathway = FeedbackPathway<Double>(
      zeroFor: Architecture(widths: Self.widths), topology: .layered)
    for index in pathway.weights.indices {
      pathway.weights[index] = connections[index + 1].weights
    }
    return pathway
  }

  /// Σ a′² / Σ a² of every layer with B = W, over 200 trials.
  private func surprise<Network: Substrate>(
    _ network: Network, _ connections: [Connection<Double>], _ noise: Noise,
    _ eligibility: Eligibility
  ) throws -> [Double] where Network.Scalar == Double {
    let pathway = transposed(connections)
    var record = try #require(
      SubstrateLaws.record(
        network, Fixture.batch(trials: 200, inputs: 5, outputs: 3, seed: 3),
        .perturbed(by: noise, comparedWith: .antithetic), step: 0))
    var (baseline, past) = (Baseline.State(), Eligibility.State())
    Baseline.pass.apply(to: &record, state: &baseline)
    eligibility.apply(to: &record, state: &past)
    CreditRule.feedback.assign(to: &record, pathway: pathway) { connections[$0].weights }
    func power(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 } }
    return record.surprises(controlVariate: true, pathway).map {
      power($0) / power(record.advantage)
    }
  }

  @Test("On a linear network with B = W no layer is surprised, however strong the noise")
  func linear() throws {
    let connections: [Connection<Double>] = Fixture.connections(Self.widths, seed: 1)
    let network = LinearSubstrate(connections: connections)
    let noise = Noise(standardDeviation: 1)
    for left in try surprise(network, connections, noise, .transmittedDifference) {
      #expect(left < 1e-24)
    }
    // Without knowing what began where, the layers' predictions are counted twice.
    for left in try surprise(network, connections, noise, .activityDifference) {
      // Which is of the order of all there is to explain.
      #expect(left > 0.1)
    }
  }

  @Test("The last hidden layer knows what it sent: its slope and its curvature are not in the way")
  func curved() throws {
    let connections: [Connection<Double>] = Fixture.connections(Self.widths, seed: 1)
    let network = RateNetwork<Double>(
      connections: connections, activations: [.sigmoid, .sigmoid], output: .identity)
    let noise = Noise(site: .potential, standardDeviation: 2)
    let knowing = try surprise(network, connections, noise, .transmittedDifference)
    let guessing = try surprise(network, connections, noise, .noise)
    // The quadratic loss leaves the difference between the clean error and the mean of two.
    #expect(knowing[1] < 0.2 * guessing[1], "\(knowing) instead of \(guessing)")
    // The layer below is left with what it could not foresee above.
    #expect(knowing[0] < 1.2 * guessing[0] && knowing[0] > knowing[1])
  }

  @Test("A gradient step follows each layer's own surprise: B + rate·Σ (a′_l·Δx / Var Δx)ᵀ·s")
  func steps() throws {
    let learner = GradientFeedback(rate: 0.1, controlVariate: true)
    var pathway = transposed(Fixture.connections(Self.widths, seed: 2))
    let before = pathway.weights
    var record = try PerturbedRecords.record(
      0, Noise(site: .potential, standardDeviation: 0.1), pathway,
      eligibility: .transmittedDifference)
    let given = record
    var state = learner.makeState(for: pathway)
    learner.update(&pathway, from: &record, scale: 1, state: &state)
    for layer in 0..<2 {
      var expected = before[layer]
      for trial in 0..<7 {
        func explained(_ index: Int, _ change: Matrix<Double>) -> Double {
          zip(given.layers[index].teaching.row(trial), change.row(trial)).reduce(0) {
            $0 + $1.0 * $1.1
          }
        }
        let sent = given.layers[layer].perturbation
        var surprise = given.advantage[trial] - explained(layer, sent.values)
        if layer == 0 {
          surprise -= explained(1, try #require(given.layers[1].ownDifference))
        }
        let s = given.feedbackInput(ofLayer: layer, .layered).row(trial)
        for j in 0..<expected.rows {
          for k in 0..<expected.columns {
            expected[j, k] +=
              0.1 * surprise * sent.values[trial, j] / sent.variance[trial, j] * s[k]
          }
        }
      }
      // Tens of roundings of numbers below 10.
      #expect(pathway.weights[layer].largestDifference(from: expected) < 1e-13)
      #expect(pathway.weights[layer].largestDifference(from: before[layer]) > 1e-4)
    }
  }

  /// ‖B − W‖ / ‖W‖ by layer after learning with W at rest.
  private func distance<Learner: FeedbackLearner>(
    _ learner: Learner, _ eligibility: Eligibility, steps: Int
  ) throws -> [Double] {
    let connections: [Connection<Double>] = Fixture.connections(Self.widths, seed: 1)
    let network = RateNetwork<Double>(
      connections: connections, activations: [.sigmoid, .sigmoid], output: .identity)
    var plan = LearningPlan(
      credit: .feedback,
      presentation: .perturbed(
        by: Noise(site: .potential, standardDeviation: 0.05), comparedWith: .antithetic),
      descent: nil)
    plan.eligibility = eligibility
    var trainer = Trainer(
      network, plan: plan, learner: learner,
      pathway: FeedbackPathway(zeroFor: network.architecture, topology: .layered), trials: 5,
      random: RandomKey(seed: 9))
    for step in 0..<steps {
      try trainer.step(
        Fixture.batch(trials: 5, inputs: 5, outputs: 3, seed: UInt64(100 + step)))
    }
    let right = transposed(connections).weights
    return zip(trainer.state.pathway.weights, right).map { b, w in
      var difference = b
      difference.subtract(w)
      return difference.frobeniusNorm / w.frobeniusNorm
    }
  }

  @Test("The filter brings B to W in both layers")
  func convergence() throws {
    let filter = try distance(
      KalmanFeedback(prior: 2, drift: 0, normalisation: 1e-4), .transmittedDifference, steps: 1_500)
    #expect(filter.allSatisfy { $0 < 0.05 }, "\(filter)")
    // Differences of activity without knowing where they began do not.
    let mixed = try distance(
      KalmanFeedback(prior: 2, drift: 0, normalisation: 1e-4), .activityDifference, steps: 1_500)
    #expect(mixed.contains { $0 > 0.2 }, "\(mixed)")
  }
}
