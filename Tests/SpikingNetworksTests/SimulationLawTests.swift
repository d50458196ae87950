// SPDX-License-Identifier: GPL-3.0-or-later

import Integration
import RandomStreams
import Testing

@testable import SpikingNetworks

/// Promises of a simulation: the same bits for any threads, probes and division into runs.
@Suite struct `A simulation` {
  static let duration = 200.0

  /// Excitatory and inhibitory cells that drive each other, noise, Poisson input: 700 cells, so
  /// that there are several blocks.
  static func network(_ method: StepMethod) throws -> Network {
    let noise = try NoiseSource(
      name: "background", compartment: "soma", process: .ornsteinUhlenbeck(timeConstant: 3),
      form: .conductance(mean: 2, reversalPotential: 0), strength: 1, correlation: 0.2)
    func cells(_ name: String, _ count: Int) throws -> Population {
      try Population(
        name: name, count: count, model: .twoCompartment(), method: method, noise: [noise],
        drives: [PoissonDrive(receptor: "apical.excitatory", rate: 0.5, weight: 0.8)])
    }
    func projection(_ from: String, _ to: String, _ sign: String, _ weight: Double) throws
      -> Projection
    {
      try Projection(
        from: from, to: to, receptor: "soma.\(sign)", delay: 1.5,
        connectivity: .random(probability: 0.05, weight: .same(weight)))
    }
    return try Network(
      timeStep: 0.1, populations: [cells("e", 500), cells("i", 200)],
      projections: [
        projection("e", "e", "excitatory", 0.3), projection("e", "i", "excitatory", 0.3),
        projection("i", "e", "inhibitory", 2), projection("i", "i", "inhibitory", 2),
      ])
  }

  static func run(
    _ method: StepMethod = .rungeKutta4, threads: Int = 1, probes: [Probe] = [],
    parts: [Int] = [2000], seed: UInt64 = 7
  ) throws -> (recorder: MemoryRecorder, potentials: [Double]) {
    let simulation = try Simulation<Double>(
      network(method), probes: probes, threads: threads, random: RandomKey(seed: seed))
    var recorder = MemoryRecorder(probes: probes.count)
    for part in parts { try simulation.run(steps: part, into: &recorder) }
    return (recorder, simulation.values(of: "soma.v", in: "e")!)
  }

  static func same(_ a: MemoryRecorder, _ b: MemoryRecorder) -> Bool {
    ["e", "i"].allSatisfy { name in
      let (x, y) = (a.spikes[name] ?? [], b.spikes[name] ?? [])
      return x.count == y.count && zip(x, y).allSatisfy { $0.time == $1.time && $0.cell == $1.cell }
    }
  }

  @Test func `gives the same bits on any number of threads`() throws {
    let one = try Self.run()
    #expect(one.recorder.spikes["e"]!.count > 200)
    for threads in [2, 3, 5] {
      let more = try Self.run(threads: threads)
      #expect(Self.same(one.recorder, more.recorder))
      #expect(one.potentials == more.potentials)
    }
    let other = try Self.run(seed: 8)
    #expect(!Self.same(one.recorder, other.recorder))
  }

  @Test func `is not changed by its probes`() throws {
    let bare = try Self.run()
    let probes = [
      try Probe(population: "e", variable: "soma.v"),
      try Probe(population: "i", variable: "apical.excitatory", cells: [0, 63, 64, 199], every: 7),
      try Probe(population: "e", variable: "soma.v", every: 10, reduction: .windowMean),
      try Probe(population: "e", variable: "apical.v", every: 3, reduction: .populationMean),
    ]
    let probed = try Self.run(probes: probes)
    #expect(Self.same(bare.recorder, probed.recorder) && bare.potentials == probed.potentials)
    let frames = probed.recorder.frames
    #expect(frames.map(\.count) == [2000, 285, 200, 666])
    #expect(frames[0].last == probed.potentials)
    // The window mean is the mean of what the first probe saw.
    for cell in [0, 250, 499] {
      let mean = (10..<20).reduce(0.0) { $0 + frames[0][$1][cell] } / 10
      #expect(abs(frames[2][1][cell] - mean) < 1e-12)
    }
    #expect(probed.recorder.times[1][0] == 7 * 0.1)
  }

  @Test func `may be divided into runs of any length`() throws {
    let whole = try Self.run()
    let parts = try Self.run(parts: [1, 14, 15, 16, 700, 3, 1251])
    #expect(Self.same(whole.recorder, parts.recorder) && whole.potentials == parts.potentials)
  }

  @Test func `by GSL has the spikes of the fast stepper for a while`() throws {
    let fast = try Self.run(parts: [300])
    let solved = try Self.run(
      .gsl(.rkf45, ODETolerance(absolute: 1e-8, relative: 1e-8)), parts: [300])
    #expect(fast.recorder.spikes["e"]!.count > 20)
    #expect(Self.same(fast.recorder, solved.recorder))
    for (a, b) in zip(fast.potentials, solved.potentials) { #expect(abs(a - b) < 1e-3) }
  }

  @Test func `names cell and variable where numbers diverge`() throws {
    // dt/τ is below 1 for the resting cell, far above 2 with the conductance that arrives.
    let population = try Population(
      name: "cell", count: 3, model: .iafCondExp().firing(nil), method: .euler)
    let network = try Network(
      timeStep: 0.1, populations: [population],
      sources: [SpikeSource(name: "in", pattern: .poisson(rates: [50, 50, 50]))],
      projections: [
        Projection(
          from: "in", to: "cell", receptor: "soma.excitatory", delay: 0.1,
          connectivity: .oneToOne(weight: 1e6))
      ])
    let simulation = try Simulation<Double>(network, random: RandomKey(seed: 1))
    var recorder = MemoryRecorder()
    let error = #expect(throws: SimulationError.self) {
      try simulation.run(steps: 5000, into: &recorder)
    }
    guard case .diverged(let name, _, let variable, let time)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(name == "cell" && variable == "soma.v" && time > 0)
  }
}
