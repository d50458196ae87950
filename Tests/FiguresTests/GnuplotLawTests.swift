// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@testable import Figures

@Suite struct GnuplotLawTests {
  /// A figure with one of everything.
  static let figure = Figure(
    name: "everything", title: "Everything at once: °, ±, ⁻ and {^_@}",
    panels: [
      Panel(
        title: "Curves", x: Axis("time (ms)", 0...3),
        y: .logarithmic(holding: [0.5, 40], "error (%)"),
        content: .curves([
          Curve([Curve.Point(0, 1, spread: 0.2), Curve.Point(3, 30)], Curve.Look(.blue)),
          Curve([Curve.Point(1, 2, spread: 1)], Curve.Look(.orange, style: .points)),
          Curve([Curve.Point(2, 2)], Curve.Look(.green, style: .rings)),
          Curve([Curve.Point(2, 9, spread: 3)], Curve.Look(.purple, style: .ticks)),
          Curve([Curve.Point(2.5, 9)], Curve.Look(.sky, style: .dots)),
          Curve([Curve.Point(0, 5), Curve.Point(1, 6)], Curve.Look(.black, dash: .dotted)),
        ]), references: [10]),
      Panel(
        x: .words(["clean", "none"], "baseline"), y: .words(["ou", "white"], "noise"),
        content: .heatMap(
          HeatMap(
            values: [[1, nil], [300, 20]], label: "variance", range: 1...300, isLogarithmic: true))),
      Panel(x: Axis("", 0...1), y: Axis("", 0...1), content: .curves([])),
    ], columns: 2, legend: [LegendEntry("it's blue", Curve.Look(.blue))])

  @Test(arguments: [
    (FigureFormat.svg, Array("<?xml".utf8)), (.png, [0x89, 0x50, 0x4E, 0x47]),
    (.pdf, Array("%PDF".utf8)),
  ])
  func `gnuplot draws everything in every format`(
    _ format: FigureFormat, _ signature: [UInt8]
  ) async throws {
    let drawing = try await Gnuplot().draw(Self.figure, as: format)
    #expect(drawing.starts(with: signature))
    #expect(drawing.count > 5000)
    #expect(try await Gnuplot().draw(Self.figure, as: format).count == drawing.count)
  }

  @Test func `In a terminal there are titles, axes, legend and numbers of cells`() async throws {
    let drawing = try await Gnuplot().draw(Self.figure, as: .text(width: 70))
    let text = String(decoding: drawing, as: UTF8.self)
    for word in ["Everything at once: °, ±, ⁻ and {^_@}", "*** it's blue", "300", "–", "time (ms)"]
    {
      #expect(text.contains(word), "\(word)")
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.count <= 70 && $0.last != " " })
  }

  @Test func `A missing gnuplot is named with its package`() async {
    await #expect(throws: FigureError.missing(program: "no-such-gnuplot")) {
      try await Gnuplot(program: "no-such-gnuplot").draw(Self.figure, as: .svg)
    }
    #expect(
      FigureError.missing(program: "gnuplot").description
        == "gnuplot draws the figures and is not installed: install Debian's package gnuplot-nox "
        + "(apt-get install gnuplot-nox), or gnuplot 5.4 or later")
  }

  @Test func `A program that fails is quoted`() async {
    await #expect(throws: FigureError.refused(figure: "everything", reason: "it gives no reason")) {
      try await Gnuplot(program: "false").draw(Self.figure, as: .svg)
    }
  }
}
