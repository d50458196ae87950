// SPDX-License-Identifier: GPL-3.0-or-later

import Integration
import RandomStreams
import Testing

@testable import SpikingNetworks

/// Noise that is clipped is reported as it was realised.
@Suite struct `Clipped noise` {
  typealias Membrane = `Noise in a membrane`

  static let forms: [(form: NoiseForm, range: ClosedRange<Double>)] = [
    (.conductance(mean: 2, reversalPotential: 0), -2 ... .infinity),
    (.pushPull(base: 1, excitatoryReversal: 0, inhibitoryReversal: -80), -2...2),
  ]

  @Test(arguments: [0, 1])
  func `is what moves the potential and its response`(form: Int) throws {
    let (form, range) = Self.forms[form]
    let population = try Membrane.population(
      .ornsteinUhlenbeck(timeConstant: 5), form, 4, cells: 20)
    let simulation = try Simulation<Double>(
      Network(timeStep: 0.1, populations: [population]),
      probes: [
        Probe(population: "cells", variable: "noise.n"),
        Probe(population: "cells", variable: "noise.n.response"),
      ], random: RandomKey(seed: 5))
    var recorder = MemoryRecorder(probes: 2)
    try simulation.run(steps: 400, into: &recorder)
    let x = recorder.frames[0]
    #expect(x.allSatisfy { $0.allSatisfy(range.contains) })
    // As many values lie at an end as were counted.
    let atEnd = x.reduce(0) { sum, frame in
      sum + frame.count { $0 == range.lowerBound || $0 == range.upperBound }
    }
    #expect(atEnd > 100)
    #expect(simulation.clippedValues(population: "cells", noise: "n") == atEnd)
    // The response is the filter of what is reported.
    let response = try #require(NoiseResponse(0, in: population, timeStep: 0.1))
    var m = 0.0
    for (step, frame) in x.enumerated() {
      m = response.propagator[0] * m + response.input[0] * frame[7]
      #expect(abs(recorder.frames[1][step][7] - m) < 1e-12)
    }
  }

  @Test func `that multiplies leaves no conductance negative`() throws {
    let model = try CompartmentModel(
      name: "membrane",
      compartments: [
        Compartment(
          name: "soma", capacitance: 200, leakConductance: 10, restingPotential: -70)
      ],
      receptors: [
        Receptor(
          name: "a", compartment: "soma", kernel: .exponential(timeConstant: 2),
          effect: .conductance(reversalPotential: 0))
      ])
    let noise = try NoiseSource(
      name: "n", compartment: "soma", process: .ornsteinUhlenbeck(timeConstant: 5),
      form: .multiplicative(receptor: "soma.a"), strength: 20)
    let population = try Population(
      name: "cells", count: 10, model: model, method: .exponentialEuler, noise: [noise],
      drives: [PoissonDrive(receptor: "soma.a", rate: 1, weight: 20)])
    let simulation = try Simulation<Double>(
      Network(timeStep: 0.1, populations: [population]),
      probes: [
        Probe(population: "cells", variable: "noise.n"),
        Probe(population: "cells", variable: "soma.v"),
      ], random: RandomKey(seed: 5))
    var recorder = MemoryRecorder(probes: 2)
    try simulation.run(steps: 2000, into: &recorder)
    #expect(recorder.frames[0].allSatisfy { $0.allSatisfy { $0 >= -1 } })
    #expect(simulation.clippedValues(population: "cells", noise: "n")! > 1000)
    // Between rest and reversal, but for the decay of the receptor within a step of held noise.
    #expect(recorder.frames[1].allSatisfy { $0.allSatisfy { -80 <= $0 && $0 <= 0.001 } })
  }

  @Test func `has a response that goes on from a saved state`() throws {
    let population = try Membrane.population(
      .ornsteinUhlenbeck(timeConstant: 5), .conductance(mean: 2, reversalPotential: 0), 4,
      cells: 20)
    func simulation() throws -> Simulation<Double> {
      try Simulation(
        Network(timeStep: 0.1, populations: [population]),
        probes: [Probe(population: "cells", variable: "noise.n.response")],
        random: RandomKey(seed: 5))
    }
    var whole = MemoryRecorder(probes: 1)
    let reference = try simulation()
    try reference.run(steps: 100, into: &whole)
    var parts = MemoryRecorder(probes: 1)
    let first = try simulation()
    try first.run(steps: 37, into: &parts)
    let second = try simulation()
    try second.restore(first.state)
    try second.run(steps: 63, into: &parts)
    #expect(parts.frames == whole.frames)
  }
}
