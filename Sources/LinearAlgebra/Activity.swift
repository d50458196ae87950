// SPDX-License-Identifier: GPL-3.0-or-later

/// A `[trials, units]` block of activity entering a layer: dense, or as its non-zero entries.
///
/// Which of the two is a matter of speed, never of meaning. The sparse form pays below a density
/// of about one half (`sparseBelow`).
public enum Activity<Scalar: NetworkScalar>: Sendable, Equatable {
  case dense(Matrix<Scalar>)
  case sparse(SparseRows<Scalar>)

  /// The density below which the sparse form is used.
  public static var sparseBelow: Double { 0.5 }

  /// The number of trials.
  public var trials: Int {
    switch self {
    case .dense(let matrix): matrix.rows
    case .sparse(let rows): rows.rows
    }
  }

  /// The number of units.
  public var units: Int {
    switch self {
    case .dense(let matrix): matrix.columns
    case .sparse(let rows): rows.columns
    }
  }

  /// The dense form, a copy where the activity is sparse.
  public var dense: Matrix<Scalar> {
    switch self {
    case .dense(let matrix): return matrix
    case .sparse(let rows):
      var result = Matrix<Scalar>(rows: rows.rows, columns: rows.columns)
      result.setRows(from: rows)
      return result
    }
  }
}
