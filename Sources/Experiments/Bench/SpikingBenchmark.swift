// SPDX-License-Identifier: GPL-3.0-or-later

internal import Integration
internal import RandomStreams
internal import SpikingNetworks

/// Populations of compartment neurons for timing. Deliberately not `Sendable`: one thread runs it,
/// the one that is timed.
public final class SpikingBenchmark: SimulationWork {
  /// The workloads.
  public enum Workload: String, CaseIterable, Sendable {
    /// 1,000 `iaf_cond_alpha_mc` with Poisson input, by GSL's rkf45 at NEST's tolerance.
    case compartmentsGSL
    /// The same by Runge–Kutta steps with exact conductances.
    case compartments
    /// Cells with two Ornstein–Uhlenbeck conductances.
    case ouNoise
    /// Vogels and Abbott's network of 4,000 conductance-based neurons.
    case coba
  }

  /// The workload.
  public let workload: Workload
  /// Cells of all populations.
  public let cells: Int
  /// Steps of one run.
  public let length: Int
  private let simulation: any Runnable

  /// A workload, ready to run.
  ///
  /// - Parameter cells: the number of cells, where the workload leaves it open (`ouNoise` and
  ///   `compartments`); nil for the benchmark's own.
  public init(
    _ workload: Workload, cells: Int? = nil, steps: Int = 10_000, threads: Int = 1,
    seed: UInt64 = 1
  ) throws {
    self.workload = workload
    length = steps
    let random = RandomKey(seed: seed)
    switch workload {
    case .compartmentsGSL, .compartments:
      let count = cells ?? 1000
      let method: StepMethod =
        workload == .compartments ? .rungeKutta4 : .gsl(.rkf45, .nest)
      let population = try Self.compartments(count: count, method: method)
      simulation = Running(
        try Simulation<Double>(
          Network(timeStep: 0.1, populations: [population]), threads: threads, random: random),
        initial: [])
      self.cells = count
    case .ouNoise:
      let count = cells ?? 10_000
      simulation = Running(
        try Simulation<Double>(
          Network(timeStep: 0.1, populations: [Self.ouNoise(count: count)]), threads: threads,
          random: random),
        initial: [("soma.v", Array(repeating: -63.5, count: count))])
      self.cells = count
    case .coba:
      let network = try Self.coba()
      let initial = Self.cobaInitialState(seed: seed)
      simulation = Running(
        try Simulation<Float>(network, threads: threads, random: random), initial: initial)
      self.cells = Self.cobaCells
    }
  }

  /// Back to the initial state.
  public func reset() { simulation.reset() }

  /// Cells times steps of a run.
  public var cellSteps: Int { cells * length }

  /// Runs from where it stands; the rate in spikes per cell and second.
  public func run() throws -> (rate: Double, figures: [String: Double]) {
    let spikes = try simulation.run(length)
    return (Double(spikes) / Double(cells) / (Double(length) * 1e-4), [:])
  }

  /// The largest difference of any potential after `milliseconds` from a run by GSL at 10⁻¹², over
  /// the cells whose spikes are the same, for `compartments`: what the fast stepper costs.
  public static func compartmentsError(cells: Int = 200, milliseconds: Int = 200) throws -> Double {
    func run(_ method: StepMethod) throws -> (spikes: [[Double]], potentials: [[Double]]) {
      let population = try compartments(count: cells, method: method)
      let simulation = try Simulation<Double>(
        Network(timeStep: 0.1, populations: [population]), random: RandomKey(seed: 1))
      var recorder = MemoryRecorder()
      var potentials: [[Double]] = []
      for _ in 0..<milliseconds {
        try simulation.run(steps: 10, into: &recorder)
        potentials += ["soma.v", "proximal.v", "distal.v"].map {
          simulation.values(of: $0, in: "cells") ?? []
        }
      }
      var spikes = Array(repeating: [Double](), count: cells)
      for (time, cell) in recorder.spikes["cells"] ?? [] { spikes[cell].append(time) }
      return (spikes, potentials)
    }
    let fast = try run(.rungeKutta4)
    let tight = try ODETolerance(absolute: 1e-12, relative: 1e-12)
    let converged = try run(.gsl(.rk8pd, tight))
    var largest = 0.0
    for cell in 0..<cells where fast.spikes[cell] == converged.spikes[cell] {
      for (a, b) in zip(fast.potentials, converged.potentials) {
        largest = max(largest, abs(a[cell] - b[cell]))
      }
    }
    return largest
  }

  /// Bytes of state per cell, of the first population.
  public var bytesPerCell: Int? { simulation.bytesPerCell }
}

private protocol Runnable {
  var bytesPerCell: Int { get }
  func reset()
  func run(_ steps: Int) throws -> Int
}

/// A simulation whose precision no longer shows in its type.
private struct Running<Scalar: SpikingScalar>: Runnable {
  let simulation: Simulation<Scalar>
  let initial: [(variable: String, values: [Double])]

  init(_ simulation: Simulation<Scalar>, initial: [(variable: String, values: [Double])]) {
    self.simulation = simulation
    self.initial = initial
    reset()
  }

  var bytesPerCell: Int {
    simulation.bytesPerCell(of: simulation.network.populations[0].name) ?? 0
  }

  func reset() {
    simulation.reset()
    for (variable, values) in initial {
      let name = simulation.network.populations[0].name
      precondition(simulation.set(variable, in: name, to: values), "no variable \(variable)")
    }
  }

  func run(_ steps: Int) throws -> Int {
    var counter = SpikeCounter()
    try simulation.run(steps: steps, into: &counter)
    return counter.count
  }
}

/// Counts spikes and drops them.
private struct SpikeCounter: SimulationRecorder {
  var count = 0
  mutating func frame(_ values: [Double], probe: Int, time: Double) {}
  mutating func spikes(_ times: [Double], cells: [Int], of name: String) { count += times.count }
  mutating func advance(to time: Double) {}
}

extension SpikingBenchmark {
  static func compartments(count: Int, method: StepMethod) throws -> Population {
    try Population(
      name: "cells", count: count, model: .iafCondAlphaMC(), method: method,
      drives: [
        PoissonDrive(receptor: "proximal.excitatory", rate: 0.4, weight: 5),
        PoissonDrive(receptor: "distal.excitatory", rate: 0.4, weight: 5),
        PoissonDrive(receptor: "soma.excitatory", rate: 0.4, weight: 5),
        PoissonDrive(receptor: "soma.inhibitory", rate: 0.2, weight: 1.5),
      ])
  }

  /// Destexhe et al. (2001)'s point conductance scaled to 20,000 µm², on 200 pF and 10 nS.
  static func ouNoise(count: Int) throws -> Population {
    let soma = try Compartment(
      name: "soma", capacitance: 200, leakConductance: 10, restingPotential: -70,
      initialPotential: -63.5)
    let model = try CompartmentModel(
      name: "point_conductance", compartments: [soma],
      firing: Firing(compartment: "soma", .threshold(-60, reset: -65), refractoryPeriod: 2))
    func noise(_ name: String, _ mean: Double, _ deviation: Double, _ tau: Double, _ e: Double)
      throws -> NoiseSource
    {
      try NoiseSource(
        name: name, compartment: "soma", process: .ornsteinUhlenbeck(timeConstant: tau),
        form: .conductance(mean: mean, reversalPotential: e, isClipped: false),
        strength: deviation)
    }
    return try Population(
      name: "cells", count: count, model: model, method: .exponentialEuler,
      convention: .onGridFromBegin,
      noise: [
        noise("excitation", 7, 1.73, 2.728, 0), noise("inhibition", 33, 3.8, 10.49, -75),
      ])
  }

  private static var cobaExcitatory: Int { 3200 }
  static var cobaCells: Int { 4000 }

  /// Excitatory and inhibitory neurons are one population, so that every pair is drawn by one
  /// formula; a synapse's receptor follows from its source.
  static func coba() throws -> Network {
    let population = try Population(
      name: "cells", count: cobaCells, model: .coba(), method: .euler,
      convention: .onGridFromBegin)
    var excitatory: [Projection.Synapse] = []
    var inhibitory: [Projection.Synapse] = []
    for source in 0..<cobaCells {
      for target in 0..<cobaCells where target != source {
        guard BenchmarkChance.uniform(1, 1, source * cobaCells + target) < 0.02 else { continue }
        if source < cobaExcitatory {
          excitatory.append(.init(source: source, target: target, weight: 6))
        } else {
          inhibitory.append(.init(source: source, target: target, weight: 67))
        }
      }
    }
    return try Network(
      timeStep: 0.1, populations: [population],
      projections: [
        Projection(
          from: "cells", to: "cells", receptor: "soma.excitatory", delay: 0.1,
          connectivity: .list(excitatory)),
        Projection(
          from: "cells", to: "cells", receptor: "soma.inhibitory", delay: 0.1,
          connectivity: .list(inhibitory)),
      ])
  }

  static func cobaInitialState(seed: UInt64) -> [(variable: String, values: [Double])] {
    func uniform(_ stream: UInt64) -> [Double] {
      (0..<cobaCells).map { BenchmarkChance.uniform(seed, stream, $0) }
    }
    return [
      ("soma.v", uniform(2).map { -80 + 30 * $0 }),
      ("soma.excitatory", uniform(3).map { 50 * $0 }),
      ("soma.inhibitory", uniform(4).map { 300 * $0 }),
    ]
  }
}
