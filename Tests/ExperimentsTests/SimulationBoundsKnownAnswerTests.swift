// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Experiments

/// What a run would refuse or could not hold is a mistake of the specification, told at its key.
@Suite struct SimulationBoundsKnownAnswerTests {
  private func mistakes(_ overrides: [String]) -> [String] {
    SimulationSpecKnownAnswerTests.diagnostics(overrides).map { mistake in
      mistake.override == nil
        ? mistake.description.replacing(#/^x\.yaml:\d+:\d+: /#, with: "")
        : "\(mistake.keyPath): \(mistake.message)"
    }
  }

  @Test func `a refractory period below half a step asks for a shorter step`() {
    #expect(
      mistakes([
        "simulation.timeStep=10 ms",
        "populations.cell.firing={threshold: {at: -50 mV, reset: -60 mV, refractoryPeriod: 2 ms}}",
      ]).contains {
        $0.hasSuffix(
          "refractoryPeriod: 2 ms is no whole number of time steps of 10 ms; give a shorter step, or spikes: located"
        )
      })
  }

  static let weights = [
    (
      "populations.cell.drives=[{receptor: soma.excitatory, rate: 1 Hz, weight: -2 nS}]",
      "populations.cell.drives[0].weight: expected a conductance of at least 0 nS, found -2 nS"
    ),
    (
      "projections[0].connectivity.allToAll.weight=-5 nS",
      "projections[0].connectivity.allToAll.weight: expected a conductance of at least 0 nS, found -5 nS"
    ),
  ]

  static let times = [
    (
      "populations.cell.currents[0].course={step: {amplitude: 1 pA, begin: 3.01 ms, end: 3.1 ms}}",
      "populations.cell.currents[0].course.step.begin: 3.01 ms is no whole number of time steps of 0.1 ms; give 3 ms, or another step"
    ),
    (
      "populations.cell.currents[0].course={step: {amplitude: 1 pA, begin: 3 ms, end: 3.09 ms}}",
      "populations.cell.currents[0].course.step.end: 3.09 ms is no whole number of time steps of 0.1 ms; give 3.1 ms, or another step"
    ),
    (
      "populations.cell.currents[0].course={steps: {times: [1 ms, 2.05 ms], amplitudes: [1 pA, 2 pA]}}",
      "populations.cell.currents[0].course.steps.times: 2.05 ms is no whole number of time steps of 0.1 ms; give 2 ms, or another step"
    ),
    (
      "populations.cell.currents[0].course={ramp: {to: 1 pA, begin: 0.25 ms, end: 1 ms}}",
      "populations.cell.currents[0].course.ramp.begin: 0.25 ms is no whole number of time steps of 0.1 ms; give 0.3 ms, or another step"
    ),
    (
      "populations.cell.currents[0].course={step: {amplitude: 1 pA, begin: 1.0e300 ms}}",
      "populations.cell.currents[0].course.step.begin: 1e300 ms are too many steps of 0.1 ms"
    ),
    (
      "projections[0].delay=10 s",
      "projections[0].delay: 10 s are 100000 time steps; give at most 65535 of them, or a longer step"
    ),
    (
      "sources.input={spikes: {times: [1.0e300 ms]}}",
      "sources.input.spikes.times: a spike at 1e300 ms is more than 2⁴⁰ time steps of 0.1 ms away; give times below 109951162777.6 ms"
    ),
    (
      "populations.own.firing.threshold.refractoryPeriod=1.0e6 s",
      "populations.own.firing.threshold.refractoryPeriod: 1000000000 ms is more than 2³¹ time steps of 0.1 ms; give at most 214748364.6 ms, a longer step, or spikes: located"
    ),
  ]

  static let rates = [
    (
      "sources.noise={poisson: {rate: 10 MHz}}",
      "sources.noise.poisson.rate: 10 MHz makes 1000 Poisson spikes in a step of 0.1 ms; give less than 7 MHz, or a shorter step"
    ),
    (
      "sources.noise={image: {maximumRate: 10 MHz}}",
      "sources.noise.image.maximumRate: 10 MHz makes 1000 Poisson spikes in a step of 0.1 ms; give less than 7 MHz, or a shorter step"
    ),
    (
      "populations.own.noise.shake={compartment: apical, form: {current: {}}, process: {poisson: {rate: 10 MHz, timeConstant: 1 ms, weight: 1 pA}}}",
      "populations.own.noise.shake.process.poisson.rate: 10 MHz makes 1000 Poisson spikes in a step of 0.1 ms; give less than 7 MHz, or a shorter step"
    ),
    (
      "populations.cell.drives=[{receptor: soma.excitatory, rate: 10 MHz, weight: 2 nS}]",
      "populations.cell.drives[0].rate: 10 MHz makes 1000 Poisson spikes in a step of 0.1 ms; give less than 7 MHz, or a shorter step"
    ),
  ]

  static let names = [
    (
      "projections[0].connectivity={list: {synapses: [{from: 0, to: 1, weight: 1 nS}, {from: 1, to: 0, weight: 1 nS}]}}",
      "projections[0].connectivity: synapse 1 leads from cell 1 to cell 0; sources are 0 to 0, targets 0 to 1"
    )
  ]

  @Test(arguments: weights + times + rates + names)
  func `a mistake is told in one sentence`(override: String, message: String) {
    #expect(mistakes([override]) == [message])
  }

  @Test(arguments: ["a/b", "a.b"])
  func `a name has no dots or slashes`(name: String) {
    let text = SimulationSpecKnownAnswerTests.text.replacing(
      "  noise: {poisson", with: "  \(name): {poisson")
    #expect(throws: SpecError.self) {
      _ = try SpecDocument(text: text, file: "x.yaml").read(SimulationSpec.init(reading:))
    }
    do {
      _ = try SpecDocument(text: text, file: "x.yaml").read(SimulationSpec.init(reading:))
    } catch {
      #expect(error.diagnostics.map(\.message) == ["a name has no dots or slashes, found \(name)"])
    }
  }

  @Test func `a compartment is not called noise`() {
    #expect(
      mistakes([
        "populations.own={firing: never, compartments: {noise: {capacitance: 1 pF, leakConductance: 1 nS, restingPotential: 0 mV}}}"
      ]).first
        == "populations.own.compartments: noise cannot be the name of a compartment; choose another: noise.NAME is what sources of noise record"
    )
  }
}
