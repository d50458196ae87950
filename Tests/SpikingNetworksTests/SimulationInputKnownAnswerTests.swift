// SPDX-License-Identifier: GPL-3.0-or-later

import RandomStreams
import RealModule
import Testing

@testable import SpikingNetworks

/// What reaches a cell, beside closed forms and loops written out plainly.
@Suite struct `An input of a simulation` {
  /// 200 pF over 10 nS at −70 mV: 20 ms.
  static func passive(
    receptors: [Receptor] = [], firing: Firing? = nil
  ) throws -> CompartmentModel {
    try CompartmentModel(
      name: "passive",
      compartments: [
        Compartment(name: "soma", capacitance: 200, leakConductance: 10, restingPotential: -70)
      ], receptors: receptors, firing: firing)
  }

  static let jump = try! Receptor(
    name: "jump", compartment: "soma", kernel: .delta, effect: .current)

  @Test(arguments: [StepMethod.exact, .rungeKutta4])
  func `that is a ramp moves the potential as its closed form`(method: StepMethod) throws {
    let course = try Course(times: [10, 60], values: [50, 250], shape: .ramps)
    let recording = try Recording(
      Population(
        name: "cell", count: 1, model: Self.passive(), method: method,
        currents: [CurrentInput(compartment: "soma", course: course)]),
      variables: ["soma.v"], duration: 400)
    // Before its first point a course is 0.
    #expect(recording.value(0, at: 10) == -70)
    // From t = 10 ms on with I = I₀ + s t: V = E + (I₀ − s τ)(1 − e^{−t/τ})/g + s t/g.
    let (start, slope, tau, leak) = (50.0, 4.0, 20.0, 10.0)
    for time in [10.1, 12, 30, 60.0] {
      let t = time - 10
      let rise = -Double.expMinusOne(-t / tau)
      let expected = -70 + (start - slope * tau) * rise / leak + slope * t / leak
      // The current is held at the middle of a step: s dt²/12C = 1.7·10⁻⁵ mV at most. Held at the
      // begin it would be s dt/2g = 0.02 mV behind.
      #expect(abs(recording.value(0, at: time) - expected) < 1.8e-5, "at \(time) ms")
    }
    // Behind its last point it stays: 250 pA over 10 nS, 17 time constants later.
    #expect(abs(recording.value(0, at: 400) + 45) < 1e-5)
  }

  /// Euler steps of dt/1000 of C dV/dt = g_L (E_L − V) + g (E − V), dg/dt = −g/τ with g = w at 0.
  private func plain(weight: Double, reversal: Double, tau: Double, duration: Double) -> Double {
    let h = 1e-4
    var (v, g) = (-70.0, weight)
    for _ in 0..<Int((duration / h).rounded()) {
      v += h * (10 * (-70 - v) + g * (reversal - v)) / 200
      g -= h * g / tau
    }
    return v
  }

  @Test(arguments: [(0.0, 1.0), (-90, -1), (-70, 0)])
  func `that is a synaptic conductance pulls towards its reversal potential`(
    reversal: Double, sign: Double
  ) throws {
    let receptor = try Receptor(
      name: "syn", compartment: "soma", kernel: .exponential(timeConstant: 5),
      effect: .conductance(reversalPotential: reversal))
    let recording = try Recording(
      Population(
        name: "cell", count: 1, model: Self.passive(receptors: [receptor]), method: .rungeKutta4),
      sources: [SpikeSource(name: "in", pattern: .times([[1]]))],
      projections: [
        Projection(
          from: "in", to: "cell", receptor: "soma.syn", delay: 2,
          connectivity: .oneToOne(weight: 8))
      ], variables: ["soma.v", "soma.syn"], duration: 30)
    // It arrives at 3 ms and moves nothing before.
    #expect(recording.value(0, at: 3) == -70 && recording.value(1, at: 2.9) == 0)
    #expect(recording.value(1, at: 3) == 8)
    for time in [4, 8, 30.0] {
      let moved = recording.value(0, at: time) + 70
      let expected = plain(weight: 8, reversal: reversal, tau: 5, duration: time - 3) + 70
      #expect(moved * sign > 0 || sign == 0 && abs(moved) < 1e-12)
      // The plain loop errs by h/2τ of what it moves.
      #expect(abs(moved - expected) < 1e-4 * max(abs(expected), 1e-8), "at \(time) ms")
    }
  }

  @Test(arguments: [(0.0, -35.0), (-90, -80), (-70, -70)])
  func `that is a held conductance ends where currents balance`(
    reversal: Double, end: Double
  ) throws {
    let recording = try Recording(
      Population(
        name: "cell", count: 3, model: Self.passive(), method: .rungeKutta4,
        conductances: [
          ConductanceInput(
            compartment: "soma", cells: 0..<1, reversalPotential: reversal,
            course: Course.constant(10))
        ]), variables: ["soma.v"], duration: 400)
    // (10 nS · −70 mV + 10 nS · E)/20 nS, after forty time constants, and in the first cell alone.
    let last = recording.frames[0].last!
    #expect(abs(last[0] - end) < 1e-9 && last[1] == -70 && last[2] == -70)
  }

  @Test func `of many cells reaches each its own cell`() throws {
    // 150 cells lie in several blocks; every cell has a current of its own, some have two.
    var inputs = try (0..<150).map { cell in
      CurrentInput(
        compartment: "soma", cells: cell..<cell + 1, course: try Course.constant(Double(cell)))
    }
    inputs.append(
      CurrentInput(compartment: "soma", cells: 60..<130, course: try Course.constant(1000)))
    let recording = try Recording(
      Population(
        name: "cells", count: 150, model: Self.passive(), method: .exact, currents: inputs),
      variables: ["soma.v"], duration: 1)
    let rise = -Double.expMinusOne(-1 / 20.0) / 10
    for (cell, v) in recording.frames[0].last!.enumerated() {
      let current = Double(cell) + ((60..<130).contains(cell) ? 1000 : 0)
      #expect(abs(v + 70 - current * rise) < 1e-12 * 70, "cell \(cell)")
    }
  }

  @Test func `for every cell is looked at in that cell's block alone`() {
    let one = (0..<1000).map { (compartment: 0, cells: $0..<$0 + 1 as Range<Int>?) }
    let lists = BlockInput.lists(one + [(1, nil)], blocks: 16, lanes: 64)
    #expect(lists.count == 16)
    #expect(lists.map(\.count) == Array(repeating: 65, count: 15) + [41])
    for (block, list) in lists.enumerated() {
      #expect(list.last?.lanes == 0..<64 && list.last?.compartment == 1)
      for (lane, part) in list.dropLast().enumerated() {
        #expect(part.input == block * 64 + lane && part.lanes == lane..<lane + 1)
      }
    }
  }

  @Test func `through synapses with delays of their own arrives when each says`() throws {
    // Three synapses to three cells, a fourth to the first cell again, and one with the delay of
    // the projection.
    let synapses: [Projection.Synapse] = [
      .init(source: 0, target: 2, weight: 3, delay: 0.1),
      .init(source: 0, target: 0, weight: 1, delay: 1),
      .init(source: 0, target: 1, weight: 2, delay: 2.5),
      .init(source: 0, target: 0, weight: 5, delay: 6.3),
      .init(source: 1, target: 1, weight: 7),
    ]
    let recording = try Recording(
      Population(
        name: "cells", count: 3, model: Self.passive(receptors: [Self.jump]), method: .exact),
      sources: [SpikeSource(name: "in", pattern: .times([[5], [5.5]]))],
      projections: [
        Projection(
          from: "in", to: "cells", receptor: "soma.jump", delay: 4, connectivity: .list(synapses))
      ], variables: ["soma.v"], duration: 20)
    let arrivals: [[(time: Double, weight: Double)]] = [
      [(6, 1), (11.3, 5)], [(7.5, 2), (9.5, 7)], [(5.1, 3)],
    ]
    for (step, frame) in recording.frames[0].enumerated() {
      let time = Double(step + 1) * 0.1
      for cell in 0..<3 {
        let expected = arrivals[cell].reduce(-70.0) { sum, arrival in
          let age = time - arrival.time
          return age > -1e-9 ? sum + arrival.weight * Double.exp(-age / 20) : sum
        }
        #expect(abs(frame[cell] - expected) < 1e-12 * 70, "cell \(cell) at \(time) ms")
      }
    }
  }

  @Test func `that is a rate brings weight times rate times step to every target`() throws {
    // Two cells that rest at −60 and −50 mV and send φ(u) of that; three targets.
    let rate = try RateFunction(maximum: 0.2, steepness: 0.5, midpoint: -55)
    func sender(_ name: String, _ rest: Double) throws -> Population {
      let soma = try Compartment(
        name: "soma", capacitance: 200, leakConductance: 10, restingPotential: rest)
      return try Population(
        name: name, count: 1,
        model: CompartmentModel(
          name: "sender", compartments: [soma],
          firing: Firing(compartment: "soma", .rate(rate), refractoryPeriod: 0)),
        method: .exact)
    }
    let synapse = try Receptor(
      name: "syn", compartment: "soma", kernel: .exponential(timeConstant: 4), effect: .current)
    let weights: [[Double]] = [[100, 0, -500], [30, 20, 10]]
    let delays = [1.2, 0.4]
    let network = try Network(
      timeStep: 0.1,
      populations: [
        sender("low", -60), sender("high", -50),
        Population(
          name: "cells", count: 3, model: Self.passive(receptors: [synapse]), method: .exact),
      ],
      projections: zip(["low", "high"], zip(weights, delays)).map { name, it in
        try Projection(
          from: name, to: "cells", receptor: "soma.syn", delay: .same(it.1),
          connectivity: .matrix(it.0))
      })
    let simulation = try Simulation<Double>(
      network, probes: [Probe(population: "cells", variable: "soma.syn")],
      random: RandomKey(seed: 1))
    var recorder = MemoryRecorder(probes: 1)
    try simulation.run(steps: 200, into: &recorder)
    #expect(simulation.synapseCounts == [2, 3])
    #expect(recorder.spikes.isEmpty)
    let rates = [0.2 / (1 + Double.exp(0.5 * 5)), 0.2 / (1 + Double.exp(-0.5 * 5))]
    var current = [0.0, 0, 0]
    for step in 0..<200 {
      for target in 0..<3 {
        current[target] *= Double.exp(-0.1 / 4)
        for sender in 0..<2 where Double(step) * 0.1 > delays[sender] - 1e-9 {
          current[target] += weights[sender][target] * rates[sender] * 0.1
        }
        let found = recorder.frames[0][step][target]
        // Weights are kept in single precision, 6·10⁻⁸ of them.
        #expect(abs(found - current[target]) < 1e-7 * max(abs(current[target]), 1), "step \(step)")
      }
    }
    #expect(current[2] < 0 && current[0] > 0)
  }

  @Test(arguments: [StepMethod.rungeKutta4, .exponentialEuler, .euler])
  func `leaves the same spikes in single and in double precision`(method: StepMethod) throws {
    let network = try Network(
      timeStep: 0.1,
      populations: [
        Population(
          name: "cells", count: 100, model: .twoCompartment(), method: method,
          currents: (0..<100).map {
            CurrentInput(
              compartment: "soma", cells: $0..<$0 + 1,
              course: try Course.constant(150 + 3 * Double($0)))
          })
      ],
      sources: [SpikeSource(name: "in", pattern: .times([[10, 20, 30]]))],
      projections: [
        Projection(
          from: "in", to: "cells", receptor: "apical.excitatory", delay: 1,
          connectivity: .allToAll(weight: 2))
      ])
    func run<Scalar: SpikingScalar>(_: Scalar.Type) throws -> (MemoryRecorder, [Double]) {
      let simulation = try Simulation<Scalar>(network, random: RandomKey(seed: 1))
      var recorder = MemoryRecorder()
      try simulation.run(steps: 600, into: &recorder)
      return (recorder, simulation.values(of: "soma.v", in: "cells")!)
    }
    let (single, float) = try run(Float.self)
    let (double, reference) = try run(Double.self)
    let (a, b) = (single.spikes["cells"] ?? [], double.spikes["cells"] ?? [])
    #expect(b.count > 100)
    #expect(a.map(\.cell) == b.map(\.cell) && a.map(\.time) == b.map(\.time))
    // 600 steps that each round potentials of 70 mV by 2⁻²⁵ of them; the leak forgets most.
    let largest = zip(float, reference).map { abs($0 - $1) }.max()!
    #expect(largest > 0 && largest < 600 * 70 * 0x1p-25)
  }
}
