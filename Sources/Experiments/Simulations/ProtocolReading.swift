// SPDX-License-Identifier: GPL-3.0-or-later

internal import Quantities
internal import SpikingNetworks

extension ProtocolSpec {
  /// The protocols by name.
  static func variants(
    _ populations: [NamedPopulation], _ frame: SimulationFrame
  ) -> [SpecObject.Variant<ProtocolSpec>] {
    [
      ("currentSweep", { currentSweep($0, populations, frame) }),
      ("noise", { .noise(population: population($0, populations)) }),
    ]
  }

  private static func population(_ spec: SpecObject, _ populations: [NamedPopulation]) -> String {
    let names = populations.map(\.name)
    let name =
      names.count == 1
      ? spec.value("population", .text, default: names[0], about: "what is measured")
      : spec.required("population", .text, about: "what is measured")
    if spec.isSound("population"), !names.contains(name) {
      spec.reportUnknown("population", name, "population", known: names)
    }
    return name
  }

  private static func currentSweep(
    _ spec: SpecObject, _ populations: [NamedPopulation], _ frame: SimulationFrame
  ) -> ProtocolSpec {
    let time = frame.duration
    let name = population(spec, populations)
    let target = populations.first { $0.name == name }?.value
    let compartment = spec.compartment(target?.outline, about: "where the current goes")
    let from = spec.quantity("from", .current, default: 0, about: "the first amplitude")
    let to = spec.quantity("to", .current, about: "the last amplitude")
    let by = spec.quantity("by", .current, .greaterThan(0), about: "from one to the next")
    let begin = spec.quantity(
      "begin", .time, .atLeast(0), default: 0, about: "when the current starts")
    _ = spec.steps("begin", begin, timeStep: frame.timeStep, atLeast: 0)
    let count = ((to - from) / by + 1e-9).rounded(.down) + 1
    if spec.isSound {
      if to < from { spec.report("to", "the last amplitude is below the first") }
      if count > 100_000 { spec.report("by", "that makes more than 100000 amplitudes") }
      if begin >= time { spec.report("begin", "nothing is left of \(SpecObject.text(time))") }
      if let count = target?.count, count != 1 {
        spec.report(
          "population", "\(name) has \(count) cells; a sweep takes one and multiplies it")
      }
    }
    let steps = spec.isSound ? Int(count) : 1
    return .currentSweep(
      population: name, compartment: compartment,
      amplitudes: (0..<steps).map { from + Double($0) * by }, begin: begin)
  }

  /// Makes one cell of every amplitude of a sweep: they run beside each other.
  func expand(_ populations: inout [PopulationSpec]) {
    guard case .currentSweep(let name, let compartment, let amplitudes, let begin) = self,
      let index = populations.firstIndex(where: { $0.name == name })
    else { return }
    populations[index].count = amplitudes.count
    // What the one cell has, all have.
    for input in populations[index].currents.indices {
      populations[index].currents[input].cells = nil
    }
    for input in populations[index].conductances.indices {
      populations[index].conductances[input].cells = nil
    }
    for (cell, amplitude) in amplitudes.enumerated() {
      guard let course = try? Course(times: [begin], values: [amplitude]) else { continue }
      populations[index].currents.append(
        CurrentSpec(
          compartment: compartment, cells: [cell..<cell + 1], course: .given(course)))
    }
  }
}
