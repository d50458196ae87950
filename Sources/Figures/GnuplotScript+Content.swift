// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

extension GnuplotScript {
  /// Lines, points and ticks; bands below their lines.
  mutating func draw(_ curves: [Curve], _ panel: Panel) {
    var parts = panel.references.map { "\($0) with lines lc rgb '#BBBBBB' lw 1 dt 1" }
    if format.isText { parts = [] }
    for curve in curves where !curve.points.isEmpty {
      let look = curve.look
      switch look.style {
      case .line:
        if !format.isText, curve.points.contains(where: { ($0.spread ?? 0) > 0 }) {
          let range = panel.y.range
          let band = block(
            curve.points.map { point in
              let spread = point.spread ?? 0
              return [
                point.x, max(point.y - spread, range.lowerBound),
                min(point.y + spread, range.upperBound),
              ]
            })
          parts.append(
            "\(band) using 1:2:3 with filledcurves fc rgb '\(look.colour.rawValue)' "
              + "fs transparent solid 0.2 noborder")
        }
        let name = block(curve.points.map { [$0.x, $0.y] })
        parts.append("\(name) using 1:2 with lines \(line(look))")
      case .points, .rings:
        if !format.isText, curve.points.contains(where: { $0.spread != nil }) {
          let bars = block(
            curve.points.map { [$0.x, $0.y - ($0.spread ?? 0), 2 * ($0.spread ?? 0)] })
          parts.append(
            "\(bars) using 1:2:(0):3 with vectors nohead lw 1.4 lc rgb '\(look.colour.rawValue)'")
        }
        let name = block(curve.points.map { [$0.x, $0.y] })
        parts.append("\(name) using 1:2 with points \(point(look))")
      case .ticks where !format.isText:
        let name = block(curve.points.map { [$0.x, $0.y, $0.spread ?? 0] })
        parts.append("\(name) using 1:2:(0):3 with vectors nohead \(look.line)")
      case .dots, .ticks:
        let name = block(curve.points.map { [$0.x, $0.y + ($0.spread ?? 0) / 2] })
        parts.append("\(name) using 1:2 with points \(point(look))")
      }
    }
    // A panel without points still has its axes.
    add("plot " + (parts.isEmpty ? "NaN" : parts.joined(separator: ", ")))
  }

  /// Coloured cells, and in each its value.
  mutating func draw(_ map: HeatMap, in area: Layout.Rectangle) {
    let (scale, digits) = Layout.cellText(map, panelWidth: area.width, format)
    let cells = map.values.enumerated().flatMap { row, values in
      values.enumerated().map { (column: $0, row: row, value: $1) }
    }
    let known = cells.filter { $0.value?.isFinite ?? false }
    for line in [
      "set palette defined (\(Self.viridis))",
      map.isLogarithmic ? "set logscale cb" : "unset logscale cb",
      "set cbrange [\(map.range.lowerBound):\(map.range.upperBound)]", "set format cb '%h'",
    ] { add(line) }
    if !format.isText {
      // Of a width of its own: beside a wide panel gnuplot's would reach the label.
      add(
        "set colorbox noborder user origin screen \(x(area.left + area.width + 8)),\(y(area.bottom)) "
          + "size screen \(x(14)),\(y(area.height))")
    }
    var parts: [String] = []
    if !format.isText, !known.isEmpty {
      let boxes = block(known.map { [Double($0.column), Double($0.row), $0.value!] })
      parts.append(
        "\(boxes) using 1:2:(0.5):(0.5):3 with boxxyerror fs solid 1 noborder lc palette")
    }
    for isDark in [true, false] {
      let chosen = cells.filter { ($0.value.map { map.position(of: $0) < 0.6 } ?? false) == isDark }
      guard !chosen.isEmpty else { continue }
      let name = textBlock(
        chosen.map { cell in
          "\(cell.column) \(cell.row) \"\(cell.value.map { Numbers.text($0, digits: digits) } ?? "–")\""
        })
      let look =
        format.isText
        ? ""
        : " font ',\(format.fontSize * scale)' tc rgb '\(isDark ? "#FFFFFF" : "#000000")'"
      parts.append("\(name) using 1:2:3 with labels\(look)")
    }
    add("plot " + parts.joined(separator: ", "))
  }

  private func line(_ look: Curve.Look) -> String {
    format.isText ? "lt \(number(of: look) + 1)" : look.line
  }

  private func point(_ look: Curve.Look) -> String {
    guard format.isText else { return look.point }
    return look.style == .ticks || look.style == .dots ? "pt 9" : "pt \(number(of: look) + 1)"
  }

  /// The colour map viridis at nine places: perceptually even, and even in grey.
  private static let viridis = [
    "#440154", "#472D7B", "#3B528B", "#2C728E", "#21918C", "#28AE80", "#5EC962", "#ADDC30",
    "#FDE725",
  ].enumerated().map { "\($0) '\($1)'" }.joined(separator: ", ")
}

extension Curve.Look {
  var line: String {
    let pattern = [Curve.Dash.solid: "1", .dashed: "(18,8)", .dotted: "(4,7)"][dash] ?? "1"
    return "lc rgb '\(colour.rawValue)' lw 1.6 dt \(pattern)"
  }

  var point: String {
    switch style {
    case .rings: "pt 6 ps 1.1 lw 1.4 lc rgb '\(colour.rawValue)'"
    case .dots: "pt 7 ps 0.2 lc rgb '\(colour.rawValue)'"
    case .line, .points, .ticks: "pt 7 ps 0.7 lc rgb '\(colour.rawValue)'"
    }
  }
}

extension HeatMap {
  /// Where a value lies on the colour scale, from 0 to 1.
  func position(of value: Double) -> Double {
    let (low, high) = (range.lowerBound, range.upperBound)
    guard low < high else { return 0.5 }
    if isLogarithmic { return log(value / low) / log(high / low) }
    return (value - low) / (high - low)
  }
}
