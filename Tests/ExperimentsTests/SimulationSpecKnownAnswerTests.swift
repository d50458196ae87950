// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Experiments

/// What is said about a simulation that cannot be, word for word.
@Suite struct SimulationSpecKnownAnswerTests {
  /// What is wrong with `text` once `overrides` are set.
  static func diagnostics(_ overrides: [String]) -> [SpecDiagnostic] {
    do {
      _ = try SpecDocument(text: text, file: "x.yaml", overrides: overrides)
        .read(SimulationSpec.init(reading:))
      return []
    } catch {
      return error.diagnostics
    }
  }

  static let text = """
    seed: 1
    simulation: {timeStep: 0.1 ms, duration: 50 ms, settle: 5 ms, integrator: rungeKutta4, spikes: onGrid}
    sources:
      input: {spikes: {times: [10 ms, 30 ms]}}
      noise: {poisson: {rate: 5 Hz, count: 3}}
    populations:
      cell:
        count: 2
        model: iaf_cond_alpha_mc
        compartments:
          soma: {capacitance: 150 pF, restingPotential: -70 mV}
        currents:
          - {compartment: soma, cells: 0-1, course: {step: {amplitude: 100 pA, begin: 20 ms, end: 30 ms}}}
      own:
        compartments:
          soma: {capacitance: 150 pF, leakConductance: 10 nS, restingPotential: -70 mV}
          apical:
            capacitance: 100 pF
            leakConductance: 6 nS
            restingPotential: -70 mV
            receptors:
              ampa: {timeConstant: 2 ms, reversalPotential: 0 mV}
        couplings:
          soma-apical: {conductance: 5 nS}
        firing: {threshold: {at: -50 mV, reset: -60 mV, refractoryPeriod: 2 ms}}
        noise:
          shake:
            compartment: apical
            form: {conductance: {mean: 1 nS, reversalPotential: 0 mV}}
            process: {white: {intensity: 0.5 nS*sqrt(ms)}}
    projections:
      - {from: input, to: cell, receptor: soma.excitatory, delay: 1 ms, connectivity: {allToAll: {weight: 5 nS}}}
    record:
      - {what: cell.soma.v, every: 1 ms}
    """

  /// The mistakes, each without the place of a value from the command line.
  private func mistakes(_ overrides: [String], _ text: String = text) -> [String] {
    do {
      _ = try SpecDocument(text: text, file: "x.yaml", overrides: overrides)
        .read(SimulationSpec.init(reading:))
      return []
    } catch {
      return error.diagnostics.map { mistake in
        mistake.override == nil ? mistake.description : "\(mistake.keyPath): \(mistake.message)"
      }
    }
  }

  @Test func `the sample has no mistake, and what is resolved reads back as the same`() throws {
    #expect(mistakes([]).isEmpty)
    let resolved = try SpecDocument(text: Self.text, file: "x.yaml")
      .read(SimulationSpec.init(reading:)).resolved
    let again = try SpecDocument(text: resolved.yaml, file: "y.yaml")
      .read(SimulationSpec.init(reading:)).resolved
    #expect(again.yaml == resolved.yaml)
  }

  static let units = [
    (
      "populations.cell.compartments.soma.capacitance=-150 pF",
      "populations.cell.compartments.soma.capacitance: expected a capacitance greater than 0 pF, found -150 pF"
    ),
    (
      "populations.cell.compartments.soma.restingPotential=-70",
      "populations.cell.compartments.soma.restingPotential: -70 has no unit; a voltage is written in nV, uV, mV or V, such as -70 mV"
    ),
    (
      "populations.cell.compartments.soma.restingPotential=-70 pA",
      "populations.cell.compartments.soma.restingPotential: \"-70 pA\" is a current, not a voltage; write it in nV, uV, mV or V"
    ),
    (
      "populations.own.compartments.apical.receptors.ampa.reversalPotential=0",
      "populations.own.compartments.apical.receptors.ampa.reversalPotential: 0 has no unit; a voltage is written in nV, uV, mV or V, such as -70 mV"
    ),
    (
      "populations.own.compartments.soma.capacitance=",
      "populations.own.compartments.soma.capacitance: expected a capacitance greater than 0 pF, such as 150 pF, found nothing"
    ),
    (
      "projections[0].connectivity.allToAll.weight=5 pA",
      "projections[0].connectivity.allToAll.weight: \"5 pA\" is a current, not a conductance; write it in fS, pS, nS, uS, mS or S"
    ),
    (
      "simulation.timeStep=0.1",
      "simulation.timeStep: 0.1 has no unit; a time is written in ns, us, ms or s, such as 3 ms"
    ),
    (
      "simulation.duration=-1 s",
      "simulation.duration: expected a time greater than 0 ms, found -1000 ms"
    ),
    (
      "record[0].every=1",
      "record[0].every: 1 has no unit; a time is written in ns, us, ms or s, such as 3 ms"
    ),
    (
      "populations.own.noise.shake.process={white: {intensity: 0.5 nS}}",
      "populations.own.noise.shake.process.white.intensity: expected an intensity in nS*sqrt(ms) of at least 0 nS*sqrt(ms), such as 2.7 nS*sqrt(ms), found \"0.5 nS\": white noise has no standard deviation without a time step"
    ),
  ]

  static let times = [
    (
      "projections[0].delay=0.05 ms",
      "projections[0].delay: 0.05 ms is below the time step of 0.1 ms; give at least 0.1 ms, or a shorter step"
    ),
    (
      "projections[0].delay=0.25 ms",
      "projections[0].delay: 0.25 ms is no whole number of time steps of 0.1 ms; give 0.3 ms, or another step"
    ),
    (
      "record[0].every=0.05 ms",
      "record[0].every: 0.05 ms is below the time step of 0.1 ms; give at least 0.1 ms, or a shorter step"
    ),
    (
      "simulation.timeStep=1 ms",
      "simulation.timeStep: 1 ms is above the shortest time constant of cell, 0.5 ms; give 0.5 ms or less"
    ),
    (
      "simulation.timeStep=0.0000001 ms",
      "simulation.timeStep: 1e-7 ms has more than six decimals in ms"
    ),
    ("simulation.settle=50 ms", "simulation.settle: nothing is left of 50 ms"),
    (
      "populations.own.firing.threshold.refractoryPeriod=2.05 ms",
      "populations.own.firing.threshold.refractoryPeriod: 2.05 ms is no whole number of time steps of 0.1 ms; give 2 ms, another step, or spikes: located"
    ),
    (
      "sources.input={spikes: {times: [30 ms, 10 ms]}}",
      "sources.input.spikes.times: spike 2 of cell 0 at 10 ms comes after one at 30 ms; let the times of each cell ascend"
    ),
    (
      "populations.cell.currents[0].course.step.end=20 ms",
      "populations.cell.currents[0].course.step.end: time 20 ms follows 20 ms; let times ascend"
    ),
    (
      "populations.cell.currents[0].course={steps: {times: [1 ms, 2 ms], amplitudes: [1 pA]}}",
      "populations.cell.currents[0].course.steps.times: 2 times for 1 values; give one value per time"
    ),
  ]

  static let names = [
    (
      "projections[0].receptor=soma.exitatory",
      "projections[0].receptor: there is no receptor soma.exitatory (did you mean soma.excitatory?); there is soma.excitatory, soma.inhibitory, proximal.excitatory, proximal.inhibitory, distal.excitatory or distal.inhibitory"
    ),
    (
      "projections[0].from=inptu",
      "projections[0].from: there is no population inptu (did you mean input?); there is cell, own, input or noise"
    ),
    (
      "projections[0].to=input",
      "projections[0].to: there is no population of neurons input; there is cell or own"
    ),
    (
      "projections[0].connectivity={oneToOne: {weight: 5 nS}}",
      "projections[0].connectivity: one to one takes as many sources as targets, found 1 and 2"
    ),
    (
      "populations.cell.compartments.somma.capacitance=1 pF",
      "populations.cell.compartments.somma: unknown key, did you mean `soma`?"
    ),
    (
      "populations.cell.model=iaf_cond_alpha_md",
      "populations.cell.model: expected two_compartment, two_compartment_escape, two_compartment_rate, iaf_cond_alpha_mc, pp_cond_exp_mc_urbanczik, iaf_cond_exp, iaf_cond_alpha, iaf_psc_exp, iaf_psc_alpha, iaf_psc_delta, lif or coba, found iaf_cond_alpha_md, did you mean iaf_cond_alpha_mc?"
    ),
    (
      "record[0].what=cell.soma.g",
      "record[0].what: cell has no variable soma.g; it has soma.v, proximal.v, distal.v, soma.excitatory, soma.inhibitory, proximal.excitatory, proximal.inhibitory, distal.excitatory, distal.inhibitory"
    ),
    (
      "record[0].what=cel.soma.v",
      "record[0].what: there is no population cel (did you mean cell?); there is cell or own"
    ),
    (
      "record[0].what=cell.spikes",
      "record[0].what: spikes are always recorded: leave this entry out"
    ),
    (
      "record[0].cells=[5]", "record[0].cells: there are cells 0 to 1, found 5"
    ),
    (
      "populations.own.couplings.soma-basal.conductance=5 nS",
      "populations.own.couplings.soma-basal: there is no compartment basal; there is soma or apical"
    ),
    (
      "populations.own.noise.shake.compartment=basal",
      "populations.own.noise.shake.compartment: there is no compartment basal; there is soma or apical"
    ),
    (
      "simulation.integrator={gsl: {stepper: rkf54}}",
      "simulation.integrator.gsl.stepper: expected rk2, rk4, rkf45, rkck, rk8pd, rk1imp, rk2imp, rk4imp, bsimp, msadams or msbdf, found rkf54, did you mean rkf45?"
    ),
  ]

  static let relations = [
    (
      "populations.own.integrator=exact",
      "populations.own.integrator: exact and implicit Euler steps need a linear cell; a conductance is held in it (own); choose rungeKutta4, exponentialEuler or gsl"
    ),
    (
      "populations.own.firing.threshold.reset=-40 mV",
      "populations.own.firing.threshold.reset: -40 mV is not below the threshold of -50 mV; a neuron that is reset to its threshold fires without end"
    ),
    (
      "populations.own.nestIgnoresDendriticCurrent=true",
      "populations.own.nestIgnoresDendriticCurrent: belongs to the model pp_cond_exp_mc_urbanczik alone"
    ),
    (
      "sources.input={spikes: {}}",
      "sources.input.spikes: expected exactly one of times, trains and file, found 0"
    ),
    (
      "protocol={currentSweep: {population: cell, compartment: soma, to: 100 pA, by: 10 pA}}",
      "protocol.currentSweep.population: cell has 2 cells; a sweep takes one and multiplies it"
    ),
    (
      "populations.own.noise.shake={compartment: apical, form: {current: {}}, process: {poisson: {rate: 1 Hz, timeConstant: 1 ms, weight: 1 pA}}, correlation: 0.5}",
      "populations.own.noise.shake.correlation: Poisson barrages are drawn independently; leave it out, or choose ornsteinUhlenbeck"
    ),
  ]

  @Test(arguments: units + times + names + relations)
  func `a mistake is told in one sentence`(override: String, message: String) {
    #expect(mistakes([override]) == [message])
  }

  @Test func `every mistake is told at once, each with its line and column`() {
    var text = Self.text.replacing("150 pF, restingPotential", with: "-150 pF, restingPotential")
    text = text.replacing("reversalPotential: 0 mV}\n", with: "reversalPotential: 0}\n")
    text = text.replacing("soma.excitatory, delay: 1 ms", with: "soma.ampa, delay: 0.01 ms")
    text = text.replacing("what: cell.soma.v", with: "what: cell.axon.v")
    #expect(
      mistakes([], text) == [
        "x.yaml:11:27: populations.cell.compartments.soma.capacitance: expected a capacitance greater than 0 pF, found -150 pF",
        "x.yaml:22:57: populations.own.compartments.apical.receptors.ampa.reversalPotential: 0 has no unit; a voltage is written in nV, uV, mV or V, such as -70 mV",
        "x.yaml:32:39: projections[0].receptor: there is no receptor soma.ampa; there is soma.excitatory, soma.inhibitory, proximal.excitatory, proximal.inhibitory, distal.excitatory or distal.inhibitory",
        "x.yaml:32:57: projections[0].delay: 0.01 ms is below the time step of 0.1 ms; give at least 0.1 ms, or a shorter step",
        "x.yaml:34:12: record[0].what: cell has no variable axon.v; it has soma.v, proximal.v, distal.v, soma.excitatory, soma.inhibitory, proximal.excitatory, proximal.inhibitory, distal.excitatory, distal.inhibitory",
      ])
  }
}
