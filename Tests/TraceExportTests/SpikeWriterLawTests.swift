// SPDX-License-Identifier: GPL-3.0-or-later

import Testing
import Traces

@testable import TraceExport

@Suite struct SpikeWriterLawTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  static let populations = ["hidden1", "silent"]

  /// Spikes of the stretch from `start` to `start + 10` ms, not in order.
  static func spikes(from start: Int) -> [SpikeEvent] {
    [(9.5, 1), (0, 3), (4, 2), (4, 0), (0.5, 7)]
      .map { SpikeEvent(time: Double(start) + $0.0, node: UInt64($0.1)) }
  }

  func write(_ writer: SpikeWriter, stretches: Range<Int>) throws {
    for stretch in stretches {
      try writer.append(Self.spikes(from: 10 * stretch), population: 0)
      try writer.advance(to: Double(10 * stretch + 10))
    }
  }

  @Test func `Spikes are sorted by time and ties by node, and silence is written too`() throws {
    let path = scratch.path("spikes.h5")
    let writer = try SpikeWriter(creating: path, populations: Self.populations)
    try write(writer, stretches: 0..<2)
    try writer.close()
    let file = try HDF5File(path, .readOnly)
    #expect(
      try file.read("/spikes/hidden1/timestamps", as: Double.self).values
        == [0, 0.5, 4, 4, 9.5, 10, 10.5, 14, 14, 19.5])
    #expect(
      try file.read("/spikes/hidden1/node_ids", as: UInt64.self).values
        == [3, 7, 0, 2, 1, 3, 7, 0, 2, 1])
    #expect(try file.enumerationCase("sorting", of: "/spikes/hidden1") == "by_time")
    #expect(try file.texts("units", of: "/spikes/silent/timestamps") == ["ms"])
    #expect(try file.shape(of: "/spikes/silent/node_ids") == [0])
  }

  @Test func `Spikes resumed at a checkpoint equal those of one run`() throws {
    let (whole, cut) = (scratch.path("whole.h5"), scratch.path("cut.h5"))
    try write(SpikeWriter(creating: whole, populations: Self.populations), stretches: 0..<6)
    try write(SpikeWriter(creating: cut, populations: Self.populations), stretches: 0..<5)
    try write(
      SpikeWriter(resuming: cut, populations: Self.populations, from: 20), stretches: 2..<6)
    for name in ["timestamps", "node_ids"] {
      let a = try HDF5File(whole, .readOnly).read("/spikes/hidden1/\(name)", as: Double.self)
      let b = try HDF5File(cut, .readOnly).read("/spikes/hidden1/\(name)", as: Double.self)
      #expect(a.values.count == 30)
      #expect(a.values == b.values)
    }
  }
}
