// SPDX-License-Identifier: GPL-3.0-or-later

/// The non-zero entries of a `[rows, columns]` block, row by row (compressed sparse rows).
///
/// Row i holds entries `begins[i] ..< ends[i]` of `columnIndices` and `values`, columns ascending.
/// Rows need not lie one after the other: a batch is a choice of a data set's rows and shares its
/// storage (`gather`). Images of digits are four fifths zero: the products with the first layer's
/// weights take this form. Columns are numbered in 16 bits, because a batch's entries come from
/// anywhere in a data set and their way through memory costs as much as the products: a block has
/// at most 65,536 columns.
public struct SparseRows<Scalar: NetworkScalar>: Sendable {
  /// The number of rows.
  public var rows: Int { begins.count }
  /// The number of columns.
  public let columns: Int
  /// Where each row's entries begin.
  public private(set) var begins: [UInt32]
  /// Where each row's entries end.
  public private(set) var ends: [UInt32]
  /// The column of each entry.
  public private(set) var columnIndices: [UInt16]
  /// The value of each entry.
  public private(set) var values: [Scalar]
  /// The number of entries of all rows.
  public private(set) var entryCount: Int

  /// `rows` rows without entries, of the given width.
  public init(rows: Int = 0, columns: Int) {
    Self.checkWidth(columns)
    self.columns = columns
    begins = Array(repeating: 0, count: rows)
    ends = begins
    columnIndices = []
    values = []
    entryCount = 0
  }

  /// The non-zero entries of a dense matrix.
  public init(_ matrix: Matrix<Scalar>) {
    self.init(columns: matrix.columns)
    for i in 0..<matrix.rows { append(matrix.elements[i * columns..<(i + 1) * columns]) }
  }

  /// Rows of prebuilt arrays, for builders that make them whole.
  ///
  /// Row i holds entries `starts[i] ..< starts[i + 1]`. Only the arrays' lengths are checked. The
  /// caller promises that `starts` ascends from 0 and that each row's columns ascend and lie
  /// below `columns`; the products trust it.
  public init(
    uncheckedStarts starts: [UInt32], columnIndices: [UInt16], values: [Scalar], columns: Int
  ) {
    precondition(
      starts.first == 0 && Int(starts.last ?? 0) == values.count
        && columnIndices.count == values.count,
      "\(starts.count) starts, \(columnIndices.count) columns, \(values.count) values")
    Self.checkWidth(columns)
    self.columns = columns
    begins = Array(starts.dropLast())
    ends = Array(starts.dropFirst())
    self.columnIndices = columnIndices
    self.values = values
    entryCount = values.count
  }

  private static func checkWidth(_ columns: Int) {
    precondition(columns >= 0 && columns <= 1 << 16, "sparse rows of \(columns) columns")
  }

  /// The places of a row's entries.
  public func entries(ofRow row: Int) -> Range<Int> { Int(begins[row])..<Int(ends[row]) }

  /// The fraction of entries that is not zero.
  public var density: Double {
    rows == 0 ? 0 : Double(entryCount) / (Double(rows) * Double(columns))
  }

  /// Appends one dense row.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func append(_ row: ArraySlice<Scalar>) {
    precondition(row.count == columns, "a row of \(row.count) in a block of \(columns) columns")
    begins.append(UInt32(values.count))
    for (column, value) in row.enumerated() where value != 0 {
      columnIndices.append(UInt16(column))
      values.append(value)
      entryCount += 1
    }
    ends.append(UInt32(values.count))
  }

  /// Becomes the rows `indices` of `source`, in that order, sharing its storage: nothing but
  /// places is copied.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func gather(_ indices: [Int], from source: SparseRows) {
    precondition(source.columns == columns, "\(source.columns) columns into \(columns)")
    begins.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    entryCount = 0
    for index in indices {
      let (begin, end) = (source.begins[index], source.ends[index])
      begins.append(begin)
      ends.append(end)
      entryCount += Int(end - begin)
    }
    columnIndices = source.columnIndices
    values = source.values
  }
}

extension SparseRows {
  /// Becomes the entries of `pattern` with the values that `matrix` has there, in storage of its
  /// own.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func setValues(of matrix: Matrix<Scalar>, at pattern: SparseRows) {
    precondition(
      matrix.rows == pattern.rows && matrix.columns == columns && pattern.columns == columns,
      "[\(matrix.rows), \(matrix.columns)] at a pattern of [\(pattern.rows), \(pattern.columns)]")
    begins.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    columnIndices.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    for row in 0..<pattern.rows {
      begins.append(UInt32(values.count))
      for entry in pattern.entries(ofRow: row) {
        let column = pattern.columnIndices[entry]
        columnIndices.append(column)
        values.append(matrix.elements[row * columns + Int(column)])
      }
      ends.append(UInt32(values.count))
    }
    entryCount = values.count
  }
}

extension SparseRows: Equatable {
  /// Whether two blocks have the same entries, wherever these lie.
  public static func == (a: SparseRows, b: SparseRows) -> Bool {
    guard a.rows == b.rows, a.columns == b.columns else { return false }
    return (0..<a.rows).allSatisfy { row in
      let (x, y) = (a.entries(ofRow: row), b.entries(ofRow: row))
      return a.columnIndices[x] == b.columnIndices[y] && a.values[x] == b.values[y]
    }
  }
}
