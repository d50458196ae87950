// SPDX-License-Identifier: GPL-3.0-or-later

/// One spike of one node. Ordered by time, then by node id: the order of spike files.
public struct SpikeEvent: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// In ms.
  public let time: Double
  /// The node that fired.
  public let node: UInt64

  /// A spike of `node` at `time` ms.
  public init(time: Double, node: UInt64) {
    self.time = time
    self.node = node
  }

  /// Earlier, or as early with a smaller node id.
  public static func < (a: SpikeEvent, b: SpikeEvent) -> Bool {
    (a.time, a.node) < (b.time, b.node)
  }
}

/// Takes the spikes of several populations.
///
/// Spikes of one stretch of time may come in any order. `advance(to:)` promises that no earlier
/// spike will follow; only then are they put in order and written, so the memory in use is that
/// of the stretch between two calls.
public protocol SpikeSink: ~Copyable {
  /// The populations, in the order that `append` numbers them.
  var populations: [String] { get }

  /// Takes spikes of population number `population`.
  ///
  /// Throws `TraceError.lateSpike` for a spike before the last `advance(to:)`,
  /// `TraceError.invalidSpikeTime` for a time that is negative or not finite, and
  /// `TraceError.closed` after `close`.
  mutating func append(_ spikes: Span<SpikeEvent>, population: Int) throws

  /// Declares that all spikes before `time` ms have been appended.
  mutating func advance(to time: Double) throws

  /// Makes the spikes before the last `advance(to:)` readable by others.
  mutating func flush() throws

  /// Writes all spikes that are left and gives up the file. Closing twice is allowed.
  mutating func close() throws
}

extension SpikeSink where Self: ~Copyable {
  /// Takes spikes of population number `population` from an array.
  public mutating func append(_ spikes: [SpikeEvent], population: Int) throws {
    try withExtendedLifetime(spikes) { try append(spikes.span, population: population) }
  }
}

/// Spikes that wait until their stretch of time is complete. Every sink is built on it.
public struct PendingSpikes: Sendable {
  /// The populations.
  public let populations: [String]
  /// Spikes before this time, in ms, are complete.
  public private(set) var complete = 0.0
  private var waiting: [[SpikeEvent]]

  /// Nothing waits at first.
  public init(populations: [String]) {
    self.populations = populations
    waiting = Array(repeating: [], count: populations.count)
  }

  /// Takes spikes; throws as `SpikeSink.append` does, and then takes none of them.
  public mutating func append(_ spikes: Span<SpikeEvent>, population: Int) throws {
    let name = populations[population]
    for index in spikes.indices {
      let time = spikes[index].time
      guard time.isFinite, time >= 0 else {
        throw TraceError.invalidSpikeTime(population: name, time: time)
      }
      guard time >= complete else {
        throw TraceError.lateSpike(population: name, time: time, complete: complete)
      }
    }
    for index in spikes.indices { waiting[population].append(spikes[index]) }
  }

  /// Moves the promise forward to `time`; an earlier time changes nothing.
  public mutating func advance(to time: Double) { complete = max(complete, time) }

  /// Removes and returns the complete spikes of a population, in order.
  public mutating func takeComplete(population: Int) -> [SpikeEvent] {
    let limit = complete
    let ready = waiting[population].filter { $0.time < limit }.sorted()
    waiting[population].removeAll { $0.time < limit }
    return ready
  }
}

/// Keeps every spike in memory. For tests and short recordings: its memory is not bounded.
public struct MemorySpikeSink: SpikeSink {
  /// Complete spikes in order, one array per population.
  public private(set) var spikes: [[SpikeEvent]]
  private var pending: PendingSpikes
  private var isClosed = false

  /// A sink for spikes of `populations`.
  public init(populations: [String]) {
    pending = PendingSpikes(populations: populations)
    spikes = Array(repeating: [], count: populations.count)
  }

  /// The populations, in the order that `append` numbers them.
  public var populations: [String] { pending.populations }

  /// Takes spikes of population number `population`.
  public mutating func append(_ spikes: Span<SpikeEvent>, population: Int) throws {
    guard !isClosed else { throw TraceError.closed(trace: "spikes") }
    try pending.append(spikes, population: population)
  }

  /// Declares that all spikes before `time` ms have been appended.
  public mutating func advance(to time: Double) {
    pending.advance(to: time)
    for population in spikes.indices {
      spikes[population] += pending.takeComplete(population: population)
    }
  }

  /// Does nothing.
  public mutating func flush() {}

  /// Takes what is left and refuses spikes from now on.
  public mutating func close() {
    advance(to: .infinity)
    isClosed = true
  }
}
