// SPDX-License-Identifier: GPL-3.0-or-later

internal import Figures
internal import Foundation
internal import TraceExport
internal import Traces

/// Recorded variables over time: a figure for each population, a panel for each variable.
struct TraceFigures {
  let run: RecordedRun
  /// The stretch to draw, in ms or steps; nil for all of it.
  var window: ClosedRange<Double>?

  /// How many cells of a population are drawn: more than a person can follow would be no use.
  static let cellLimit = 3
  /// The most panels of a figure.
  static let panelLimit = 10

  /// The figures of all populations, in alphabetical order.
  func figures() throws -> [Figure] {
    var recordings: [String: [Recording]] = [:]
    for recording in try Recording.all(in: run, run.reportFiles) {
      let population = recording.trace.population
      let isTimed = recording.trace.clock.unit == .milliseconds
      recordings[isTimed ? population : "\(population)-steps", default: []].append(recording)
    }
    return try recordings.sorted { $0.key < $1.key }.compactMap { try figure($0.key, $0.value) }
  }

  private func figure(_ name: String, _ unsorted: [Recording]) throws -> Figure? {
    let recordings = unsorted.sorted { ($0.rank, $0.path) < ($1.rank, $1.path) }
      .prefix(Self.panelLimit)
    let ends = recordings.map { $0.trace.clock.time(ofFrame: $0.frames - 1) }
    // A sample bears the time of its end.
    let begins = recordings.map { recording in
      let clock = recording.trace.clock
      return max(
        0, clock.time(ofFrame: 0) - (clock.unit == .milliseconds ? clock.interval.value : 0))
    }
    guard let begin = begins.min(), let end = ends.max() else { return nil }
    let whole = window ?? begin...max(begin, end)
    let cells = chosenCells(recordings)
    let spikes = try SpikeReader.times(
      of: cells, recordings[0].trace.population, in: run.spikeFile, whole)
    let marked = recordings.firstIndex(where: \.showsSpikes)
    let unit = recordings[0].trace.clock.unit
    var panels: [Panel] = []
    for (index, recording) in recordings.enumerated() {
      var curves = try curves(recording, cells, whole)
      let values = curves.flatMap { $0.points.map(\.y) }
      guard let low = values.min(), let high = values.max() else { continue }
      var top = high
      if index == marked {
        curves += TraceFigures.ticks(spikes, above: &top, height: max(high - low, 1e-9) * 0.13)
      }
      let margin = max(high - low, 1e-9) * 0.06
      let range = low - margin...top + margin
      panels.append(
        Panel(
          title: recording.title,
          x: timeAxis(whole, unit, isLast: index == recordings.count - 1),
          y: Axis(
            recording.trace.unit == "1" ? "" : recording.trace.unit, range,
            ticks: Axis.ticks(4, in: range)),
          content: .curves(curves)))
    }
    guard !panels.isEmpty else { return nil }
    return Figure(
      name: "traces-\(name)", title: headline(recordings, cells, spikes, whole), panels: panels,
      legend: legend(recordings, cells, spikes, marked), panelSize: .strip)
  }

  // MARK: Curves

  /// A row of ticks for each cell that fired, above `top`, which rises.
  static func ticks(_ spikes: [[Double]], above top: inout Double, height: Double) -> [Curve] {
    var curves: [Curve] = []
    for (cell, times) in spikes.enumerated() where !times.isEmpty {
      let foot = top + 0.3 * height
      curves.append(
        Curve(
          times.map { Curve.Point($0, foot, spread: 0.9 * height) },
          Curve.Look(Colour.number(cell), style: .ticks)))
      top += height
    }
    return curves
  }

  /// The first cells that were recorded one by one.
  private func chosenCells(_ recordings: ArraySlice<Recording>) -> [UInt64] {
    let single = recordings.filter { !$0.isPopulationMean }
    return Array((single.first?.trace.nodeIDs ?? []).prefix(Self.cellLimit))
  }

  private func curves(
    _ recording: Recording, _ cells: [UInt64], _ range: ClosedRange<Double>
  ) throws -> [Curve] {
    if recording.isPopulationMean {
      return [try recording.curve(column: 0, in: range, look: Curve.Look(.black))]
    }
    return try cells.enumerated().compactMap { index, cell in
      try recording.column(of: cell).map {
        try recording.curve(column: $0, in: range, look: Curve.Look(Colour.number(index)))
      }
    }
  }

  // MARK: Words

  private func timeAxis(
    _ range: ClosedRange<Double>, _ unit: SamplingClock.Unit, isLast: Bool
  ) -> Axis {
    var axis = Axis(unit == .milliseconds ? "time (ms)" : "training steps", range)
    if !isLast {
      axis.label = ""
      axis.hasNumbers = false
    }
    return axis
  }

  private func legend(
    _ recordings: ArraySlice<Recording>, _ cells: [UInt64], _ spikes: [[Double]], _ marked: Int?
  ) -> [LegendEntry] {
    let noun = recordings[0].trace.clock.unit == .milliseconds ? "cell" : "unit"
    var entries = cells.enumerated().map {
      LegendEntry("\(noun) \($1)", Curve.Look(Colour.number($0)))
    }
    if recordings.contains(where: \.isPopulationMean) {
      entries.append(LegendEntry("mean of the population", Curve.Look(.black)))
    }
    if marked != nil, spikes.contains(where: { !$0.isEmpty }) {
      entries.append(LegendEntry("spikes", Curve.Look(.grey, style: .ticks)))
    }
    return entries.count > 1 ? entries : []
  }

  private func headline(
    _ recordings: ArraySlice<Recording>, _ cells: [UInt64], _ spikes: [[Double]],
    _ range: ClosedRange<Double>
  ) -> String {
    let trace = recordings[0].trace
    let size = run.settings["populations.\(trace.population).count"].flatMap { Int($0) }
    guard trace.clock.unit == .milliseconds else {
      return "What \(trace.population) did during training"
    }
    if cells.isEmpty { return "The mean course of \(trace.population)" }
    let which =
      switch (cells.count, size) {
      case (_, let size?) where size == cells.count:
        size == 1 ? "The cell \"\(trace.population)\"" : "All \(size) cells of \(trace.population)"
      case (1, _): "Cell \(cells[0]) of \(trace.population)"
      case (let count, let size?): "\(count) of the \(size) cells of \(trace.population)"
      case (let count, nil): "\(count) cells of \(trace.population)"
      }
    guard !spikes.isEmpty else { return which }
    let count = spikes.map(\.count).reduce(0, +)
    let verb = cells.count == 1 ? "fires" : "fire"
    let number = count == 0 ? "no spike" : count == 1 ? "1 spike" : "\(count) spikes"
    let time = Numbers.text(range.upperBound - range.lowerBound, digits: 4)
    return "\(which) \(verb) \(number) in \(time) ms"
  }
}
