// SPDX-License-Identifier: GPL-3.0-or-later

internal import Figures
internal import Foundation
internal import TraceExport
internal import Traces

/// Trials that were watched millisecond by millisecond while a network learned: the first and the
/// last one beside each other, a row for each variable, phases marked.
///
/// They are read from `traces/trial-<variable>.h5`, `trial-spikes.h5` and `trials.csv`, whose rows
/// say from when to when, in the one time of all trials, a phase was shown.
struct TrialFigures {
  let run: RecordedRun

  /// One trial: its phases, from when to when.
  struct Trial: Equatable {
    let step: String
    let example: String
    var phases: [(name: String, start: Double, stop: Double)]

    var start: Double { phases[0].start }
    var stop: Double { phases[phases.count - 1].stop }

    /// What bears a time after the start belongs to the trial.
    var range: ClosedRange<Double> { start + 1e-6...stop }

    static func == (a: Trial, b: Trial) -> Bool {
      a.step == b.step && a.example == b.example && a.phases.elementsEqual(b.phases, by: ==)
    }
  }

  /// The figures of all layers, in alphabetical order.
  func figures() throws -> [Figure] {
    let shown = try shownTrials()
    guard !shown.isEmpty else { return [] }
    let recordings = try Recording.all(in: run, run.trialFiles)
    let layers = Dictionary(grouping: recordings, by: \.trace.population)
    return try layers.sorted { $0.key < $1.key }.map { name, members in
      try figure(name, members.sorted { ($0.rank, $0.path) < ($1.rank, $1.path) }, shown)
    }
  }

  /// The trials in the order of the table.
  func trials() throws -> [Trial] {
    let path = "\(run.traces)/trials.csv"
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    let table = try CSVTable(reading: path)
    let columns = try ["step", "example", "phase", "start", "stop"].map { name in
      guard let column = table.column(name) else {
        throw RunFailure.file("\(path): there is no column \"\(name)\"")
      }
      return column
    }
    var trials: [Trial] = []
    for (index, row) in table.rows.enumerated() {
      guard let start = Double(row[columns[3]]), let stop = Double(row[columns[4]]), start < stop
      else { throw RunFailure.file("\(path): row \(index + 1) has no rising times") }
      let (step, example) = (row[columns[0]], row[columns[1]])
      if trials.last?.step != step || trials.last?.example != example {
        trials.append(Trial(step: step, example: example, phases: []))
      }
      trials[trials.count - 1].phases.append((row[columns[2]], start, stop))
    }
    return trials
  }

  /// The first and the last trial of the first example.
  private func shownTrials() throws -> [Trial] {
    let all = try trials()
    let same = all.filter { $0.example == all[0].example }
    guard let first = same.first, let last = same.last else { return [] }
    return first == last ? [first] : [first, last]
  }

  private func figure(
    _ layer: String, _ recordings: [Recording], _ trials: [Trial]
  ) throws -> Figure {
    let units = Array(recordings[0].trace.nodeIDs.prefix(TraceFigures.cellLimit))
    let marked = recordings.firstIndex(where: \.showsSpikes)
    let spikes = try trials.map { trial in
      try SpikeReader.times(of: units, layer, in: run.trialSpikeFile, trial.range)
        .map { $0.map { $0 - trial.start } }
    }
    var panels: [Panel] = []
    for (row, recording) in recordings.enumerated() {
      let curves = try trials.map { trial in
        try units.enumerated().compactMap { index, unit in
          try recording.column(of: unit).map {
            try recording.curve(
              column: $0, in: trial.range, from: trial.start,
              look: Curve.Look(Colour.number(index)))
          }
        }
      }
      let values = curves.joined().flatMap { $0.points.map(\.y) }
      let (low, high) = (values.min() ?? 0, values.max() ?? 1)
      let height = max(high - low, 1e-9)
      for (column, trial) in trials.enumerated() {
        var top = high
        var drawn = curves[column]
        if row == marked {
          drawn += TraceFigures.ticks(spikes[column], above: &top, height: 0.13 * height)
        }
        // The names of the phases stand above everything in the first row.
        let most = row == marked ? Double(spikes.map { $0.count { !$0.isEmpty } }.max() ?? 0) : 0
        let ceiling = high + height * (0.06 + 0.13 * most + (row == 0 ? 0.3 + 0.04 * most : 0))
        let range = low - 0.06 * height...ceiling
        var panel = Panel(
          title: column == 0 ? recording.title : "",
          x: Axis("time (ms)", 0...trial.stop - trial.start),
          y: Axis(column == 0 ? recording.unit : "", range, ticks: Axis.ticks(4, in: range)),
          content: .curves(drawn))
        panel.sections = trial.phases.map {
          Panel.Section(start: $0.start - trial.start, name: row == 0 ? $0.name : "")
        }
        if row == 0 {
          panel.title =
            [panel.title, "after \(trial.step) steps"].filter { !$0.isEmpty }
            .joined(separator: ", ")
        }
        if row + 1 < recordings.count {
          panel.x.label = ""
          panel.x.hasNumbers = false
        }
        panels.append(panel)
      }
    }
    var legend = units.enumerated().map {
      LegendEntry("unit \($1)", Curve.Look(Colour.number($0)))
    }
    if marked != nil, spikes.joined().contains(where: { !$0.isEmpty }) {
      legend.append(LegendEntry("spikes", Curve.Look(.grey, style: .ticks)))
    }
    return Figure(
      name: "trials-\(layer)", title: headline(layer, units.count, trials), panels: panels,
      columns: trials.count, legend: legend, panelSize: PanelSize(width: 320, height: 92))
  }

  private func headline(_ layer: String, _ units: Int, _ trials: [Trial]) -> String {
    let who = units == 1 ? "A unit of \(layer)" : "\(units) units of \(layer)"
    let example = "example \(trials[0].example)"
    return trials.count == 1
      ? "\(who) while \(example) is shown"
      : "\(who) while \(example) is shown, before and after learning"
  }
}
