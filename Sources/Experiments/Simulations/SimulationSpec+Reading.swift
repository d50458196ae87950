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
    let senders = SourceReading(timeStep: frame.timeStep).sources(spec)
    sources = senders.map(\.spec)
    for name in read.map(\.name) where sources.contains(where: { $0.name == name }) {
      spec.report(below: ["sources", name], "a population is called \(name), too")
    }
    projections = ProjectionReading(
      timeStep: frame.timeStep, populations: read, sources: senders
    ).projections(spec).compactMap { $0 }
    populations = read.compactMap(\.value.spec)
    analysis = spec.optionalOneOf(
      "protocol", ProtocolSpec.variants(read, frame),
      about: "what is measured beside recordings")
    let check = NetworkCheck(spec: spec, populations: populations, projections: projections)
    check.timeStep(timeStep)
    check.integrators()
    check.conventions()
    check.sweeps(analysis)
    if let analysis { analysis.expand(&populations) }
    let stands = StandInFiles()
    let built = populations.compactMap { try? $0.population(stands) }
    let found = spec.objects("record", about: "variables written to traces/; spikes always are") {
      SimulationRecordSpec.read($0, built, read, frame: frame)
    }
    records = found.compactMap { $0 }
    checkRecords(spec, found)
    guard spec.isSound else { return }
    checkNetwork(spec, stands)
  }

  /// Two recordings of one variable would share a place in a file.
  private func checkRecords(_ spec: SpecObject, _ records: [SimulationRecordSpec?]) {
    for (index, record) in records.enumerated() {
      guard let record else { continue }
      let same = { (other: SimulationRecordSpec?) in
        other?.name == record.name && other?.reduction == record.reduction
      }
      if records[..<index].contains(where: same) {
        spec.report("record", "\(record.name) is recorded twice in the same way")
      }
    }
  }

  /// What no key alone knows and nothing above found, reported where its complaint points to.
  private func checkNetwork(_ spec: SpecObject, _ files: some InputFiles) {
    do {
      _ = try network(files)
    } catch let error as ModelError {
      let parts = error.place.split(separator: ".").map(String.init)
      var keys = ["populations"] + parts
      if parts.first?.hasPrefix("projection") == true {
        keys = ["projections"]
      } else if parts.first == "sources" {
        keys = parts
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
  /// In ms; NaN where it could not be read.
  let duration: Double
  let steps: Int
  let settlingSteps: Int
  let method: StepMethod
  let convention: SpikeConvention

  init(reading spec: SpecObject) {
    let written = spec.quantity(
      "timeStep", .time, .greaterThan(0), default: 0.1, about: "dt; NEST's default")
    var timeStep = spec.isSound("timeStep") ? written : .nan
    if spec.isSound("timeStep"), ExactTime(written) == nil {
      spec.report("timeStep", "\(SpecObject.text(written)) has more than six decimals in ms")
      timeStep = .nan
    }
    let whole = spec.quantity("duration", .time, .greaterThan(0), about: "of the whole simulation")
    duration = spec.isSound("duration") ? whole : .nan
    steps = spec.steps("duration", duration, timeStep: timeStep)
    let settle = spec.quantity(
      "settle", .time, .atLeast(0), default: 0,
      about: "the first part of the duration, which leaves no trace")
    settlingSteps = spec.steps("settle", settle, timeStep: timeStep, atLeast: 0)
    if spec.isSound("settle"), settle >= duration {
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
