// SPDX-License-Identifier: GPL-3.0-or-later

extension CompartmentModel {
  /// A leaky integrate-and-fire neuron with conductance synapses, from its five numbers.
  private static func conductanceBased(
    _ name: String, _ kernel: (Double) -> Receptor.Kernel
  ) throws(ModelError) -> CompartmentModel {
    let soma = try Compartment(
      name: "soma", capacitance: 250, leakConductance: 16.6667, restingPotential: -70)
    return try CompartmentModel(
      name: name, compartments: [soma],
      receptors: [
        Receptor(
          name: "excitatory", compartment: "soma", kernel: kernel(0.2),
          effect: .conductance(reversalPotential: 0)),
        Receptor(
          name: "inhibitory", compartment: "soma", kernel: kernel(2),
          effect: .conductance(reversalPotential: -85)),
      ],
      firing: Firing(
        compartment: "soma", .threshold(-55, reset: -60), refractoryPeriod: 2,
        clampsAtThreshold: true))
  }

  /// A leaky integrate-and-fire neuron with current synapses; τ_m = C/g_L = 10 ms.
  private static func currentBased(
    _ name: String, _ kernel: Receptor.Kernel
  ) throws(ModelError) -> CompartmentModel {
    let soma = try Compartment(
      name: "soma", capacitance: 250, leakConductance: 25, restingPotential: -70)
    return try CompartmentModel(
      name: name, compartments: [soma],
      receptors: [
        Receptor(name: "excitatory", compartment: "soma", kernel: kernel, effect: .current),
        Receptor(name: "inhibitory", compartment: "soma", kernel: kernel, effect: .current),
      ],
      firing: Firing(compartment: "soma", .threshold(-55, reset: -70), refractoryPeriod: 2))
  }

  /// NEST's `iaf_cond_exp`: exponential conductances. Defaults: NEST 3.10.
  public static func iafCondExp() throws(ModelError) -> CompartmentModel {
    try conductanceBased("iaf_cond_exp") { .exponential(timeConstant: $0) }
  }

  /// NEST's `iaf_cond_alpha`: alpha conductances. Defaults: NEST 3.10.
  public static func iafCondAlpha() throws(ModelError) -> CompartmentModel {
    try conductanceBased("iaf_cond_alpha") { .alpha(timeConstant: $0) }
  }

  /// NEST's `iaf_psc_exp`: exponential currents. Defaults: NEST 3.10 (`tau_m` 10 ms). An inhibitory
  /// synapse has a negative weight.
  public static func iafPscExp() throws(ModelError) -> CompartmentModel {
    try currentBased("iaf_psc_exp", .exponential(timeConstant: 2))
  }

  /// NEST's `iaf_psc_alpha`: alpha currents. Defaults: NEST 3.10.
  public static func iafPscAlpha() throws(ModelError) -> CompartmentModel {
    try currentBased("iaf_psc_alpha", .alpha(timeConstant: 2))
  }

  /// NEST's `iaf_psc_delta`: a spike moves the potential by its weight in mV. Defaults: NEST 3.10.
  /// Spikes that arrive while the neuron is refractory are lost, as NEST's default has it.
  public static func iafPscDelta() throws(ModelError) -> CompartmentModel {
    let soma = try Compartment(
      name: "soma", capacitance: 250, leakConductance: 25, restingPotential: -70)
    return try CompartmentModel(
      name: "iaf_psc_delta", compartments: [soma],
      receptors: [
        Receptor(name: "jump", compartment: "soma", kernel: .delta, effect: .current)
      ],
      firing: Firing(compartment: "soma", .threshold(-55, reset: -70), refractoryPeriod: 2))
  }

  /// A leaky integrate-and-fire neuron without synapses: τ 20 ms, R 100 MΩ, as in Brian2's
  /// introductory examples.
  public static func leakyIntegrateAndFire() throws(ModelError) -> CompartmentModel {
    try CompartmentModel(
      name: "lif",
      compartments: [
        Compartment(
          name: "soma", capacitance: 200, leakConductance: 10, restingPotential: -70)
      ],
      firing: Firing(compartment: "soma", .threshold(-50, reset: -60), refractoryPeriod: 2))
  }

  /// The neuron of the COBA benchmark (Vogels & Abbott 2005; Brette et al. 2007, benchmark 1):
  /// C 200 pF, g_L 10 nS, E_L and reset −60 mV, threshold −50 mV, refractory 5 ms, exponential
  /// conductances of 5 ms (0 mV) and 10 ms (−80 mV).
  public static func coba() throws(ModelError) -> CompartmentModel {
    try CompartmentModel(
      name: "coba",
      compartments: [
        Compartment(
          name: "soma", capacitance: 200, leakConductance: 10, restingPotential: -60)
      ],
      receptors: [
        Receptor(
          name: "excitatory", compartment: "soma", kernel: .exponential(timeConstant: 5),
          effect: .conductance(reversalPotential: 0)),
        Receptor(
          name: "inhibitory", compartment: "soma", kernel: .exponential(timeConstant: 10),
          effect: .conductance(reversalPotential: -80)),
      ],
      firing: Firing(compartment: "soma", .threshold(-50, reset: -60), refractoryPeriod: 5))
  }
}
