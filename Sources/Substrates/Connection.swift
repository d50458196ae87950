// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra

/// The weights and biases between two layers, and how they act. Dense; a convolution will be
/// another way for the same four actions to happen.
///
/// With x a row of the layer below and δ a row of ∂L/∂u of the layer above:
/// - `apply`: u = x·W + b, W of shape `[below, above]` (the transpose of the paper's W);
/// - `adjoint`: λ = δ·Wᵀ. Feedback weights B have W's shape and act by the same function, so with
///   B = W a teaching signal *is* backpropagation;
/// - `accumulateOuterProduct`: W ← W + α·Σ_trials xᵀ·δ, b ← b + α·Σ_trials δ.
public struct Connection<Scalar: NetworkScalar>: Sendable, Equatable, Codable {
  /// W, `[below, above]`.
  public var weights: Matrix<Scalar>
  /// b, `[above]`.
  public var biases: [Scalar]

  private enum CodingKeys: String, CodingKey { case weights, biases }

  /// A connection with the given weights and biases.
  public init(weights: Matrix<Scalar>, biases: [Scalar]) {
    precondition(
      biases.count == weights.columns,
      "\(biases.count) biases for weights [\(weights.rows), \(weights.columns)]")
    self.weights = weights
    self.biases = biases
  }

  /// Reads a connection; throws where its biases do not fit its weights.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    weights = try container.decode(Matrix<Scalar>.self, forKey: .weights)
    biases = try container.decode([Scalar].self, forKey: .biases)
    guard biases.count == weights.columns else {
      throw DecodingError.dataCorruptedError(
        forKey: .biases, in: container,
        debugDescription:
          "\(biases.count) biases for weights [\(weights.rows), \(weights.columns)]")
    }
  }

  /// u ← x·W + b.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func apply(to x: Activity<Scalar>, into u: inout Matrix<Scalar>) {
    switch x {
    case .dense(let matrix): apply(to: matrix, into: &u)
    case .sparse(let rows): rows.product(weights, bias: biases, into: &u)
    }
  }

  /// u ← x·W + b, for dense x.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func apply(to x: Matrix<Scalar>, into u: inout Matrix<Scalar>) {
    u.setRows(to: biases)
    u.accumulateProduct(x, .plain, weights, .plain, beta: 1)
  }

  /// λ ← δ·Wᵀ, for any matrix of W's shape.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func adjoint(
    of delta: Matrix<Scalar>, through weights: Matrix<Scalar>, into lambda: inout Matrix<Scalar>
  ) {
    lambda.accumulateProduct(delta, .plain, weights, .transposed)
  }

  /// W ← W + α·Σ xᵀ·δ and b ← b + α·biasFactor·Σ δ, sums over trials.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func accumulateOuterProduct(
    of x: Activity<Scalar>, _ delta: Matrix<Scalar>, scaledBy alpha: Scalar,
    learnsBiases: Bool = true, biasFactor: Scalar = 1
  ) {
    switch x {
    case .dense(let matrix):
      weights.accumulateProduct(matrix, .transposed, delta, .plain, alpha: alpha, beta: 1)
    case .sparse(let rows):
      rows.accumulateOuterProduct(delta, alpha: alpha, into: &weights)
    }
    if learnsBiases { delta.addColumnSums(to: &biases, alpha: alpha * biasFactor) }
  }
}
