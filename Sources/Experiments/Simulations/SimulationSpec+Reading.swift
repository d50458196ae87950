// SPDX-License-Identifier: GPL-3.0-or-later

internal import Quantities
internal import SpikingNetworks
internal import Traces

extension SimulationSpec {
  /// The schema: asks a specification for every parameter of a simulation.
  public init(reading spec: SpecObject) {
    let seed = spec.optional(
      "seed", .integer(.atLeast(0)),
      about: "seed of all randomness; one is drawn and stored where none is given")
    self.seed = seed.map(UInt64.init)
    let frame = spec.object("simulation") { SimulationFrame(reading: $0) }
    precision = frame.precision
    timeStep = frame.timeStep
    steps = frame.steps
    settlingSteps = frame.settlingSteps
    let read = spec.named("populations", atLeast: 1, about: "cells, by name") { name, spec in
      PopulationReading(
        name: name, timeStep: frame.timeStep, method: frame.method, convention: frame.convention
      ).population(spec)
    }
    let reading = SourceReading(timeStep: frame.timeStep)
    let sources = reading.sources(spec)
    self.sources = sources
    projections = reading.projections(spec, read, sources)
    populations = read.compactMap(\.value)
    analysis = spec.optionalOneOf(
      "protocol", ProtocolSpec.variants(read, frame),
      about: "what is measured beside recordings")
    if let analysis { analysis.expand(&populations) }
    let known = populations
    let stands = StandInFiles()
    let built = known.compactMap { try? $0.population(stands) }
    records = spec.objects("record", about: "variables written to traces/; spikes always are") {
      SimulationRecordSpec(reading: $0, built, names: read.map(\.name), frame: frame)
    }
    checkRecords(spec)
    guard spec.isSound else { return }
    checkNetwork(spec, stands)
  }

  /// Two recordings of one variable would share a place in a file.
  private func checkRecords(_ spec: SpecObject) {
    for (index, record) in records.enumerated() where spec.isSound {
      let same = { (other: SimulationRecordSpec) in
        other.name == record.name && other.reduction == record.reduction
      }
      if records[..<index].contains(where: same) {
        spec.report("record", "\(record.name) is recorded twice in the same way")
      }
    }
  }

  /// What only the whole network knows, reported at the key that its complaint is about.
  private func checkNetwork(_ spec: SpecObject, _ files: some InputFiles) {
    do {
      _ = try network(files)
    } catch let error as ModelError {
      let parts = error.place.split(separator: ".").map(String.init)
      var keys = ["populations"] + parts
      if parts.first == "timeStep" {
        keys = ["simulation", "timeStep"]
      } else if parts.first?.hasPrefix("projection") == true {
        keys = ["projections"]
      } else if parts.first == "sources" {
        keys = parts
      } else if let last = parts.last, ["integrator", "spikes"].contains(last),
        !spec.isWritten(["populations"] + parts)
      {
        keys = ["simulation", last]
      }
      spec.report(below: keys, "\(error.problem); \(error.remedy)")
    } catch {
      spec.report("\(error)")
    }
  }
}

/// What `simulation:` says.
struct SimulationFrame {
  let precision: NetworkSpec.Precision
  /// NaN where it could not be read.
  let timeStep: Double
  /// In ms.
  let duration: Double
  let steps: Int
  let settlingSteps: Int
  let method: StepMethod
  let convention: SpikeConvention

  init(reading spec: SpecObject) {
    let written = spec.quantity(
      "timeStep", .time, .greaterThan(0), default: 0.1, about: "dt; NEST's default")
    var timeStep = spec.isSound ? written : .nan
    if spec.isSound, ExactTime(written) == nil {
      spec.report("timeStep", "\(SpecObject.text(written)) has more than six decimals in ms")
      timeStep = .nan
    }
    duration = spec.quantity("duration", .time, .greaterThan(0), about: "of the whole simulation")
    steps = spec.steps("duration", duration, timeStep: timeStep)
    let settle = spec.quantity(
      "settle", .time, .atLeast(0), default: 0,
      about: "the first part of the duration, which leaves no trace")
    settlingSteps = spec.steps("settle", settle, timeStep: timeStep, atLeast: 0)
    if spec.isSound, settlingSteps >= steps {
      spec.report("settle", "nothing is left of \(SpecObject.text(duration))")
    }
    method = spec.oneOf(
      "integrator", PopulationReading.methods, default: "rungeKutta4",
      about: "how potentials move from one grid time to the next")
    convention = spec.value(
      "spikes", SpecKind<SpikeConvention>.choice, default: .onGrid,
      about: "when spikes are looked for: at a step's end (NEST), stamped with its begin (Brian2), "
        + "or where the threshold is reached")
    precision = spec.value(
      "precision", SpecKind<NetworkSpec.Precision>.choice, default: .float64,
      about: "scalars of the computation")
    self.timeStep = timeStep
  }
}

extension SimulationRecordSpec {
  init(
    reading spec: SpecObject, _ populations: [Population], names: [String],
    frame: SimulationFrame
  ) {
    let what = spec.required("what", .text, about: "population.compartment.v and the like")
    let parts = what.split(separator: ".", maxSplits: 1).map(String.init)
    let name = parts.first ?? ""
    population = name
    variable = parts.count == 2 ? parts[1] : ""
    let target = populations.first { $0.name == name }
    let known = target?.recordables.first { $0.name == parts.last }
    unit = known?.unit ?? "1"
    if spec.isSound {
      let here = target?.recordables.map(\.name) ?? []
      if !names.contains(name) {
        spec.reportUnknown("what", name, "population", known: names)
      } else if variable == "spikes" {
        spec.report("what", "spikes are always recorded: leave this entry out")
      } else if let target, known == nil {
        spec.report(
          "what",
          "\(target.name) has no variable \(variable.isEmpty ? "of that name" : variable); it has "
            + here.joined(separator: ", "))
      }
    }
    let step = frame.timeStep.isFinite ? frame.timeStep : 1
    let interval = spec.quantity(
      "every", .time, .greaterThan(0), default: step, about: "from one sample to the next")
    every = spec.steps("every", interval, timeStep: frame.timeStep)
    cells = spec.cells(of: target?.count ?? .max)
    reduction = spec.value(
      "reduction", SpecKind<Probe.Reduction>.choice, default: .none,
      about: "samples, means over the time between samples, or means over the cells")
    precision = spec.value(
      "precision", SpecKind<TracePrecision>.choice, default: .float32,
      about: "float64 writes full precision beside the SONATA report")
  }
}

extension SpecObject {
  /// Whether the value at `keys` below this mapping is written.
  func isWritten(_ keys: [String]) -> Bool {
    var entries = entries
    for (index, key) in keys.enumerated() {
      guard let entry = entries.first(where: { $0.key == key }) else { return false }
      if index == keys.count - 1 { return true }
      entries = entry.value.entries ?? []
    }
    return false
  }
}
