// SPDX-License-Identifier: GPL-3.0-or-later

/// The compartment models that ship with Apical, by name. A new one is a file with one function
/// that returns a `CompartmentModel`, and a line here.
public struct ModelCatalogue: Sendable {
  /// A model of the catalogue.
  public struct Entry: Sendable {
    /// The name in specifications.
    public let name: String
    /// What it is, in one line.
    public let about: String
    /// Where its equations and defaults come from.
    public let source: String
    /// The model.
    public let make: @Sendable () throws(ModelError) -> CompartmentModel
  }

  /// All of them.
  public static let all: [Entry] = [
    Entry(
      name: "two_compartment", about: "soma and apical dendrite, exponential conductances",
      source: "Apical", make: CompartmentModel.twoCompartment),
    Entry(
      name: "two_compartment_escape", about: "the same with escape noise for a threshold",
      source: "Apical", make: CompartmentModel.twoCompartmentEscape),
    Entry(
      name: "two_compartment_rate", about: "its deterministic limit: sends its rate",
      source: "Apical", make: CompartmentModel.twoCompartmentRate),
    Entry(
      name: "iaf_cond_alpha_mc", about: "soma, proximal and distal dendrite, alpha conductances",
      source: "NEST 3.10", make: CompartmentModel.iafCondAlphaMC),
    Entry(
      name: "pp_cond_exp_mc_urbanczik", about: "soma and dendrite, escape noise",
      source: "NEST 3.10; Urbanczik & Senn 2014", make: CompartmentModel.ppCondExpMCUrbanczik),
    Entry(
      name: "iaf_cond_exp", about: "point neuron, exponential conductances", source: "NEST 3.10",
      make: CompartmentModel.iafCondExp),
    Entry(
      name: "iaf_cond_alpha", about: "point neuron, alpha conductances", source: "NEST 3.10",
      make: CompartmentModel.iafCondAlpha),
    Entry(
      name: "iaf_psc_exp", about: "point neuron, exponential currents", source: "NEST 3.10",
      make: CompartmentModel.iafPscExp),
    Entry(
      name: "iaf_psc_alpha", about: "point neuron, alpha currents", source: "NEST 3.10",
      make: CompartmentModel.iafPscAlpha),
    Entry(
      name: "iaf_psc_delta", about: "point neuron, potential jumps", source: "NEST 3.10",
      make: CompartmentModel.iafPscDelta),
    Entry(
      name: "lif", about: "point neuron without synapses", source: "Brian2's documentation",
      make: CompartmentModel.leakyIntegrateAndFire),
    Entry(
      name: "coba", about: "point neuron of the COBA benchmark",
      source: "Vogels & Abbott 2005; Brette et al. 2007", make: CompartmentModel.coba),
  ]

  /// The entry called `name`, or an error that lists them.
  public static func entry(_ name: String) throws(ModelError) -> Entry {
    guard let entry = all.first(where: { $0.name == name }) else {
      throw ModelError(
        "model", "there is no model \(name)",
        "there are \(all.map(\.name).joined(separator: ", "))")
    }
    return entry
  }
}
