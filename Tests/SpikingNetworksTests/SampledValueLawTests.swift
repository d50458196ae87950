// SPDX-License-Identifier: GPL-3.0-or-later

import RandomStreams
import Testing

@testable import SpikingNetworks

/// What is drawn for single cells and synapses: each kind from a stream of its own, each value at the
/// address of its cells.
@Suite struct `A drawn value` {
  static let weight = SampledValue.drawn(
    try! Distribution(.lognormal(mean: 1, standardDeviation: 0.5)))
  static let delay = SampledValue.drawn(try! Distribution(.uniform, from: 0.5, to: 3))

  static func synapses(
    _ connectivity: Projection.Connectivity, delay: SampledValue = 1, sources: Int = 40,
    targets: Int = 60, occurrence: Int = 0
  ) throws -> Synapses {
    let projection = try Projection(
      from: "a", to: "b", receptor: "soma.excitatory", delay: delay, connectivity: connectivity)
    return try Synapses(
      projection, sources: sources, targets: targets, timeStep: 0.1,
      keys: SynapseKeys(
        projection, index: 0, occurrence: occurrence, random: RandomKey(seed: 4)))
  }

  @Test func `changes no other draw`() throws {
    let plain = try Self.synapses(.random(probability: 0.3, weight: 2))
    let weighted = try Self.synapses(.random(probability: 0.3, weight: Self.weight))
    let late = try Self.synapses(.random(probability: 0.3, weight: 2), delay: Self.delay)
    let both = try Self.synapses(.random(probability: 0.3, weight: Self.weight), delay: Self.delay)
    #expect(plain.targets.count > 600 && plain.delays.isEmpty)
    for other in [weighted, late, both] {
      #expect(other.targets == plain.targets && other.starts == plain.starts)
    }
    #expect(late.weights == plain.weights && both.weights == weighted.weights)
    #expect(both.delays == late.delays && weighted.delays.isEmpty)
    #expect(Set(weighted.weights).count > 600 && Set(late.delays).count == 26)
    // Half a step at either end is rounded inwards.
    #expect(late.delays.min() == 5 && late.delays.max() == 30)
    #expect(late.shortestDelay == 5 && late.longestDelay == 30)
  }

  @Test func `lives at the address of its two cells`() throws {
    let all = try Self.synapses(.allToAll(weight: Self.weight), delay: Self.delay)
    let some = try Self.synapses(.random(probability: 0.3, weight: Self.weight), delay: Self.delay)
    for source in 0..<40 {
      for k in some.starts[source]..<some.starts[source + 1] {
        let place = source * 60 + Int(some.targets[k])
        #expect(some.weights[k] == all.weights[place] && some.delays[k] == all.delays[place])
      }
    }
    let again = try Self.synapses(.allToAll(weight: Self.weight), occurrence: 1)
    #expect(again.weights != all.weights)
  }

  @Test func `of a list is drawn where a synapse has no delay of its own`() throws {
    let list = (0..<400).map {
      Projection.Synapse(source: 0, target: 0, weight: 1, delay: $0 % 2 == 0 ? 0.7 : nil)
    }
    let synapses = try Self.synapses(.list(list), delay: Self.delay, sources: 1, targets: 1)
    #expect(synapses.delays.enumerated().allSatisfy { $0 % 2 == 1 || $1 == 7 })
    // Two hundred draws of 26 steps leave out each with probability below 10⁻³.
    #expect(Set(synapses.delays.enumerated().filter { $0.0 % 2 == 1 }.map(\.1)).count > 20)
  }

  @Test func `of a projection changes with nothing but its own name and turn`() throws {
    func keys(_ names: [(String, String)]) throws -> [SynapseKeys] {
      let projections = try names.map {
        try Projection(
          from: $0.0, to: $0.1, receptor: "soma.excitatory", delay: 1,
          connectivity: .allToAll(weight: 1))
      }
      return SynapseKeys.all(projections, random: RandomKey(seed: 9))
    }
    let few = try keys([("a", "b"), ("a", "b")])
    let more = try keys([("c", "b"), ("a", "b"), ("b", "a"), ("a", "b")])
    #expect(few[0].weights == more[1].weights && few[1].weights == more[3].weights)
    #expect(few[0].delays == more[1].delays && few[1].delays == more[3].delays)
    #expect(few[0].weights != few[1].weights && few[0].weights != few[0].delays)
  }

  private static func population(_ name: String, drawn: Bool) throws -> Population {
    try Population(
      name: name, count: 700, model: .twoCompartment(), method: .rungeKutta4,
      drives: [PoissonDrive(receptor: "apical.excitatory", rate: 0.5, weight: 0.8)],
      initialPotentials: drawn
        ? [
          "soma": try Distribution(.uniform, from: -80, to: -60),
          "apical": try Distribution(.normal(mean: -70, standardDeviation: 4)),
        ] : [:])
  }

  private static func simulation(
    _ names: [(String, drawn: Bool)], threads: Int = 1
  ) throws -> Simulation<Double> {
    try Simulation(
      Network(timeStep: 0.1, populations: names.map { try population($0.0, drawn: $0.drawn) }),
      threads: threads, random: RandomKey(seed: 3))
  }

  @Test func `of a potential is each cell's own, and the same again after a reset`() throws {
    let simulation = try Self.simulation([("cells", true)])
    let soma = simulation.values(of: "soma.v", in: "cells")!
    let apical = simulation.values(of: "apical.v", in: "cells")!
    #expect(Set(soma).count > 690 && soma.allSatisfy { $0 >= -80 && $0 <= -60 })
    #expect(Set(apical).count > 690 && soma != apical)
    // 20/√12 mV and 4 mV; four standard errors of 700 values.
    let error = (700.0).squareRoot()
    #expect(abs(soma.reduce(0, +) / 700 + 70) < 4 * 5.78 / error)
    #expect(abs(apical.reduce(0, +) / 700 + 70) < 4 * 4 / error)
    var recorder = MemoryRecorder()
    try simulation.run(steps: 100, into: &recorder)
    #expect(simulation.values(of: "soma.v", in: "cells")! != soma)
    simulation.reset()
    #expect(simulation.values(of: "soma.v", in: "cells")! == soma)
    // Another population and its draws change nothing here.
    let other = try Self.simulation([("first", true), ("cells", true)])
    #expect(other.values(of: "soma.v", in: "cells")! == soma)
    #expect(other.values(of: "soma.v", in: "first")! != soma)
  }

  @Test func `does not depend on threads, and leaves other populations' bits`() throws {
    func end(_ drawn: Bool, threads: Int) throws -> (drawn: [Double], other: [Double]) {
      let simulation = try Self.simulation(
        [("cells", drawn), ("other", false)], threads: threads)
      var recorder = MemoryRecorder()
      try simulation.run(steps: 300, into: &recorder)
      return (
        simulation.values(of: "soma.v", in: "cells")!,
        simulation.values(of: "soma.v", in: "other")!
      )
    }
    let one = try end(true, threads: 1)
    let three = try end(true, threads: 3)
    let without = try end(false, threads: 1)
    #expect(one.drawn == three.drawn && one.other == three.other)
    #expect(one.other == without.other && one.drawn != without.drawn)
  }

  @Test func `of a compartment that is not there, and delays without a bound, are refused`() throws
  {
    let missing = #expect(throws: ModelError.self) {
      _ = try Population(
        name: "cells", count: 1, model: .leakyIntegrateAndFire(), method: .exact,
        initialPotentials: ["axon": try Distribution(.uniform, from: -80, to: -60)])
    }
    #expect(
      missing?.description
        == "cells.initialPotentials: lif has no compartment axon; it has soma")
    let endless = #expect(throws: ModelError.self) {
      _ = try Self.synapses(
        .allToAll(weight: 1),
        delay: .drawn(try Distribution(.lognormal(mean: 1, standardDeviation: 1), from: 0.1)))
    }
    #expect(endless?.description == "projection a→b.delay: it has no upper bound; give one")
    let short = #expect(throws: ModelError.self) {
      _ = try Self.synapses(
        .allToAll(weight: 1), delay: .drawn(try Distribution(.uniform, from: 0.05, to: 1)))
    }
    #expect(
      short?.description
        == "projection a→b.delay: delays from 0.05 to 1 ms with steps of 0.1 ms; give bounds from 1 to 65535 steps"
    )
  }
}
