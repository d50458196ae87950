// SPDX-License-Identifier: GPL-3.0-or-later

internal import SpikingNetworks
internal import TraceExport
internal import Traces

/// Streams what a simulation records to `traces/`: one SONATA report per variable, and
/// `spikes.h5`. Keeps the numbers of the summary, and what a checkpoint needs of them.
///
/// Memory is bounded: at most 2 MB wait per report (4 MB more in full precision), and 65,536 spikes.
final class TraceRecorder: SimulationRecorder {
  /// What a resumed recorder goes on from.
  struct State: Sendable, Codable {
    var frames: [Int]
    var statistics: [RunningStatistics]
    var counts: [SpikeCounts]
    /// Spikes at the very end of the last step, which are not in the file yet, by population.
    var pendingTimes: [[Double]]
    var pendingNodes: [[UInt64]]
  }

  private let names: [String]
  private let numbers: [String: Int]
  private let writers: [ReportWriter]
  private let spikeWriter: SpikeWriter
  private let settled: Double
  /// Populations whose spikes bear the time of their step's begin, and so belong to what follows it.
  private let stampsBegin: Set<String>
  private(set) var statistics: [RunningStatistics]
  private(set) var counts: [SpikeCounts]
  private var pending: [[SpikeEvent]]

  /// - Parameters:
  ///   - probeCount: probes of the simulation: those of the records, then those that only the
  ///     statistics see.
  ///   - saved: the state to go on from and its time in ms; nil for a new run.
  init(
    _ spec: SimulationSpec, folder: String, probeCount: Int, saved: (State, time: Double)?
  ) throws {
    names = spec.populations.map(\.name) + spec.sources.map(\.name)
    numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    settled = Double(spec.settlingSteps) * spec.timeStep
    stampsBegin = Set(
      spec.populations.filter { $0.convention == .onGridFromBegin }.map(\.name))
    var writers: [ReportWriter] = []
    for (index, record) in spec.records.enumerated() {
      let trace = try spec.trace(of: record)
      let path = "\(folder)/\(record.fileName).h5"
      let expected = spec.frames(of: record)
      writers.append(
        try saved.map {
          try ReportWriter(
            resuming: trace, in: path, atFrame: $0.0.frames[index], expectedFrames: expected)
        } ?? ReportWriter(trace, in: path, expectedFrames: expected))
    }
    self.writers = writers
    let path = "\(folder)/spikes.h5"
    if let (state, time) = saved {
      spikeWriter = try SpikeWriter(resuming: path, populations: names, from: time)
      statistics = state.statistics
      counts = state.counts
      pending = zip(state.pendingTimes, state.pendingNodes).map { times, nodes in
        zip(times, nodes).map { SpikeEvent(time: $0, node: $1) }
      }
      for (index, spikes) in pending.enumerated() {
        try spikeWriter.append(spikes, population: index)
      }
    } else {
      spikeWriter = try SpikeWriter(creating: path, populations: names)
      statistics = Array(repeating: RunningStatistics(), count: probeCount)
      counts =
        spec.populations.map {
          SpikeCounts(cells: spec.isSwept($0.name) ? $0.count : 0, from: spec.sweepBegin ?? 0)
        }
        + spec.sources.map { _ in SpikeCounts(cells: 0) }
      pending = Array(repeating: [], count: names.count)
    }
  }

  func frame(_ values: [Double], probe: Int, time: Double) throws {
    statistics[probe].add(values)
    if probe < writers.count { try writers[probe].append(values) }
  }

  func spikes(_ times: [Double], cells: [Int], of name: String) throws {
    let number = numbers[name]!
    var events: [SpikeEvent] = []
    events.reserveCapacity(times.count)
    for (time, cell) in zip(times, cells)
    where time > settled || (time == settled && stampsBegin.contains(name)) {
      counts[number].add(time, cell: cell)
      events.append(SpikeEvent(time: time, node: UInt64(cell)))
    }
    pending[number] += events
    try spikeWriter.append(events, population: number)
  }

  func advance(to time: Double) throws {
    for number in pending.indices { pending[number].removeAll { $0.time < time } }
    try spikeWriter.advance(to: time)
  }

  /// What was recorded so far is readable by others, and the state that goes on from it.
  func checkpoint() throws -> State {
    for writer in writers { try writer.flush() }
    try spikeWriter.flush()
    return State(
      frames: writers.map(\.frameCount), statistics: statistics, counts: counts,
      pendingTimes: pending.map { $0.map(\.time) }, pendingNodes: pending.map { $0.map(\.node) })
  }

  /// Writes what is left. The first failure is thrown after everything was tried.
  func close() throws {
    var failure: (any Error)?
    for writer in writers {
      do { try writer.close() } catch { failure = failure ?? error }
    }
    do { try spikeWriter.close() } catch { failure = failure ?? error }
    if let failure { throw failure }
  }
}

extension SimulationSpec {
  /// What a file says about a recording: SONATA's element 0 is a soma, 1 a basal and 2 an apical
  /// dendrite; any other compartment is 3 and its place in the model.
  func trace(of record: SimulationRecordSpec) throws -> TraceDescription {
    let population = populations.first { $0.name == record.population }
    let place = record.variable.split(separator: ".").first.map(String.init) ?? ""
    let element: UInt32 =
      switch place {
      case "basal": 1
      case "apical": 2
      default:
        place == "soma"
          ? 0 : population?.model.index(ofCompartment: place).map { UInt32($0) + 3 } ?? 0
      }
    let cells: [Int]
    if record.reduction == .populationMean {
      cells = [0]
    } else {
      cells = record.cells?.flatMap(Array.init) ?? Array(0..<(population?.count ?? 0))
    }
    return try TraceDescription(
      population: record.population, variable: record.variable, unit: record.unit,
      nodeIDs: cells.map(UInt64.init), indexPointers: (0...cells.count).map(UInt64.init),
      elementIDs: Array(repeating: element, count: cells.count), clock: clock(of: record),
      precision: record.precision)
  }

  /// When a sweep counts from, in ms: the grid time where its current starts, or where traces do.
  var sweepBegin: Double? {
    guard case .currentSweep(_, _, _, let begin)? = analysis else { return nil }
    return Double(max(Int((begin / timeStep).rounded()), settlingSteps)) * timeStep
  }

  /// Whether a sweep needs the spikes of every cell of a population.
  func isSwept(_ name: String) -> Bool {
    if case .currentSweep(let population, _, _, _)? = analysis { population == name } else { false }
  }
}
