// SPDX-License-Identifier: GPL-3.0-or-later

extension CompartmentModel {
  /// NEST's `iaf_cond_alpha_mc`: soma, proximal and distal dendrite, each with an excitatory and
  /// an inhibitory alpha conductance; the soma fires.
  ///
  /// Equations and defaults: NEST 3.10 (`GetDefaults`). NEST's conventions are part of the model:
  /// while the neuron is refractory no potential moves, and the soma's own equation reads
  /// min(V, threshold). NEST names: `soma`, `proximal`, `distal`; receptors `soma_exc` …
  /// `distal_inh` are `soma.excitatory` … `distal.inhibitory` here.
  public static func iafCondAlphaMC() throws(ModelError) -> CompartmentModel {
    let sizes = [("soma", 150.0, 10.0), ("proximal", 75.0, 5.0), ("distal", 150.0, 10.0)]
    var compartments: [Compartment] = []
    var receptors: [Receptor] = []
    for (name, capacitance, leak) in sizes {
      compartments.append(
        try Compartment(
          name: name, capacitance: capacitance, leakConductance: leak, restingPotential: -70))
      receptors.append(
        try Receptor(
          name: "excitatory", compartment: name, kernel: .alpha(timeConstant: 0.5),
          effect: .conductance(reversalPotential: 0)))
      receptors.append(
        try Receptor(
          name: "inhibitory", compartment: name, kernel: .alpha(timeConstant: 2),
          effect: .conductance(reversalPotential: -85)))
    }
    return try CompartmentModel(
      name: "iaf_cond_alpha_mc", compartments: compartments,
      couplings: [
        Coupling("soma", "proximal", conductance: 2.5),
        Coupling("proximal", "distal", conductance: 1),
      ],
      receptors: receptors,
      firing: Firing(
        compartment: "soma", .threshold(-55, reset: -60), refractoryPeriod: 2,
        whileRefractory: .holdAll, clampsAtThreshold: true))
  }

  /// NEST's `pp_cond_exp_mc_urbanczik`: a soma with conductance synapses and escape noise, and a
  /// dendrite with current synapses that drives it (Urbanczik & Senn 2014).
  ///
  /// Equations and defaults: NEST 3.10. The dendrite does not feel the soma (`g_ps` = 0).
  /// In NEST 3.10 a current into the dendrite (`dendritic_curr`, `I_e`) has no effect; here it
  /// has, and `nestIgnoresDendriticCurrent` of the specification leaves it out.
  public static func ppCondExpMCUrbanczik() throws(ModelError) -> CompartmentModel {
    let soma = try Compartment(
      name: "soma", capacitance: 300, leakConductance: 30, restingPotential: -70)
    let dendrite = try Compartment(
      name: "dendrite", capacitance: 300, leakConductance: 30, restingPotential: -70)
    return try CompartmentModel(
      name: "pp_cond_exp_mc_urbanczik", compartments: [soma, dendrite],
      couplings: [Coupling("dendrite", "soma", conductance: 600, backward: 0)],
      receptors: [
        Receptor(
          name: "excitatory", compartment: "soma", kernel: .exponential(timeConstant: 3),
          effect: .conductance(reversalPotential: 0)),
        Receptor(
          name: "inhibitory", compartment: "soma", kernel: .exponential(timeConstant: 3),
          effect: .conductance(reversalPotential: -75)),
        Receptor(
          name: "excitatory", compartment: "dendrite", kernel: .exponential(timeConstant: 3),
          effect: .current),
        Receptor(
          name: "inhibitory", compartment: "dendrite", kernel: .exponential(timeConstant: 3),
          effect: .current),
      ],
      firing: Firing(
        compartment: "soma",
        .escape(RateFunction(maximum: 0.15, slope: 0.5, steepness: 1.0 / 3, midpoint: -55)),
        refractoryPeriod: 3, whileRefractory: .holdNone))
  }
}
