// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import RandomStreams

@testable import SpikingNetworks

/// A trace of another simulator, from `Traces/`.
struct ReferenceTrace {
  let columns: [String]
  /// One array per row.
  let rows: [[Double]]

  init(_ name: String) throws {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Traces/\(name).csv")
    let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
    columns = lines[0].split(separator: ",").map(String.init)
    rows = lines.dropFirst().map { line in line.split(separator: ",").map { Double($0) ?? .nan } }
  }

  var times: [Double] { rows.map { $0[0] } }
  func column(_ index: Int) -> [Double] { rows.map { $0[index] } }
}

/// A single population, run and recorded in full.
struct Recording {
  /// One array of frames per probed variable, `[steps][cells]`, at the ends of the steps.
  let frames: [[[Double]]]
  let times: [Double]
  let spikes: [(time: Double, cell: Int)]

  init(
    _ population: Population, sources: [SpikeSource] = [], projections: [Projection] = [],
    variables: [String], timeStep: Double = 0.1, duration: Double, threads: Int = 1,
    seed: UInt64 = 1
  ) throws {
    let network = try Network(
      timeStep: timeStep, populations: [population], sources: sources, projections: projections)
    let simulation = try Simulation<Double>(
      network, probes: variables.map { try Probe(population: population.name, variable: $0) },
      threads: threads, random: RandomKey(seed: seed))
    var recorder = MemoryRecorder(probes: variables.count)
    try simulation.run(steps: Int((duration / timeStep).rounded()), into: &recorder)
    frames = recorder.frames
    times = recorder.times.first ?? []
    spikes = recorder.spikes[population.name] ?? []
  }

  /// The value of variable number `variable` in cell 0 at time `t`, the end of a step.
  func value(_ variable: Int, at t: Double, timeStep: Double = 0.1) -> Double {
    frames[variable][Int((t / timeStep).rounded()) - 1][0]
  }

  /// The largest difference from a trace whose column k + 1 is variable k.
  func largestDeviation(from trace: ReferenceTrace, timeStep: Double = 0.1) -> Double {
    var largest = 0.0
    for row in trace.rows where row[0] > timeStep / 2 {
      let step = Int((row[0] / timeStep).rounded()) - 1
      guard step < times.count else { continue }
      for variable in frames.indices {
        largest = max(largest, abs(frames[variable][step][0] - row[variable + 1]))
      }
    }
    return largest
  }
}

extension CompartmentModel {
  /// The same with another firing, receptors or name kept.
  func firing(_ firing: Firing?) throws -> CompartmentModel {
    try CompartmentModel(
      name: name, compartments: compartments, couplings: couplings, receptors: receptors,
      firing: firing)
  }
}
