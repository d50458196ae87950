// SPDX-License-Identifier: GPL-3.0-or-later

import Figures
import Foundation
import Testing

@testable import Experiments

@Suite struct StudyFigureKnownAnswerTests {
  /// The figures of a study with this table.
  private func figures(_ table: String) throws -> [Figure] {
    var figures: [Figure] = []
    try SimulationRunFixture.withFolder { folder in
      try table.write(toFile: "\(folder)/table.csv", atomically: true, encoding: .utf8)
      figures = try PlotRequest([folder]).figures()
    }
    return figures
  }

  @Test func `Two axes give a heat map of means for each numeric metric, with its holes`() throws {
    let figures = try figures(
      """
      feedback.noise,feedback.baseline,seed,test_error,final_angle,status,wall_seconds
      ou,clean,1,0.1,20,done,3
      ou,clean,2,0.3,40,done,3
      white,none,1,0.5,,failed,3
      ou,none,1,0.4,60,done,3
      """)
    #expect(figures.map(\.name) == ["study-test_error", "study-final_angle"])
    #expect(
      figures[0].title == "Test error is lowest for noise ou, baseline clean (mean of 2 seeds)")
    guard case .heatMap(let map) = figures[1].panels[0].content else {
      Issue.record("there is no heat map")
      return
    }
    // Columns are the first axis (ou, white), rows the second (clean, none).
    #expect(map.values == [[30, nil], [60, nil]])
    #expect(map.range == 0...60)
    #expect(map.label == "final angle")
    #expect(figures[0].panels[0].x == .words(["ou", "white"], "noise"))
    #expect(figures[0].panels[0].y == .words(["clean", "none"], "baseline"))
  }

  @Test func `Further axes and a formula give panels of their own`() throws {
    let figures = try figures(
      """
      a,b,c,seed,variance,variance_formula
      1,x,low,1,1,2
      1,x,high,1,100,200
      """)
    #expect(figures.map(\.name) == ["study-variance"])
    #expect(
      figures[0].panels.map(\.title) == [
        "c low, measured", "c low, formula", "c high, measured", "c high, formula",
      ])
    guard case .heatMap(let map) = figures[0].panels[3].content else {
      Issue.record("there is no heat map")
      return
    }
    #expect(map.values == [[200]] && map.range == 1...200 && map.isLogarithmic)
  }

  @Test func `One axis gives points with standard errors beside the formula`() throws {
    let figures = try figures(
      "c,seed,bias,bias_formula\n0.1,1,1,1.5\n0.001,1,4,5\n0.1,2,3,1.5\n0.001,2,6,5\n")
    let curves = LearningFigureKnownAnswerTests.curves(figures[0].panels[0])
    #expect(
      curves[0].points == [Curve.Point(0.001, 5, spread: 1), Curve.Point(0.1, 2, spread: 1)])
    #expect(curves[1].points == [Curve.Point(0.001, 5), Curve.Point(0.1, 1.5)])
    #expect(figures[0].panels[0].x.isLogarithmic)
    #expect(figures[0].legend.map(\.label) == ["measured", "formula"])
    let words = try self.figures("rule,seed,e\nridge,1,1\nsgd,1,2\n")
    #expect(words[0].panels[0].x == .words(["ridge", "sgd"], "rule"))
    #expect(words[0].title == "E by rule (one seed)")
  }

  @Test func `Angles are drawn from zero and never by orders of magnitude`() throws {
    let points = try figures("rule,seed,angle_1\nsymmetric,1,1e-7\nfixed,1,62\n")
    #expect(points[0].panels[0].y == .degrees(holding: [62], "angle, layer 1 (°)"))
    #expect(points[0].panels[0].y.range == 0...75 && !points[0].panels[0].y.isLogarithmic)
    let map = try figures("a,b,seed,update_angle_1\nx,y,1,1e-7\nx,z,1,62\n")
    guard case .heatMap(let map) = map[0].panels[0].content else {
      Issue.record("there is no heat map")
      return
    }
    #expect(map.range == 0...62 && !map.isLogarithmic)
    // Errors over the same range of magnitudes still have a logarithmic axis.
    let errors = try figures("rule,seed,e\nsymmetric,1,1e-7\nfixed,1,62\n")
    #expect(errors[0].panels[0].y.isLogarithmic)
  }

  @Test func `A table without a seed or an axis is refused with the reason`() throws {
    for (table, reason) in [
      (
        "a,b\n1,2\n", "there is no column \"seed\": axes stand before it, measurements after it"
      ), ("seed,b\n1,2\n", "there is no axis: no column stands before \"seed\""),
    ] {
      let failure = #expect(throws: RunFailure.self) { try figures(table) }
      #expect(failure?.description.hasSuffix("/table.csv: \(reason)") == true)
      #expect(failure?.exitCode == 3)
    }
  }
}
