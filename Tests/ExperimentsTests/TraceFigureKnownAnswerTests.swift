// SPDX-License-Identifier: GPL-3.0-or-later

import Figures
import Foundation
import TraceExport
import Traces
import Testing

@testable import Experiments

@Suite struct TraceFigureKnownAnswerTests {
  static func curves(_ panel: Panel) -> [Curve] { LearningFigureKnownAnswerTests.curves(panel) }

  @Test func `A simulation gives panels from soma to noise, spikes marked, and a raster`() throws {
    try SimulationRunFixture.withFolder { folder in
      let run = "\(folder)/run"
      _ = try SimulationRunFixture.run(try SimulationRunFixture.request(run))
      let figures = try PlotRequest([run]).figures()
      #expect(figures.map(\.name) == ["traces-cell", "traces-relay", "raster"])
      let cell = figures[0]
      #expect(
        cell.panels.map(\.title) == [
          "Soma potential", "Apical potential, window mean", "Noise shake, population mean",
        ])
      #expect(cell.panels.map(\.y.label) == ["mV", "mV", "nS"])
      #expect(cell.panels.map(\.x.label) == ["", "", "time (ms)"])
      #expect(Set(cell.panels.map(\.x.range)) == [5...60])
      #expect(cell.title.hasPrefix("3 of the 70 cells of cell fire "))

      // Ticks are the spikes of the cells that are drawn, above their traces.
      let events = try SpikeReader("\(run)/traces/spikes.h5").spikes(of: "cell")
      let soma = Self.curves(cell.panels[0])
      let ticks = soma.filter { $0.look.style == .ticks }
      let drawn = Set(events.map(\.node)).intersection([0, 1, 2])
      #expect(ticks.count == drawn.count && !drawn.isEmpty)
      #expect(
        ticks.flatMap { $0.points.map(\.x) }.sorted()
          == events.filter { $0.node < 3 }.map(\.time))
      let highest = soma.filter { $0.look.style == .line }.flatMap { $0.points.map(\.y) }.max()!
      #expect(ticks.allSatisfy { $0.points.allSatisfy { $0.y > highest } })

      // A line is the recorded column at the recorded times.
      let reader = try ReportReader("\(run)/traces/soma.v.h5")
      let frames = try reader.frameCount(of: "cell")
      let values = try reader.values(of: "cell", column: 1, frames: 0..<frames)
      #expect(soma.filter { $0.look.style == .line }[1].points.map(\.y) == values)

      // The raster has every spike once.
      let raster = Self.curves(figures[2].panels[0])
      let populations = try SpikeReader("\(run)/traces/spikes.h5")
      let all = try populations.populations.flatMap { try populations.spikes(of: $0) }
      #expect(raster.map(\.points.count).reduce(0, +) == all.count)
    }
  }

  @Test func `A window shows what lies in it and nothing else`() throws {
    try SimulationRunFixture.withFolder { folder in
      let run = "\(folder)/run"
      _ = try SimulationRunFixture.run(try SimulationRunFixture.request(run))
      let figures = try PlotRequest([run], window: 20...30).figures()
      for figure in figures {
        for panel in figure.panels {
          #expect(panel.x.range == 20...30)
          for curve in Self.curves(panel) {
            #expect(!curve.points.isEmpty || figure.name == "raster")
            #expect(curve.points.allSatisfy { (20...30).contains($0.x) })
          }
        }
      }
    }
  }

  @Test func `Recordings of training are drawn over steps, within-trial ones over time`() throws {
    try SimulationRunFixture.withFolder { folder in
      let run = try LearningFigureKnownAnswerTests.makeRun(folder, "run", seed: 1, rows: [])
      try FileManager.default.createDirectory(
        atPath: "\(run)/traces", withIntermediateDirectories: true)
      func record(_ variable: String, unit: String, _ clock: SamplingClock) throws {
        let trace = try TraceDescription(
          population: "layer1", variable: variable, unit: unit, units: 4, clock: clock)
        let writer = try ReportWriter(trace, in: "\(run)/traces/\(variable).h5")
        for index in 0..<5 { try writer.append([Double](repeating: Double(index), count: 4)) }
        try writer.close()
      }
      let time = try SamplingClock(interval: ExactRatio(1), unit: .milliseconds)
      for variable in ["noise", "apical", "soma", "basal"] {
        try record(variable, unit: "mV", time)
      }
      try record("output", unit: "1", .every(50))
      let figures = try PlotRequest([run]).figures()
      #expect(figures.map(\.name) == ["traces-layer1", "traces-layer1-steps"])
      #expect(figures[0].panels.map(\.title) == ["Soma", "Basal", "Apical", "Noise"])
      #expect(figures[1].panels[0].x.label == "training steps")
      #expect(Self.curves(figures[1].panels[0])[0].points.map(\.x) == [0, 50, 100, 150, 200])
    }
  }

  @Test func `Watched trials stand beside each other, the first and the last, from their own zero`()
    throws
  {
    try SimulationRunFixture.withFolder { folder in
      let run = try LearningFigureKnownAnswerTests.makeRun(folder, "run", seed: 1, rows: [])
      try FileManager.default.createDirectory(
        atPath: "\(run)/traces", withIntermediateDirectories: true)
      // Three trials of two phases, 3 and 2 frames of 0.5 ms; frame n has the value n.
      let clock = try SamplingClock(
        start: ExactRatio(1, 2), interval: ExactRatio(1, 2), unit: .milliseconds)
      for variable in ["noise", "soma"] {
        let trace = try TraceDescription(
          population: "layer1", variable: variable, units: 2, clock: clock)
        let writer = try ReportWriter(trace, in: "\(run)/traces/trial-\(variable).h5")
        for index in 0..<15 { try writer.append([Double(index), -Double(index)]) }
        try writer.close()
        let stored = try HDF5File("\(run)/traces/trial-\(variable).h5", .readOnly)
          .read("/report/layer1/data", as: Double.self).values
        #expect(stored == (0..<15).flatMap { [Double($0), -Double($0)] })
      }
      let spikes = try SpikeWriter(
        creating: "\(run)/traces/trial-spikes.h5", populations: ["layer1"])
      try spikes.append(
        [SpikeEvent(time: 2.5, node: 0), SpikeEvent(time: 5.5, node: 1)], population: 0)
      try spikes.close()
      try """
      step,example,phase,start,stop
      0,4,clean,0,1.5
      0,4,target,1.5,2.5
      9,4,clean,2.5,4
      9,4,target,4,5
      18,4,clean,5,6.5
      18,4,target,6.5,7.5

      """.write(toFile: "\(run)/traces/trials.csv", atomically: true, encoding: .utf8)
      let figures = try PlotRequest([run]).figures()
      #expect(figures.map(\.name) == ["trials-layer1"])
      let figure = figures[0]
      #expect(
        figure.title == "2 units of layer1 while example 4 is shown, before and after learning")
      #expect(
        figure.panels.map(\.title) == ["Soma, after 0 steps", "after 18 steps", "Noise", ""])
      #expect(figure.columns == 2)
      let last = Self.curves(figure.panels[1])
      #expect(last[0].points.map(\.x) == [0.5, 1, 1.5, 2, 2.5])
      #expect(last[0].points.map(\.y) == [10, 11, 12, 13, 14])
      #expect(figure.panels[1].sections.map(\.start) == [0, 1.5])
      #expect(figure.panels[0].sections.map(\.name) == ["clean", "target"])
      // Each spike is in its own trial: one at the very end of the first, one in the last.
      func ticks(_ panel: Panel) -> [[Double]] {
        Self.curves(panel).filter { $0.look.style == .ticks }.map { $0.points.map(\.x) }
      }
      #expect(ticks(figure.panels[0]) == [[2.5]])
      #expect(ticks(figure.panels[1]) == [[0.5]])
      #expect(figure.panels[0].y.range == figure.panels[1].y.range)
    }
  }

  @Test func `Thinning keeps every peak and the order, and leaves short courses alone`() {
    let points = (0..<100_000).map { index in
      Curve.Point(Double(index), index == 54_321 ? 40 : index == 60_000 ? -90 : -65)
    }
    let thin = Thinning.extremes(points)
    #expect(thin.count <= 2 * Thinning.pieces)
    #expect(thin.map(\.y).max() == 40 && thin.map(\.y).min() == -90)
    #expect(thin.contains(points[54_321]) && thin.contains(points[60_000]))
    #expect(thin.map(\.x) == thin.map(\.x).sorted())
    #expect(Thinning.extremes(Array(points[..<900])) == Array(points[..<900]))
  }
}
