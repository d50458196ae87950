// SPDX-License-Identifier: GPL-3.0-or-later

import LearningRules
import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport
import Testing

/// On a loss that is quadratic in the noise node perturbation has no bias, at any noise level.
@Suite struct EstimatorMeanStatisticsTests {
  private static let comparisons = Presentation.Comparison.allCases
  private let linear = EstimatorTrials(
    network: LinearSubstrate<Double>(connections: Fixture.connections([2, 4, 3, 2], seed: 5)),
    input: [0.7, -0.4], target: [1.5, -1])

  private func scores(
    _ deviate: Deviate, _ comparison: Presentation.Comparison, c: Double,
    shiftedBy bias: Double = 0
  ) throws -> [Double] {
    let truth = try linear.truth()
    let noise = Noise(distribution: deviate, standardDeviation: c)
    let moments = try linear.moments(
      .perturbed(by: noise, comparedWith: comparison, activityFrom: .perturbed), trials: 40_000,
      centers: truth.lambda)
    return zip(moments, truth.lambda).map { $0.meanScore(expected: $1 * (1 + bias)) }
  }

  @Test(
    "Unbiased on a quadratic loss for every comparison and symmetric noise, small or large",
    arguments: [Deviate.gaussian, .uniform, .rademacher], [0.01, 1, 3])
  func unbiased(_ deviate: Deviate, _ c: Double) throws {
    for comparison in Self.comparisons {
      let scores = try scores(deviate, comparison, c: c)
      #expect(
        scores.allSatisfy { StatisticalCheck.accepts($0) },
        "\(deviate), \(comparison), c = \(c): \(scores)")
    }
  }

  @Test("The check rejects an estimate that is 20 % too large")
  func rejection() throws {
    // ‖λ‖ is √N times a component's size: a standard error is about √7 / 200 = 1.3 % of it.
    for deviate in [Deviate.gaussian, .uniform, .rademacher] {
      let scores = try scores(deviate, .clean, c: 0.01, shiftedBy: 0.2)
      #expect(scores.contains { !StatisticalCheck.accepts($0) }, "\(scores)")
    }
  }

  @Test("Skewed noise is biased by ½·c·γ·H_jj at order c, and antithetic pairs are not")
  func skewed() throws {
    // L is quadratic: E λ̂_j = λ_j + ½·c·γ·H_jj exactly, H_jj = ‖row j of ∂ŷ/∂h‖².
    let network = linear.network
    let upper = network.connection(2).weights
    let lower = Oracle.product(network.connection(1).weights, .plain, upper, .plain).value
    let curvature = [lower, upper].flatMap { matrix in
      (0..<matrix.rows).map { matrix.row($0).reduce(0) { $0 + $1 * $1 } }
    }
    let truth = try linear.truth()
    let noise = Noise(distribution: .skewed, standardDeviation: 1)
    let expected = zip(truth.lambda, curvature).map { $0 + 0.5 * 1.5 * $1 }
    let moments = try linear.moments(
      .perturbed(by: noise), trials: 200_000, centers: truth.lambda)
    for (moments, mean) in zip(moments, expected) {
      #expect(StatisticalCheck.accepts(moments.meanScore(expected: mean)))
    }
    let found = zip(moments, truth.lambda).map { $0.meanScore(expected: $1) }
    #expect(found.contains { !StatisticalCheck.accepts($0) })
    let pairs = try linear.moments(
      .perturbed(by: noise, comparedWith: .antithetic), trials: 200_000, centers: truth.lambda)
    for (moments, mean) in zip(pairs, truth.lambda) {
      #expect(StatisticalCheck.accepts(moments.meanScore(expected: mean)))
    }
  }

  @Test("At the potential site the estimate is of ∂L/∂u, and λ that over the slope")
  func potential() throws {
    let network = RateNetwork<Double>(
      connections: Fixture.connections([2, 4, 3, 2], seed: 5), activations: [.sigmoid, .tanh],
      output: .identity)
    let trials = EstimatorTrials(network: network, input: [0.7, -0.4], target: [1.5, -1])
    let truth = try trials.truth()
    // c = 0.01: a bias of order c² = 10⁻⁴ against a standard error of 10⁻².
    let moments = try trials.moments(
      .perturbed(by: Noise(site: .potential, standardDeviation: 0.01)), trials: 40_000,
      centers: truth.lambda)
    for (moments, mean) in zip(moments, truth.lambda) {
      #expect(StatisticalCheck.accepts(moments.meanScore(expected: mean)))
    }
  }
}
