// SPDX-License-Identifier: GPL-3.0-or-later

internal import Quantities
internal import SpikingNetworks

/// Reads what the cells of a population are: a model of the catalogue with any parameter replaced,
/// or one that is composed in the specification.
struct ModelReading {
  /// The model whose parameters are the defaults; nil for a composed one.
  let base: CompartmentModel?
  /// Behind what a parameter is: where its default comes from.
  let source: String

  /// What was read of a model.
  struct Result {
    /// Nil where the model is not known at all.
    var outline: ModelOutline?
    /// Nil where something is wrong with it.
    var model: CompartmentModel?
    /// What initial potentials are drawn from, by compartment.
    var initialPotentials: [String: Distribution] = [:]
  }

  /// Asks for `model`, `compartments`, `couplings` and `firing`.
  static func model(_ spec: SpecObject) -> Result {
    let names = ModelCatalogue.all.map(\.name)
    let name = spec.optional(
      "model", .word(among: names),
      about: "a model of the catalogue; left out, the compartments make one of their own")
    let entry = name.flatMap { name in ModelCatalogue.all.first { $0.name == name } }
    let reading = ModelReading(
      base: entry.flatMap { try? $0.make() }, source: entry.map { " (\($0.source))" } ?? "")
    // What a misspelt model would have had is not known: its parts are not complained about.
    if name == nil, spec.has("model") {
      for part in ["compartments", "couplings", "firing"] { _ = spec.ask(part) }
      return Result()
    }
    return reading.read(spec, named: name)
  }

  private func read(_ spec: SpecObject, named name: String?) -> Result {
    let compartments = compartments(spec)
    let names = compartments.map(\.name)
    let drawn = compartments.compactMap { part in part.drawn.map { (part.name, $0) } }
    let couplings = couplings(spec, names)
    let firing = firing(spec, names)
    let model = spec.build { () throws(ModelError) in
      try CompartmentModel(
        name: name ?? "composed", compartments: compartments.compactMap(\.compartment),
        couplings: couplings.compactMap { $0 },
        receptors: compartments.flatMap(\.receptors).compactMap(\.receptor), firing: firing)
    }
    return Result(
      outline: names.isEmpty
        ? nil
        : ModelOutline(
          compartments: names, receptors: compartments.flatMap(\.receptors).map(\.port)),
      model: model, initialPotentials: Dictionary(drawn) { first, _ in first })
  }

  private typealias Port = (port: ModelOutline.Port, receptor: Receptor?)
  private typealias Part = (
    name: String, compartment: Compartment?, receptors: [Port], drawn: Distribution?
  )

  private func compartments(_ spec: SpecObject) -> [Part] {
    let about = "compartments by name, such as soma, basal, apical"
    guard let base else {
      return spec.named("compartments", atLeast: 1, about: about) { name, spec in
        part(name, spec, nil)
      }.map(\.value)
    }
    return spec.objectOrDefaults("compartments") { spec in
      base.compartments.map { compartment in
        spec.objectOrDefaults(compartment.name) { part(compartment.name, $0, compartment) }
      }
    }
  }

  private func part(_ name: String, _ spec: SpecObject, _ base: Compartment?) -> Part {
    let capacitance = spec.quantity(
      "capacitance", .capacitance, .greaterThan(0), default: base?.capacitance,
      about: "C\(source)")
    let leak = spec.quantity(
      "leakConductance", .conductance, .atLeast(0), default: base?.leakConductance,
      about: "g_L\(source)")
    let resting = spec.quantity(
      "restingPotential", .voltage, default: base?.restingPotential, about: "E_L\(source)")
    let usual =
      base.flatMap { $0.initialPotential == $0.restingPotential ? nil : $0.initialPotential }
      ?? resting
    var initial = usual
    var drawn: Distribution?
    switch spec.sampled(
      "initialPotential", .voltage, hasLognormal: false, default: usual,
      about: "V at time 0; E_L where nothing else is said")
    {
    case .same(let value): initial = value
    case .drawn(let distribution): drawn = distribution
    }
    let current = spec.quantity(
      "current", .current, default: base?.current ?? 0, about: "constant current\(source)")
    let receptors: [Port]
    if let model = self.base {
      let known = model.receptors.filter { $0.compartment == name }
      receptors = spec.objectOrDefaults("receptors") { spec in
        known.map { known in
          spec.objectOrDefaults(known.name) { receptor(known.name, in: name, $0, known) }
        }
      }
    } else {
      receptors = spec.named("receptors", about: "where synapses end, by name") {
        receptor($0, in: name, $1, nil)
      }.map(\.value)
    }
    let compartment = spec.build { () throws(ModelError) in
      try Compartment(
        name: name, capacitance: capacitance, leakConductance: leak, restingPotential: resting,
        initialPotential: initial, current: current)
    }
    return (name, compartment, receptors, drawn)
  }

  private enum Kernel: String, CaseIterable, Sendable { case exponential, alpha, delta }

  private func receptor(
    _ name: String, in compartment: String, _ spec: SpecObject, _ base: Receptor?
  ) -> Port {
    let receptor = made(name, in: compartment, spec, base)
    let dimension: Dimension? =
      switch receptor.map({ ($0.kernel, $0.effect) }) {
      case (.delta, _)?: .voltage
      case (_, .current)?: .current
      case (_, .conductance)?: .conductance
      case nil: nil
      }
    return (ModelOutline.Port(path: "\(compartment).\(name)", dimension: dimension), receptor)
  }

  private func made(
    _ name: String, in compartment: String, _ spec: SpecObject, _ base: Receptor?
  ) -> Receptor? {
    let usual: Kernel =
      switch base?.kernel {
      case .alpha?: .alpha
      case .delta?: .delta
      case .exponential?, nil: .exponential
      }
    let kernel = spec.value(
      "kernel", SpecKind<Kernel>.choice, default: usual,
      about: "g after a spike: exponential, alpha, or a jump of the potential (delta)\(source)")
    if kernel == .delta {
      return spec.build { () throws(ModelError) in
        try Receptor(name: name, compartment: compartment, kernel: .delta, effect: .current)
      }
    }
    let tau = spec.quantity(
      "timeConstant", .time, .greaterThan(0), default: base?.kernel.timeConstant,
      about: "τ of the kernel\(source)")
    let about = "E of a conductance; without one the receptor passes a current\(source)"
    var reversal: Double?
    if case .conductance(let potential)? = base?.effect {
      reversal = spec.quantity("reversalPotential", .voltage, default: potential, about: about)
    } else {
      reversal = spec.optional("reversalPotential", .quantity(.voltage), about: about)
    }
    return spec.build { () throws(ModelError) in
      try Receptor(
        name: name, compartment: compartment,
        kernel: kernel == .alpha ? .alpha(timeConstant: tau) : .exponential(timeConstant: tau),
        effect: reversal.map { .conductance(reversalPotential: $0) } ?? .current)
    }
  }

  private func couplings(_ spec: SpecObject, _ names: [String]) -> [Coupling?] {
    guard let base else {
      return spec.named("couplings", about: "pairs of compartments, such as soma-apical") {
        name, spec in
        let ends = name.split(separator: "-").map(String.init)
        guard ends.count == 2 else {
          spec.report("\(name) names no two compartments; write them as soma-apical")
          return coupling(["", ""], spec, nil)
        }
        for end in ends where !names.contains(end) {
          spec.report("there is no compartment \(end); there is \(SpecCollector.words(names))")
        }
        return coupling(ends, spec, nil)
      }.map(\.value)
    }
    return spec.objectOrDefaults("couplings") { spec in
      base.couplings.map { known in
        spec.objectOrDefaults("\(known.first)-\(known.second)") {
          coupling([known.first, known.second], $0, known)
        }
      }
    }
  }

  private func coupling(
    _ ends: [String], _ spec: SpecObject, _ base: Coupling?
  ) -> Coupling? {
    let forward = spec.quantity(
      "conductance", .conductance, .atLeast(0), default: base?.conductance,
      about: "from \(ends[0]) into \(ends[1])\(source)")
    let isSymmetric = base.map { $0.backward == $0.conductance } ?? true
    let backward = spec.quantity(
      "backward", .conductance, .atLeast(0), default: isSymmetric ? forward : base?.backward,
      about: "from \(ends[1]) into \(ends[0]); physics makes both equal\(source)")
    return spec.build { () throws(ModelError) in
      try Coupling(ends[0], ends[1], conductance: forward, backward: backward)
    }
  }
}
