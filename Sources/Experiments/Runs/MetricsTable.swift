// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

/// `metrics.csv`, read back.
struct MetricsTable: Sendable {
  let columns: [String]
  let rows: [[Double?]]

  init(contentsOf path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw RunFailure.output("\(path): cannot be read")
    }
    let lines = String(decoding: data, as: UTF8.self)
      .split(whereSeparator: \.isNewline).map(String.init)
    columns = (lines.first ?? "").split(separator: ",", omittingEmptySubsequences: false)
      .map(String.init)
    rows = lines.dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    }
  }

  func value(_ column: String, at step: Int) -> Double? {
    guard let index = columns.firstIndex(of: column),
      let row = rows.first(where: { $0.first == Double(step) }), index < row.count
    else { return nil }
    return row[index]
  }

  /// The value of a column in the last row; nil where it is missing or there is no such column.
  func lastValue(_ column: String) -> Double? {
    guard let index = columns.firstIndex(of: column), let row = rows.last, index < row.count
    else { return nil }
    return row[index]
  }
}
