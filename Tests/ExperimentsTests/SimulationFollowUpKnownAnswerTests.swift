// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Experiments

/// Keys that would have no effect are refused with the reason; a mistake is told once, and hides none.
@Suite struct SimulationFollowUpKnownAnswerTests {
  private func mistakes(_ overrides: [String]) -> [String] {
    SimulationSpecKnownAnswerTests.diagnostics(overrides).map {
      "\($0.keyPath): \($0.message)"
    }
  }

  static let shake = "populations.own.noise.shake"
  static let poisson = "process: {poisson: {rate: 1 Hz, timeConstant: 1 ms, weight: 1"
  static let barrage =
    "a Poisson barrage is its own mean, weight times rate times timeConstant; leave it out, or choose ornsteinUhlenbeck"
  static let oneMeaning =
    "belongs to white noise of a conductance: any other noise has one meaning; leave it out, or choose process white and form conductance"

  static let ignored = [
    (
      "\(shake)={compartment: apical, form: {conductance: {mean: 1 nS, reversalPotential: 0 mV}}, \(poisson) nS}}}",
      "\(shake).form.conductance.mean: \(barrage)"
    ),
    (
      "\(shake)={compartment: apical, form: {current: {mean: 0 pA}}, \(poisson) pA}}}",
      "\(shake).form.current.mean: \(barrage)"
    ),
    (
      "\(shake)={compartment: apical, form: {current: {}}, process: {white: {intensity: 1 pA*sqrt(ms)}}, interpretation: ito}",
      "\(shake).interpretation: \(oneMeaning)"
    ),
    (
      "\(shake)={compartment: apical, form: {conductance: {reversalPotential: 0 mV}}, process: {frozen: {standardDeviation: 1 nS}}, interpretation: stratonovich}",
      "\(shake).interpretation: \(oneMeaning)"
    ),
    (
      "\(shake)={compartment: apical, form: {pushPull: {base: 1 nS, inhibitoryReversal: 10 mV}}, process: {frozen: {standardDeviation: 1 nS}}}",
      "\(shake).form.pushPull.inhibitoryReversal: the excitatory reversal potential of 0 mV is not above the inhibitory one of 10 mV"
    ),
    (
      "\(shake)={compartment: soma, form: {multiplicative: {receptor: apical.ampa}}, process: {frozen: {standardDeviation: 0.1}}}",
      "\(shake).form.multiplicative.receptor: apical.ampa is not in soma, where the noise acts; name a receptor of that compartment"
    ),
    (
      "populations.cell={model: iaf_psc_exp, noise: {shake: {form: {multiplicative: {receptor: soma.excitatory}}, process: {frozen: {standardDeviation: 0.1}}}}}",
      "populations.cell.noise.shake.form.multiplicative.receptor: soma.excitatory is no conductance; name a receptor with a reversal potential"
    ),
    (
      "populations.own.firing={rate: {maximum: 10 Hz, steepness: 1 1/mV, midpoint: -55 mV, refractoryPeriod: 2 ms}}",
      "populations.own.firing.rate.refractoryPeriod: a rate is never refractory; leave it out, or choose escape"
    ),
  ]

  @Test(arguments: ignored)
  func `a key without an effect is refused`(override: String, message: String) {
    let found = mistakes([override]).filter {
      !$0.hasPrefix("projections") && !$0.hasPrefix("record")
    }
    #expect(found == [message])
  }

  @Test func `where the same keys have an effect they are taken`() {
    #expect(mistakes(["\(Self.shake).interpretation=ito"]).isEmpty)
    #expect(
      mistakes([
        "\(Self.shake)={compartment: apical, form: {conductance: {reversalPotential: 0 mV}}, \(Self.poisson) nS}}}"
      ]).isEmpty)
    #expect(
      mistakes([
        "\(Self.shake)={compartment: apical, form: {multiplicative: {receptor: apical.ampa}}, process: {frozen: {standardDeviation: 0.1}}}"
      ]).isEmpty)
  }

  /// Each of these would make something else look wrong that is right.
  @Test(
    arguments: [
      // A source of unknown size and a projection one to one.
      (
        [
          "projections[0]={from: noise, to: own, receptor: apical.ampa, connectivity: {oneToOne: {weight: 1 nS}}}",
          "populations.own.count=3", "sources.noise.poisson.rate=5",
        ],
        "sources.noise.poisson.rate: 5 has no unit; a frequency is written in mHz, Hz, kHz, MHz or GHz, such as 5 Hz"
      ),
      // A count that was misspelt and cells beyond one.
      (
        [
          "populations.cell={model: iaf_cond_alpha_mc, cuont: 2, currents: [{compartment: soma, cells: 0-1, course: {constant: {amplitude: 1 pA}}}]}"
        ],
        "populations.cell.cuont: unknown key, did you mean `count`?"
      ),
      // A duration of unknown length and the begin of a sweep, of settling.
      (
        [
          "simulation.duration=50",
          "protocol={currentSweep: {population: own, compartment: soma, to: 10 pA, by: 10 pA, begin: 20 ms}}",
        ],
        "simulation.duration: 50 has no unit; a time is written in ns, us, ms or s, such as 3 ms"
      ),
      // A model that is not known and a weight in its unit.
      (
        [
          "populations.cell.model=iaf_psc_expo", "projections[0].connectivity.allToAll.weight=5 pA",
        ],
        "populations.cell.model: expected two_compartment, two_compartment_escape, two_compartment_rate, iaf_cond_alpha_mc, pp_cond_exp_mc_urbanczik, iaf_cond_exp, iaf_cond_alpha, iaf_psc_exp, iaf_psc_alpha, iaf_psc_delta, lif or coba, found iaf_psc_expo, did you mean iaf_psc_exp?"
      ),
      // A receptor whose kind is not known and a weight.
      (
        [
          "populations.own.compartments.apical.receptors.ampa.reversalPotential=0",
          "projections[0]={from: input, to: own, receptor: apical.ampa, connectivity: {allToAll: {weight: 1 nS}}}",
        ],
        "populations.own.compartments.apical.receptors.ampa.reversalPotential: 0 has no unit; a voltage is written in nV, uV, mV or V, such as -70 mV"
      ),
      // A number in a compartment and what is recorded there.
      (
        ["populations.own.compartments.soma.capacitance=0 pF", "record[0].what=own.apical.ampa"],
        "populations.own.compartments.soma.capacitance: expected a capacitance greater than 0 pF, found 0 pF"
      ),
      // A time step of unknown length and everything on its grid.
      (
        ["simulation.timeStep=0.1"],
        "simulation.timeStep: 0.1 has no unit; a time is written in ns, us, ms or s, such as 3 ms"
      ),
    ])
  func `a mistake makes no second one of what is right`(overrides: [String], message: String) {
    #expect(mistakes(overrides) == [message])
  }

  @Test func `a mistake hides none elsewhere`() {
    let found = mistakes([
      "simulation.settle=50 ms", "populations.cell.currents[0].cells=0-7",
      "populations.own.integrator=exact", "sources.input={spikes: {times: [30 ms, 10 ms]}}",
      "projections[0].from=inptu", "projections[0].receptor=soma.inhibitor",
      "projections[0].connectivity.allToAll.weight=-1 nS",
      "record=[{what: own.soma.v}, {what: own.soma.v}, {what: cell.soma.w}]",
    ])
    #expect(
      found == [
        "simulation.settle: nothing is left of 50 ms",
        "populations.cell.currents[0].cells: there are cells 0 to 1, found 7",
        "populations.own.integrator: exact and implicit Euler steps need a linear cell; a conductance is held in it (own); choose rungeKutta4, exponentialEuler or gsl",
        "sources.input.spikes.times: spike 2 of cell 0 at 10 ms comes after one at 30 ms; let the times of each cell ascend",
        "projections[0].from: there is no population inptu (did you mean input?); there is cell, own, input or noise",
        "projections[0].receptor: there is no receptor soma.inhibitor (did you mean soma.inhibitory?); there is soma.excitatory, soma.inhibitory, proximal.excitatory, proximal.inhibitory, distal.excitatory or distal.inhibitory",
        "record: own.soma.v is recorded twice in the same way",
        "record[2].what: cell has no variable soma.w; it has soma.v, proximal.v, distal.v, soma.excitatory, soma.inhibitory, proximal.excitatory, proximal.inhibitory, distal.excitatory, distal.inhibitory",
      ])
  }

  @Test func `every population that exact steps do not fit is told`() {
    #expect(
      mistakes(["simulation.integrator=exact"]) == [
        "simulation.integrator: exact and implicit Euler steps need a linear cell; soma.excitatory is a conductance that is reached (cell); choose rungeKutta4, exponentialEuler or gsl",
        "simulation.integrator: exact and implicit Euler steps need a linear cell; a conductance is held in it (own); choose rungeKutta4, exponentialEuler or gsl",
      ])
  }

  @Test func `every population without a threshold is told where spikes are located`() {
    let rate = "{rate: {maximum: 10 Hz, steepness: 1 1/mV, midpoint: -55 mV}}"
    #expect(
      mistakes([
        "simulation.spikes=located", "populations.cell.spikes=located",
        "populations.cell.firing=\(rate)", "populations.own.firing=\(rate)",
        "simulation.settle=51 ms",
      ]) == [
        "simulation.spikes: own has no threshold to locate; choose onGrid",
        "populations.cell.spikes: cell has no threshold to locate; choose onGrid",
        "simulation.settle: nothing is left of 50 ms",
      ])
  }

  @Test func `a source and a population have names of their own`() {
    #expect(
      mistakes(["sources.cell={poisson: {rate: 1 Hz}}"])
        == ["sources.cell: a population is called cell, too"])
  }
}
