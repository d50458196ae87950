// SPDX-License-Identifier: GPL-3.0-or-later

internal import Dispatch
internal import Integration
public import RandomStreams

/// Takes what a simulation records.
public protocol SimulationRecorder {
  /// A sample of probe number `probe`, taken at `time` ms.
  mutating func frame(_ values: [Double], probe: Int, time: Double) throws
  /// Spikes of a population or source, in the order of steps and cells.
  mutating func spikes(_ times: [Double], cells: [Int], of name: String) throws
  /// All spikes before `time` ms have been given.
  mutating func advance(to time: Double) throws
}

/// A network in time.
///
/// Time is an integer step of dt. A step of a population is: what is held over the step (currents,
/// conductances, noise); integration; arrivals; threshold. Spikes of step k with a delay of m steps
/// arrive at the end of step k + m, as in NEST. Steps run in stretches no longer than the
/// shortest delay: within one, populations do not feel each other.
///
/// Same network, same seed: the same bits for any number of threads, any probes, and any division
/// into calls of `run`.
public final class Simulation<Scalar: SpikingScalar> {
  /// The network.
  public let network: Network
  /// Threads, at least 1.
  public let threads: Int
  /// Steps taken.
  public internal(set) var step = 0
  let runtimes: [PopulationRuntime<Scalar>]
  let probes: [ProbeRuntime<Scalar>]
  private let projections: [RunningProjection<Scalar>]
  private let sources: [SourceRuntime]
  private let stretch: Int

  /// The longest stretch of steps between two exchanges of spikes.
  static var longestStretch: Int { 64 }

  /// A simulation at time 0.
  ///
  /// - Parameter random: where all its randomness lives.
  public init(
    _ network: Network, probes: [Probe] = [], threads: Int = 1, random: RandomKey
  ) throws(ModelError) {
    precondition(threads >= 1, "\(threads) threads")
    self.network = network
    self.threads = threads
    let counts = Dictionary(
      uniqueKeysWithValues: network.populations.map { ($0.name, $0.count) }
        + network.sources.map { ($0.name, $0.count) })
    var synapses: [Synapses] = []
    let keys = SynapseKeys.all(network.projections, random: random)
    for (projection, keys) in zip(network.projections, keys) {
      synapses.append(
        try Synapses(
          projection, sources: counts[projection.source]!, targets: counts[projection.target]!,
          timeStep: network.timeStep, keys: keys))
    }
    let shortest = synapses.map(\.shortestDelay).min() ?? Self.longestStretch
    let longest = synapses.map(\.longestDelay).max() ?? 0
    stretch = min(shortest, Self.longestStretch)
    var runtimes: [PopulationRuntime<Scalar>] = []
    for population in network.populations {
      let reached = network.projections.filter { $0.target == population.name }.map(\.receptor)
      runtimes.append(
        try PopulationRuntime(
          population, timeStep: network.timeStep, reached: reached,
          slots: reached.isEmpty ? 1 : longest + stretch, random: random))
    }
    var running: [RunningProjection<Scalar>] = []
    for (projection, table) in zip(network.projections, synapses) {
      let target = runtimes.first { $0.population.name == projection.target }!
      running.append(
        RunningProjection(projection, table, target, timeStep: network.timeStep))
    }
    var recorded: [ProbeRuntime<Scalar>] = []
    for probe in probes {
      guard let runtime = runtimes.first(where: { $0.population.name == probe.population }) else {
        throw ModelError(
          "record", "there is no population of neurons \(probe.population)",
          "there are \(network.populations.map(\.name).joined(separator: ", "))")
      }
      let running = try ProbeRuntime(probe, runtime, stretch: stretch)
      recorded.append(running)
      runtime.probes.append(running)
    }
    self.runtimes = runtimes
    self.probes = recorded
    projections = running
    sources = network.sources.map {
      SourceRuntime($0, timeStep: network.timeStep, random: random)
    }
  }

  /// The time in ms.
  public var time: Double { Double(step) * network.timeStep }

  /// The number of synapses of every projection, in the order of the network.
  public var synapseCounts: [Int] { projections.map(\.synapses.targets.count) }

  /// Bytes of state per cell of a population: variables, what is held, arrivals, noise.
  public func bytesPerCell(of name: String) -> Int? {
    runtimes.first { $0.population.name == name }.map { runtime in
      let scalars =
        runtime.state.count + runtime.conductance.count + runtime.current.count
        + runtime.arrivals.count + runtime.noise.reduce(0) { $0 + $1.x.count }
      return (scalars * MemoryLayout<Scalar>.size + runtime.refractory.count * 4)
        / runtime.population.count
    }
  }

  /// Values that a source of noise could not take because they were clipped.
  public func clippedValues(population: String, noise: String) -> Int? {
    guard let runtime = runtimes.first(where: { $0.population.name == population }),
      let index = runtime.population.noise.firstIndex(where: { $0.name == noise })
    else { return nil }
    return runtime.clippedValues(ofSource: index)
  }

  /// The present value of a variable in every cell; nil where there is none such.
  public func values(of variable: String, in population: String) -> [Double]? {
    guard let runtime = runtimes.first(where: { $0.population.name == population }),
      let probe = try? ProbeRuntime(
        Probe(population: population, variable: variable), runtime, stretch: 1)
    else { return nil }
    for block in 0..<runtime.blocks { probe.sample(runtime, block: block, step: 0, index: 0) }
    return probe.frame(0)
  }

  /// Sets a state variable (`compartment.v`, `compartment.receptor`) of every cell; false where
  /// there is none such.
  ///
  /// - Precondition: one value per cell.
  public func set(_ variable: String, in population: String, to values: [Double]) -> Bool {
    guard let runtime = runtimes.first(where: { $0.population.name == population }),
      let probe = try? ProbeRuntime(
        Probe(population: population, variable: variable), runtime, stretch: 1),
      case .state(let place) = probe.source
    else { return false }
    precondition(values.count == runtime.population.count, "\(values.count) values")
    for (cell, value) in values.enumerated() {
      let (block, lane) = (cell / runtime.lanes, cell % runtime.lanes)
      runtime.state[(block * runtime.lowered.variables + place) * runtime.lanes + lane] =
        Scalar(value)
    }
    return true
  }

  /// Takes `count` steps and gives `recorder` what they bring.
  ///
  /// Whether all variables are finite is checked every 64 steps, and at the end where `checksEnd`.
  ///
  /// - Throws: `SimulationError`, after everything before the failing stretch was recorded; and
  ///   whatever the recorder throws.
  public func run<Recorder: SimulationRecorder>(
    steps count: Int, into recorder: inout Recorder, checksEnd: Bool = true
  ) throws {
    let end = step + count
    while step < end {
      let length = min(stretch, end - step)
      try advance(length)
      if checksEnd, step + length == end {
        for runtime in runtimes { try runtime.checkFinite(time: Double(end) * network.timeStep) }
      }
      try exchange(length, &recorder)
      step += length
      try recorder.advance(to: time)
    }
  }

  private func advance(_ length: Int) throws {
    for runtime in runtimes {
      try runtime.advance(
        first: step, count: length, probes: runtime.probes, threads: threads)
    }
  }

  private func exchange<Recorder: SimulationRecorder>(
    _ length: Int, _ recorder: inout Recorder
  ) throws {
    for source in sources {
      let spikes = source.spikes(first: step, count: length)
      try send(spikes, from: source.source.name, &recorder)
    }
    for runtime in runtimes {
      if case .rate? = runtime.population.model.firing?.mechanism {
        for projection in projections
        where projection.projection.source == runtime.population.name {
          projection.deliver(rates: runtime.rates, first: step, count: length)
        }
        continue
      }
      // The blocks of a single step are in the order of their cells.
      var spikes = runtime.spikes.count == 1 ? runtime.spikes[0] : Array(runtime.spikes.joined())
      if length > 1, runtime.spikes.count > 1 { spikes.sort() }
      try send(spikes, from: runtime.population.name, &recorder)
    }
    for (index, probe) in probes.enumerated() {
      var frame = 0
      for offset in 0..<length where probe.probe.isDue(step + offset) {
        let time = Double(step + offset + 1) * network.timeStep
        try recorder.frame(probe.frame(frame), probe: index, time: time)
        frame += 1
      }
    }
  }

  private func send<Recorder: SimulationRecorder>(
    _ spikes: [Spike], from name: String, _ recorder: inout Recorder
  ) throws {
    guard !spikes.isEmpty else { return }
    for projection in projections where projection.projection.source == name {
      projection.deliver(spikes, threads: threads)
    }
    try recorder.spikes(spikes.map(\.time), cells: spikes.map { Int($0.cell) }, of: name)
  }

  /// Back to time 0: initial potentials, nothing on its way, noise as it began.
  public func reset() {
    step = 0
    for runtime in runtimes { runtime.reset() }
  }
}

/// Keeps everything in memory. For tests and short runs.
public struct MemoryRecorder: SimulationRecorder {
  /// Samples, one array of frames per probe.
  public private(set) var frames: [[[Double]]]
  /// Their times in ms.
  public private(set) var times: [[Double]]
  /// Spikes as (time, cell), by population.
  public private(set) var spikes: [String: [(time: Double, cell: Int)]] = [:]

  /// A recorder for so many probes.
  public init(probes: Int = 0) {
    frames = Array(repeating: [], count: probes)
    times = frames.map { _ in [] }
  }

  /// Keeps a sample.
  public mutating func frame(_ values: [Double], probe: Int, time: Double) {
    frames[probe].append(values)
    times[probe].append(time)
  }

  /// Keeps spikes.
  public mutating func spikes(_ times: [Double], cells: [Int], of name: String) {
    spikes[name, default: []] += zip(times, cells).map { (time: $0, cell: $1) }
  }

  /// Does nothing.
  public mutating func advance(to time: Double) {}
}
