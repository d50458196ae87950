// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra
internal import RealModule

/// From the outputs' potentials u to predictions ŷ, losses L and the output error
/// e^{N+1} = ∂L/∂u (the paper's section 2; exact, for it needs nothing but u and y).
///
/// | output | squared error | cross-entropy |
/// | --- | --- | --- |
/// | element-wise φ | (ŷ − y) ∘ φ′(u) | ŷ − y (sigmoid only) |
/// | softmax | ŷ ∘ (d − Σ_k ŷ_k d_k), d = ŷ − y | ŷ Σ_k y_k − y |
///
/// Losses are accumulated in `Double`; cross-entropy is computed from u, so that a confident
/// mistake costs a large number and not an infinite one.
public struct OutputStage<Scalar: NetworkScalar>: Sendable {
  /// The output's non-linearity.
  public let function: OutputFunction
  private var slope: Matrix<Scalar>

  /// A stage for batches of up to `trials` trials; `reserve` changes that.
  public init(_ function: OutputFunction, outputs: Int) {
    self.function = function
    slope = Matrix(rows: 0, columns: outputs)
  }

  /// ŷ, L and e from u, for all trials.
  ///
  /// - Parameters:
  ///   - potentials: u, `[trials, outputs]`.
  ///   - needsError: whether e is asked for; without it `error` is left as it is, or not.
  ///   - prediction: ŷ, overwritten.
  ///   - losses: L `[trials]`, overwritten.
  ///   - error: e, overwritten.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func evaluate(
    _ potentials: Matrix<Scalar>, targets: Matrix<Scalar>, loss: Loss, needsError: Bool = true,
    prediction: inout Matrix<Scalar>, losses: inout [Double], error: inout Matrix<Scalar>
  ) {
    precondition(function.accepts(loss.kind), "\(function) outputs are not scored by \(loss.kind)")
    if let activation = function.activation {
      if slope.rows != potentials.rows {
        slope = Matrix(rows: potentials.rows, columns: potentials.columns)
      }
      if activation == .identity || !needsError {
        prediction.assign(potentials)
        activation.apply(inPlace: &prediction)
      } else {
        activation.apply(to: potentials, output: &prediction, slope: &slope)
      }
    } else {
      Self.softmax(potentials, into: &prediction)
    }
    if needsError {
      prediction.squaredError(to: targets, loss: &losses, error: &error)
    } else {
      prediction.squaredError(to: targets, loss: &losses)
    }
    switch (loss.kind, function) {
    case (.squaredError, _) where !needsError: break
    case (.squaredError, .identity): break
    case (.squaredError, .softmax): Self.multiplyBySoftmaxJacobian(prediction, &error)
    case (.squaredError, _): error.multiply(by: slope)
    case (.crossEntropy, _):
      // For softmax e = ŷ Σy − y; targets that sum to 1, as classes do, make it ŷ − y.
      Self.crossEntropy(
        potentials, prediction, targets, isSoftmax: function == .softmax, losses: &losses,
        error: &error)
    }
  }

  static func softmax(_ u: Matrix<Scalar>, into y: inout Matrix<Scalar>) {
    for i in 0..<u.rows {
      let top = (0..<u.columns).reduce(-Scalar.infinity) { max($0, u[i, $1]) }
      var total: Scalar = 0
      for k in 0..<u.columns {
        let value = Scalar.exp(u[i, k] - top)
        y[i, k] = value
        total += value
      }
      for k in 0..<u.columns { y[i, k] /= total }
    }
  }

  static func multiplyBySoftmaxJacobian(_ y: Matrix<Scalar>, _ error: inout Matrix<Scalar>) {
    for i in 0..<y.rows {
      var mean: Scalar = 0
      for k in 0..<y.columns { mean += y[i, k] * error[i, k] }
      for k in 0..<y.columns { error[i, k] = y[i, k] * (error[i, k] - mean) }
    }
  }

  static func crossEntropy(
    _ u: Matrix<Scalar>, _ prediction: Matrix<Scalar>, _ targets: Matrix<Scalar>,
    isSoftmax: Bool, losses: inout [Double], error: inout Matrix<Scalar>
  ) {
    for i in 0..<u.rows {
      var loss = 0.0
      if isSoftmax {
        let top = (0..<u.columns).reduce(-Double.infinity) { max($0, Double(u[i, $1])) }
        var partition = 0.0
        var mass = 0.0
        for k in 0..<u.columns {
          partition += Double.exp(Double(u[i, k]) - top)
          mass += Double(targets[i, k])
        }
        for k in 0..<u.columns {
          loss += Double(targets[i, k]) * (Double.log(partition) + top - Double(u[i, k]))
          error[i, k] = prediction[i, k] * Scalar(mass) - targets[i, k]
        }
      } else {
        // log(1 + e^u) − y·u, without overflow.
        for k in 0..<u.columns {
          let x = Double(u[i, k])
          loss += max(x, 0) + Double.log(onePlus: Double.exp(-abs(x))) - Double(targets[i, k]) * x
        }
      }
      losses[i] = loss
    }
  }
}
