// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@testable import Figures

@Suite struct GnuplotScriptKnownAnswerTests {
  static func figure(_ points: [Curve.Point], title: String = "A line rises") -> Figure {
    Figure(
      name: "line", title: title,
      panels: [
        Panel(
          title: "Left", x: Axis("time (ms)", 0...10), y: Axis("mV", -70 ... -50),
          content: .curves([Curve(points, Curve.Look(.blue))]), references: [-60])
      ], legend: [LegendEntry("cell 0", Curve.Look(.blue))])
  }

  @Test func `Texts are quoted, so that no label is a command`() {
    #expect(GnuplotScript.quoted("it's") == "'it''s'")
    #expect(GnuplotScript.quoted("a\n!rm -r x") == "'a !rm -r x'")
    #expect(GnuplotScript.quoted("") == "''")
    let script = GnuplotScript(
      Self.figure([Curve.Point(0, -65)], title: "'; system 'true"), .svg
    ).text
    #expect(script.contains("set label '''; system ''true' at screen"))
  }

  @Test func `A spread is a band below the line, inside the axis, and no text has one`() {
    let points = [Curve.Point(1, -65, spread: 2), Curve.Point(2, -51, spread: 4)]
    let script = GnuplotScript(Self.figure(points), .png).text
    #expect(script.contains("$block0 << END\n1.0 -67.0 -63.0\n2.0 -55.0 -50.0\nEND\n"))
    #expect(script.contains("$block1 << END\n1.0 -65.0\n2.0 -51.0\nEND\n"))
    #expect(
      script.contains(
        "plot -60.0 with lines lc rgb '#BBBBBB' lw 1 dt 1, $block0 using 1:2:3 with filledcurves "
          + "fc rgb '#0072B2' fs transparent solid 0.2 noborder, $block1 using 1:2 with lines "
          + "lc rgb '#0072B2' lw 1.6 dt 1\n"))
    let text = GnuplotScript(Self.figure(points), .text(width: 60)).text
    #expect(text.contains("plot $block0 using 1:2 with lines lt 1\n"))
    #expect(text.contains("set terminal dumb size 60,"))
  }

  @Test func `Points that are no numbers are left out, and a panel without any keeps its axes`() {
    let points = [
      Curve.Point(.nan, 1), Curve.Point(1, .infinity), Curve.Point(1, 1, spread: .nan),
    ]
    let script = GnuplotScript(Self.figure(points), .pdf).text
    #expect(Curve(points, Curve.Look(.blue)).points.isEmpty)
    #expect(script.contains("plot -60.0 with lines lc rgb '#BBBBBB' lw 1 dt 1\n"))
    #expect(script.contains("set xrange [0.0:10.0]"))
  }

  @Test func `In characters each look has a character of its own, the same in plot and legend`() {
    let looks = [
      Curve.Look(.blue), Curve.Look(.blue, dash: .dashed), Curve.Look(.green, style: .points),
    ]
    let figure = Figure(
      name: "looks", title: "Three looks",
      panels: [
        Panel(
          x: Axis("", 0...1), y: Axis("", 0...1),
          content: .curves(looks.map { Curve([Curve.Point(0, 0), Curve.Point(1, 1)], $0) }))
      ], legend: looks.map { LegendEntry("look", $0) })
    let script = GnuplotScript(figure, .text(width: 80)).text
    #expect(script.contains("with lines lt 1, $block1 using 1:2 with lines lt 2, "))
    #expect(script.contains("$block2 using 1:2 with points pt 3\n"))
    for sample in ["'*** look'", "'### look'", "' C  look'"] {
      #expect(script.contains("set label \(sample)"))
    }
  }

  @Test
  func `Sections begin with a thin line, but for the first, and none of it gets into a legend`() {
    var panel = Self.figure([Curve.Point(1, -60)]).panels[0]
    panel.sections = [.init(start: 0, name: "clean"), .init(start: 4, name: "target")]
    let figure = Figure(
      name: "sections", title: "Two phases", panels: [panel],
      legend: [LegendEntry("cell 0", Curve.Look(.blue))])
    let script = GnuplotScript(figure, .svg).text
    #expect(script.components(separatedBy: "set arrow from").count == 2)
    #expect(script.contains("set arrow from first 4.0,graph 0 to first 4.0,graph 1 nohead"))
    for name in ["'clean' at first 0.0", "'target' at first 4.0"] {
      #expect(script.contains("set label \(name),graph 0.92 left"))
    }
    let legend = script.components(separatedBy: "set label 'cell 0'")[0]
    #expect(legend.hasSuffix("unset colorbox\n") && legend.contains("unset arrow"))
  }
}
