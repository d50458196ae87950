// SPDX-License-Identifier: GPL-3.0-or-later

internal import SpikingNetworks
internal import TraceExport

/// The few lines at the end of a simulation, and the tables of its protocols.
struct SimulationSummary {
  let spec: SimulationSpec
  let network: Network
  let statistics: [RunningStatistics]
  let counts: [SpikeCounts]
  /// Synapses of every projection.
  let synapses: [Int]
  /// Clipped values by population and source of noise.
  let clipped: [(name: String, count: Int)]

  /// Lines for a person; warnings last.
  var lines: [String] {
    var rows: [[String]] = []
    var warnings: [String] = []
    let seconds = spec.recordedTime / 1e3
    for (index, name) in (spec.populations.map(\.name) + spec.sources.map(\.name)).enumerated() {
      let total = counts[index].total
      let cells =
        index < spec.populations.count ? spec.populations[index].count : senders[index].count
      if index < spec.populations.count, !spec.populations[index].sendsSpikes { continue }
      let rate = Double(total) / (Double(cells) * seconds)
      rows.append([
        name, "\(cells) \(cells == 1 ? "cell" : "cells")", "\(total) spikes",
        "\(Self.text(rate)) Hz\(cells == 1 ? "" : " per cell")",
      ])
      if total == 0 { warnings.append("\(name) sent no spike") }
    }
    for (projection, count) in zip(spec.projections, synapses) {
      rows.append([
        "\(projection.source) → \(projection.target).\(projection.receptor)",
        "\(count) \(count == 1 ? "synapse" : "synapses")",
      ])
    }
    for (record, values) in zip(spec.records, statistics) {
      guard values.count > 0 else {
        warnings.append(
          "\(record.title) has no samples: \(SpecObject.text(Double(record.every) * spec.timeStep)) "
            + "is longer than what was recorded")
        continue
      }
      rows.append([
        record.title, "\(Self.text(values.minimum)) to \(Self.text(values.maximum)) \(record.unit)",
        "mean \(Self.text(values.mean))", "SD \(Self.text(values.standardDeviation))",
      ])
    }
    for (name, count) in clipped where count > 0 {
      warnings.append("\(name): \(count) values were clipped; their variance is not what was asked")
    }
    return Self.aligned(rows) + analysisLines + warnings.map { "warning: \($0)" }
  }

  private var senders: [(name: String, count: Int)] {
    network.populations.map { ($0.name, $0.count) } + network.sources.map { ($0.name, $0.count) }
  }

  // MARK: Protocols

  /// A file that a protocol leaves, by name.
  var table: (name: String, text: String)? {
    switch spec.analysis {
    case nil: return nil
    case .currentSweep:
      let rows = sweep.map { row in row.map { CSV.text($0) }.joined(separator: ",") }
      return ("fi.csv", Self.csv("amplitude_pA,spikes,rate_hz,first_ms,last_ms", rows))
    case .noise:
      let rows = noise.map { row in
        let numbers = [
          row.measured.mean, row.forecast?.mean, row.measured.standardDeviation,
          row.forecast?.standardDeviation,
        ]
        return "\(row.name),\(row.unit)," + numbers.map { CSV.text($0) }.joined(separator: ",")
      }
      return (
        "noise.csv", Self.csv("variable,unit,mean,expected_mean,sd,expected_sd", rows)
      )
    }
  }

  private static func csv(_ header: String, _ rows: [String]) -> String {
    ([header] + rows).map { $0 + "\r\n" }.joined()
  }

  private var analysisLines: [String] {
    switch spec.analysis {
    case nil: return []
    case .currentSweep:
      let header = ["amplitude/pA", "spikes", "rate/Hz", "first/ms", "last/ms"]
      return Self.aligned([header] + sweep.map { $0.map { $0.map(Self.text) ?? "-" } })
    case .noise:
      return noise.map { row in
        let found =
          "\(row.name): mean \(Self.text(row.measured.mean)), SD "
          + "\(Self.text(row.measured.standardDeviation)) \(row.unit)"
        guard let forecast = row.forecast else {
          return found + "; no closed form "
            + (row.isClipped ? "where values were clipped" : "for this cell")
        }
        return found + "; closed form\(forecast.isFirstOrder ? " to first order in σ/G" : "") "
          + "\(Self.text(forecast.mean)), \(Self.text(forecast.standardDeviation))"
      }
    }
  }

  private var sweep: [[Double?]] {
    guard case .currentSweep(let name, _, let amplitudes, _)? = spec.analysis,
      let index = spec.populations.firstIndex(where: { $0.name == name }),
      let start = spec.sweepBegin
    else { return [] }
    let seconds = (Double(spec.steps) * spec.timeStep - start) / 1e3
    return zip(amplitudes, counts[index].cells).map { amplitude, cell in
      [amplitude, Double(cell.count), Double(cell.count) / seconds, cell.first, cell.last]
    }
  }

  private struct NoiseRow {
    let name: String
    let unit: String
    let measured: RunningStatistics
    let forecast: NoiseForecast?
    let isClipped: Bool
  }

  private var noise: [NoiseRow] {
    guard case .noise(let name)? = spec.analysis,
      let population = network.populations.first(where: { $0.name == name })
    else { return [] }
    let sendsSpikes = spec.populations.contains { $0.name == name && $0.sendsSpikes }
    let isAlone =
      population.drives.isEmpty && population.currents.isEmpty
      && population.conductances.isEmpty && !network.projections.contains { $0.target == name }
      && !sendsSpikes
    let isClipped = clipped.contains { $0.count > 0 && $0.name.hasPrefix("\(name).noise.") }
    let measured = statistics.dropFirst(spec.records.count)
    return zip(spec.hiddenVariables, measured).map { hidden, measured in
      let source = population.noise.first { "noise.\($0.name)" == hidden.variable }
      let compartment = String(hidden.variable.dropLast(".v".count))
      return NoiseRow(
        name: "\(name).\(hidden.variable)",
        unit: population.recordables.first { $0.name == hidden.variable }?.unit ?? "1",
        measured: measured,
        forecast: source.map { NoiseForecast(of: $0, timeStep: spec.timeStep) }
          ?? (isAlone && !isClipped
            ? NoiseForecast(
              ofCompartment: compartment, in: population, timeStep: spec.timeStep) : nil),
        isClipped: isClipped)
    }
  }

  // MARK: Text

  /// Five significant digits.
  static func text(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    if value == 0 { return "0" }
    var digits = 4
    var size = abs(value)
    while size >= 10, digits > 0 {
      size /= 10
      digits -= 1
    }
    while size < 1, digits < 12 {
      size *= 10
      digits += 1
    }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let rounded = (value * scale).rounded() / scale
    return CSV.text(rounded)
  }

  private static func aligned(_ rows: [[String]]) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      zip(row, widths).enumerated().map { index, cell in
        index == row.count - 1
          ? cell.0 : cell.0 + String(repeating: " ", count: cell.1 - cell.0.count)
      }.joined(separator: "  ")
    }
  }
}

extension PopulationSpec {
  /// Whether its cells can spike at all.
  var sendsSpikes: Bool {
    switch model.firing?.mechanism {
    case .threshold?, .escape?: true
    case .rate?, nil: false
    }
  }
}

extension SimulationSpec {
  /// What only the statistics of a protocol see: noise, and the potentials of its compartments.
  var hiddenVariables: [(population: String, variable: String)] {
    guard case .noise(let name)? = analysis,
      let population = populations.first(where: { $0.name == name })
    else { return [] }
    return population.noise.map { (name, "noise.\($0.name)") }
      + population.model.compartments.map { (name, "\($0.name).v") }
  }

  /// What is recorded, in the order of `records`, and then what only the statistics see.
  func probes() throws -> [Probe] {
    try records.map { record in
      try Probe(
        population: record.population, variable: record.variable,
        cells: record.cells.map { $0.flatMap(Array.init) }, every: record.every,
        phase: settlingSteps, reduction: record.reduction)
    }
      + hiddenVariables.map {
        try Probe(population: $0.population, variable: $0.variable, phase: settlingSteps)
      }
  }
}
