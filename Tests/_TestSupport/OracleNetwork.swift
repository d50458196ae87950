// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
public import LinearAlgebra
public import Substrates

/// A rate network of one trial at a time, in plain loops, double precision and libm's functions:
/// the definition of what a network computes, to test the fast ones against.
public struct OracleNetwork: Sendable {
  /// What one pass leaves.
  public struct Result: Sendable {
    /// h of every hidden layer, noise included.
    public var outputs: [[Double]]
    /// φ′(u) of every hidden layer.
    public var slopes: [[Double]]
    /// ŷ.
    public var prediction: [Double]
    /// L.
    public var loss: Double
  }

  private let connections: [Connection<Double>]
  private let activations: [Activation]
  private let output: OutputFunction

  /// A network; `connections` may be of either precision.
  public init<Scalar>(
    _ connections: [Connection<Scalar>], activations: [Activation], output: OutputFunction
  ) {
    self.connections = connections.map {
      Connection(weights: $0.weights.converted(), biases: $0.biases.map { Double($0) })
    }
    self.activations = activations
    self.output = output
  }

  /// φ(u) and φ′(u).
  public static func value(_ activation: Activation, _ u: Double) -> (h: Double, slope: Double) {
    switch activation {
    case .identity: return (u, 1)
    case .sigmoid:
      let h = 1 / (1 + exp(-u))
      return (h, h * (1 - h))
    case .tanh: return (Foundation.tanh(u), 1 - Foundation.tanh(u) * Foundation.tanh(u))
    case .softplus: return (max(u, 0) + log1p(exp(-abs(u))), 1 / (1 + exp(-u)))
    case .relu: return (max(u, 0), u > 0 ? 1 : 0)
    }
  }

  /// One pass.
  ///
  /// - Parameters:
  ///   - noise: c·ξ of every hidden layer, or empty.
  ///   - constantNoise: c·ξ₀ of every hidden layer's constant unit, or empty.
  public func run(
    _ input: [Double], target: [Double], loss: Loss.Kind, noise: [[Double]] = [],
    constantNoise: [Double] = [], site: Noise.Site = .output
  ) -> Result {
    var result = Result(outputs: [], slopes: [], prediction: [], loss: 0)
    var below = input
    var constant = 1.0
    for (k, connection) in connections.enumerated() {
      var u = connection.biases.map { $0 * constant }
      for j in u.indices {
        for i in below.indices { u[j] += below[i] * connection.weights[i, j] }
      }
      guard k < activations.count else {
        score(u, target, loss, &result)
        break
      }
      if !noise.isEmpty, site == .potential { u = zip(u, noise[k]).map { $0 + $1 } }
      let values = u.map { Self.value(activations[k], $0) }
      below = values.map(\.h)
      if !noise.isEmpty, site == .output { below = zip(below, noise[k]).map { $0 + $1 } }
      constant = constantNoise.isEmpty ? 1 : 1 + constantNoise[k]
      result.outputs.append(below)
      result.slopes.append(values.map(\.slope))
    }
    return result
  }

  private func score(
    _ u: [Double], _ target: [Double], _ loss: Loss.Kind, _ result: inout Result
  ) {
    if let activation = output.activation {
      result.prediction = u.map { Self.value(activation, $0).h }
    } else {
      let powers = u.map { exp($0) }
      let sum = powers.reduce(0, +)
      result.prediction = powers.map { $0 / sum }
    }
    result.loss = zip(result.prediction, target).reduce(0.0) { sum, pair in
      let (p, y) = pair
      switch loss {
      case .squaredError: return sum + 0.5 * (p - y) * (p - y)
      case .crossEntropy:
        return sum - y * log(p) - (output == .softmax ? 0 : (1 - y) * log(1 - p))
      }
    }
  }
}
