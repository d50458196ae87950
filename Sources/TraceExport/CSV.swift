// SPDX-License-Identifier: GPL-3.0-or-later

/// Tables of numbers as text: RFC 4180, UTF-8, lines ended by CR LF.
public enum CSV {
  /// The shortest text that reads back as the same `Double`; empty for a missing value.
  ///
  /// Whole numbers have no point, not-a-number and the infinities are `nan`, `inf` and `-inf`.
  public static func text(_ value: Double?) -> String {
    guard let value else { return "" }
    if value.isNaN { return "nan" }
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// A cell, quoted when it has to be.
  public static func cell(_ text: String) -> String {
    let special: (Unicode.Scalar) -> Bool = { $0 == "\"" || $0 == "," || $0 == "\r" || $0 == "\n" }
    guard text.unicodeScalars.contains(where: special) else { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }

  /// A row of cells, each as `cell` or `text` gives it, with its line end.
  public static func line(_ cells: [String]) -> [UInt8] {
    Array(cells.joined(separator: ",").utf8) + lineEnd
  }

  static let lineEnd: [UInt8] = [0x0D, 0x0A]
}

/// Writes a table row by row; every row is with the operating system when `append`
/// returns.
///
/// The first column is the step, and rows come in ascending order of it. A value that is missing
/// is an empty cell, never zero.
public struct CSVWriter: ~Copyable {
  /// The names of the columns.
  public let header: [String]
  /// The path of the file.
  public var path: String { file.path }

  private var file: PosixFile
  private var length: Int

  /// Starts a table, in the place of an old file. Throws `ExportError`.
  public init(path: String, header: [String]) throws {
    precondition(!header.isEmpty, "a table needs a column")
    let line = CSV.line(header.map(CSV.cell))
    var file = try PosixFile(path, emptied: true)
    try file.write(line)
    self.header = header
    self.file = file
    length = line.count
  }

  /// Continues a table after its last row whose first cell is at most `step`; later rows, and a
  /// last row that was cut off, are dropped.
  ///
  /// Throws `ExportError`: of kind `.mismatch` when the table has other columns, `.damaged` when
  /// a row that is to be kept cannot be read.
  public init(resuming path: String, header: [String], through step: Double) throws {
    let bytes = try PosixFile.contents(of: path)
    let first = CSV.line(header.map(CSV.cell))
    guard bytes.starts(with: first) else {
      throw ExportError(
        .mismatch, "cannot resume", file: path, reason: "its columns are not those of this run",
        remedy: "Resume with the spec that the run was started with.")
    }
    let kept = try Self.end(ofRowsThrough: step, in: bytes, after: first.count, header, path)
    var file = try PosixFile(path, emptied: false)
    try file.truncate(to: kept)
    self.header = header
    self.file = file
    length = kept
  }

  /// Appends a row, one value per column.
  ///
  /// Throws `ExportError` when the disk does not take it; the table then ends with the row before.
  public mutating func append(_ row: [Double?]) throws {
    precondition(row.count == header.count, "\(row.count) values, \(header.count) columns")
    try write(CSV.line(row.map { CSV.text($0) }))
  }

  /// Appends a row of cells that are texts, or numbers as `CSV.text` gives them; the first is the
  /// step.
  public mutating func append(cells: [String]) throws {
    precondition(cells.count == header.count, "\(cells.count) cells, \(header.count) columns")
    try write(CSV.line(cells.map(CSV.cell)))
  }

  /// Waits until the disk has every row, and closes the file. Closing twice is allowed.
  public mutating func close() throws { try file.close(synchronized: true) }

  private mutating func write(_ line: [UInt8]) throws {
    do {
      try file.write(line)
      length += line.count
    } catch {
      try? file.truncate(to: length)
      throw error
    }
  }

  private static func end(
    ofRowsThrough step: Double, in bytes: [UInt8], after start: Int, _ header: [String],
    _ path: String
  ) throws -> Int {
    var kept = start
    var position = start
    var number = 1
    while let end = bytes[position...].firstIndex(of: 0x0A) {
      number += 1
      let text = String(decoding: bytes[position..<max(position, end - 1)], as: UTF8.self)
      let cells = text.split(separator: ",", omittingEmptySubsequences: false)
      guard bytes[end - 1] == 0x0D, cells.count == header.count, let value = Double(cells[0])
      else {
        throw ExportError(
          .damaged, "cannot resume", file: path,
          reason: "line \(number) is not a row of this table",
          remedy: "Remove the lines from there on, or resume from an earlier checkpoint.")
      }
      if value > step { break }
      position = end + 1
      kept = position
    }
    return kept
  }
}
