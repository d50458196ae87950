// SPDX-License-Identifier: GPL-3.0-or-later

import Integration
import RandomStreams
import RealModule
import Testing

@testable import SpikingNetworks

/// Counts of what is left to chance, within four standard errors of what was asked for.
@Suite struct `What is left to chance` {
  /// A potential that only counts the spikes that arrive.
  static func counter(_ cells: Int, drives: [PoissonDrive] = []) throws -> Population {
    let model = try CompartmentModel(
      name: "counter",
      compartments: [
        Compartment(name: "soma", capacitance: 1, leakConductance: 0, restingPotential: 0)
      ],
      receptors: [
        Receptor(name: "jump", compartment: "soma", kernel: .delta, effect: .current)
      ])
    return try Population(
      name: "cells", count: cells, model: model, method: .rungeKutta4, drives: drives)
  }

  private func isNear(_ count: Double, _ expected: Double, _ variance: Double) -> Bool {
    abs(count - expected) < 4 * variance.squareRoot()
  }

  @Test(arguments: [0.02, 4])
  func `Poisson sources send at their rate, several in a step where it is high`(
    rate: Double
  ) throws {
    let recorder = try Recording(
      Self.counter(100),
      sources: [
        SpikeSource(name: "in", pattern: .poisson(rates: Array(repeating: rate, count: 100)))
      ],
      projections: [
        Projection(
          from: "in", to: "cells", receptor: "soma.jump", delay: 0.1,
          connectivity: .oneToOne(weight: 1))
      ], variables: ["soma.v"], duration: 500)
    let counts = recorder.frames[0].last!
    // The last step's spikes are still on their way.
    let mean = rate * 499.9
    let total = counts.reduce(0, +)
    #expect(isNear(total, 100 * mean, 100 * mean))
    #expect(!isNear(total * 1.1, 100 * mean, 100 * mean) || rate < 1)
    // Variance over the cells is the mean; its standard error is √(2/99) of it.
    let variance = counts.reduce(0) { $0 + ($1 - total / 100) * ($1 - total / 100) } / 99
    #expect(abs(variance / mean - 1) < 4 * (2 / 99.0).squareRoot() + 4 / (100 * mean).squareRoot())
  }

  @Test func `drives arrive at their rate, each cell its own`() throws {
    let population = try Self.counter(
      200, drives: [PoissonDrive(receptor: "soma.jump", rate: 2, weight: 1)])
    let counts = try Recording(population, variables: ["soma.v"], duration: 100).frames[0].last!
    let total = counts.reduce(0, +)
    #expect(isNear(total, 40_000, 40_000))
    let variance = counts.reduce(0) { $0 + ($1 - total / 200) * ($1 - total / 200) } / 199
    #expect(abs(variance / 200 - 1) < 4 * (2 / 199.0).squareRoot())
  }

  @Test func `random synapses are as many as asked, and none leads to the cell itself`() throws {
    func synapses(_ from: String, _ probability: Double) throws -> Synapses {
      try Synapses(
        Projection(
          from: from, to: "a", receptor: "soma.jump", delay: 1,
          connectivity: .random(probability: probability, weight: 1)),
        sources: 300, targets: 300, timeStep: 0.1,
        keys: SynapseKeys(
          connectivity: RandomKey(seed: 2), weights: RandomKey(seed: 3), delays: RandomKey(seed: 4))
      )
    }
    for (from, pairs) in [("a", 300.0 * 299), ("b", 300.0 * 300)] {
      let few = try synapses(from, 0.1)
      #expect(isNear(Double(few.targets.count), 0.1 * pairs, 0.09 * pairs))
      #expect(try synapses(from, 1).targets.count == Int(pairs))
      #expect(try synapses(from, 0).targets.isEmpty)
      let selves = (0..<300).count { cell in
        few.targets[few.starts[cell]..<few.starts[cell + 1]].contains(UInt32(cell))
      }
      #expect(from == "a" ? selves == 0 : isNear(Double(selves), 30, 27))
      // No target is reached more often than chance has it.
      var reached = Array(repeating: 0.0, count: 300)
      for target in few.targets { reached[Int(target)] += 1 }
      #expect(reached.allSatisfy { abs($0 - 30) < 5 * 27.0.squareRoot() })
    }
  }

  @Test func `a cell escapes with probability 1 − e^−φdt`() throws {
    // φ is 5 per ms at its midpoint, where the cell rests.
    let model = try CompartmentModel(
      name: "escaping",
      compartments: [
        Compartment(name: "soma", capacitance: 200, leakConductance: 10, restingPotential: -55)
      ],
      firing: Firing(
        compartment: "soma",
        .escape(RateFunction(maximum: 10, steepness: 0.5, midpoint: -55)), refractoryPeriod: 0,
        whileRefractory: .holdNone))
    let population = try Population(name: "cells", count: 200, model: model, method: .exact)
    let spikes = try Recording(population, variables: [], duration: 100).spikes
    let p = 1 - Double.exp(-0.5)
    #expect(isNear(Double(spikes.count), 200_000 * p, 200_000 * p * (1 - p)))
  }

  @Test func `the mean over a population is the mean of its cells`() throws {
    let population = try Self.counter(
      700, drives: [PoissonDrive(receptor: "soma.jump", rate: 2, weight: 1)])
    let cells = [0, 63, 64, 65, 300, 699]
    let simulation = try Simulation<Double>(
      Network(timeStep: 0.1, populations: [population]),
      probes: [
        Probe(population: "cells", variable: "soma.v"),
        Probe(population: "cells", variable: "soma.v", reduction: .populationMean),
        Probe(population: "cells", variable: "soma.v", cells: cells, reduction: .populationMean),
      ], random: RandomKey(seed: 1))
    var recorder = MemoryRecorder(probes: 3)
    try simulation.run(steps: 100, into: &recorder)
    for (step, frame) in recorder.frames[0].enumerated() {
      #expect(abs(recorder.frames[1][step][0] - frame.reduce(0, +) / 700) < 1e-12)
      let chosen = cells.reduce(0.0) { $0 + frame[$1] } / 6
      #expect(abs(recorder.frames[2][step][0] - chosen) < 1e-12)
    }
    #expect(recorder.frames[1].last![0] > 10)
  }
}
