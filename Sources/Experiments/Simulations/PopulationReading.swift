// SPDX-License-Identifier: GPL-3.0-or-later

internal import Integration
internal import Quantities
internal import SpikingNetworks

/// Reads one population.
struct PopulationReading {
  let name: String
  let timeStep: Double
  /// What the simulation says of all populations.
  let method: StepMethod
  let convention: SpikeConvention

  func population(_ spec: SpecObject) -> ReadPopulation {
    let count = spec.value(
      "count", .integer(.from(1, to: 1 << 30)), default: 1, about: "the number of cells")
    let known = spec.isSound("count") ? count : nil
    let read = ModelReading.model(spec)
    let own = spec.optionalOneOf(
      "integrator", Self.methods, about: "in place of simulation.integrator")
    let convention: SpikeConvention? = spec.optional(
      "spikes", .choice, about: "in place of simulation.spikes")
    let noise = NoiseReading(model: read.outline, timeStep: timeStep).sources(spec)
    var currents = spec.objects("currents", about: "currents into compartments") {
      current($0, read.outline, known ?? .max)
    }
    let conductances = spec.objects("conductances", about: "conductances in compartments") {
      conductance($0, read.outline, known ?? .max)
    }
    let drives = spec.objects("drives", about: "Poisson spikes, each cell its own") {
      drive($0, read.outline)
    }
    let ignores = spec.value(
      "nestIgnoresDendriticCurrent", .boolean, default: false,
      about: "NEST 3.10: a current into the dendrite of pp_cond_exp_mc_urbanczik does nothing")
    var result = ReadPopulation(
      outline: read.outline, count: known, noise: noise.map(\.name), spec: nil)
    guard spec.isSound, var model = read.model else { return result }
    if ignores {
      guard model.name == "pp_cond_exp_mc_urbanczik" else {
        spec.report(
          "nestIgnoresDendriticCurrent", "belongs to the model pp_cond_exp_mc_urbanczik alone")
        return result
      }
      currents.removeAll { $0.compartment != model.firing?.compartment }
      model = spec.build { () throws(ModelError) in try model.withoutDendriticCurrent() } ?? model
    }
    let population = PopulationSpec(
      name: name, count: count, model: model, method: own ?? method,
      convention: convention ?? self.convention, noise: noise.compactMap(\.value),
      currents: currents, conductances: conductances, drives: drives.compactMap { $0 },
      initialPotentials: read.initialPotentials)
    check(population, spec)
    if spec.isSound { result.spec = population }
    return result
  }

  /// What the engine would only find when it starts.
  private func check(_ population: PopulationSpec, _ spec: SpecObject) {
    guard population.convention != .located, timeStep.isFinite,
      let firing = population.model.firing
    else { return }
    let period = firing.refractoryPeriod
    let keys = ["firing", firing.mechanism.name, "refractoryPeriod"]
    guard period / timeStep <= Network.mostRefractorySteps else {
      let most = Network.mostRefractorySteps * timeStep
      return spec.report(
        below: keys,
        "\(SpecObject.text(period)) is more than 2³¹ time steps of \(SpecObject.text(timeStep)); give "
          + "at most \(Quantity.shortText(most)) ms, a longer step, or spikes: located")
    }
    let steps = (period / timeStep).rounded()
    guard abs(steps * timeStep - period) > 1e-6 * timeStep else { return }
    let whole = SpecObject.text((steps * timeStep * 1e6).rounded() / 1e6)
    spec.report(
      below: keys,
      "\(SpecObject.text(period)) is no whole number of time steps of "
        + "\(SpecObject.text(timeStep)); give \(steps > 0 ? "\(whole), another step" : "a shorter step"), "
        + "or spikes: located")
  }

  /// The integrators by name.
  static var methods: [SpecObject.Variant<StepMethod>] {
    [
      ("rungeKutta4", { _ in .rungeKutta4 }), ("exact", { _ in .exact }),
      ("exponentialEuler", { _ in .exponentialEuler }), ("euler", { _ in .euler }),
      ("implicitEuler", { _ in .implicitEuler }),
      (
        "gsl",
        { spec in
          let stepper: ODEStepper = spec.value(
            "stepper", .choice, default: .rkf45, about: "by GSL's name")
          let absolute = spec.value(
            "absolute", .real(.greaterThan(0)), default: 1e-3,
            about: "error of a step, in the units of the variables; NEST's")
          let relative = spec.value(
            "relative", .real(.atLeast(0)), default: 0, about: "the same as a fraction")
          let tolerance = try? ODETolerance(absolute: absolute, relative: relative)
          return .gsl(stepper, tolerance ?? .nest)
        }
      ),
    ]
  }

  private func current(
    _ spec: SpecObject, _ model: ModelOutline?, _ count: Int
  ) -> CurrentSpec {
    CurrentSpec(
      compartment: spec.compartment(model, about: "where it goes"),
      cells: spec.cells(of: count),
      course: CourseReading(dimension: .current, timeStep: timeStep).course(spec))
  }

  private func conductance(
    _ spec: SpecObject, _ model: ModelOutline?, _ count: Int
  ) -> ConductanceSpec {
    ConductanceSpec(
      compartment: spec.compartment(model, about: "where it lies"),
      cells: spec.cells(of: count),
      reversalPotential: spec.quantity("reversalPotential", .voltage, about: "E"),
      course: CourseReading(dimension: .conductance, timeStep: timeStep).course(spec))
  }

  private func drive(_ spec: SpecObject, _ model: ModelOutline?) -> PoissonDrive? {
    let receptor = spec.receptor(of: model)
    let rate = spec.quantity(
      "rate", .frequency, .atLeast(0), about: "arrivals per time, at every cell its own")
    spec.checkPoisson("rate", rate, timeStep: timeStep)
    let weight = spec.weight(for: receptor, of: model)
    return spec.build { () throws(ModelError) in
      try PoissonDrive(receptor: receptor, rate: rate, weight: weight)
    }
  }
}

extension SpecObject {
  /// Asks for `cells`, nil for all of `count`.
  func cells(of count: Int) -> [Range<Int>]? {
    let cells = optional("cells", .cells, about: "cells, from 0; left out, all")
    if isSound("cells"), let last = cells?.last, last.upperBound > count {
      report(
        "cells",
        count == 1
          ? "there is only cell 0, found \(last.upperBound - 1)"
          : "there are cells 0 to \(count - 1), found \(last.upperBound - 1)")
    }
    return cells
  }

  /// Asks for `receptor`, one of the model's.
  func receptor(of model: ModelOutline?) -> String {
    let path = required("receptor", .text, about: "where spikes end, as compartment.name")
    if isSound("receptor"), let model, !model.hasReceptor(path) {
      reportUnknown(
        "receptor", path, "receptor", known: model.receptors.map(\.path))
    }
    return path
  }

  /// Asks for `weight` of single spikes, in the unit of a receptor.
  func weight(for receptor: String, of model: ModelOutline?) -> Double {
    guard let dimension = weightDimension(receptor, model) else {
      _ = ask("weight")
      return 1
    }
    return quantity(
      "weight", dimension, dimension == .conductance ? .atLeast(0) : .any, about: "of one spike")
  }

  /// Asks for `weight` of a projection's synapses, one for all or a distribution.
  func weights(for receptor: String, of model: ModelOutline?) -> SampledValue {
    guard let dimension = weightDimension(receptor, model) else {
      _ = ask("weight")
      return 1
    }
    let isConductance = dimension == .conductance
    return sampled(
      "weight", dimension, single: isConductance ? .atLeast(0) : .any,
      least: isConductance ? 0 : nil, about: "of one spike")
  }

  /// What a weight is; nil where a mistake elsewhere hides it, so that no unit is wrong. A receptor
  /// inhibits by its reversal potential: a conductance is never negative.
  private func weightDimension(_ receptor: String, _ model: ModelOutline?) -> Dimension? {
    isSilent ? .conductance : model?.dimension(ofReceptor: receptor)
  }
}

extension CompartmentModel {
  /// The same without constant currents into compartments that do not fire.
  fileprivate func withoutDendriticCurrent() throws(ModelError) -> CompartmentModel {
    var kept: [Compartment] = []
    for compartment in compartments {
      kept.append(
        try Compartment(
          name: compartment.name, capacitance: compartment.capacitance,
          leakConductance: compartment.leakConductance,
          restingPotential: compartment.restingPotential,
          initialPotential: compartment.initialPotential,
          current: compartment.name == firing?.compartment ? compartment.current : 0))
    }
    return try CompartmentModel(
      name: name, compartments: kept, couplings: couplings, receptors: receptors, firing: firing)
  }
}

extension Firing.Mechanism {
  /// The name in a specification.
  var name: String {
    switch self {
    case .threshold: "threshold"
    case .escape: "escape"
    case .rate: "rate"
    }
  }
}

extension StepMethod {
  /// The name in a specification, and the stepper of GSL's.
  var name: String {
    switch self {
    case .exact: "exact"
    case .rungeKutta4: "rungeKutta4"
    case .exponentialEuler: "exponentialEuler"
    case .euler: "euler"
    case .implicitEuler: "implicitEuler"
    case .gsl(let stepper, let tolerance):
      "gsl \(stepper.rawValue), error \(tolerance.absolute) + \(tolerance.relative)·|y|"
    }
  }
}
