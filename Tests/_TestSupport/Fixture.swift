// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra
internal import RandomStreams
public import Substrates

/// Matrices, connections and batches at fixed seeds. `Float` and `Double` versions of one seed
/// are roundings of the same numbers.
public enum Fixture {
  /// Independent normal elements with standard deviation `scale`.
  public static func matrix<Scalar: NetworkScalar>(
    _ rows: Int, _ columns: Int, seed: UInt64, scale: Double = 1
  ) -> Matrix<Scalar> {
    let deviates = RandomKey(seed: seed).purpose(.test).deviates(.gaussian, count: rows * columns)
    return Matrix(rows: rows, columns: columns, elements: deviates.map { Scalar($0 * scale) })
  }

  /// The matrix with a fraction of `zeros` of its elements zero.
  public static func sparseMatrix<Scalar: NetworkScalar>(
    _ rows: Int, _ columns: Int, zeros: Double, seed: UInt64
  ) -> Matrix<Scalar> {
    var result: Matrix<Scalar> = matrix(rows, columns, seed: seed)
    let choice = RandomKey(seed: seed).purpose(.test).child(1)
      .deviates(.uniform, count: rows * columns)
    let threshold = (2 * zeros - 1) * 3.0.squareRoot()
    result.update { i, j, value in choice[i * columns + j] < threshold ? 0 : value }
    return result
  }

  /// Connections of a network, weights of variance 1 / fan-in, biases of deviation 0.3.
  public static func connections<Scalar: NetworkScalar>(
    _ widths: [Int], seed: UInt64
  ) -> [Connection<Scalar>] {
    (0..<widths.count - 1).map { k in
      let key = seed &* 1_000 &+ UInt64(k)
      return Connection(
        weights: matrix(
          widths[k], widths[k + 1], seed: key, scale: 1 / Double(widths[k]).squareRoot()),
        biases: matrix(1, widths[k + 1], seed: key &+ 500, scale: 0.3).row(0))
    }
  }

  /// A batch with inputs of deviation 1, targets between 0 and 1, and labels 0, 1, 2, 0, …
  public static func batch<Scalar: NetworkScalar>(
    trials: Int, inputs: Int, outputs: Int, seed: UInt64, sparse: Bool = false
  ) -> Batch<Scalar> {
    let x: Matrix<Scalar> =
      sparse
      ? sparseMatrix(trials, inputs, zeros: 0.7, seed: seed)
      : matrix(trials, inputs, seed: seed)
    let uniform = RandomKey(seed: seed).purpose(.test).child(2)
      .deviates(.uniform, count: trials * outputs)
    return Batch(
      inputs: sparse ? .sparse(SparseRows(x)) : .dense(x),
      targets: Matrix(
        rows: trials, columns: outputs,
        elements: uniform.map { Scalar(0.5 + 0.49 * $0 / 3.0.squareRoot()) }),
      labels: (0..<trials).map { $0 % 3 })
  }
}

extension Matrix {
  /// Whether every element has the same bits, NaN and the sign of zero included.
  public func hasSameBits(as other: Matrix) -> Bool {
    rows == other.rows && columns == other.columns
      && elements.littleEndianBytes == other.elements.littleEndianBytes
  }

  /// The largest |a − b|; infinite where an element is NaN or shapes differ.
  public func largestDifference(from other: Matrix) -> Double {
    guard rows == other.rows, columns == other.columns else { return .infinity }
    return zip(elements, other.elements).reduce(0.0) { largest, pair in
      let difference = abs(Double(pair.0) - Double(pair.1))
      return difference.isNaN ? .infinity : max(largest, difference)
    }
  }
}

extension Batch {
  /// The batch of one trial that is trial `index` of this one.
  public func trial(_ index: Int) -> Batch {
    let x = Matrix(rows: 1, columns: inputs.units, elements: inputs.dense.row(index))
    let isSparse = if case .sparse = inputs { true } else { false }
    return Batch(
      inputs: isSparse ? .sparse(SparseRows(x)) : .dense(x),
      targets: Matrix(rows: 1, columns: targets.columns, elements: targets.row(index)),
      labels: labels.isEmpty ? [] : [labels[index]])
  }
}
