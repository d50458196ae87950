// SPDX-License-Identifier: GPL-3.0-or-later

internal import SpikingNetworks

extension SimulationSpec {
  /// The simulation in a few lines: cells, what drives them, what is recorded.
  public var summary: String {
    var lines = [
      "simulation   \(steps) steps of \(SpecObject.text(timeStep)), \(precision.rawValue)"
        + (settlingSteps > 0 ? ", the first \(settlingSteps) leave no trace" : "")
    ]
    for population in populations {
      let model = population.model
      let parts = model.compartments.map(\.name).joined(separator: ", ")
      lines.append(
        "cells        \(population.name): \(population.count) × \(model.name) (\(parts)), "
          + "\(population.method.name), spikes \(population.convention.rawValue)")
    }
    for source in sources { lines.append("source       \(source.name): \(source.count) cells") }
    for projection in projections {
      lines.append(
        "projection   \(projection.source) → \(projection.target).\(projection.receptor), "
          + "delay \(projection.delayText)")
    }
    for record in records {
      lines.append(
        "recording    \(record.title): \(frames(of: record)) samples of \(columns(of: record)) "
          + "values, traces/\(record.fileName).h5")
    }
    lines.append("recordings   \(ByteCount(traceBytes)), and 16 bytes for every spike")
    return lines.joined(separator: "\n") + "\n"
  }
}

extension ProjectionSpec {
  fileprivate var delayText: String {
    switch delay {
    case .same(let delay): SpecObject.text(delay)
    case .drawn(let distribution):
      "\(SpecObject.text(distribution.lower)) to \(SpecObject.text(distribution.upper))"
    }
  }
}
