// SPDX-License-Identifier: GPL-3.0-or-later
//
// Matrix products. Goals, in order: the shapes are checked; no allocation; BLAS does the work
// where it is good at it (it is asked for one thread, once, in `LinearAlgebraRuntime`).

/// Whether a factor enters a product as it is or transposed.
public enum Orientation: Sendable {
  case plain, transposed
}

extension Matrix {
  /// C ← α·op(A)·op(B) + β·C, where C is the receiver.
  ///
  /// - Parameters:
  ///   - a: `[rows, inner]`, or `[inner, rows]` where `orientationA` is `.transposed`.
  ///   - b: `[inner, columns]`, or `[columns, inner]` where `orientationB` is `.transposed`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func accumulateProduct(
    _ a: Matrix, _ orientationA: Orientation = .plain, _ b: Matrix,
    _ orientationB: Orientation = .plain, alpha: Scalar = 1, beta: Scalar = 0
  ) {
    let transposeA = orientationA == .transposed
    let transposeB = orientationB == .transposed
    let inner = transposeA ? a.rows : a.columns
    precondition(
      (transposeA ? a.columns : a.rows) == rows && (transposeB ? b.columns : b.rows) == inner
        && (transposeB ? b.rows : b.columns) == columns,
      "product: [\(a.rows), \(a.columns)]\(transposeA ? "ᵀ" : "") times [\(b.rows), \(b.columns)]\(transposeB ? "ᵀ" : "") does not give [\(rows), \(columns)]"
    )
    guard rows > 0, columns > 0, inner > 0 else {
      // The empty sum. BLAS does not read C where β = 0, and 0·NaN is NaN.
      if beta == 0 { fill(0) } else if beta != 1 { update { _, _, value in beta * value } }
      return
    }
    let (rows, columns) = (rows, columns)
    unsafe a.elements.withUnsafeBufferPointer { a0 in
      unsafe b.elements.withUnsafeBufferPointer { b0 in
        unsafe elements.withUnsafeMutableBufferPointer { c0 in
          unsafe Scalar._multiply(
            transposeA: transposeA, transposeB: transposeB, rows: rows, columns: columns,
            inner: inner, alpha: alpha, a: a0.baseAddress!, strideA: a.columns,
            b: b0.baseAddress!, strideB: b.columns, beta: beta, c: c0.baseAddress!,
            strideC: columns)
        }
      }
    }
  }

  /// self ← self + factor·aᵀ·a + diagonal·I with a row a of another matrix, as long as this square one
  /// is wide. What was symmetric stays so to the last bit.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func addSquare(
    ofRow row: Int, in a: Matrix, times factor: Scalar, diagonal: Scalar = 0
  ) {
    let width = columns
    precondition(rows == width && a.columns == width && row >= 0 && row < a.rows)
    unsafe a.elements.withUnsafeBufferPointer { a0 in
      unsafe elements.withUnsafeMutableBufferPointer { c0 in
        for j in 0..<width {
          let left = unsafe a0[row * width + j]
          for k in 0..<width {
            unsafe c0[j * width + k] += factor * (left * a0[row * width + k])
          }
          unsafe c0[j * width + j] += diagonal
        }
      }
    }
  }

  /// Sets every row to `row`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func setRows(to row: [Scalar]) {
    precondition(row.count == columns, "\(row.count) values for rows of \(columns)")
    let rows = rows
    guard rows > 0, columns > 0 else { return }
    unsafe row.withUnsafeBufferPointer { row0 in
      unsafe elements.withUnsafeMutableBufferPointer { c0 in
        unsafe Scalar._broadcastRows(rows, row0.count, row0.baseAddress!, c0.baseAddress!)
      }
    }
  }

  /// sums ← sums + α·Σ_i row i, rows in ascending order.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func addColumnSums(to sums: inout [Scalar], alpha: Scalar = 1) {
    precondition(sums.count == columns, "\(columns) column sums into \(sums.count) places")
    guard rows > 0, columns > 0 else { return }
    unsafe elements.withUnsafeBufferPointer { x0 in
      unsafe sums.withUnsafeMutableBufferPointer { y0 in
        unsafe Scalar._addColumnSums(rows, columns, alpha, x0.baseAddress!, y0.baseAddress!)
      }
    }
  }
}
