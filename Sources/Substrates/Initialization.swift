// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra
public import RandomStreams

/// The distributions from which weights start. n is the fan-in, the number of inputs of the
/// connection.
public enum Initialization: String, Sendable, Codable, CaseIterable {
  /// Normal with variance 2/n, biases too (the paper's code for Figures 2 and 4).
  case gaussian
  /// Normal with variance 2/n cut off at two standard deviations, biases 0.1 (the paper's code
  /// for Figure 3's autoencoders with learned feedback). The variance after the cut is 0.774
  /// of 2/n.
  case truncatedGaussian
  /// Uniform on ±1/√n, biases 0.1 (the paper's code for Table 1).
  case uniform
  /// All zero.
  case zero

  /// A connection from `inputs` to `outputs` units.
  public func connection<Scalar>(
    inputs: Int, outputs: Int, random: RandomKey
  ) -> Connection<Scalar> {
    let weights: Matrix<Scalar> = matrix(
      rows: inputs, columns: outputs, fanIn: inputs, random: random.child(0))
    let biases: [Scalar] =
      switch self {
      case .gaussian:
        matrix(rows: 1, columns: outputs, fanIn: inputs, random: random.child(1)).row(0)
      case .truncatedGaussian, .uniform: Array(repeating: 0.1, count: outputs)
      case .zero: Array(repeating: 0, count: outputs)
      }
    return Connection(weights: weights, biases: biases)
  }

  /// A matrix of independent elements; both precisions round the same double-precision draws.
  public func matrix<Scalar>(
    rows: Int, columns: Int, fanIn: Int, random: RandomKey
  ) -> Matrix<Scalar> {
    let deviation = (2 / Double(fanIn)).squareRoot()
    let count = rows * columns
    let elements: [Double]
    switch self {
    case .gaussian:
      elements = random.deviates(.gaussian, count: count).map { $0 * deviation }
    case .truncatedGaussian:
      var generator = GSLRandom(random)
      elements = (0..<count).map { _ in
        generator.truncatedGaussian(standardDeviation: deviation, cut: 2)
      }
    case .uniform:
      // `Deviate.uniform` has variance 1, so it spans ±√3.
      let bound = 1 / Double(fanIn).squareRoot()
      elements = random.deviates(.uniform, count: count).map { $0 * bound / 3.0.squareRoot() }
    case .zero:
      elements = Array(repeating: 0, count: count)
    }
    return Matrix(rows: rows, columns: columns, elements: elements.map { Scalar($0) })
  }
}
