// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra
internal import RealModule
public import Substrates

/// How the forward weights descend. g is the batch's gradient of the loss, summed over trials or
/// averaged as the loss's reduction says.
///
/// - `sgd`: W ← (1 − rate·weightDecay)·W − rate·g.
/// - `momentum`: v ← momentum·v + g, W ← (1 − rate·weightDecay)·W − rate·v.
/// - `adam` (Kingma & Ba 2015): m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²,
///   W ← W − rate·m̂ / (√v̂ + ε), with m̂, v̂ corrected for their start at zero.
///
/// The decay is decoupled from g (no reduction of the loss scales it, no momentum holds it), and
/// biases do not decay.
public enum Optimizer: Sendable, Codable, Equatable {
  case sgd(rate: Double, weightDecay: Double = 0)
  case momentum(rate: Double, momentum: Double, weightDecay: Double = 0)
  case adam(rate: Double, beta1: Double, beta2: Double, epsilon: Double)

  /// What an optimizer remembers of one connection.
  public struct State<Scalar: NetworkScalar>: Sendable, Codable {
    /// v of momentum, m of Adam.
    var first: Connection<Scalar>?
    /// v of Adam.
    var second: Connection<Scalar>?
    /// The number of steps taken.
    var steps = 0

    /// Nothing yet.
    public init() {}
  }
}

/// One descent step on one connection, with its scratch.
@usableFromInline
struct Descent<Scalar: NetworkScalar>: Sendable {
  let optimizer: Optimizer
  private var gradient: Connection<Scalar>?

  init(_ optimizer: Optimizer) { self.optimizer = optimizer }

  /// W ← W − (step from g = scale·Σ xᵀ·δ).
  ///
  /// - Parameter rateFactor: f, on the learning rate, and so on the decay of W.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  @usableFromInline
  mutating func step(
    _ connection: inout Connection<Scalar>, input: Activity<Scalar>, error: Matrix<Scalar>,
    scale: Double, rateFactor: Double = 1, biasFactor: Double = 1, learnsBiases: Bool,
    state: inout Optimizer.State<Scalar>
  ) {
    let scale = scale * rateFactor
    if case .sgd(let rate, let weightDecay) = optimizer {
      connection.weights.decay(rate: rate * rateFactor, weightDecay)
      connection.accumulateOuterProduct(
        of: input, error, scaledBy: Scalar(-rate * scale), learnsBiases: learnsBiases,
        biasFactor: Scalar(biasFactor))
      return
    }
    var gradient = self.gradient ?? connection.zero
    self.gradient = nil
    gradient.weights.fill(0)
    for index in gradient.biases.indices { gradient.biases[index] = 0 }
    gradient.accumulateOuterProduct(
      of: input, error, scaledBy: Scalar(scale), learnsBiases: learnsBiases,
      biasFactor: Scalar(biasFactor))
    state.steps += 1
    var first = state.first ?? connection.zero
    state.first = nil
    switch optimizer {
    case .sgd: break
    case .momentum(let rate, let momentum, let weightDecay):
      first.combine(1, gradient, Scalar(momentum))
      connection.weights.decay(rate: rate * rateFactor, weightDecay)
      connection.combine(Scalar(-rate), first, 1)
    case .adam(let rate, let beta1, let beta2, let epsilon):
      var second = state.second ?? connection.zero
      state.second = nil
      first.combine(Scalar(1 - beta1), gradient, Scalar(beta1))
      second.updateSecondMoment(gradient, Scalar(beta2))
      let count = Double(state.steps)
      let correction1 = 1 - Double.pow(beta1, count)
      let correction2 = 1 - Double.pow(beta2, count)
      connection.subtractRatio(
        first, second, rate: Scalar(rate / correction1),
        scale: Scalar(1 / correction2), epsilon: Scalar(epsilon))
      state.second = second
    }
    state.first = first
    self.gradient = gradient
  }
}

extension Matrix {
  /// self ← (1 − rate·weightDecay)·self.
  mutating func decay(rate: Double, _ weightDecay: Double) {
    guard weightDecay > 0 else { return }
    scale(by: Scalar(1 - rate * weightDecay))
  }
}

extension Connection {
  /// A connection of this shape, all zero.
  fileprivate var zero: Connection {
    Connection(
      weights: Matrix(rows: weights.rows, columns: weights.columns),
      biases: Array(repeating: 0, count: biases.count))
  }

  /// self ← α·other + β·self.
  fileprivate mutating func combine(_ alpha: Scalar, _ other: Connection, _ beta: Scalar) {
    weights.scaleAndAdd(alpha, other.weights, scalingSelfBy: beta)
    for index in biases.indices {
      biases[index] = alpha * other.biases[index] + beta * biases[index]
    }
  }

  /// v ← β·v + (1 − β)·g².
  fileprivate mutating func updateSecondMoment(_ gradient: Connection, _ beta: Scalar) {
    weights.combineElements(gradient.weights) { v, g in beta * v + (1 - beta) * g * g }
    for index in biases.indices {
      let g = gradient.biases[index]
      biases[index] = beta * biases[index] + (1 - beta) * g * g
    }
  }

  /// W ← W − rate·m / (√(scale·v) + ε).
  fileprivate mutating func subtractRatio(
    _ m: Connection, _ v: Connection, rate: Scalar, scale: Scalar, epsilon: Scalar
  ) {
    weights.combineElements(m.weights, v.weights) { w, m, v in
      w - rate * m / ((scale * v).squareRoot() + epsilon)
    }
    for index in biases.indices {
      biases[index] -=
        rate * m.biases[index] / ((scale * v.biases[index]).squareRoot() + epsilon)
    }
  }
}
