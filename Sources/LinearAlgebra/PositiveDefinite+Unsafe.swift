// SPDX-License-Identifier: GPL-3.0-or-later

internal import COpenBLAS

/// Scratch of a positive definite solve, kept between calls.
public struct PositiveDefiniteSolver: Sendable {
  private var factor: [Double] = []
  private var solution: [Double] = []

  /// Empty scratch.
  public init() {}

  /// X ← S·V⁻¹ for symmetric positive definite V, by Cholesky factorisation (LAPACK dposv).
  ///
  /// - Parameters:
  ///   - s: S, `[n, m]`.
  ///   - v: V, `[m, m]`.
  ///   - x: X, `[n, m]`, in the network's precision.
  /// - Returns: false, leaving X untouched, where V is not positive definite, or V, S or the
  ///   solution not finite.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func solve<Scalar>(
    _ s: Matrix<Double>, timesInverseOf v: Matrix<Double>, into x: inout Matrix<Scalar>
  ) -> Bool {
    precondition(
      v.rows == v.columns && s.columns == v.rows && x.rows == s.rows && x.columns == s.columns,
      "solve: [\(s.rows), \(s.columns)] times the inverse of [\(v.rows), \(v.columns)] into [\(x.rows), \(x.columns)]"
    )
    guard s.rows > 0, v.rows > 0 else { return true }
    // OpenBLAS works on NaN and infinity without complaint.
    guard v.isFinite, s.isFinite else { return false }
    // X V = S is V Xᵀ = Sᵀ, and a row-major S is a column-major Sᵀ.
    factor.removeAll(keepingCapacity: true)
    factor.append(contentsOf: v.elements)
    solution.removeAll(keepingCapacity: true)
    solution.append(contentsOf: s.elements)
    var order = Int32(v.rows)
    var count = Int32(s.rows)
    var info: Int32 = 0
    unsafe factor.withUnsafeMutableBufferPointer { a in
      unsafe solution.withUnsafeMutableBufferPointer { b in
        var (lda, ldb) = (order, order)
        unsafe dposv_("U", &order, &count, a.baseAddress!, &lda, b.baseAddress!, &ldb, &info)
      }
    }
    guard info == 0, solution.allSatisfy({ Scalar($0).isFinite }) else { return false }
    for index in solution.indices { x.elements[index] = Scalar(solution[index]) }
    return true
  }
}
