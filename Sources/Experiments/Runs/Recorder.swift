// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import LearningRules
internal import LinearAlgebra
internal import RateNetworks
internal import Substrates
internal import TraceExport
internal import Traces

/// The recordings of a run: one SONATA report per recorded variable, in `traces/`.
///
/// A frame is what the variable was in a step; frame i belongs to step i·every, counted from 0.
/// Recording reads the record and changes nothing.
struct Recorder<Scalar: NetworkScalar>: ~Copyable {
  private let specs: [RecordSpec]
  private var writers: [ReportWriter]

  init(
    _ specs: [RecordSpec], widths: [Int], steps: Int, folder: String, resumingAt frames: [Int]?
  ) throws {
    self.specs = specs
    writers = []
    for (index, spec) in specs.enumerated() {
      let trace = try TraceDescription(
        population: "layer\(spec.layer)", variable: spec.variable.rawValue,
        units: widths[spec.layer], trials: spec.trials, clock: .every(spec.every),
        precision: spec.precision)
      let path = "\(folder)/\(spec.variable.rawValue).h5"
      let expected = (steps - 1) / spec.every + 1
      let writer =
        if let frames {
          try ReportWriter(
            resuming: trace, in: path, atFrame: frames[index], expectedFrames: expected)
        } else {
          try ReportWriter(trace, in: path, expectedFrames: expected)
        }
      writers.append(writer)
    }
  }

  var frames: [Int] { writers.map(\.frameCount) }

  /// Whether any variable is recorded in step `step` (counted from 0).
  func isDue(_ step: Int) -> Bool { specs.contains { step % $0.every == 0 } }

  /// Takes in step `step` (counted from 0).
  mutating func take(_ record: TrialRecord<Scalar>, step: Int) throws {
    for (index, spec) in specs.enumerated() where step % spec.every == 0 {
      try writers[index].append(record.values(of: spec))
    }
  }

  mutating func flush() throws { for writer in writers { try writer.flush() } }

  mutating func close() throws { for writer in writers { try writer.close() } }
}

extension TrialRecord {
  /// The first trials of a variable, trial after trial.
  fileprivate func values(of spec: RecordSpec) -> [Scalar] {
    let layer = layers[spec.layer - 1]
    let matrix =
      switch spec.variable {
      case .output: layer.output
      case .slope: layer.slope
      case .perturbation: layer.perturbation.values
      case .teaching: layer.teaching
      case .error: layer.error
      case .outputDifference: layer.outputDifference
      }
    return Array(matrix.elements.prefix(spec.trials * matrix.columns))
  }
}
