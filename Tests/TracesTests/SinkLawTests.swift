// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Traces

@Suite struct SinkLawTests {
  static let clock = try! SamplingClock.every(1)

  static func trace(_ precision: TracePrecision = .float32) throws -> TraceDescription {
    try TraceDescription(
      population: "layer1", variable: "output", units: 2, clock: clock, precision: precision)
  }

  func checkLaws<Sink: TraceSink & ~Copyable>(of sink: consuming Sink) throws {
    try sink.append([Float(1), 2])
    try sink.append([3.0, 4.0])
    #expect(sink.frameCount == 2)
    let name = sink.trace.name
    do {
      try sink.append([1.0])
      Issue.record("a short frame was taken")
    } catch let error as TraceError {
      #expect(error == .frameLength(trace: name, columns: 2, got: 1))
      #expect(error.description == "trace \(name) has 2 columns, the frame has 1 values")
    }
    try sink.flush()
    try sink.close()
    try sink.close()
    do {
      try sink.append([1.0, 2.0])
      Issue.record("a frame was taken after the end")
    } catch let error as TraceError {
      #expect(error == .closed(trace: name))
    }
    #expect(sink.frameCount == 2)
  }

  @Test func `Every sink counts frames, refuses wrong ones, and can be closed twice`() throws {
    try checkLaws(of: NullTraceSink(Self.trace()))
    try checkLaws(of: MemoryTraceSink(Self.trace()))
  }

  @Test func `A trace in memory is rounded to its precision`() throws {
    var single = MemoryTraceSink(try Self.trace())
    var double = MemoryTraceSink(try Self.trace(.float64))
    try single.append([0.1, 1])
    try double.append([0.1, 1])
    #expect(single.frame(0) == [Double(Float(0.1)), 1])
    #expect(double.frame(0) == [0.1, 1])
  }

  @Test func `Spikes come out by time and ties by node, whatever order they came in`() throws {
    let spikes = [(3.0, 1), (1.0, 5), (1.0, 2), (2.0, 9), (0.0, 7)]
      .map { SpikeEvent(time: $0.0, node: UInt64($0.1)) }
    for shift in spikes.indices {
      var sink = MemorySpikeSink(populations: ["a", "b"])
      try sink.append(Array(spikes[shift...] + spikes[..<shift]), population: 1)
      sink.advance(to: 2)
      #expect(sink.spikes[1].map(\.node) == [7, 2, 5])
      sink.close()
      #expect(sink.spikes[1].map(\.node) == [7, 2, 5, 9, 1])
      #expect(sink.spikes[0].isEmpty)
    }
  }

  @Test func `A spike after its time was declared complete is refused`() throws {
    var sink = MemorySpikeSink(populations: ["a"])
    sink.advance(to: 10)
    let late = #expect(throws: TraceError.self) {
      try sink.append([SpikeEvent(time: 9.5, node: 0)], population: 0)
    }
    #expect(
      late?.description
        == "a spike of a at 9.5 ms came after 10.0 ms was declared complete; call advance(to:) later"
    )
    #expect(throws: TraceError.invalidSpikeTime(population: "a", time: -1)) {
      try sink.append([SpikeEvent(time: -1, node: 0)], population: 0)
    }
  }
}
