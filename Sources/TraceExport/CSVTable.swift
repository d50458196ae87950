// SPDX-License-Identifier: GPL-3.0-or-later

/// A table of text as it was read: RFC 4180, with either kind of line end.
public struct CSVTable: Equatable, Sendable {
  /// The names of the columns.
  public let header: [String]
  /// `[rows][columns]`.
  public let rows: [[String]]

  /// Reads the file at `path`.
  ///
  /// Throws `ExportError`; of kind `.damaged` when it is empty, when a row has another number of
  /// cells than the header, or when a quotation does not end. A last line without a line end is a
  /// row that is still being written, and is left out, unless `keepsLastLine`.
  public init(reading path: String, keepsLastLine: Bool = false) throws {
    var bytes = try PosixFile.contents(of: path)
    if !keepsLastLine, let end = bytes.lastIndex(of: 0x0A) { bytes.removeSubrange((end + 1)...) }
    var records = try Self.records(bytes, path)
    guard !records.isEmpty else {
      throw Self.damaged(path, "it has no line of column names")
    }
    header = records.removeFirst()
    for (index, row) in records.enumerated() where row.count != header.count {
      throw Self.damaged(
        path, "row \(index + 1) has \(row.count) cells, the columns are \(header.count)")
    }
    rows = records
  }

  /// Reads a table whose cells are numbers or empty.
  ///
  /// Throws as `init(reading:keepsLastLine:)`; `.damaged` too where a cell is something else.
  public init(readingNumbers path: String) throws {
    try self.init(reading: path)
    for (index, row) in rows.enumerated() {
      for (name, cell) in zip(header, row) where !cell.isEmpty && Double(cell) == nil {
        throw Self.damaged(path, "row \(index + 1) has \(name) \(cell), which is no number")
      }
    }
  }

  /// The position of a column.
  public func column(_ name: String) -> Int? { header.firstIndex(of: name) }

  private static func records(_ bytes: [UInt8], _ path: String) throws -> [[String]] {
    var records: [[String]] = []
    var cells: [String] = []
    var cell: [UInt8] = []
    var isQuoted = false
    var position = 0
    func finishCell() {
      cells.append(String(decoding: cell, as: UTF8.self))
      cell.removeAll()
    }
    func finishRecord() {
      finishCell()
      if cells != [""] { records.append(cells) }
      cells.removeAll()
    }
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case 0x22 where isQuoted:
        if position < bytes.count, bytes[position] == 0x22 {
          cell.append(byte)
          position += 1
        } else {
          isQuoted = false
        }
      case _ where isQuoted: cell.append(byte)
      case 0x22 where cell.isEmpty: isQuoted = true
      case 0x2C: finishCell()
      case 0x0D where position < bytes.count && bytes[position] == 0x0A: break
      case 0x0A: finishRecord()
      default: cell.append(byte)
      }
    }
    guard !isQuoted else { throw damaged(path, "a quotation in it does not end") }
    if !cell.isEmpty || !cells.isEmpty { finishRecord() }
    return records
  }

  private static func damaged(_ path: String, _ reason: String) -> ExportError {
    ExportError(
      .damaged, "cannot read", file: path, reason: reason,
      remedy: "Restore the table, or make it anew.")
  }
}
