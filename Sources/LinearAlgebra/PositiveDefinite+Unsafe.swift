// SPDX-License-Identifier: GPL-3.0-or-later

internal import CKernels
internal import COpenBLAS

/// Scratch of a positive definite solve, kept between calls.
public struct PositiveDefiniteSolver: Sendable {
  private var factor: [Double] = []
  private var solution: [Double] = []

  /// Empty scratch.
  public init() {}

  /// X ← S·V⁻¹ for symmetric positive definite V, by Cholesky factorisation: up to m = 64 by a
  /// kernel of Apical, whose bits no processor changes, beyond by LAPACK (dposv).
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
    let solved = unsafe factor.withUnsafeMutableBufferPointer { a in
      unsafe solution.withUnsafeMutableBufferPointer { b in
        unsafe Self.solve(v.rows, a.baseAddress!, s.rows, b.baseAddress!)
      }
    }
    guard solved, solution.allSatisfy({ Scalar($0).isFinite }) else { return false }
    for index in solution.indices { x.elements[index] = Scalar(solution[index]) }
    return true
  }

  private static func solve(
    _ order: Int, _ v: UnsafeMutablePointer<Double>, _ count: Int,
    _ x: UnsafeMutablePointer<Double>
  ) -> Bool {
    guard order > Int(CK_SMALL_ORDER) else {
      return unsafe ck_solve_small(order, count, v, x) == 1
    }
    var (order, count, info) = (Int32(order), Int32(count), Int32(0))
    var (lda, ldb) = (order, order)
    unsafe dposv_("U", &order, &count, v, &lda, x, &ldb, &info)
    return info == 0
  }
}
