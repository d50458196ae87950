// SPDX-License-Identifier: GPL-3.0-or-later

internal import Quantities
internal import SpikingNetworks
internal import Traces

extension SimulationRecordSpec {
  /// Asks for what an entry of `record` has; nil where something is wrong with it.
  static func read(
    _ spec: SpecObject, _ built: [Population], _ populations: [NamedPopulation],
    frame: SimulationFrame
  ) -> SimulationRecordSpec? {
    let what = spec.required("what", .text, about: "population.compartment.v and the like")
    let parts = what.split(separator: ".", maxSplits: 1).map(String.init)
    let name = parts.first ?? ""
    let variable = parts.count == 2 ? parts[1] : ""
    let target = built.first { $0.name == name }
    let read = populations.first { $0.name == name }?.value
    let known = target?.recordables.map(\.name) ?? read?.recordables
    if spec.isSound("what") {
      if !populations.contains(where: { $0.name == name }) {
        spec.reportUnknown("what", name, "population", known: populations.map(\.name))
      } else if variable == "spikes" {
        spec.report("what", "spikes are always recorded: leave this entry out")
      } else if let known, !known.contains(variable), target != nil || variable != "rate" {
        spec.report(
          "what",
          "\(name) has no variable \(variable.isEmpty ? "of that name" : variable); it has "
            + known.joined(separator: ", "))
      }
    }
    let step = frame.timeStep.isFinite ? frame.timeStep : 1
    let interval = spec.quantity(
      "every", .time, .greaterThan(0), default: step, about: "from one sample to the next")
    let every = spec.steps("every", interval, timeStep: frame.timeStep)
    let cells = spec.cells(of: target?.count ?? read?.count ?? .max)
    let reduction = spec.value(
      "reduction", SpecKind<Probe.Reduction>.choice, default: .none,
      about: "samples, means over the time between samples, or means over the cells")
    let precision = spec.value(
      "precision", SpecKind<TracePrecision>.choice, default: .float32,
      about: "float64 writes full precision beside the SONATA report")
    guard spec.isSound else { return nil }
    return SimulationRecordSpec(
      population: name, variable: variable,
      unit: target?.recordables.first { $0.name == variable }?.unit ?? "1", cells: cells,
      every: every, reduction: reduction, precision: precision)
  }
}
