// SPDX-License-Identifier: GPL-3.0-or-later

/// A neuron of compartments, validated: what a population is made of.
///
/// A model is data. Point neurons have one compartment; NEST's and Guerguiev's have two or three;
/// up to `maximumCompartments` may be coupled in any way. Parameters are in ms, mV, nS, pA and pF
/// (so that nS·mV = pA and pF·mV/ms = pA); models that ship with Apical are in `Models/`.
///
/// It deliberately has no noise and no inputs: these belong to a population.
public struct CompartmentModel: Sendable, Equatable, Codable {
  /// The most compartments a model can have.
  public static let maximumCompartments = 16

  /// What it is called, for instance `iaf_cond_alpha_mc`.
  public let name: String
  /// The compartments, in the order of their variables.
  public let compartments: [Compartment]
  /// How they are coupled.
  public let couplings: [Coupling]
  /// Where synapses end.
  public let receptors: [Receptor]
  /// How it fires; nil for a neuron that never does.
  public let firing: Firing?

  /// A model, or the first thing that is wrong with it.
  public init(
    name: String, compartments: [Compartment], couplings: [Coupling] = [],
    receptors: [Receptor] = [], firing: Firing? = nil
  ) throws(ModelError) {
    guard (1...Self.maximumCompartments).contains(compartments.count) else {
      throw ModelError(
        "\(name).compartments", "\(compartments.count) compartments",
        "give 1 to \(Self.maximumCompartments)")
    }
    let names = compartments.map(\.name)
    try Self.checkUnique(names, "\(name).compartments")
    if names.contains("noise") {
      throw ModelError(
        "\(name).compartments", "noise cannot be the name of a compartment",
        "choose another: noise.NAME is what sources of noise record")
    }
    try Self.checkUnique(receptors.map(\.path), "\(name).receptors")
    for coupling in couplings {
      try Self.check(coupling.first, among: names, "\(name).couplings")
      try Self.check(coupling.second, among: names, "\(name).couplings")
    }
    for receptor in receptors {
      try Self.check(receptor.compartment, among: names, "\(name).\(receptor.name)")
    }
    if let firing { try Self.check(firing.compartment, among: names, "\(name).firing") }
    self.name = name
    self.compartments = compartments
    self.couplings = couplings
    self.receptors = receptors
    self.firing = firing
  }

  /// The place of the compartment `name`; nil where there is none.
  public func index(ofCompartment name: String) -> Int? {
    compartments.firstIndex { $0.name == name }
  }

  /// The place of the receptor `path` (`compartment.name`); nil where there is none.
  public func index(ofReceptor path: String) -> Int? {
    receptors.firstIndex { $0.path == path }
  }

  /// The place of the compartment that fires, where one does.
  var spikingIndex: Int? { firing.flatMap { index(ofCompartment: $0.compartment) } }

  /// The shortest time constant of the resting cell, in ms: C over all conductances of a
  /// compartment, and those of the receptors. A step longer than this is refused.
  public var shortestTimeConstant: Double { shortestTimeConstant(holding: [:]) }

  /// The same where further conductances are held, in nS by compartment.
  public func shortestTimeConstant(holding held: [String: Double]) -> Double {
    var shortest = Double.infinity
    for compartment in compartments {
      let coupled = couplings.reduce(0.0) { sum, coupling in
        sum + (coupling.second == compartment.name ? coupling.conductance : 0)
          + (coupling.first == compartment.name ? coupling.backward : 0)
      }
      shortest = min(
        shortest,
        compartment.capacitance
          / (compartment.leakConductance + coupled + (held[compartment.name] ?? 0)))
    }
    return receptors.reduce(shortest) { min($0, $1.kernel.timeConstant ?? .infinity) }
  }

  private static func checkUnique(_ names: [String], _ place: String) throws(ModelError) {
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      throw ModelError(place, "\(name) occurs twice", "give each a name of its own")
    }
  }

  private static func check(
    _ name: String, among names: [String], _ place: String
  ) throws(ModelError) {
    guard names.contains(name) else {
      throw ModelError(
        place, "there is no compartment \(name)", "there are \(names.joined(separator: ", "))")
    }
  }
}
