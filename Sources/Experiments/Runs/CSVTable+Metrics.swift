// SPDX-License-Identifier: GPL-3.0-or-later

internal import TraceExport

/// `metrics.csv`, read back: numbers by column and step, the first column being the step.
extension CSVTable {
  /// The number in a column of a row; nil where it is missing or there is no such column.
  func number(_ column: String, row: Int) -> Double? {
    self.column(column).flatMap { Double(rows[row][$0]) }
  }

  /// The number in a column at a step.
  func number(_ column: String, at step: Int) -> Double? {
    rows.firstIndex { Double($0[0]) == Double(step) }.flatMap { number(column, row: $0) }
  }

  /// The number in a column of the last row.
  func lastNumber(_ column: String) -> Double? {
    rows.isEmpty ? nil : number(column, row: rows.count - 1)
  }
}
