// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Figures

@Suite struct LayoutLawTests {
  static let formats: [FigureFormat] = [
    .svg, .png, .pdf, .text(width: 40), .text(width: 80), .text(width: 120),
  ]

  static func figure(panels: Int, columns: Int, entries: Int, title: String) -> Figure {
    let words = (0..<panels).map { Axis.words(["a", "a long word \($0)"], "") }
    return Figure(
      name: "x", title: title,
      panels: words.map {
        Panel(
          title: "p", x: Axis("x", 0...1), y: $0,
          content: .curves([Curve([Curve.Point(0, 0)], Curve.Look(.blue))]))
      }, columns: columns,
      legend: (0..<entries).map { LegendEntry("entry \($0)", Curve.Look(.number($0))) })
  }

  @Test(arguments: formats)
  func `Panels lie inside the figure and apart from each other`(_ format: FigureFormat) {
    for (panels, columns, entries) in [(1, 1, 0), (2, 2, 3), (5, 2, 12), (7, 3, 1)] {
      let figure = Self.figure(
        panels: panels, columns: columns, entries: entries,
        title: String(repeating: "a long title ", count: 9))
      let layout = Layout(figure, format)
      #expect(layout.panels.count == panels && layout.legend.count == entries)
      for (index, area) in layout.panels.enumerated() {
        #expect(area.left > 0 && area.left + area.width <= layout.width)
        #expect(area.bottom > 0 && area.bottom + area.height < layout.titleMiddles.last!)
        for other in layout.panels[..<index] {
          #expect(
            other.left + other.width <= area.left || other.bottom >= area.bottom + area.height)
        }
        for place in layout.legend { #expect(place.middle < area.bottom && place.middle > 0) }
      }
    }
  }

  @Test func `The label of a vertical axis stands left of its longest tick`() {
    for axis in [
      Axis.words(["frozen", "3ms"], "y"), Axis("y", 0...0.0035), Axis("y", 0...180),
      Axis("y", 0.1...0.15, ticks: .every(0.2)), .words(["a word of many letters"], "y"),
    ] {
      let figure = Figure(
        name: "x", title: "t", panels: [Panel(x: Axis("x", 0...1), y: axis, content: .curves([]))])
      let layout = Layout(figure, .svg)
      // A letter is 7 wide on the whole, a tick with its space 10, half a line of the label 8.
      #expect(layout.labelDistance - 8 >= 10 + 7 * Double(axis.longestWord))
      #expect(layout.labelDistance + 8 < layout.panels[0].left + 1)
    }
    #expect(Axis("y", 0...0.0035).longestWord == 6)
    #expect(Axis.words(["frozen", "3ms"], "y").longestWord == 6)
  }

  @Test func `Values of a heat map fit in their cells`() {
    func text(_ value: Double, columns: Int) -> (scale: Double, digits: Int, fits: Bool) {
      let map = HeatMap(
        values: [Array(repeating: value, count: columns)], label: "v", range: 0...1)
      let (scale, digits) = Layout.cellText(map, panelWidth: 420, .svg)
      let letters = Double(Numbers.text(value, digits: digits).count)
      return (scale, digits, letters * 7 * scale <= 420 / Double(columns))
    }
    #expect(text(0.00183, columns: 3) == (1, 3, true))
    // 7 letters of 7 in 40.7: 83 %; in 29: two digits at 69 %.
    let (nine, twelve) = (text(0.00183, columns: 9), text(0.00183, columns: 12))
    #expect(nine.digits == 3 && nine.scale < 0.9 && nine.fits)
    #expect(twelve.digits == 2 && twelve.scale < 0.75 && twelve.fits)
  }

  @Test func `A legend goes on in a new line where there is no room, in the order given`() {
    let layout = Layout(
      Self.figure(panels: 1, columns: 1, entries: 9, title: "t"), .svg)
    let lines = layout.legend.map(\.middle)
    #expect(lines == lines.sorted(by: >))
    #expect(Set(lines).count > 1)
  }

  @Test func `A long title is folded at blanks, above panels that keep their size`() {
    #expect(Layout.folded("one two three four", to: 9) == ["one two", "three", "four"])
    #expect(Layout.folded("unbreakable", to: 4) == ["unbreakable"])
    let title = Array(repeating: "word", count: 40).joined(separator: " ")
    for format in Self.formats {
      let short = Layout(Self.figure(panels: 1, columns: 1, entries: 0, title: "t"), format)
      let long = Layout(Self.figure(panels: 1, columns: 1, entries: 0, title: title), format)
      #expect(long.titleLines.count > 1 && long.titleLines.joined(separator: " ") == title)
      #expect(long.titleMiddles == long.titleMiddles.sorted(by: >))
      #expect(long.height > short.height && long.width == short.width)
      #expect(long.panels == short.panels)
    }
  }
}
