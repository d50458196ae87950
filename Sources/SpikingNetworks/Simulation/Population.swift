// SPDX-License-Identifier: GPL-3.0-or-later

/// A number of cells of one model, with what drives them: validated, not yet running.
public struct Population: Sendable, Equatable {
  /// The name.
  public let name: String
  /// The number of cells.
  public let count: Int
  /// What they are.
  public let model: CompartmentModel
  /// How they are integrated.
  public let method: StepMethod
  /// When spikes are looked for.
  public let convention: SpikeConvention
  /// Noise in compartments.
  public let noise: [NoiseSource]
  /// Currents into compartments.
  public let currents: [CurrentInput]
  /// Conductances in compartments.
  public let conductances: [ConductanceInput]
  /// Poisson spikes into receptors.
  public let drives: [PoissonDrive]
  /// What the potentials at time 0 are drawn from in mV, cell by cell, by compartment; those that are
  /// not here begin at their model's.
  public let initialPotentials: [String: Distribution]

  /// A population, or the first thing that is wrong with it.
  public init(
    name: String, count: Int, model: CompartmentModel, method: StepMethod,
    convention: SpikeConvention = .onGrid, noise: [NoiseSource] = [],
    currents: [CurrentInput] = [], conductances: [ConductanceInput] = [],
    drives: [PoissonDrive] = [], initialPotentials: [String: Distribution] = [:]
  ) throws(ModelError) {
    guard count > 0 else {
      throw ModelError("\(name).count", "\(count) cells", "give at least one")
    }
    self.name = name
    self.count = count
    self.model = model
    self.method = method
    self.convention = convention
    self.noise = noise
    self.currents = currents
    self.conductances = conductances
    self.drives = drives
    self.initialPotentials = initialPotentials
    for compartment in initialPotentials.keys.sorted() {
      try check(compartment: compartment, "initialPotentials")
    }
    for (index, source) in noise.enumerated() {
      try check(compartment: source.compartment, "noise.\(source.name)")
      if noise[..<index].contains(where: { $0.name == source.name }) {
        throw ModelError(
          "\(name).noise", "\(source.name) occurs twice", "give each a name of its own")
      }
      if case .multiplicative(let receptor) = source.form {
        try check(receptor: receptor, "noise.\(source.name)")
        guard receptor.hasPrefix("\(source.compartment).") else {
          throw ModelError(
            "\(name).noise.\(source.name)", "\(receptor) is not in \(source.compartment)",
            "name a receptor of that compartment")
        }
        guard model.passesConductance(receptor) else {
          throw ModelError(
            "\(name).noise.\(source.name).receptor", "\(receptor) is no conductance",
            "name a receptor with a reversal potential")
        }
      }
    }
    for input in currents { try check(input.compartment, input.cells, "currents") }
    for input in conductances { try check(input.compartment, input.cells, "conductances") }
    for drive in drives {
      try check(receptor: drive.receptor, "drives")
      try check(weights: [drive.weight], at: drive.receptor, "drives")
    }
    if convention == .located, model.firing.map({ !$0.mechanism.hasThreshold }) ?? false {
      throw ModelError(
        "\(name).spikes", "\(model.name) has no threshold to locate", "choose onGrid")
    }
  }

  private func check(compartment: String, _ place: String) throws(ModelError) {
    guard model.index(ofCompartment: compartment) != nil else {
      throw ModelError(
        "\(name).\(place)", "\(model.name) has no compartment \(compartment)",
        "it has \(model.compartments.map(\.name).joined(separator: ", "))")
    }
  }

  private func check(
    _ compartment: String, _ cells: Range<Int>?, _ place: String
  ) throws(ModelError) {
    try check(compartment: compartment, place)
    if let cells, cells.lowerBound < 0 || cells.upperBound > count || cells.isEmpty {
      throw ModelError(
        "\(name).\(place)", "cells \(cells.lowerBound)..<\(cells.upperBound) of \(count)",
        "give cells from 0 to \(count - 1)")
    }
  }

  /// Throws unless the model has the receptor `path`.
  func check(receptor path: String, _ place: String) throws(ModelError) {
    guard model.index(ofReceptor: path) != nil else {
      let paths = model.receptors.map(\.path)
      throw ModelError(
        "\(name).\(place)", "\(model.name) has no receptor \(path)",
        paths.isEmpty ? "it has none" : "it has \(paths.joined(separator: ", "))")
    }
  }

  /// Throws where a weight makes a conductance negative.
  func check(weights: [Double], at path: String, _ place: String) throws(ModelError) {
    guard model.passesConductance(path), let weight = weights.first(where: { $0 < 0 })
    else { return }
    throw ModelError(
      "\(name).\(place)",
      "a weight of \(ModelError.text(weight)) nS at the conductance \(path) is negative",
      "give 0 nS or more; a receptor inhibits by its reversal potential")
  }

  /// The conductance receptors that something reaches, given the receptors of projections.
  func reachedConductances(_ projected: [String]) -> [String] {
    let reached = projected + drives.map(\.receptor)
    return model.receptors.map(\.path).filter {
      reached.contains($0) && model.passesConductance($0)
    }
  }

  /// Whether a conductance other than receptors' changes the cell.
  var hasHeldConductance: Bool {
    !conductances.isEmpty
      || noise.contains {
        switch $0.form {
        case .conductance, .pushPull, .multiplicative: true
        case .current: false
        }
      }
  }
}

extension CompartmentModel {
  /// Whether the receptor `path` passes a conductance, rather than a current or a jump.
  fileprivate func passesConductance(_ path: String) -> Bool {
    receptors.contains {
      guard case .conductance = $0.effect else { return false }
      return $0.path == path && $0.variableCount > 0
    }
  }
}

extension Firing.Mechanism {
  /// Whether there is a threshold.
  var hasThreshold: Bool { if case .threshold = self { true } else { false } }
}

extension Population {
  /// The largest conductance that inputs hold in each compartment of a cell, with the mean of noise,
  /// in nS.
  public var heldConductances: [String: Double] {
    var everywhere: [String: Double] = [:]
    // Inputs of chosen cells may be those of different cells: the largest one counts.
    var somewhere: [String: Double] = [:]
    for input in conductances {
      if input.cells == nil {
        everywhere[input.compartment, default: 0] += input.course.largest
      } else {
        somewhere[input.compartment] = max(
          somewhere[input.compartment] ?? 0, input.course.largest)
      }
    }
    for source in noise { everywhere[source.compartment, default: 0] += source.meanConductance }
    return everywhere.merging(somewhere) { $0 + $1 }
  }
}
