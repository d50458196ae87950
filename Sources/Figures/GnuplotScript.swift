// SPDX-License-Identifier: GPL-3.0-or-later

/// A figure in gnuplot's language: data first, then one plot for each panel.
///
/// Texts are quoted and lose their special meaning, so that no label can do anything but be read.
struct GnuplotScript {
  let format: FigureFormat
  private let figure: Figure
  private let layout: Layout
  /// In characters there are neither colours nor dashes: looks are counted, and each number has a
  /// character of its own.
  private let numbers: [Curve.Look: Int]
  private(set) var lines: [String] = []
  private var blocks = 0

  init(_ figure: Figure, _ format: FigureFormat) {
    self.figure = figure
    self.format = format
    layout = Layout(figure, format)
    numbers = Self.numbers(figure)
    begin()
    for (index, panel) in figure.panels.enumerated() {
      place(layout.panels[index])
      set(panel.x, "x")
      set(panel.y, "y")
      let isTurned = Layout.turnsWords(panel.x, width: figure.panelSize.width, format)
      add("set xtics \(isTurned ? "rotate by 30 right" : "norotate")")
      lines += ["unset label", "unset arrow"]
      setTitle(panel)
      setLabels(panel, index)
      setSections(panel)
      if index == 0 { decorate() }
      switch panel.content {
      case .curves(let curves): draw(curves, panel)
      case .heatMap(let map): draw(map, in: layout.panels[index])
      }
    }
    if !format.isText && !figure.legend.isEmpty { drawLegend() }
    add("unset multiplot")
  }

  /// The whole script.
  var text: String { lines.joined(separator: "\n") + "\n" }

  // MARK: Beginning

  private mutating func begin() {
    lines += ["set encoding utf8", "set terminal \(terminal)", "set output"]
    lines += [
      "set multiplot", "unset key", "set border 3 lc rgb '#333333'",
      "set tics nomirror out scale 0.5", "set minussign", "unset colorbox",
    ]
    if !format.isText { lines.append("set tics textcolor rgb '#333333'") }
  }

  private var terminal: String {
    let (width, height) = (layout.width, layout.height)
    let look = "background '#ffffff' noenhanced"
    func font(_ families: String) -> String { "font '\(families),\(format.fontSize)'" }
    return switch format {
    case .svg:
      "svg size \(Int(width)),\(Int(height)) \(font("Liberation Sans,Arial,Helvetica")) \(look)"
    case .png:
      "pngcairo size \(Int(2 * width)),\(Int(2 * height)) \(font("Liberation Sans")) fontscale 2 "
        + "linewidth 2 pointscale 2 \(look)"
    case .pdf:
      "pdfcairo size \(width / 96)in,\(height / 96)in \(font("Liberation Sans")) fontscale 1 "
        + "linewidth 1.8 dashlength 1 \(look)"
    case .text: "dumb size \(Int(width)),\(Int(height)) noenhanced"
    }
  }

  /// The figure's title and legend, drawn with the first panel.
  private mutating func decorate() {
    let left = x(layout.panels[0].left)
    for (line, middle) in zip(layout.titleLines, layout.titleMiddles) {
      add(
        "set label \(Self.quoted(line)) at screen \(left),\(y(middle)) left"
          + (format.isText ? "" : " font ',\(format == .svg ? 15 : format == .png ? 11.5 : 8.6)'"))
    }
    guard format.isText else { return }
    for (entry, place) in zip(figure.legend, layout.legend) {
      let sample = textSample(entry.look)
      add(
        "set label \(Self.quoted("\(sample) \(entry.label)")) at screen "
          + "\(x(place.left)),\(y(place.middle)) left")
    }
  }

  /// The legend is a plot of its own over the whole figure, in units of length: samples look as
  /// curves do.
  private mutating func drawLegend() {
    place(Layout.Rectangle(left: 0, bottom: 0, width: layout.width, height: layout.height))
    var panel = Panel(
      x: Axis("", 0...layout.width), y: Axis("", 0...layout.height), content: .curves([]))
    panel.x.hasNumbers = false
    set(panel.x, "x")
    set(panel.y, "y")
    lines += [
      "unset label", "unset arrow", "unset border", "unset xtics", "unset ytics", "unset colorbox",
    ]
    let length = Layout.sampleLength(format)
    var samples: [Curve] = []
    for (entry, place) in zip(figure.legend, layout.legend) {
      add(
        "set label \(Self.quoted(entry.label)) at first \(place.left + length + 6),\(place.middle) left"
      )
      let centre = place.left + length / 2
      let points =
        switch entry.look.style {
        case .line:
          [Curve.Point(place.left, place.middle), Curve.Point(place.left + length, place.middle)]
        case .ticks: [Curve.Point(centre, place.middle - 6, spread: 12)]
        case .points, .rings, .dots: [Curve.Point(centre, place.middle)]
        }
      samples.append(Curve(points, entry.look))
    }
    draw(samples, panel)
  }

  // MARK: Panels

  private mutating func place(_ area: Layout.Rectangle) {
    lines += [
      "set lmargin at screen \(x(area.left))",
      "set rmargin at screen \(x(area.left + area.width))",
      "set bmargin at screen \(y(area.bottom))",
      "set tmargin at screen \(y(area.bottom + area.height))",
    ]
  }

  private mutating func setTitle(_ panel: Panel) {
    // Characters cannot be turned: the label of a vertical axis stands above it.
    let label = format.isText ? panel.y.label : ""
    let title = [panel.title, label].filter { !$0.isEmpty }.joined(separator: " · ")
    guard !title.isEmpty else { return }
    add(
      "set label \(Self.quoted(title)) at graph 0,1 left offset 0,\(format.isText ? 1 : 0.7)")
  }

  private mutating func setSections(_ panel: Panel) {
    for section in panel.sections {
      if !format.isText, section.start > panel.x.range.lowerBound {
        add(
          "set arrow from first \(section.start),graph 0 to first \(section.start),graph 1 nohead "
            + "back lc rgb '#BBBBBB' lw 1")
      }
      guard !section.name.isEmpty else { continue }
      add(
        "set label \(Self.quoted(section.name)) at first \(section.start),graph 0.92 left "
          + (format.isText ? "" : "offset 0.4,0 tc rgb '#666666'"))
    }
  }

  /// The labels of the axes stand where the layout says, whatever a format's fonts are.
  private mutating func setLabels(_ panel: Panel, _ index: Int) {
    let area = layout.panels[index]
    add(
      "set label \(Self.quoted(panel.x.label)) at screen "
        + "\(x(area.left + area.width / 2)),\(y(layout.labelMiddles[index])) center")
    guard !format.isText else { return }
    add(
      "set label \(Self.quoted(panel.y.label)) at screen \(x(area.left - layout.labelDistance)),"
        + "\(y(area.bottom + area.height / 2)) center rotate by 90")
    guard let map = panel.heatMap else { return }
    add(
      "set label \(Self.quoted(map.label)) at screen "
        + "\(x(area.left + area.width + layout.colourLabelDistance)),"
        + "\(y(area.bottom + area.height / 2)) center rotate by 90")
  }

  private mutating func set(_ axis: Axis, _ name: String) {
    add("\(axis.isLogarithmic ? "set" : "unset") logscale \(name)")
    add("set \(name)range [\(axis.range.lowerBound):\(axis.range.upperBound)]")
    add("set format \(name) \(axis.hasNumbers ? "'%h'" : "''")")
    switch axis.ticks {
    case .automatic: add("set \(name)tics autofreq")
    case .every(let step): add("set \(name)tics autofreq \(step)")
    case .named(let ticks):
      let list = ticks.map { "\(Self.quoted(axis.hasNumbers ? $0.word : "")) \($0.place)" }
      add("set \(name)tics (\(list.joined(separator: ", ")))")
    }
  }

  // MARK: Words and numbers

  mutating func block(_ rows: [[Double]]) -> String {
    textBlock(rows.map { $0.map { "\($0)" }.joined(separator: " ") })
  }

  mutating func textBlock(_ rows: [String]) -> String {
    let name = "$block\(blocks)"
    blocks += 1
    add("\(name) << END")
    lines += rows
    add("END")
    return name
  }

  mutating func add(_ line: String) { lines.append(line) }

  func x(_ length: Double) -> Double { length / layout.width }
  func y(_ length: Double) -> Double { length / layout.height }

  private static func numbers(_ figure: Figure) -> [Curve.Look: Int] {
    var numbers: [Curve.Look: Int] = [:]
    let drawn = figure.panels.flatMap { panel -> [Curve.Look] in
      if case .curves(let curves) = panel.content { curves.map(\.look) } else { [] }
    }
    for look in figure.legend.map(\.look) + drawn where numbers[look] == nil {
      numbers[look] = numbers.count
    }
    return numbers
  }

  private func textSample(_ look: Curve.Look) -> String {
    switch look.style {
    case .line: String(repeating: Self.lineCharacters[number(of: look)], count: 3)
    case .ticks, .dots: " I "
    case .points, .rings: " \(Character(Unicode.Scalar(UInt8(65 + number(of: look))))) "
    }
  }

  /// gnuplot's characters of its first line types.
  private static let lineCharacters: [Character] = ["*", "#", "$", "%", "@", "&"]

  /// From 0 to 5: more than six looks share characters.
  func number(of look: Curve.Look) -> Int { (numbers[look] ?? 0) % Self.lineCharacters.count }

  /// A text as gnuplot reads it back.
  static func quoted(_ text: String) -> String {
    "'"
      + String(text.map { $0.isNewline ? " " : $0 }).split(
        separator: "'", omittingEmptySubsequences: false
      ).joined(separator: "''") + "'"
  }
}
