// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Traces

@Suite struct TraceDescriptionKnownAnswerTests {
  static let clock = try! SamplingClock.every(100)

  @Test func `A layer has one somatic column per unit and trial`() throws {
    let trace = try TraceDescription(
      population: "layer1", variable: "output", units: 3, trials: 2, clock: Self.clock)
    #expect(trace.columnCount == 6)
    #expect(trace.nodeIDs == [0, 1, 2, 3, 4, 5])
    #expect(trace.indexPointers == [0, 1, 2, 3, 4, 5, 6])
    #expect(trace.elementIDs == [0, 0, 0, 0, 0, 0])
    #expect(trace.unit == "1")
    #expect(trace.name == "layer1.output")
  }

  @Test(
    arguments: [
      (
        "a/b", [1, 2], [0, 1, 2], 2,
        "trace a/b.v: a population is named \"a/b\"; give it a name without slashes"
      ),
      ("p", [1, 1], [0, 1, 2], 2, "trace p.v: a node id occurs twice"),
      ("p", [1, 2], [0, 2], 2, "trace p.v: 2 nodes need 3 index pointers, not 2"),
      (
        "p", [1, 2], [0, 1, 3], 2,
        "trace p.v: the index pointers run from 0 to 3, not from 0 to 2 columns"
      ),
      ("p", [1, 2, 3], [0, 2, 1, 2], 2, "trace p.v: the index pointers decrease from 2 to 1"),
      ("p", [], [0], 0, "trace p.v: there are no columns; record at least one node"),
    ] as [(String, [UInt64], [UInt64], Int, String)])
  func `A description that cannot be a recording is refused with the numbers`(
    population: String, nodes: [UInt64], pointers: [UInt64], columns: Int, message: String
  ) {
    let error = #expect(throws: TraceError.self) {
      try TraceDescription(
        population: population, variable: "v", unit: "mV", nodeIDs: nodes,
        indexPointers: pointers, elementIDs: Array(repeating: 0, count: columns),
        clock: Self.clock)
    }
    #expect(error?.description == message)
  }
}
