// SPDX-License-Identifier: GPL-3.0-or-later
//
// Rows and columns moved as a whole.

extension Matrix {
  /// Row `row` ← scale·values; `values` has one value per column.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func setRow(_ row: Int, to values: [Scalar], times scale: Scalar = 1) {
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    precondition(values.count == columns, "\(values.count) values for a row of \(columns)")
    let first = row * columns
    unsafe values.withUnsafeBufferPointer { values in
      unsafe elements.withUnsafeMutableBufferPointer { own in
        for column in values.indices { unsafe own[first + column] = scale * values[column] }
      }
    }
  }

  /// Becomes the transpose of `other`, in its own storage.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func setTransposed(_ other: Matrix) {
    precondition(
      rows == other.columns && columns == other.rows,
      "[\(rows), \(columns)] cannot be the transpose of [\(other.rows), \(other.columns)]")
    let (rows, columns) = (rows, columns)
    unsafe other.elements.withUnsafeBufferPointer { other in
      unsafe elements.withUnsafeMutableBufferPointer { own in
        for row in 0..<rows {
          for column in 0..<columns {
            unsafe own[row * columns + column] = other[column * rows + row]
          }
        }
      }
    }
  }
}
