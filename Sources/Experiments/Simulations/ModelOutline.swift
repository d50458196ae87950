// SPDX-License-Identifier: GPL-3.0-or-later

internal import Quantities
internal import SpikingNetworks

/// What is known of a model by its keys alone, so that a wrong number in it hides no wrong name
/// elsewhere, and makes none of a right one.
struct ModelOutline {
  /// A receptor.
  struct Port {
    /// As `compartment.name`.
    let path: String
    /// What a spike's weight is; nil where a mistake hides it.
    let dimension: Dimension?
  }

  /// The names of the compartments.
  var compartments: [String]
  /// Where synapses end.
  var receptors: [Port]

  /// Whether there is a receptor `path`.
  func hasReceptor(_ path: String) -> Bool { receptors.contains { $0.path == path } }

  /// What a spike's weight is at the receptor `path`; nil where that is not known.
  func dimension(ofReceptor path: String) -> Dimension? {
    receptors.first { $0.path == path }?.dimension
  }
}

/// What became of a population that was read.
struct ReadPopulation {
  /// Nil where its model is not known at all.
  var outline: ModelOutline?
  /// Nil where a mistake hides it.
  var count: Int?
  /// The names of its sources of noise.
  var noise: [String]
  /// Nil where something is wrong with it.
  var spec: PopulationSpec?

  /// The variables that could be recorded, by the names alone; nil where they are not known. A rate
  /// is not among them, because what the cell sends is not a matter of names.
  var recordables: [String]? {
    outline.map { outline in
      outline.compartments.map { "\($0).v" }
        + outline.receptors.filter { $0.dimension != .voltage }.map(\.path)
        + noise.flatMap { ["noise.\($0)", "noise.\($0).response"] }
    }
  }
}

/// A population that was read, or tried, under its name.
typealias NamedPopulation = (name: String, value: ReadPopulation)

extension CompartmentModel {
  /// What a spike's weight is at a receptor.
  func dimension(ofReceptor path: String) -> Dimension? {
    guard let index = index(ofReceptor: path) else { return nil }
    if case .delta = receptors[index].kernel { return .voltage }
    if case .current = receptors[index].effect { return .current }
    return .conductance
  }
}
