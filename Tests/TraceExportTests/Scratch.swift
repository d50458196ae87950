// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Traces

/// A directory for one test, removed with it.
final class Scratch {
  let directory: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("traces-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    directory = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  func path(_ name: String) -> String { "\(directory)/\(name)" }

  func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path(name)))
  }

  func text(_ name: String) throws -> String {
    String(decoding: try bytes(name), as: UTF8.self)
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
  }

  var names: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: directory).sorted()) ?? []
  }
}

/// Two nodes of three and two compartments, sampled every 0.1 ms from 5 ms.
func compartmentTrace(_ precision: TracePrecision = .float32, unit: String = "mV") throws
  -> TraceDescription
{
  try TraceDescription(
    population: "hidden1", variable: "v", unit: unit, nodeIDs: [4, 7], indexPointers: [0, 3, 5],
    elementIDs: [0, 1, 2, 0, 2],
    clock: SamplingClock(start: ExactRatio(5), interval: ExactRatio(1, 10), unit: .milliseconds),
    precision: precision)
}

/// Frame t of the test traces: t + column/7, so that single precision rounds it.
func frame(_ index: Int, columns: Int) -> [Double] {
  (0..<columns).map { Double(index) + Double($0) / 7 }
}
