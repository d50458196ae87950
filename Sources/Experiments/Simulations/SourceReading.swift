// SPDX-License-Identifier: GPL-3.0-or-later

internal import Quantities
internal import SpikingNetworks

/// Reads sources of spikes and projections.
struct SourceReading {
  let timeStep: Double

  /// Asks for `sources`.
  func sources(_ spec: SpecObject) -> [SourceSpec] {
    spec.named(
      "sources", about: "cells that only send spikes, by name",
      [("spikes", spikes), ("train", train), ("poisson", poisson), ("image", image)]
    ).map { SourceSpec(name: $0.name, pattern: $0.value) }
  }

  private static let nothing = SourceSpec.Pattern.given(.poisson(rates: [0]))

  private func made(_ spec: SpecObject, _ pattern: SpikeSource.Pattern) -> SourceSpec.Pattern {
    let source = spec.build { () throws(ModelError) in
      try SpikeSource(name: "source", pattern: pattern)
    }
    return source == nil ? Self.nothing : .given(pattern)
  }

  private func count(_ spec: SpecObject) -> Int {
    spec.value(
      "count", .integer(.from(1, to: 10_000_000)), default: 1, about: "the number of cells")
  }

  private func spikes(_ spec: SpecObject) -> SourceSpec.Pattern {
    let time = SpecKind<Double>.quantity(.time, .greaterThan(0))
    let same = spec.optional(
      "times", .list(of: time), about: "when every cell spikes, ascending")
    let each = spec.optional(
      "trains", .list(of: .list(of: time), atLeast: 1), about: "when each cell spikes, ascending")
    let file = spec.optional("file", .path, about: "rows cell,time in ms, ascending")
    let given = [same == nil, each == nil, file == nil].count { !$0 }
    if spec.isSound, given != 1 {
      spec.report("expected exactly one of times, trains and file, found \(given)")
    }
    if let each {
      if spec.has("count") { spec.report("count", "trains has one list for every cell already") }
      _ = spec.optional("count", .integer(), about: "one cell for every list of trains")
      return made(spec, .times(each))
    }
    let count = count(spec)
    if let file { return .file(path: file, count: count, keyPath: spec.keyPath) }
    return made(spec, .times(Array(repeating: same ?? [], count: count)))
  }

  private func train(_ spec: SpecObject) -> SourceSpec.Pattern {
    let begin = spec.quantity("begin", .time, .greaterThan(0), about: "the first spike")
    let interval = spec.quantity(
      "interval", .time, .greaterThan(0), about: "from one spike to the next")
    let spikes = spec.required(
      "spikes", .integer(.from(1, to: 10_000_000)), about: "the number of spikes")
    let count = count(spec)
    guard spec.isSound else { return Self.nothing }
    let times = (0..<spikes).map { begin + Double($0) * interval }
    return made(spec, .times(Array(repeating: times, count: count)))
  }

  private func poisson(_ spec: SpecObject) -> SourceSpec.Pattern {
    let rate = spec.quantity("rate", .frequency, .atLeast(0), about: "of every cell")
    let count = count(spec)
    guard spec.isSound else { return Self.nothing }
    return made(spec, .poisson(rates: Array(repeating: rate, count: count)))
  }

  private enum Part: String, CaseIterable, Sendable { case test, training }

  private func image(_ spec: SpecObject) -> SourceSpec.Pattern {
    let set = spec.value(
      "data", SpecKind<SourceSpec.ImageSet>.choice, default: .syntheticDigits,
      about: "the data set")
    let part = spec.value(
      "part", SpecKind<Part>.choice, default: .test, about: "training or test images")
    let index = spec.value(
      "index", .integer(.atLeast(0)), default: 0, about: "which image, from 0")
    let rate = spec.quantity(
      "maximumRate", .frequency, .atLeast(0), about: "of a pixel that is all ink")
    if spec.isSound, timeStep.isFinite, rate * timeStep >= 700 {
      spec.report(
        "maximumRate",
        "\(rate * timeStep) Poisson spikes in a step are too many; give a rate that makes less "
          + "than 700, or a shorter step")
    }
    return .image(
      data: set, index: index, isTest: part == .test, maximumRate: rate, keyPath: spec.keyPath)
  }

  // MARK: Projections

  /// Asks for `projections`.
  func projections(
    _ spec: SpecObject, _ populations: [(name: String, value: PopulationSpec?)],
    _ sources: [SourceSpec]
  ) -> [ProjectionSpec] {
    spec.objects("projections", about: "who is connected to whom") { spec in
      let source = spec.required("from", .text, about: "the population or source that sends")
      let target = spec.required("to", .text, about: "the population that receives")
      let names = populations.map(\.name)
      let senders = names + sources.map(\.name)
      if spec.isSound, !senders.contains(source) {
        spec.reportUnknown("from", source, "population", known: senders)
      }
      if spec.isSound, !names.contains(target) {
        spec.reportUnknown("to", target, "population of neurons", known: names)
      }
      let population = populations.first { $0.name == target }?.value
      let receptor = spec.receptor(of: population?.model, in: target)
      let delay = spec.quantity(
        "delay", .time, .greaterThan(0), default: timeStep.isFinite ? timeStep : 1,
        about: "from spike to arrival, at least a time step")
      checkDelay(spec, delay)
      let connectivity = spec.oneOf(
        "connectivity", variants(receptor, population?.model), about: "which cells")
      let counts = (
        populations.first { $0.name == source }?.value?.count
          ?? sources.first { $0.name == source }?.count, population?.count
      )
      if spec.isSound, case .given(.oneToOne) = connectivity, let n = counts.0, let m = counts.1,
        n != m
      {
        spec.report(
          "connectivity", "one to one takes as many sources as targets, found \(n) and \(m)")
      }
      if spec.isSound, case .given(.list(let synapses)) = connectivity, let n = counts.0,
        let m = counts.1
      {
        for (index, synapse) in synapses.enumerated()
        where synapse.source >= n || synapse.target >= m {
          spec.report(
            "connectivity",
            "synapse \(index) leads from cell \(synapse.source) to cell \(synapse.target); "
              + "sources are 0 to \(n - 1), targets 0 to \(m - 1)")
        }
      }
      return ProjectionSpec(
        source: source, target: target, receptor: receptor, delay: delay,
        connectivity: connectivity)
    }
  }

  private func checkDelay(_ spec: SpecObject, _ delay: Double) {
    let steps = spec.steps("delay", delay, timeStep: timeStep)
    if spec.isSound, steps > Int(UInt16.max) {
      spec.report(
        "delay",
        "\(SpecObject.text(delay)) are \(steps) time steps; give at most \(UInt16.max) of them, "
          + "or a longer step")
    }
  }

  private func variants(
    _ receptor: String, _ model: CompartmentModel?
  ) -> [SpecObject.Variant<ProjectionSpec.Connectivity>] {
    [
      ("oneToOne", { .given(.oneToOne(weight: $0.weight(for: receptor, of: model))) }),
      ("allToAll", { .given(.allToAll(weight: $0.weight(for: receptor, of: model))) }),
      (
        "random",
        { spec in
          let probability = spec.required(
            "probability", .real(.from(0, to: 1)),
            about: "of every pair, drawn from the seed; no cell to itself")
          return .given(
            .random(
              probability: probability, weight: spec.weight(for: receptor, of: model)))
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
              spec.objects("synapses", atLeast: 1, about: "one by one") { spec in
                let from = spec.required(
                  "from", .integer(.atLeast(0)), about: "the cell that sends")
                let to = spec.required("to", .integer(.atLeast(0)), about: "the cell that receives")
                let weight = spec.weight(for: receptor, of: model)
                let delay = spec.optional(
                  "delay", .quantity(.time, .greaterThan(0)), about: "in place of the projection's")
                if let delay { checkDelay(spec, delay) }
                return Projection.Synapse(source: from, target: to, weight: weight, delay: delay)
              }))
        }
      ),
    ]
  }
}
