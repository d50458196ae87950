// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import TraceExport

@testable import Experiments

/// A small network with a bit of everything, and what its tests do with it.
enum SimulationRunFixture {
  static let text = """
    seed: 7
    simulation: {timeStep: 0.1 ms, duration: 60 ms, settle: 5 ms}
    sources:
      input: {poisson: {rate: 60 Hz, count: 20}}
      list: {spikes: {trains: [[3 ms, 20 ms], [20 ms, 41.5 ms]]}}
    populations:
      cell:
        count: 70
        model: two_compartment
        noise:
          shake:
            compartment: apical
            form: {conductance: {mean: 2 nS, reversalPotential: 0 mV}}
            process: {ornsteinUhlenbeck: {timeConstant: 3 ms, standardDeviation: 1 nS}}
            correlation: 0.3
          hail:
            compartment: soma
            form: {current: {}}
            process: {poisson: {rate: 200 Hz, timeConstant: 2 ms, weight: 60 pA}}
        drives: [{receptor: soma.excitatory, rate: 900 Hz, weight: 1.5 nS}]
      relay: {count: 3, model: two_compartment_escape}
    projections:
      - {from: input, to: cell, receptor: soma.excitatory, delay: 0.8 ms, connectivity: {random: {probability: 0.4, weight: 2 nS}}}
      - {from: cell, to: relay, receptor: soma.excitatory, delay: 1.5 ms, connectivity: {allToAll: {weight: 0.3 nS}}}
      - {from: relay, to: cell, receptor: apical.inhibitory, delay: 2.1 ms, connectivity: {allToAll: {weight: 1 nS}}}
      - {from: list, to: relay, receptor: soma.excitatory, delay: 0.3 ms, connectivity: {allToAll: {weight: 4 nS}}}
    record:
      - {what: cell.soma.v, every: 0.3 ms, cells: [0-3, 69], precision: float64}
      - {what: cell.apical.v, every: 2 ms, reduction: windowMean}
      - {what: cell.noise.shake, every: 1 ms, reduction: populationMean}
      - {what: relay.soma.v, every: 0.5 ms}
    """

  static func request(
    _ output: String, _ overrides: [String] = [], text: String = text, file: String = "x.yaml",
    threads: Int = 1, resumes: Bool = false
  ) throws -> RunRequest {
    RunRequest(
      try SpecDocument(text: text, file: file, overrides: overrides), threads: threads,
      output: output, resumes: resumes)
  }

  static func run(_ request: RunRequest, stop: StopFlag = StopFlag()) throws -> [RunEvent] {
    var events: [RunEvent] = []
    try ExperimentRunner.run(request, stop: stop) { events.append($0) }
    return events
  }

  /// Every number that a run left: frames of every recording, spikes of every sender.
  static func contents(_ run: String) throws -> [String: [Double]] {
    var result: [String: [Double]] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: "\(run)/traces") {
      let file = try HDF5File("\(run)/traces/\(name)", .readOnly)
      for population in ["cell", "relay", "input", "list"] {
        for place in [
          "/report/\(population)/data", "/\(population)/data", "/spikes/\(population)/timestamps",
        ] where try file.contains(place) {
          result["\(name)\(place)"] = try file.read(place, as: Double.self).values
        }
        let nodes = "/spikes/\(population)/node_ids"
        if try file.contains(nodes) {
          result["\(name)\(nodes)"] = try file.read(nodes, as: UInt64.self).values.map(Double.init)
        }
      }
    }
    return result
  }

  /// A folder of its own, removed in the end.
  static func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("apical-test-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  static func summary(_ events: [RunEvent]) -> [String] {
    events.flatMap { event -> [String] in
      guard case .summarised(let lines) = event else { return [] }
      return lines
    }
  }
}
