// SPDX-License-Identifier: GPL-3.0-or-later

/// The non-zero entries of a `[rows, columns]` block, row after row (compressed sparse rows).
///
/// Row i holds entries `starts[i] ..< starts[i + 1]`, columns ascending. Images of digits are
/// four fifths zero: the products with the first layer's weights take this form.
public struct SparseRows<Scalar: NetworkScalar>: Sendable, Equatable {
  /// The number of rows.
  public private(set) var rows: Int
  /// The number of columns.
  public let columns: Int
  /// Where each row's entries begin; `rows + 1` numbers, the first 0.
  public private(set) var starts: [UInt32]
  /// The column of each entry.
  public private(set) var columnIndices: [UInt32]
  /// The value of each entry.
  public private(set) var values: [Scalar]

  /// `rows` rows without entries, of the given width.
  public init(rows: Int = 0, columns: Int) {
    self.rows = rows
    self.columns = columns
    starts = Array(repeating: 0, count: rows + 1)
    columnIndices = []
    values = []
  }

  /// The non-zero entries of a dense matrix.
  public init(_ matrix: Matrix<Scalar>) {
    self.init(columns: matrix.columns)
    for i in 0..<matrix.rows { append(matrix.elements[i * columns..<(i + 1) * columns]) }
  }

  /// Rows of prebuilt arrays, for builders that make them whole.
  ///
  /// Only the arrays' lengths are checked. The caller promises that `starts` ascends from 0 and
  /// that each row's columns ascend and lie below `columns`; the products trust it.
  public init(
    uncheckedStarts starts: [UInt32], columnIndices: [UInt32], values: [Scalar], columns: Int
  ) {
    precondition(
      starts.first == 0 && Int(starts.last ?? 0) == values.count
        && columnIndices.count == values.count,
      "\(starts.count) starts, \(columnIndices.count) columns, \(values.count) values")
    rows = starts.count - 1
    self.columns = columns
    self.starts = starts
    self.columnIndices = columnIndices
    self.values = values
  }

  /// The number of entries.
  public var entryCount: Int { values.count }

  /// The fraction of entries that is not zero.
  public var density: Double {
    rows == 0 ? 0 : Double(entryCount) / (Double(rows) * Double(columns))
  }

  /// Appends one dense row.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func append(_ row: ArraySlice<Scalar>) {
    precondition(row.count == columns, "a row of \(row.count) in a block of \(columns) columns")
    for (column, value) in row.enumerated() where value != 0 {
      columnIndices.append(UInt32(column))
      values.append(value)
    }
    rows += 1
    starts.append(UInt32(values.count))
  }

  /// Becomes the rows `indices` of `source`, in that order, keeping storage.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func gather(_ indices: [Int], from source: SparseRows) {
    precondition(source.columns == columns, "\(source.columns) columns into \(columns)")
    rows = indices.count
    starts.removeAll(keepingCapacity: true)
    columnIndices.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    starts.append(0)
    for index in indices {
      let range = Int(source.starts[index])..<Int(source.starts[index + 1])
      columnIndices.append(contentsOf: source.columnIndices[range])
      values.append(contentsOf: source.values[range])
      starts.append(UInt32(values.count))
    }
  }
}

extension Matrix {
  /// Becomes the dense form of `rows`, which must have this shape.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func setRows(from rows: SparseRows<Scalar>) {
    precondition(
      rows.rows == self.rows && rows.columns == columns,
      "sparse [\(rows.rows), \(rows.columns)] into [\(self.rows), \(columns)]")
    fill(0)
    for i in 0..<self.rows {
      for entry in Int(rows.starts[i])..<Int(rows.starts[i + 1]) {
        elements[i * columns + Int(rows.columnIndices[entry])] = rows.values[entry]
      }
    }
  }
}
