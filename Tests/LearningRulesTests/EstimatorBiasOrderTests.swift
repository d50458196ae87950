// SPDX-License-Identifier: GPL-3.0-or-later

import LearningRules
import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport
import Testing

/// The bias of the estimate where the loss is not quadratic in the noise: of order c² for
/// symmetric noise, of order c for skewed noise. The expectation over two-valued noise is a
/// finite sum over its 2ⁿ patterns, computed here by plain loops, without any sampling.
@Suite struct EstimatorBiasOrderTests {
  private static let widths = [3, 4, 3, 2]
  private static let input = [0.8, -0.5, 0.3]
  private static let target = [0.9, 0.2]
  private let connections: [Connection<Double>] = Fixture.connections(widths, seed: 12)
  private let activations: [Activation] = [.tanh, .sigmoid]

  /// E λ̂ of the clean comparison by enumeration of all patterns of the seven units' noise.
  private func expectation(_ deviate: Deviate, c: Double) -> [Double] {
    let oracle = OracleNetwork(connections, activations: activations, output: .sigmoid)
    let (high, low, probability) = deviate == .skewed ? (2, -0.5, 0.2) : (1.0, -1.0, 0.5)
    let clean = oracle.run(Self.input, target: Self.target, loss: .squaredError).loss
    var result = Array(repeating: 0.0, count: 7)
    for pattern in 0..<128 {
      let bits = (0..<7).map { pattern >> $0 & 1 == 1 }
      let xi = bits.map { $0 ? high : low }
      let weight = bits.reduce(1.0) { $0 * ($1 ? probability : 1 - probability) }
      let loss = oracle.run(
        Self.input, target: Self.target, loss: .squaredError,
        noise: [xi[0..<4].map { $0 * c }, xi[4..<7].map { $0 * c }]
      ).loss
      for unit in 0..<7 { result[unit] += weight * (loss - clean) * xi[unit] / c }
    }
    return result
  }

  private var trials: EstimatorTrials<RateNetwork<Double>> {
    EstimatorTrials(
      network: RateNetwork(connections: connections, activations: activations, output: .sigmoid),
      input: Self.input, target: Self.target)
  }

  private func slope(_ deviate: Deviate, _ levels: [Double]) throws -> Double {
    let truth = try trials.truth().lambda
    let biases = levels.map { c in
      zip(expectation(deviate, c: c), truth).reduce(0.0) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }.squareRoot()
    }
    return StatisticalCheck.logLogSlope(levels, biases)
  }

  // Symmetric: the next term is of order c² relative to the first, below 3 % at these levels.
  // Skewed: H is small where this output stands, so that the coefficient of c² is about 15 times
  // that of c; below c = 0.002 it adds 3 % and less. Rounding is 10⁻¹⁶/c of the gradient, six
  // digits below the bias.
  @Test("Symmetric noise: bias of order c²") func symmetric() throws {
    let slope = try slope(.rademacher, [0.16, 0.08, 0.04, 0.02])
    #expect(abs(slope - 2) < 0.1, "\(slope)")
  }

  @Test("Skewed noise: bias of order c") func skewed() throws {
    let slope = try slope(.skewed, [0.002, 0.001, 0.0005, 0.00025])
    #expect(abs(slope - 1) < 0.1, "\(slope)")
    // Where the two orders mix the slope says so.
    #expect(try self.slope(.skewed, [1, 0.5, 0.25]) > 1.1)
  }

  @Test("The enumerated mean is the mean that the network's own trials have, bias included")
  func sampled() throws {
    let truth = try trials.truth().lambda
    for deviate in [Deviate.rademacher, .skewed] {
      let expected = expectation(deviate, c: 1)
      let moments = try trials.moments(
        .perturbed(by: Noise(distribution: deviate, standardDeviation: 1)), trials: 400_000,
        centers: expected)
      let scores = zip(moments, expected).map { $0.meanScore(expected: $1) }
      #expect(scores.allSatisfy { StatisticalCheck.accepts($0) }, "\(deviate): \(scores)")
      // At c = 1 the bias itself is far outside the standard error.
      let unbiased = zip(moments, truth).map { $0.meanScore(expected: $1) }
      #expect(unbiased.contains { !StatisticalCheck.accepts($0) }, "\(deviate): \(unbiased)")
    }
  }

  @Test("Gaussian noise: (c²/2)·Σ_k L_jkk, within the next order in c")
  func gaussian() throws {
    // §4.3 with κ = 3. Third derivatives by second differences of the exact gradient.
    let c = 0.3
    let step = 1e-3
    var drift = Array(repeating: 0.0, count: 7)
    for k in 0..<7 {
      let gradients = [-1.0, 0, 1].map { gradient(at: k, offset: $0 * step) }
      for j in 0..<7 {
        drift[j] += (gradients[0][j] - 2 * gradients[1][j] + gradients[2][j]) / (step * step)
      }
    }
    let truth = try trials.truth().lambda
    let moments = try trials.moments(
      .perturbed(by: Noise(standardDeviation: c), comparedWith: .antithetic),
      trials: 1_600_000, centers: truth)
    let (expected, found) = (
      drift.map { 0.5 * c * c * $0 }, zip(moments, truth).map { $0.mean - $1 }
    )
    let along = expected.reduce(0) { $0 + $1 * $1 }
    let projection = zip(expected, found).reduce(0) { $0 + $1.0 * $1.1 } / along
    let error =
      zip(expected, moments).reduce(0.0) {
        $0 + $1.0 * $1.0 * $1.1.variance / Double($1.1.count)
      }.squareRoot() / along
    // The next order is c² = 9 % of it.
    #expect(abs(projection - 1) < 0.09 + 4 * error, "\(projection) ± \(error)")
    #expect(projection > 4 * error, "no bias seen: \(projection) ± \(error)")
  }

  /// ∂L/∂h of all units, by central differences of plain passes, with `offset` on unit `k`.
  private func gradient(at k: Int, offset: Double) -> [Double] {
    let oracle = OracleNetwork(connections, activations: activations, output: .sigmoid)
    func loss(_ j: Int, _ change: Double) -> Double {
      var noise = Array(repeating: 0.0, count: 7)
      noise[k] += offset
      noise[j] += change
      return oracle.run(
        Self.input, target: Self.target, loss: .squaredError,
        noise: [Array(noise[0..<4]), Array(noise[4..<7])]
      ).loss
    }
    return (0..<7).map { (loss($0, 1e-3) - loss($0, -1e-3)) / 2e-3 }
  }
}
