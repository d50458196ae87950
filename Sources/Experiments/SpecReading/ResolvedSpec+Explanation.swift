// SPDX-License-Identifier: GPL-3.0-or-later

extension ResolvedSpec {
  /// The parameters as a table of aligned columns: parameter, value, unit, whether it was given or
  /// is the default, and what it is.
  ///
  /// A value longer than its column's share pushes the rest of its own line only.
  public var explanation: String {
    let header = ["parameter", "value", "unit", "from", "about"]
    let rows = parameters.map { parameter in
      [
        parameter.keyPath,
        parameter.resolved == .absent ? "none" : parameter.value,
        parameter.unit ?? "",
        parameter.isDefault ? "default" : "given",
        parameter.about,
      ]
    }
    let widest = [48, 32, 16, 8, 0]
    let widths = header.indices.map { column in
      ([header] + rows).map { min($0[column].count, widest[column]) }.max() ?? 0
    }
    return ([header] + rows).map { row in
      var line = ""
      for (cell, width) in zip(row, widths) {
        line += cell + String(repeating: " ", count: max(0, width - cell.count) + 2)
      }
      return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined()
  }
}
