// SPDX-License-Identifier: GPL-3.0-or-later

internal import Figures
internal import Foundation

/// Learning curves and angles of training runs.
struct LearningFigures {
  let groups: [RunGroup]

  /// A step axis for all figures, in thousands where there are many.
  private let scale: Double
  private let lastStep: Double

  init(_ groups: [RunGroup]) {
    self.groups = groups
    lastStep = groups.flatMap { $0.course("step").map(\.step) }.max() ?? 0
    scale = lastStep >= 10_000 ? 1000 : 1
  }

  /// What the runs have columns for.
  var figures: [Figure] { [learningCurves, angles].compactMap(\.self) }

  private var steps: Axis {
    Axis(scale == 1 ? "training steps" : "thousand training steps", 0...max(lastStep / scale, 1))
  }

  private func curve(_ points: [CoursePoint], _ look: Curve.Look) -> Curve {
    Curve(points.map { Curve.Point($0.step / scale, $0.mean, spread: $0.error) }, look)
  }

  // MARK: Learning curves

  private struct Quantity {
    let column: String
    let name: String
    let factor: Double
  }

  private var learningCurves: Figure? {
    let isClassified = has("test_error") || has("validation_error")
    let kind = isClassified ? "error" : "loss"
    let factor = isClassified ? 100.0 : 1
    let tested = has("test_\(kind)") ? "test" : "validation"
    let main = Quantity(column: "\(tested)_\(kind)", name: "\(tested) \(kind)", factor: factor)
    let second = Quantity(column: "validation_\(kind)", name: "validation \(kind)", factor: factor)
    var panels: [Panel] = []
    var legend: [LegendEntry] = []
    if has(main.column) {
      let both = groups.count == 1 && tested == "test" && has(second.column)
      panels.append(
        panel(
          both ? [main, second] : [main],
          title: both ? "Test and validation \(kind)" : main.name.capitalizedFirst,
          unit: isClassified ? "\(kind) (%)" : kind))
      if both {
        legend += [
          LegendEntry("test", Curve.Look(.blue)),
          LegendEntry("validation", Curve.Look(.blue, dash: .dashed)),
        ]
      }
    }
    if has("train_loss") {
      panels.append(
        panel(
          [Quantity(column: "train_loss", name: "training loss", factor: 1)],
          title: "Training loss", unit: "loss per trial"))
    }
    guard !panels.isEmpty else { return nil }
    return Figure(
      name: "learning-curves", title: headline(main, unit: isClassified ? " %" : ""),
      panels: panels, columns: 2, legend: groupLegend + legend)
  }

  /// One panel: a colour for each group, a dash for each quantity.
  private func panel(_ quantities: [Quantity], title: String, unit: String) -> Panel {
    var curves: [Curve] = []
    var values: [Double] = []
    for (index, group) in groups.enumerated() {
      for (quantity, dash) in zip(quantities, Curve.Dash.allCases) {
        let points = group.course(quantity.column, factor: quantity.factor)
        values += points.flatMap { [$0.mean - ($0.error ?? 0), $0.mean + ($0.error ?? 0)] }
        curves.append(curve(points, Curve.Look(Colour.number(index), dash: dash)))
      }
    }
    return Panel(title: title, x: steps, y: Axis.fitting(values, unit), content: .curves(curves))
  }

  private func headline(_ quantity: Quantity, unit: String) -> String {
    let courses = groups.map { $0.course(quantity.column, factor: quantity.factor) }
    let note = RunGroup.spreadNote(groups)
    let name = quantity.name.capitalizedFirst
    if groups.count == 1, let first = courses[0].first, let last = courses[0].last,
      first.step < last.step
    {
      let verb = last.mean < first.mean ? "falls" : last.mean > first.mean ? "rises" : "stays"
      let change =
        last.mean == first.mean
        ? "at \(Numbers.text(last.mean))\(unit)"
        : "from \(Numbers.text(first.mean)) to \(Numbers.text(last.mean))\(unit)"
      return "\(name) \(verb) \(change) in \(Int(last.step)) steps\(note)"
    }
    let ends = courses.compactMap(\.last)
    if ends.count == groups.count, groups.count > 1,
      let best = ends.indices.min(by: { ends[$0].mean < ends[$1].mean })
    {
      return
        "\(name) ends lowest for \(groups[best].label): \(Numbers.text(ends[best].mean))\(unit)\(note)"
    }
    return "Learning curves of \(groups.map(\.label).joined(separator: ", "))\(note)"
  }

  // MARK: Angles

  /// The kinds of angle, and what they are called.
  private static let angles: [(column: String, name: String, dash: Curve.Dash)] = [
    ("angle", "teaching signal without noise", .solid),
    ("single_trial_angle", "teaching signal of a single trial", .dashed),
    ("update_angle", "change of the weights", .dotted),
  ]

  private var angles: Figure? {
    var layers: [Int] = []
    while has("angle_\(layers.count + 1)") { layers.append(layers.count + 1) }
    guard !layers.isEmpty else { return nil }
    let kinds = Self.angles.filter { kind in layers.contains { has("\(kind.column)_\($0)") } }
    let panels = layers.map { layer in
      Panel(
        title: "Hidden layer \(layer)", x: steps,
        y: Axis("angle to the gradient (°)", 0...180, ticks: .every(45)),
        content: .curves(
          groups.enumerated().flatMap { index, group in
            kinds.map {
              curve(
                group.course("\($0.column)_\(layer)"),
                Curve.Look(Colour.number(index), dash: $0.dash))
            }
          }), references: [90])
    }
    let colour: Colour = groups.count == 1 ? Colour.number(0) : .grey
    let dashes =
      kinds.count > 1 ? kinds.map { LegendEntry($0.name, Curve.Look(colour, dash: $0.dash)) } : []
    return Figure(
      name: "angles", title: anglesHeadline(layers), panels: panels, columns: min(3, layers.count),
      legend: groupLegend + dashes)
  }

  private func anglesHeadline(_ layers: [Int]) -> String {
    let note = RunGroup.spreadNote(groups)
    let of =
      layers.count == 1 ? "layer 1" : "layers \(layers.map(String.init).joined(separator: ", "))"
    let ends = groups.map { group in
      layers.compactMap { group.course("angle_\($0)").last?.mean }
    }
    func words(_ angles: [Double]) -> String {
      angles.map { "\(Int($0.rounded()))°" }.joined(separator: ", ")
    }
    if groups.count == 1 {
      return "Teaching signals end \(words(ends[0])) from the true gradient in \(of)\(note)"
    }
    return "Teaching signals end "
      + zip(groups, ends).map { "\(words($1)) (\($0.label))" }.joined(separator: " and ")
      + " from the gradient\(note)"
  }

  private var groupLegend: [LegendEntry] {
    groups.count == 1
      ? []
      : groups.enumerated().map { LegendEntry($1.label, Curve.Look(Colour.number($0))) }
  }

  private func has(_ column: String) -> Bool {
    groups.contains { group in
      group.runs.contains { run in
        (0..<run.rowCount).contains { run.value(column, row: $0) != nil }
      }
    }
  }
}

extension String {
  /// The text with a capital first letter.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

extension Axis {
  /// A logarithmic axis where values are positive and span more than a factor of three, and an
  /// ordinary one elsewhere.
  static func fitting(_ values: [Double], _ label: String) -> Axis {
    let values = values.filter(\.isFinite)
    guard let low = values.min(), let high = values.max(), low > 0, high > 3 * low else {
      return .holding(values, label)
    }
    return .logarithmic(holding: values, label)
  }
}
