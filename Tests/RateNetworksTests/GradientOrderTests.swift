// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import RateNetworks
import Substrates
import TestSupport
import Testing

/// Backpropagation through the record (exact output error, slopes, adjoints, outer products)
/// against central differences of the loss in every weight and bias.
@Suite struct GradientOrderTests {
  private static let widths = [4, 5, 3, 3]

  private func loss(
    _ connections: [Connection<Double>], _ activation: Activation, _ output: OutputFunction,
    _ kind: Loss.Kind, _ batch: Batch<Double>
  ) -> Double {
    let network = RateNetwork(
      connections: connections, activations: [activation, activation], output: output)
    return SubstrateLaws.record(network, batch, .quiet, loss: Loss(kind))?.loss.reduce(0, +) ?? .nan
  }

  /// The gradient that the record implies, as connections.
  private func gradient(
    _ connections: [Connection<Double>], _ activation: Activation, _ output: OutputFunction,
    _ kind: Loss.Kind, _ batch: Batch<Double>
  ) throws -> [Connection<Double>] {
    let network = RateNetwork(
      connections: connections, activations: [activation, activation], output: output)
    var record = try #require(SubstrateLaws.record(network, batch, .quiet, loss: Loss(kind)))
    var result = connections
    for k in connections.indices.reversed() {
      if k < record.layers.count {
        let above = record.error(aboveConnection: k + 1)
        Connection.adjoint(
          of: above, through: connections[k + 1].weights, into: &record.layers[k].teaching)
        record.layers[k].pullBack()
      }
      result[k].weights.fill(0)
      result[k].biases = result[k].biases.map { _ in 0 }
      result[k].accumulateOuterProduct(
        of: record.input(toConnection: k), record.error(aboveConnection: k), scaledBy: 1)
    }
    return result
  }

  /// The largest |analytic − numeric| over the largest |numeric|.
  private func error(
    _ activation: Activation, _ output: OutputFunction, _ kind: Loss.Kind, step: Double
  ) throws -> Double {
    let connections: [Connection<Double>] = Fixture.connections(Self.widths, seed: 8)
    let batch: Batch<Double> = Fixture.batch(
      trials: 3, inputs: 4, outputs: 3, seed: 9, sparse: true)
    let analytic = try gradient(connections, activation, output, kind, batch)
    var (worst, largest) = (0.0, 0.0)
    func compare(_ value: Double, _ change: (inout [Connection<Double>], Double) -> Void) {
      var (above, below) = (connections, connections)
      change(&above, step)
      change(&below, -step)
      let numeric =
        (loss(above, activation, output, kind, batch)
          - loss(below, activation, output, kind, batch)) / (2 * step)
      let difference = abs(value - numeric)
      worst = max(worst, difference.isNaN ? .infinity : difference)
      largest = max(largest, abs(numeric))
    }
    for k in connections.indices {
      for i in 0..<Self.widths[k] {
        for j in 0..<Self.widths[k + 1] {
          compare(analytic[k].weights[i, j]) { $0[k].weights[i, j] += $1 }
        }
      }
      for j in 0..<Self.widths[k + 1] { compare(analytic[k].biases[j]) { $0[k].biases[j] += $1 } }
    }
    return worst / largest
  }

  @Test("Backpropagation is the gradient: every activation, output and loss, every weight and bias")
  func gradients() throws {
    // Step 10⁻⁴: the third derivative leaves about 10⁻⁸/6 of it, rounding 10·u/10⁻⁴ = 10⁻¹¹.
    for activation in Activation.allCases {
      for output in OutputFunction.allCases {
        for kind in Loss.Kind.allCases where output.accepts(kind) {
          let error = try error(activation, output, kind, step: 1e-4)
          #expect(error < 1e-6, "\(activation), \(output), \(kind): \(error)")
        }
      }
    }
  }

  @Test("What is left is the error of the difference: it falls with the square of the step")
  func order() throws {
    let steps = [0.08, 0.04, 0.02, 0.01]
    for (activation, output) in [(Activation.tanh, OutputFunction.sigmoid), (.softplus, .softmax)] {
      let errors = try steps.map { try error(activation, output, .squaredError, step: $0) }
      let slope = StatisticalCheck.logLogSlope(steps, errors)
      // The next term is step² smaller: below 5 % at these steps.
      #expect(abs(slope - 2) < 0.1, "\(slope)")
    }
  }
}
