// SPDX-License-Identifier: GPL-3.0-or-later

extension CompartmentModel {
  /// A soma with an apical dendrite: basal synapses end on the soma, feedback on the dendrite.
  ///
  /// Apical's own standard neuron, a two-compartment integrate-and-fire neuron with exponential
  /// conductances. Sizes are of the order of NEST's `iaf_cond_alpha_mc`; the synaptic time
  /// constants 5 and 10 ms are those of the COBA benchmark (Brette et al. 2007).
  public static func twoCompartment() throws(ModelError) -> CompartmentModel {
    let names = ["soma", "apical"]
    var receptors: [Receptor] = []
    for name in names {
      receptors.append(
        try Receptor(
          name: "excitatory", compartment: name, kernel: .exponential(timeConstant: 5),
          effect: .conductance(reversalPotential: 0)))
      receptors.append(
        try Receptor(
          name: "inhibitory", compartment: name, kernel: .exponential(timeConstant: 10),
          effect: .conductance(reversalPotential: -80)))
    }
    return try CompartmentModel(
      name: "two_compartment",
      compartments: [
        Compartment(
          name: "soma", capacitance: 150, leakConductance: 10, restingPotential: -70),
        Compartment(
          name: "apical", capacitance: 100, leakConductance: 6, restingPotential: -70),
      ],
      couplings: [Coupling("soma", "apical", conductance: 5)],
      receptors: receptors,
      firing: Firing(compartment: "soma", .threshold(-55, reset: -60), refractoryPeriod: 2))
  }

  /// The same neuron sending its rate: the deterministic limit of a population that fires with
  /// escape noise φ(u) = 0.2 per ms / (1 + e^{(−55 mV − u)/2 mV}).
  public static func twoCompartmentRate() throws(ModelError) -> CompartmentModel {
    let twin = try twoCompartment()
    return try CompartmentModel(
      name: "two_compartment_rate", compartments: twin.compartments, couplings: twin.couplings,
      receptors: twin.receptors,
      firing: Firing(
        compartment: "soma",
        .rate(RateFunction(maximum: 0.2, steepness: 0.5, midpoint: -55)), refractoryPeriod: 0,
        whileRefractory: .holdNone))
  }

  /// The spiking twin of `twoCompartmentRate`: the same parameters, escape noise.
  public static func twoCompartmentEscape() throws(ModelError) -> CompartmentModel {
    let twin = try twoCompartment()
    return try CompartmentModel(
      name: "two_compartment_escape", compartments: twin.compartments,
      couplings: twin.couplings, receptors: twin.receptors,
      firing: Firing(
        compartment: "soma",
        .escape(RateFunction(maximum: 0.2, steepness: 0.5, midpoint: -55)), refractoryPeriod: 0,
        whileRefractory: .holdNone))
  }
}
