// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LinearAlgebra
import RandomStreams
import Substrates
import TestSupport
import Testing

@testable import LearningRules

@Suite struct OptimizerKnownAnswerTests {
  private let start = Connection<Double>(
    weights: Fixture.matrix(3, 2, seed: 1), biases: [0.5, -0.25])

  /// Steps with the given inputs and errors; returns the connection and the batch gradients.
  private func descend(
    _ optimizer: Optimizer, steps: Int, constant: Bool = false, scale: Double = 1,
    sparse: Bool = false, learnsBiases: Bool = true
  ) -> (end: Connection<Double>, gradients: [[Double]]) {
    var (connection, state) = (start, Optimizer.State<Double>())
    var descent = Descent<Double>(optimizer)
    var gradients: [[Double]] = []
    for step in 0..<steps {
      let seed = UInt64(constant ? 10 : 10 + step)
      let x: Matrix<Double> = Fixture.sparseMatrix(4, 3, zeros: 0.5, seed: seed)
      let error: Matrix<Double> = Fixture.matrix(4, 2, seed: seed + 1000)
      descent.step(
        &connection, input: sparse ? .sparse(SparseRows(x)) : .dense(x), error: error,
        scale: scale, learnsBiases: learnsBiases, state: &state)
      let sums = Oracle.product(x, .transposed, error, .plain).value.elements
      let biases = (0..<2).map { j in (0..<4).reduce(0.0) { $0 + error[$1, j] } }
      gradients.append((sums + biases).map { $0 * scale })
    }
    return (connection, gradients)
  }

  private func parameters(_ connection: Connection<Double>) -> [Double] {
    connection.weights.elements + connection.biases
  }

  private func expect(
    _ optimizer: Optimizer, steps: Int, _ plain: ([Double], [[Double]]) -> [Double]
  ) {
    for (scale, sparse) in [(1.0, false), (0.25, true)] {
      let (end, gradients) = descend(optimizer, steps: steps, scale: scale, sparse: sparse)
      let expected = plain(parameters(start), gradients)
      for (a, b) in zip(parameters(end), expected) {
        // A few roundings per step of numbers below 30.
        #expect(abs(a - b) < 1e-13, "\(optimizer)")
      }
    }
  }

  @Test("Descent subtracts rate times the sum of gradients")
  func sgd() {
    expect(.sgd(rate: 0.1), steps: 5) { start, gradients in
      start.indices.map { i in start[i] - 0.1 * gradients.reduce(0) { $0 + $1[i] } }
    }
  }

  @Test("Momentum under a constant gradient is the geometric sum")
  func geometric() {
    // Σ_{t=1..n} (1 − μᵗ)/(1 − μ) · rate·g.
    let (end, gradients) = descend(
      .momentum(rate: 0.01, momentum: 0.9), steps: 12, constant: true)
    let total = (1...12).reduce(0.0) { $0 + (1 - pow(0.9, Double($1))) / (1 - 0.9) }
    for (index, value) in parameters(end).enumerated() {
      let expected = parameters(start)[index] - 0.01 * total * gradients[0][index]
      #expect(abs(value - expected) < 1e-13)
    }
  }

  @Test("Momentum is the plain recursion")
  func momentum() {
    expect(.momentum(rate: 0.05, momentum: 0.8), steps: 7) { start, gradients in
      start.indices.map { i in
        var (w, v) = (start[i], 0.0)
        for g in gradients {
          v = 0.8 * v + g[i]
          w -= 0.05 * v
        }
        return w
      }
    }
  }

  @Test("Weights decay by rate·weightDecay per step, apart from momentum; biases do not")
  func weightDecay() {
    let weights = start.weights.elements.count
    for momentum in [0, 0.8] {
      let optimizer: Optimizer =
        momentum == 0
        ? .sgd(rate: 0.1, weightDecay: 0.3)
        : .momentum(rate: 0.1, momentum: momentum, weightDecay: 0.3)
      expect(optimizer, steps: 6) { start, gradients in
        start.indices.map { i in
          var (w, v) = (start[i], 0.0)
          for g in gradients {
            v = momentum * v + g[i]
            w = (i < weights ? 1 - 0.1 * 0.3 : 1) * w - 0.1 * v
          }
          return w
        }
      }
    }
  }

  @Test("A factor on the rate is one on the decay too")
  func rateFactor() {
    for (one, other) in [
      (Optimizer.sgd(rate: 0.1, weightDecay: 0.3), Optimizer.sgd(rate: 0.02, weightDecay: 0.3)),
      (
        .momentum(rate: 0.1, momentum: 0.8, weightDecay: 0.3),
        .momentum(rate: 0.02, momentum: 0.8, weightDecay: 0.3)
      ),
    ] {
      func end(_ optimizer: Optimizer, _ factor: Double) -> [Double] {
        var (connection, state) = (start, Optimizer.State<Double>())
        var descent = Descent<Double>(optimizer)
        for step in 0..<4 {
          descent.step(
            &connection, input: .dense(Fixture.matrix(4, 3, seed: UInt64(step))),
            error: Fixture.matrix(4, 2, seed: UInt64(step + 100)), scale: 1, rateFactor: factor,
            learnsBiases: true, state: &state)
        }
        return parameters(connection)
      }
      for (a, b) in zip(end(one, 0.2), end(other, 1)) { #expect(abs(a - b) < 1e-14) }
    }
  }

  @Test("Adam's first step is the rate along the gradient's sign")
  func adamFirst() {
    let optimizer = Optimizer.adam(rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-12)
    let (end, gradients) = descend(optimizer, steps: 1)
    for (index, value) in parameters(end).enumerated() {
      let sign = gradients[0][index] > 0 ? 1.0 : -1
      #expect(abs(value - (parameters(start)[index] - 0.01 * sign)) < 1e-11)
    }
  }

  @Test("Adam is Kingma and Ba's recursion")
  func adam() {
    expect(.adam(rate: 0.02, beta1: 0.9, beta2: 0.99, epsilon: 1e-3), steps: 9) {
      start, gradients in
      start.indices.map { i in
        var (w, m, v) = (start[i], 0.0, 0.0)
        for (step, g) in gradients.enumerated() {
          m = 0.9 * m + 0.1 * g[i]
          v = 0.99 * v + 0.01 * g[i] * g[i]
          let mHat = m / (1 - pow(0.9, Double(step + 1)))
          let vHat = v / (1 - pow(0.99, Double(step + 1)))
          w -= 0.02 * mHat / (vHat.squareRoot() + 1e-3)
        }
        return w
      }
    }
  }

  private let all: [Optimizer] = [
    .sgd(rate: 0.1), .sgd(rate: 0.1, weightDecay: 0.2), .momentum(rate: 0.1, momentum: 0.9),
    .momentum(rate: 0.1, momentum: 0.9, weightDecay: 0.2),
    .adam(rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8),
  ]

  @Test("Biases that do not learn stay, and weights learn all the same")
  func biases() {
    for optimizer in all {
      let end = descend(optimizer, steps: 4, learnsBiases: false).end
      #expect(end.biases == start.biases)
      #expect(end.weights == descend(optimizer, steps: 4).end.weights)
    }
  }

  @Test("A state that went through a checkpoint continues bit for bit")
  func checkpoint() throws {
    for optimizer in all {
      func steps(_ interrupted: Bool) throws -> Connection<Double> {
        var (connection, state) = (start, Optimizer.State<Double>())
        var descent = Descent<Double>(optimizer)
        for step in 0..<8 {
          if interrupted, step == 3 {
            state = try JSONDecoder().decode(
              Optimizer.State<Double>.self, from: JSONEncoder().encode(state))
            descent = Descent(optimizer)
          }
          descent.step(
            &connection, input: .dense(Fixture.matrix(4, 3, seed: UInt64(step))),
            error: Fixture.matrix(4, 2, seed: UInt64(step + 100)), scale: 1, learnsBiases: true,
            state: &state)
        }
        return connection
      }
      #expect(try steps(true) == steps(false))
    }
  }
}
