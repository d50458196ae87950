// SPDX-License-Identifier: GPL-3.0-or-later

public import Traces

/// Writes the spikes of several populations as a SONATA spike file while they occur.
///
/// `/spikes/<population>` has `timestamps` (float64, ms) and `node_ids` (uint64), sorted by time
/// and ties by node id, so that equal spikes make equal files; `@sorting` is the enumeration
/// `by_time`. A population without spikes has datasets of length 0.
///
/// Memory holds the spikes since the last `advance(to:)` and at most 65 536 complete ones per
/// population. Use it from one task at a time.
///
/// Source: SONATA developer guide, "Spike file".
public final class SpikeWriter: SpikeSink {
  /// The path of the file.
  public let path: String

  private var file: HDF5File
  private var pending: PendingSpikes
  private var ready: [[SpikeEvent]]
  private var isClosed = false
  private var failure: (any Error)?

  private static let readyLimit = 65_536

  /// Starts a new file. Throws `ExportError` when it cannot be made or is there already.
  public init(creating path: String, populations: [String]) throws {
    self.path = path
    pending = PendingSpikes(populations: populations)
    ready = Array(repeating: [], count: populations.count)
    file = try HDF5File(path, .create)
    try SonataFile.mark(file)
    for name in populations {
      let group = Self.group(name)
      try file.createGroup(group)
      try file.setAttribute("sorting", of: group, toCase: "by_time", of: Self.sortings)
      try file.createExtendable("\(group)/timestamps", of: Double.self, chunk: [4096])
      try file.setAttribute("units", of: "\(group)/timestamps", to: "ms")
      try file.createExtendable("\(group)/node_ids", of: UInt64.self, chunk: [4096])
    }
    try file.flush()
  }

  /// Continues a file after its spikes before `time` ms; later ones are dropped.
  ///
  /// Throws `ExportError` when the file is not there or lacks one of the populations.
  public init(resuming path: String, populations: [String], from time: Double) throws {
    self.path = path
    pending = PendingSpikes(populations: populations)
    pending.advance(to: time)
    ready = Array(repeating: [], count: populations.count)
    file = try HDF5File(path, .readWrite)
    try SonataFile.check(file)
    for name in populations {
      let times = "\(Self.group(name))/timestamps"
      let kept = try file.read(times, as: Double.self).values.prefix { $0 < time }.count
      try file.truncateRows(of: "\(Self.group(name))/node_ids", to: kept)
      try file.truncateRows(of: times, to: kept)
    }
    try file.flush()
  }

  deinit { try? close() }

  /// The populations, in the order that `append` numbers them.
  public var populations: [String] { pending.populations }

  /// Takes spikes of population number `population`.
  public func append(_ spikes: Span<SpikeEvent>, population: Int) throws {
    if let failure { throw failure }
    guard !isClosed else { throw TraceError.closed(trace: "spikes") }
    try pending.append(spikes, population: population)
  }

  /// Takes spikes of population number `population` from an array.
  public func append(_ spikes: [SpikeEvent], population: Int) throws {
    try withExtendedLifetime(spikes) { try append(spikes.span, population: population) }
  }

  /// Declares that all spikes before `time` ms have been appended.
  public func advance(to time: Double) throws {
    if let failure { throw failure }
    guard !isClosed else { throw TraceError.closed(trace: "spikes") }
    pending.advance(to: time)
    for population in ready.indices {
      ready[population] += pending.takeComplete(population: population)
    }
    if ready.contains(where: { $0.count >= Self.readyLimit }) { try flush() }
  }

  /// Makes the spikes before the last `advance(to:)` readable by others.
  ///
  /// After a failure every further call throws the same error.
  public func flush() throws {
    if let failure { throw failure }
    guard !isClosed else { return }
    do {
      for population in ready.indices where !ready[population].isEmpty {
        let group = Self.group(populations[population])
        try file.appendRows(ready[population].map(\.time), to: "\(group)/timestamps")
        try file.appendRows(ready[population].map(\.node), to: "\(group)/node_ids")
        ready[population].removeAll(keepingCapacity: true)
      }
      try file.flush()
    } catch {
      failure = error
      throw error
    }
  }

  /// Writes all spikes that are left and closes. Closing twice is allowed.
  public func close() throws {
    guard !isClosed else { return }
    if failure == nil {
      try? advance(to: .infinity)
      try? flush()
    }
    isClosed = true
    do { try file.close() } catch { failure = failure ?? error }
    if let failure { throw failure }
  }

  private static let sortings = ["none", "by_id", "by_time"]

  private static func group(_ population: String) -> String { "/spikes/\(population)" }
}
