// SPDX-License-Identifier: GPL-3.0-or-later

internal import Figures

/// Figures of a study: for each metric a heat map over the first two axes, with a panel for each
/// choice of the others; or points with error bars over the one axis.
///
/// A column `<metric>_formula` is drawn beside its metric: as a heat map of its own, or as rings.
struct StudyFigures {
  let table: StudyTable

  /// The most panels of a figure.
  static let panelLimit = 12
  private static let bookkeeping: Set<String> = ["step", "samples", "wall_seconds"]

  /// A figure for each metric. Throws where the study has no axis.
  func figures() throws -> [Figure] {
    guard !table.axes.isEmpty else {
      throw RunFailure.file("\(table.path): there is no axis: no column stands before \"seed\"")
    }
    return table.metrics.filter { metric in
      !Self.bookkeeping.contains(metric)
        && !(metric.hasSuffix("_formula") && table.metrics.contains(String(metric.dropLast(8))))
    }.map { table.axes.count == 1 ? points($0) : heatMap($0) }
  }

  private var note: String {
    table.seeds > 1 ? "mean ± s.e.m. of \(table.seeds) seeds" : "one seed"
  }

  /// In a heat map there is no room for errors.
  private var meanNote: String { table.seeds > 1 ? "mean of \(table.seeds) seeds" : "one seed" }

  private func formula(of metric: String) -> String? {
    table.metrics.contains("\(metric)_formula") ? "\(metric)_formula" : nil
  }

  /// `test_error` → `test error`, `angle_1` → `angle, layer 1`.
  private func words(_ metric: String) -> String {
    let parts = metric.split(separator: "_").map(String.init)
    guard parts.count > 1, let last = parts.last, Int(last) != nil else {
      return parts.joined(separator: " ")
    }
    return "\(parts.dropLast().joined(separator: " ")), layer \(last)"
  }

  /// Whether a metric is an angle in degrees, which has a zero and an end, and no orders of magnitude.
  private func isAngle(_ metric: String) -> Bool { metric.split(separator: "_").contains("angle") }

  // MARK: One axis

  private func points(_ metric: String) -> Figure {
    let values = table.values(ofAxis: 0)
    let numbers = values.compactMap { Double($0) }
    let isNumeric = numbers.count == values.count
    func curve(_ metric: String, _ look: Curve.Look, bars: Bool) -> Curve {
      Curve(
        values.enumerated().compactMap { index, value in
          guard let mean = table.mean(metric, at: [value]) else { return nil }
          return Curve.Point(
            isNumeric ? numbers[index] : Double(index), mean.mean, spread: bars ? mean.error : nil)
        }, look)
    }
    let measured = Curve.Look(.blue, style: .points)
    let predicted = Curve.Look(.vermilion, style: .rings)
    var curves = [curve(metric, measured, bars: true)]
    if let formula = formula(of: metric) { curves.append(curve(formula, predicted, bars: false)) }
    let label = table.label(ofAxis: 0)
    let heights = curves.flatMap { curve in
      curve.points.flatMap { [$0.y - ($0.spread ?? 0), $0.y + ($0.spread ?? 0)] }
    }
    let y: Axis =
      isAngle(metric)
      ? .degrees(holding: heights, "\(words(metric)) (°)") : .fitting(heights, words(metric))
    let x: Axis = isNumeric ? .spreading(numbers, label) : .words(values, label)
    return Figure(
      name: "study-\(metric)", title: "\(words(metric).capitalizedFirst) by \(label) (\(note))",
      panels: [Panel(x: x, y: y, content: .curves(curves))],
      legend: curves.count > 1
        ? [LegendEntry("measured", measured), LegendEntry("formula", predicted)] : [],
      panelSize: PanelSize(width: 460, height: 260))
  }

  // MARK: Two axes and more

  private func heatMap(_ metric: String) -> Figure {
    let (columns, rows) = (table.values(ofAxis: 0), table.values(ofAxis: 1))
    var rests: [[String]] = []
    for cell in table.cells {
      let rest = Array(cell.place[2...])
      if !rests.contains(rest) { rests.append(rest) }
    }
    let quantities = [metric] + (formula(of: metric).map { [$0] } ?? [])
    var matrices: [(title: String, values: [[Double?]])] = []
    for rest in rests.prefix(Self.panelLimit / quantities.count) {
      for quantity in quantities {
        let place = rest.enumerated().map { "\(table.label(ofAxis: $0 + 2)) \($1)" }
        let kind = quantities.count == 1 ? [] : [quantity == metric ? "measured" : "formula"]
        let values = rows.map { row in
          columns.map { table.mean(quantity, at: [$0, row] + rest)?.mean }
        }
        matrices.append(((place + kind).joined(separator: ", "), values))
      }
    }
    let known = matrices.flatMap { $0.values.flatMap { $0.compactMap(\.self) } }
    let (low, high) = (known.min() ?? 0, known.max() ?? 1)
    let isLogarithmic = low > 0 && high > 50 * low && !isAngle(metric)
    let range =
      isAngle(metric) && high > 0 ? 0...high : low < high ? low...high : low - 0.5...low + 0.5
    let panels = matrices.map { matrix in
      Panel(
        title: matrix.title, x: .words(columns, table.label(ofAxis: 0)),
        y: .words(rows, table.label(ofAxis: 1)),
        content: .heatMap(
          HeatMap(
            values: matrix.values, label: words(metric), range: range, isLogarithmic: isLogarithmic)
        ))
    }
    return Figure(
      name: "study-\(metric)",
      title: "\(words(metric).capitalizedFirst) is lowest for \(lowestPlace(metric)) (\(meanNote))",
      panels: panels, columns: 2,
      panelSize: PanelSize(
        width: max(150, min(70 * Double(columns.count), 560)),
        // High enough for the name of the colours beside them.
        height: max(90, 7 * Double(words(metric).count), min(38 * Double(rows.count), 300))))
  }

  /// Where the metric's mean is lowest.
  private func lowestPlace(_ metric: String) -> String {
    let lowest = table.cells.compactMap { cell in
      table.mean(metric, at: cell.place).map { (cell.place, $0.mean) }
    }.min { $0.1 < $1.1 }
    return (lowest?.0 ?? []).enumerated().map { "\(table.label(ofAxis: $0)) \($1)" }
      .joined(separator: ", ")
  }
}

extension Axis {
  /// An axis through all of these numbers, logarithmic where they span orders of magnitude.
  fileprivate static func spreading(_ numbers: [Double], _ label: String) -> Axis {
    let isWide = numbers.allSatisfy { $0 > 0 } && numbers.max()! >= 30 * numbers.min()!
    let axis: Axis = isWide ? .logarithmic(holding: numbers, label) : .holding(numbers, label)
    // Where there are few values, they are the ticks.
    return numbers.count <= 8 ? axis.ticked(numbers) : axis
  }
}
