// SPDX-License-Identifier: GPL-3.0-or-later

import Datasets
import Foundation
import RandomStreams
import TraceExport
import Testing

@testable import Experiments
@testable import SpikingNetworks

/// Files and images that a simulation names: what they mean, and that they are looked at before a run.
@Suite struct SimulationFileKnownAnswerTests {
  typealias Fixture = SimulationRunFixture

  static let text = """
    seed: 1
    simulation: {timeStep: 0.1 ms, duration: 10 ms, integrator: exact}
    sources:
      input: {spikes: {file: spikes.csv, count: 2}}
    populations:
      cell:
        count: 3
        compartments:
          soma: {capacitance: 200 pF, leakConductance: 10 nS, restingPotential: -70 mV, receptors: {jump: {kernel: delta}}}
        firing: never
        currents: [{compartment: soma, course: {file: {path: wave.csv}}}]
    projections:
      - {from: input, to: cell, receptor: soma.jump, delay: 1 ms, connectivity: {matrix: {path: weights.csv}}}
    record: [{what: cell.soma.v, precision: float64}]
    """

  static let files = [
    "spikes.csv": "cell,time\n0,2\n1,6\n", "wave.csv": "0,0\n",
    "weights.csv": "1,2,3\n4,0,6\n",
  ]

  private func withFiles(
    _ changes: [String: String?] = [:], _ body: (String) throws -> Void
  ) throws {
    try Fixture.withFolder { folder in
      for (name, content) in Self.files.merging(
        changes.compactMapValues { $0 }, uniquingKeysWith: { $1 })
      where changes[name] != .some(nil) {
        try content.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
      }
      try body(folder)
    }
  }

  @Test func `a weight matrix has a row for every source and a column for every target`() throws {
    try withFiles { folder in
      let events = try Fixture.run(
        Fixture.request("\(folder)/run", text: Self.text, file: "\(folder)/x.yaml"))
      let v = try HDF5File("\(folder)/run/traces/soma.v.f64.h5", .readOnly)
        .read("/cell/data", as: Double.self)
      #expect(v.shape == [100, 3])
      // Cell 0 of the input spikes at 2 ms and arrives at 3 ms, cell 1 at 7 ms, 4 ms later.
      for (target, weights) in [(1.0, 4.0), (2, 0), (3, 6)].enumerated() {
        #expect(v.values[28 * 3 + target] == -70)
        #expect(abs(v.values[29 * 3 + target] + 70 - weights.0) < 1e-12 * 70)
        let expected = weights.0 * exp(-4 / 20.0) + weights.1
        #expect(abs(v.values[69 * 3 + target] + 70 - expected) < 1e-12 * 70)
      }
      // The zero is no synapse.
      #expect(
        Fixture.summary(events).contains {
          $0.hasPrefix("input → cell.soma.jump") && $0.hasSuffix("  5 synapses")
        })
    }
  }

  private func mistakes(_ changes: [String: String?], _ overrides: [String] = []) throws
    -> [String]
  {
    var mistakes: [String] = []
    try withFiles(changes) { folder in
      let path = "\(folder)/x.yaml"
      let spec = try AnySpec.read(
        SpecDocument(text: Self.text, file: path, overrides: overrides)
      ).value
      mistakes = spec.fileMistakes(beside: path)
    }
    return mistakes
  }

  @Test(
    arguments: [
      ([:], []),
      (
        ["weights.csv": "1,2,3\n"],
        [
          "weights.csv: 1 rows for 2 sources; give one for each (projections[0].connectivity.matrix)"
        ]
      ),
      (
        ["weights.csv": "1,2,3\n4,5\n"],
        [
          "weights.csv:2: 2 numbers, expected a weight for each of 3 targets (projections[0].connectivity.matrix)"
        ]
      ),
      (
        ["weights.csv": "1,4\n2,5\n3,6\n"],
        [
          "weights.csv:1: 2 numbers, expected a weight for each of 3 targets (projections[0].connectivity.matrix)"
        ]
      ),
      (
        ["spikes.csv": "0,5\n2,6\n"],
        ["spikes.csv:2: there is no cell 2; cells are 0 to 1 (sources.input.spikes)"]
      ),
      (
        ["spikes.csv": "0,5\n0,-6\n"],
        ["spikes.csv:2: a spike at -6 ms; give times above 0 ms (sources.input.spikes)"]
      ),
      (
        ["spikes.csv": "0,1e20\n"],
        [
          "sources.input: a spike at 1e20 ms is more than 2⁴⁰ steps of 0.1 ms away; give times below 109951162777.6 ms"
        ]
      ),
      (
        ["wave.csv": "0,0\n0,1\n", "spikes.csv": nil, "weights.csv": "1;2;3\n4;5;6\n"],
        [
          "wave.csv:2: time 0 ms follows 0 ms; let times ascend (populations.cell.currents[0].course.file)",
          "spikes.csv: cannot be read (sources.input.spikes)",
          "weights.csv:1: \"1;2;3\" is no number (projections[0].connectivity.matrix)",
        ]
      ),
    ] as [([String: String?], [String])])
  func `what is wrong with files is found before a run, in all of them`(
    changes: [String: String?], messages: [String]
  ) throws {
    #expect(try mistakes(changes) == messages)
  }

  @Test func `an image becomes rates, pixel by pixel`() throws {
    let text = """
      seed: 6
      simulation: {timeStep: 0.1 ms, duration: 500 ms}
      sources:
        retina: {image: {data: syntheticDigits, part: training, index: 3, maximumRate: 200 Hz}}
      populations:
        cell: {model: lif}
      """
    let spec = try SpecDocument(text: text, file: "x.yaml")
      .read(SimulationSpec.init(reading:)).value
    let key = RandomKey(seed: 6)
    let network = try spec.network(GivenFiles(beside: "x.yaml", dataFolder: nil, random: key))
    let image = SyntheticDigits(key: key.purpose(.syntheticData)).training(count: 4)
      .subset(3..<4).pixels
    guard case .poisson(let rates) = network.sources[0].pattern else {
      Issue.record("no rates")
      return
    }
    // 200 Hz are 0.2 per ms.
    #expect(rates.count == 784 && rates == image.map { Double($0) / 255 * 0.2 })
    #expect(rates.contains { $0 > 0.15 } && rates.contains(0))
    try Fixture.withFolder { folder in
      _ = try Fixture.run(Fixture.request("\(folder)/run", text: text))
      let nodes = try HDF5File("\(folder)/run/traces/spikes.h5", .readOnly)
        .read("/spikes/retina/node_ids", as: UInt64.self).values
      var counts = Array(repeating: 0.0, count: 784)
      for node in nodes { counts[Int(node)] += 1 }
      // Dark pixels are silent, and the others spike as often as they are bright: four standard
      // errors of all, and of those in the upper half of the image.
      #expect(zip(counts, rates).allSatisfy { $1 > 0 || $0 == 0 })
      for part in [0..<784, 0..<392] {
        let expected = rates[part].reduce(0, +) * 500
        #expect(abs(counts[part].reduce(0, +) - expected) < 4 * expected.squareRoot())
      }
    }
  }
}
