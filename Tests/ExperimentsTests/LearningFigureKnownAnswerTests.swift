// SPDX-License-Identifier: GPL-3.0-or-later

import Figures
import Foundation
import Testing

@testable import Experiments

@Suite struct LearningFigureKnownAnswerTests {
  /// A run directory with these metrics and settings, made by hand.
  static func makeRun(
    _ folder: String, _ name: String, seed: Int, rate: String = "0.1", rows: [String]
  ) throws -> String {
    let path = "\(folder)/\(name)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    func write(_ text: String, _ file: String) throws {
      try text.write(toFile: "\(path)/\(file)", atomically: true, encoding: .utf8)
    }
    try write("{}", "manifest.json")
    try write("seed: \(seed)\ndescent:\n  sgd:\n    rate: \(rate)\n", "resolved.yaml")
    let header =
      "step,train_loss,validation_error,test_error,angle_1,single_trial_angle_1,update_angle_1"
    try write(([header] + rows).joined(separator: "\r\n") + "\r\n", "metrics.csv")
    return path
  }

  static func curves(_ panel: Panel) -> [Curve] {
    if case .curves(let curves) = panel.content { curves } else { [] }
  }

  @Test func `Seeds give a mean and its standard error at each step, missing values aside`() throws
  {
    try SimulationRunFixture.withFolder { folder in
      let paths = [
        try Self.makeRun(
          folder, "a-seed1", seed: 1, rows: ["0,,,0.9,100,,", "10,2,0.4,0.2,40,60,50"]),
        try Self.makeRun(
          folder, "a-seed2", seed: 2, rows: ["0,,,0.8,120,,", "10,4,0.5,0.4,60,,70"]),
      ]
      let figures = try PlotRequest(paths).figures()
      #expect(figures.map(\.name) == ["learning-curves", "angles"])
      #expect(
        figures[0].title
          == "Test error falls from 85 to 30 % in 10 steps (mean ± s.e.m. of 2 seeds)")
      let errors = Self.curves(figures[0].panels[0])
      #expect(errors.count == 2)
      #expect(errors[0].points.map(\.x) == [0, 10])
      #expect(abs(errors[0].points[1].y - 30) < 1e-12)
      #expect(abs(errors[0].points[1].spread! - 10) < 1e-12)
      #expect(errors[1].points.map(\.y) == [45])
      #expect(Self.curves(figures[0].panels[1])[0].points == [Curve.Point(10, 3, spread: 1)])

      let angles = figures[1]
      #expect(
        angles.title
          == "Teaching signals end 50° from the true gradient in layer 1 (mean ± s.e.m. of 2 seeds)"
      )
      #expect(angles.panels[0].y.range == 0...180)
      let kinds = Self.curves(angles.panels[0])
      // 100° and 120° are not folded to 80° and 60°.
      #expect(kinds[0].points[0].y == 110)
      #expect(kinds[1].points == [Curve.Point(10, 60)])
      #expect(
        angles.legend.map(\.label) == [
          "teaching signal without noise", "teaching signal of a single trial",
          "change of the weights",
        ])
    }
  }

  @Test func `Specifications get a curve each, labelled by what they differ in`() throws {
    try SimulationRunFixture.withFolder { folder in
      let rows = ["0,,,0.9,90,,", "10,1,,0.1,20,,"]
      let paths = [
        try Self.makeRun(folder, "slow", seed: 1, rate: "0.1", rows: rows),
        try Self.makeRun(
          folder, "fast", seed: 1, rate: "0.5", rows: rows.map { $0.replacing("0.1", with: "0.05") }
        ),
      ]
      let figure = try PlotRequest(paths).figures()[0]
      #expect(figure.legend.map(\.label) == ["rate 0.1", "rate 0.5"])
      #expect(figure.title == "Test error ends lowest for rate 0.5: 5 %")
      #expect(Self.curves(figure.panels[0]).map(\.look.colour) == [.blue, .vermilion])
      let named = try PlotRequest(paths, labels: ["slow", "fast"]).figures()[0]
      #expect(named.legend.map(\.label) == ["slow", "fast"])
      let failure = #expect(throws: RunFailure.self) {
        try PlotRequest(paths, labels: ["one"]).figures()
      }
      #expect(
        failure?.description
          == "--label is given 1 times for 2 specifications: give one label for each, in the order of the runs"
      )
    }
  }

  @Test func `A folder's name loses the seed that was appended`() throws {
    try SimulationRunFixture.withFolder { folder in
      for (name, expected) in [
        ("learned-seed3", "learned"), ("learned-seeds", "learned-seeds"), ("x-seed1-2", "x"),
      ] {
        let path = try Self.makeRun(folder, name, seed: 1, rows: [])
        #expect(try RecordedRun(path).name == expected)
      }
    }
  }

  @Test func `What is no run, or has nothing to draw, is named with the way out`() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("apical-test-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let empty = try Self.makeRun(folder, "empty", seed: 1, rows: [])
    let full = try Self.makeRun(folder, "full", seed: 1, rows: ["0,1,,0.5,90,,", "1,1,,0.4,80,,"])
    func message(_ request: PlotRequest) async -> (String, Int32)? {
      do {
        try await request.draw { _ in }
        return nil
      } catch let failure as RunFailure {
        return (failure.description, failure.exitCode)
      } catch {
        return ("\(error)", -1)
      }
    }
    #expect(
      try await #require(message(PlotRequest(["\(folder)/none"])))
        == ("\(folder)/none: there is no such folder; name the folder of a run", 2))
    #expect(
      try await #require(message(PlotRequest([folder])))
        == (
          "\(folder) holds neither a run (manifest.json) nor a study (table.csv): name the --out of apical run or apical sweep",
          2
        ))
    #expect(
      try await #require(message(PlotRequest([empty])))
        == (
          "\(empty): there is nothing to draw yet: no row of metrics.csv, no spike, and no recording (a specification asks for one with record:)",
          2
        ))
    #expect(
      try await #require(message(PlotRequest([full, "\(full)/"])))
        == ("\(full)/ is given twice: a mean would count it twice", 2))
    let other = try Self.makeRun(folder, "other/full", seed: 2, rows: ["0,1,,0.5,90,,"])
    #expect(
      try await #require(message(PlotRequest([full, other])))
        == ("several runs have no figures/ in common: name a folder for them with --out", 2))
    var request = PlotRequest([full])
    request.program = "no-such-gnuplot"
    let missing = try await #require(message(request))
    #expect(missing.0.hasPrefix("no-such-gnuplot draws the figures and is not installed: "))
    #expect(missing.1 == 5)
  }
}
