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

  /// A recorded variable of a population.
  private struct Recording {
    let file: String
    let trace: TraceDescription
    let frames: Int
    /// `windowMean` or `populationMean`, if it is one.
    let reduction: String?

    private var words: [String] { trace.variable.split(separator: ".").map(String.init) }

    var isPopulationMean: Bool { reduction == "populationMean" }

    /// Soma, basal, apical, other compartments, noise.
    var rank: Int {
      switch words.first {
      case "soma": 0
      case "basal": 1
      case "apical": 2
      case "noise": 5
      default: words.count > 1 ? 3 : 4
      }
    }

    var title: String {
      let named = words.map { $0 == "v" ? "potential" : $0 }
      let name =
        words.first == "noise" && words.count > 1
        ? "noise \(words.dropFirst().joined(separator: " "))" : named.joined(separator: " ")
      let kind =
        switch reduction {
        case "windowMean": ", window mean"
        case "populationMean": ", population mean"
        default: ""
        }
      return (name + kind).capitalizedFirst
    }

    /// A somatic potential of single cells: where spikes are marked.
    var showsSpikes: Bool {
      trace.variable.hasPrefix("soma") && trace.unit == "mV" && reduction == nil
    }
  }

  /// The figures of all populations, in alphabetical order.
  func figures() throws -> [Figure] {
    var recordings: [String: [Recording]] = [:]
    for file in run.reportFiles {
      let reader = try ReportReader("\(run.traces)/\(file)")
      let stem = String(file.dropLast(3))
      for population in reader.populations {
        let trace = try reader.description(of: population)
        let frames = try reader.frameCount(of: population)
        guard frames > 0 else { continue }
        let reduction = ["windowMean", "populationMean"].first { stem.hasSuffix(".\($0)") }
        let key = trace.clock.unit == .milliseconds ? population : "\(population)-steps"
        recordings[key, default: []].append(
          Recording(file: file, trace: trace, frames: frames, reduction: reduction))
      }
    }
    return try recordings.sorted { $0.key < $1.key }.compactMap { try figure($0.key, $0.value) }
  }

  private func figure(_ name: String, _ unsorted: [Recording]) throws -> Figure? {
    let recordings = unsorted.sorted { ($0.rank, $0.file) < ($1.rank, $1.file) }
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
    let spikes = try spikes(of: recordings[0].trace.population, cells, whole)
    let marked = recordings.firstIndex(where: \.showsSpikes)
    let unit = recordings[0].trace.clock.unit
    var panels: [Panel] = []
    for (index, recording) in recordings.enumerated() {
      var curves = try curves(recording, cells, whole)
      let values = curves.flatMap { $0.points.map(\.y) }
      guard let low = values.min(), let high = values.max() else { continue }
      var top = high
      if index == marked, spikes.contains(where: { !$0.isEmpty }) {
        // A row of ticks for each cell above the traces.
        let step = max(high - low, 1e-9) * 0.13
        for (cell, times) in spikes.enumerated() where !times.isEmpty {
          curves.append(
            Curve(
              times.map { Curve.Point($0, top + 0.3 * step, spread: 0.9 * step) },
              Curve.Look(Colour.number(cell), style: .ticks)))
          top += step
        }
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

  /// The first cells that were recorded one by one.
  private func chosenCells(_ recordings: ArraySlice<Recording>) -> [UInt64] {
    let single = recordings.filter { !$0.isPopulationMean }
    return Array((single.first?.trace.nodeIDs ?? []).prefix(Self.cellLimit))
  }

  private func curves(
    _ recording: Recording, _ cells: [UInt64], _ range: ClosedRange<Double>
  ) throws -> [Curve] {
    let reader = try ReportReader("\(run.traces)/\(recording.file)")
    let trace = recording.trace
    let (start, interval) = (trace.clock.start.value, trace.clock.interval.value)
    let first = max(0, Int(((range.lowerBound - start) / interval).rounded(.up)))
    let last = min(
      recording.frames - 1, Int(((range.upperBound - start) / interval).rounded(.down)))
    guard first <= last else { return [] }
    func curve(_ column: Int, _ look: Curve.Look) throws -> Curve {
      let values = try reader.values(
        of: trace.population, column: column, frames: first..<last + 1)
      let points = values.enumerated().map {
        Curve.Point(trace.clock.time(ofFrame: first + $0), $1)
      }
      return Curve(Thinning.extremes(points), look)
    }
    if recording.isPopulationMean { return [try curve(0, Curve.Look(.black))] }
    return try cells.enumerated().compactMap { index, cell in
      guard let node = trace.nodeIDs.firstIndex(of: cell) else { return nil }
      return try curve(Int(trace.indexPointers[node]), Curve.Look(Colour.number(index)))
    }
  }

  /// Times of the spikes of each chosen cell.
  private func spikes(
    of population: String, _ cells: [UInt64], _ range: ClosedRange<Double>
  ) throws -> [[Double]] {
    guard let file = run.spikeFile else { return [] }
    let reader = try SpikeReader(file)
    guard reader.populations.contains(population) else { return [] }
    let events = try reader.spikes(of: population)
    return cells.map { cell in
      events.filter { $0.node == cell && range.contains($0.time) }.map(\.time)
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

/// Fewer points for the same picture.
enum Thinning {
  /// The most pieces that a curve is cut into: about two for each pixel.
  static let pieces = 1250

  /// The lowest and the highest point of each of many pieces, in order; all points where there
  /// are few. No peak is lost.
  static func extremes(_ points: [Curve.Point]) -> [Curve.Point] {
    guard points.count > 2 * pieces else { return points }
    return (0..<pieces).flatMap { piece -> [Curve.Point] in
      let range = points.count * piece / pieces..<points.count * (piece + 1) / pieces
      let low = range.min { points[$0].y < points[$1].y }!
      let high = range.max { points[$0].y < points[$1].y }!
      return low == high ? [points[low]] : [points[min(low, high)], points[max(low, high)]]
    }
  }
}
