// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import TraceExport

/// A study's `table.csv`: a row for each run, the axes of the grid before the column `seed`, what
/// was measured after it.
struct StudyTable {
  /// A cell of the grid: the values of all axes, and what its runs measured.
  struct Cell {
    let place: [String]
    /// The values of each numeric column over the seeds, without missing ones.
    var values: [String: [Double]]
  }

  let path: String
  let axes: [String]
  /// Columns after `seed` in which every cell is a number or empty, and one is a number.
  let metrics: [String]
  /// In the order in which they first appear.
  let cells: [Cell]
  let seeds: Int

  /// Reads the table of the study in `folder`. Throws `RunFailure` where it cannot be one.
  init(folder: String) throws {
    path = "\(folder)/table.csv"
    let table: CSVTable
    do {
      table = try CSVTable(reading: path, keepsLastLine: true)
    } catch let error as ExportError {
      throw RunFailure.file(error.description)
    }
    guard let seed = table.column("seed") else {
      throw RunFailure.file(
        "\(path): there is no column \"seed\": axes stand before it, measurements after it")
    }
    axes = Array(table.header[..<seed])
    let positions = table.header.indices.filter { column in
      column > seed
        && table.rows.allSatisfy { $0[column].isEmpty || Double($0[column]) != nil }
        && table.rows.contains { Double($0[column])?.isFinite ?? false }
    }
    metrics = positions.map { table.header[$0] }
    var cells: [Cell] = []
    var numbers: [[String]: Int] = [:]
    for row in table.rows {
      let place = Array(row[..<seed])
      let number = numbers[place] ?? cells.count
      if number == cells.count {
        numbers[place] = number
        cells.append(Cell(place: place, values: [:]))
      }
      for column in positions {
        if let value = Double(row[column]), value.isFinite {
          cells[number].values[table.header[column], default: []].append(value)
        }
      }
    }
    self.cells = cells
    seeds = Set(table.rows.map { $0[seed] }).count
  }

  /// The values of an axis: by size where all are numbers, else as they appear.
  func values(ofAxis axis: Int) -> [String] {
    var seen: Set<String> = []
    let values = cells.map { $0.place[axis] }.filter { seen.insert($0).inserted }
    let numbers = values.compactMap { Double($0) }
    guard numbers.count == values.count else { return values }
    return values.sorted { Double($0)! < Double($1)! }
  }

  /// The last word of an axis's key path, or all of it where two axes end in the same word.
  func label(ofAxis axis: Int) -> String {
    let ends = axes.map { $0.split(separator: ".").last.map(String.init) ?? $0 }
    return ends.filter { $0 == ends[axis] }.count == 1 ? ends[axis] : axes[axis]
  }

  /// The mean of a metric in a cell of the grid and its error; nil where no run has it.
  func mean(_ metric: String, at place: [String]) -> (mean: Double, error: Double?)? {
    guard let values = cells.first(where: { $0.place == place })?.values[metric] else { return nil }
    let statistic = MeanAndError(values)
    return statistic.mean.map { ($0, statistic.standardError) }
  }
}
