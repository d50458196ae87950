// SPDX-License-Identifier: GPL-3.0-or-later

internal import Quantities
internal import SpikingNetworks

/// Reads who is connected to whom.
struct ProjectionReading {
  let timeStep: Double
  let populations: [NamedPopulation]
  let sources: [SourceReading.Read]

  /// Asks for `projections`; nil for those that something is wrong with.
  func projections(_ spec: SpecObject) -> [ProjectionSpec?] {
    spec.objects("projections", about: "who is connected to whom") { projection($0) }
  }

  private func projection(_ spec: SpecObject) -> ProjectionSpec? {
    let source = spec.required("from", .text, about: "the population or source that sends")
    let target = spec.required("to", .text, about: "the population that receives")
    let names = populations.map(\.name)
    let senders = names + sources.map(\.spec.name)
    if spec.isSound("from"), !senders.contains(source) {
      spec.reportUnknown("from", source, "population", known: senders)
    }
    if spec.isSound("to"), !names.contains(target) {
      spec.reportUnknown("to", target, "population of neurons", known: names)
    }
    let outline = populations.first { $0.name == target }?.value.outline
    let receptor = spec.receptor(of: outline)
    let delay = spec.sampled(
      "delay", .time, single: .greaterThan(0), least: timeStep.isFinite ? timeStep : 0,
      isBounded: true,
      default: timeStep.isFinite ? timeStep : 1,
      about: "from spike to arrival, at least a time step")
    check(delay, spec)
    let connectivity = spec.oneOf(
      "connectivity", variants(receptor, outline), about: "which cells")
    checkCells(connectivity, from: source, to: target, spec)
    guard spec.isSound else { return nil }
    return ProjectionSpec(
      source: source, target: target, receptor: receptor, delay: delay,
      connectivity: connectivity)
  }

  /// The number of cells, where it is known.
  private func count(_ name: String) -> Int? {
    populations.first { $0.name == name }?.value.count
      ?? sources.first { $0.spec.name == name }?.count
  }

  private func checkCells(
    _ connectivity: ProjectionSpec.Connectivity, from source: String, to target: String,
    _ spec: SpecObject
  ) {
    guard spec.isSound("connectivity"), case .given(let given) = connectivity,
      let n = count(source), let m = count(target)
    else { return }
    if case .oneToOne = given, n != m {
      spec.report(
        "connectivity", "one to one takes as many sources as targets, found \(n) and \(m)")
    }
    guard case .list(let synapses) = given else { return }
    for (index, synapse) in synapses.enumerated()
    where synapse.source >= n || synapse.target >= m {
      spec.report(
        "connectivity",
        "synapse \(index) leads from cell \(synapse.source) to cell \(synapse.target); "
          + "sources are 0 to \(n - 1), targets 0 to \(m - 1)")
    }
  }

  private func check(_ delay: SampledValue, _ spec: SpecObject) {
    switch delay {
    case .same(let delay): checkDelay(spec, delay)
    case .drawn(let distribution):
      let name =
        switch distribution.shape {
        case .uniform: "uniform"
        case .normal: "normal"
        case .lognormal: "lognormal"
        }
      let steps = (distribution.upper / timeStep).rounded()
      if spec.isSound("delay"), steps > Double(UInt16.max) {
        spec.report(
          below: ["delay", name, "to"], Self.tooLong(distribution.upper, steps: steps))
      }
    }
  }

  private func checkDelay(_ spec: SpecObject, _ delay: Double) {
    let steps = spec.steps("delay", delay, timeStep: timeStep)
    if spec.isSound("delay"), steps > Int(UInt16.max) {
      spec.report("delay", Self.tooLong(delay, steps: Double(steps)))
    }
  }

  private static func tooLong(_ delay: Double, steps: Double) -> String {
    "\(SpecObject.text(delay)) are \(Quantity.shortText(steps)) time steps; give at most "
      + "\(UInt16.max) of them, or a longer step"
  }

  private func variants(
    _ receptor: String, _ model: ModelOutline?
  ) -> [SpecObject.Variant<ProjectionSpec.Connectivity>] {
    [
      ("oneToOne", { .given(.oneToOne(weight: $0.weights(for: receptor, of: model))) }),
      ("allToAll", { .given(.allToAll(weight: $0.weights(for: receptor, of: model))) }),
      (
        "random",
        { spec in
          let probability = spec.required(
            "probability", .real(.from(0, to: 1)),
            about: "of every pair, drawn from the seed; no cell to itself")
          return .given(
            .random(
              probability: probability, weight: spec.weights(for: receptor, of: model)))
        }
      ),
      (
        "matrix",
        { spec in
          let path = spec.required(
            "path", .path,
            about: "CSV of weights in the receptor's unit: a row for every source, a column for "
              + "every target; zeros are no synapses")
          return .matrix(path: path, keyPath: spec.keyPath)
        }
      ),
      (
        "list",
        { spec in
          .given(
            .list(
              spec.objects("synapses", atLeast: 1, about: "one by one") {
                synapse($0, receptor, model)
              }))
        }
      ),
    ]
  }

  private func synapse(
    _ spec: SpecObject, _ receptor: String, _ model: ModelOutline?
  ) -> Projection.Synapse {
    let from = spec.required("from", .integer(.atLeast(0)), about: "the cell that sends")
    let to = spec.required("to", .integer(.atLeast(0)), about: "the cell that receives")
    let weight = spec.weight(for: receptor, of: model)
    let delay = spec.optional(
      "delay", .quantity(.time, .greaterThan(0)), about: "in place of the projection's")
    if let delay { checkDelay(spec, delay) }
    return Projection.Synapse(source: from, target: to, weight: weight, delay: delay)
  }
}
