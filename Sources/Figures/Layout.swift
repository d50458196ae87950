// SPDX-License-Identifier: GPL-3.0-or-later

/// Where panels, titles and the legend of a figure stand: lengths in the units of the format
/// (1/96 inch, or characters), counted from the lower left corner.
struct Layout {
  struct Rectangle: Equatable {
    var left: Double
    var bottom: Double
    var width: Double
    var height: Double
  }

  /// An entry of the legend: where its sample begins, and the middle of its line.
  struct LegendPlace: Equatable {
    var left: Double
    var middle: Double
  }

  /// Lengths of one format.
  private struct Measures {
    var left: Double
    var right: Double
    var top: Double
    var bottom: Double
    /// What a panel's title adds to `top`.
    var panelTitle: Double
    /// What the label of a horizontal axis adds to `bottom`.
    var label: Double
    var colourBox: Double
    var title: Double
    /// What each further line of a title adds.
    var titleLine: Double
    var legendLine: Double
    /// The mean width of a letter.
    var letter: Double
    /// The sample of a legend's entry with the space behind it.
    var sample: Double

    static let drawing = Measures(
      left: 70, right: 26, top: 8, bottom: 31, panelTitle: 18, label: 24, colourBox: 74,
      title: 32, titleLine: 19, legendLine: 22, letter: 7, sample: 46)
    static let text = Measures(
      left: 10, right: 3, top: 1, bottom: 2, panelTitle: 1, label: 1, colourBox: 0, title: 2,
      titleLine: 1,
      legendLine: 1, letter: 1, sample: 5)
  }

  let width: Double
  let height: Double
  let panels: [Rectangle]
  /// The middle of each panel's horizontal label, upwards.
  let labelMiddles: [Double]
  /// From a panel's left side to the middle of its vertical label.
  let labelDistance: Double
  /// From a panel's right side to the middle of the label of its colours.
  let colourLabelDistance: Double
  let legend: [LegendPlace]
  /// The title, folded where it must be, and the middles of its lines.
  let titleLines: [String]
  let titleMiddles: [Double]

  /// The room that a legend's sample has.
  static func sampleLength(_ format: FigureFormat) -> Double { format.isText ? 3 : 36 }

  /// Whether the words at a horizontal axis would run into each other, and are turned.
  static func turnsWords(_ axis: Axis, width: Double, _ format: FigureFormat) -> Bool {
    guard !format.isText, axis.hasNumbers, case .named(let ticks) = axis.ticks else { return false }
    let room = width * 0.95 / Double(max(1, ticks.count))
    return Double(ticks.map(\.word.count).max() ?? 0) * Measures.drawing.letter > room
      && !axis.isLogarithmic
  }

  init(_ figure: Figure, _ format: FigureFormat) {
    let measures = format.isText ? Measures.text : .drawing
    let columns = format.isText ? 1 : figure.columns
    let rows = (figure.panels.count + columns - 1) / columns
    let hasColourBox = figure.panels.contains { $0.heatMap != nil }
    // A tick, its word, a space, and the label as wide as a line is high.
    let leftMargin = max(
      measures.left,
      Double(Self.longestWord(figure)) * measures.letter + (format.isText ? 4 : 42))
    let rightMargin = measures.right + (hasColourBox ? measures.colourBox : 0)
    let panelWidth: Double
    var panelHeight = figure.panelSize.height
    if case .text(let characters) = format {
      panelWidth = max(20, Double(characters) - leftMargin - rightMargin)
      panelHeight = max(8, (figure.panelSize.height / 15).rounded())
    } else {
      panelWidth = figure.panelSize.width
    }
    let wanted = Double(columns) * (leftMargin + panelWidth + rightMargin)
    width = format.isText ? wanted : max(wanted, leftMargin + 300)
    let titleLetters = (width - leftMargin) / (measures.letter * (format.isText ? 1 : 1.1))
    let titleLines = Self.folded(figure.title, to: max(20, Int(titleLetters)))
    self.titleLines = titleLines

    let (legend, lines) = Self.legend(
      figure.legend, measures, left: format.isText ? 5 : leftMargin, width: width)
    let legendHeight =
      lines == 0 ? 0 : Double(lines) * measures.legendLine + measures.legendLine / 2
    // Every row is as high as its panels need; those without numbers stand close together.
    let heights = (0..<rows).map { row in
      let members = figure.panels[(row * columns)..<min((row + 1) * columns, figure.panels.count)]
      let top = measures.top + (members.contains { !$0.title.isEmpty } ? measures.panelTitle : 0)
      let bottom =
        (members.contains { $0.x.hasNumbers } ? measures.bottom : measures.label / 2)
        + (members.contains { !$0.x.label.isEmpty } ? measures.label : 0)
        + members.map { panel -> Double in
          guard Self.turnsWords(panel.x, width: panelWidth, format),
            case .named(let ticks) = panel.x.ticks
          else { return 0 }
          return Double(ticks.map(\.word.count).max() ?? 0) * measures.letter * 0.45
        }.max()!
      return (top: top, label: bottom - measures.label / 2, whole: top + panelHeight + bottom)
    }
    let titleHeight = measures.title + Double(titleLines.count - 1) * measures.titleLine
    let total = titleHeight + heights.map(\.whole).reduce(0, +) + legendHeight
    height = total
    titleMiddles = titleLines.enumerated().map { line, _ in
      total - Double(line) * measures.titleLine - (format.isText ? 0.5 : measures.title / 2)
    }

    labelDistance = leftMargin - 16
    colourLabelDistance = rightMargin - 12
    var rectangles: [Rectangle] = []
    var labels: [Double] = []
    var above = total - titleHeight
    for (row, lengths) in heights.enumerated() {
      for column in 0..<columns where row * columns + column < figure.panels.count {
        rectangles.append(
          Rectangle(
            left: Double(column) * (leftMargin + panelWidth + rightMargin) + leftMargin,
            bottom: above - lengths.top - panelHeight, width: panelWidth, height: panelHeight))
        labels.append(above - lengths.top - panelHeight - lengths.label)
      }
      above -= lengths.whole
    }
    panels = rectangles
    labelMiddles = labels
    self.legend = legend
  }

  /// The entries from left to right, in as many lines as they need, and the number of lines.
  private static func legend(
    _ entries: [LegendEntry], _ measures: Measures, left start: Double, width: Double
  ) -> (places: [LegendPlace], lines: Int) {
    guard !entries.isEmpty else { return ([], 0) }
    var places: [(left: Double, line: Int)] = []
    var (left, line) = (start, 0)
    for entry in entries {
      let needed = measures.sample + Double(entry.label.count + 2) * measures.letter
      if left > start, left + needed > width {
        left = start
        line += 1
      }
      places.append((left, line))
      left += needed
    }
    return (
      places.map {
        LegendPlace(
          left: $0.left, middle: (Double(line - $0.line) + 0.75) * measures.legendLine)
      }, line + 1
    )
  }

  /// Lines of at most `width` characters, broken at blanks.
  static func folded(_ text: String, to width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }

  /// Letters of the longest word at a vertical axis.
  private static func longestWord(_ figure: Figure) -> Int {
    figure.panels.map(\.y.longestWord).max() ?? 0
  }

  /// How large letters must be, beside those of the format, for the values of a heat map to fit in
  /// cells of this width, and with how many digits; at half size they become shorter instead.
  static func cellText(
    _ map: HeatMap, panelWidth: Double, _ format: FigureFormat
  ) -> (scale: Double, digits: Int) {
    guard !format.isText, let columns = map.values.first?.count else { return (1, 3) }
    let room = panelWidth / Double(columns) - 6
    let numbers = map.values.joined().compactMap(\.self)
    func scale(_ digits: Int) -> Double {
      let letters = numbers.map { Numbers.text($0, digits: digits).count }.max() ?? 1
      return min(1, room / (Double(letters) * Measures.drawing.letter))
    }
    if let digits = [3, 2].first(where: { scale($0) >= 0.75 }) { return (scale(digits), digits) }
    return (max(scale(2), 0.5), 2)
  }
}

extension Panel {
  /// The heat map, if it is one.
  var heatMap: HeatMap? { if case .heatMap(let map) = content { map } else { nil } }
}
