// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import TestSupport
import Testing
import Traces

@testable import TraceExport

/// The readers of others. `APICAL_PYTHON` names an interpreter with libsonata and h5py
/// (`pip install libsonata h5py`); without them the test is cancelled, which the log shows.
@Suite struct LibsonataKnownAnswerTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  func writeFiles() throws {
    let report = try ReportWriter(
      compartmentTrace(.float64), in: scratch.path("v.h5"), expectedFrames: 8)
    for index in 0..<20 { try report.append(frame(index, columns: 5)) }
    try report.close()

    let clock = try SamplingClock.every(100, firstStep: 100)
    let layers = try ["layer1", "never"].map { name in
      try ReportWriter(
        TraceDescription(population: name, variable: "output", units: 3, clock: clock),
        in: scratch.path("output.h5"))
    }
    for index in 0..<4 { try layers[0].append(frame(index, columns: 3)) }
    for layer in layers { try layer.close() }

    let spikes = try SpikeWriter(
      creating: scratch.path("spikes.h5"), populations: SpikeWriterLawTests.populations)
    try spikes.append(SpikeWriterLawTests.spikes(from: 0), population: 0)
    try spikes.close()
    try WeightsFileKnownAnswerTests.file.write(to: scratch.path("weights.h5"))
  }

  @Test func `Reports, spikes and weights read back with libsonata and h5py`() throws {
    try writeFiles()
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("read_with_libsonata.py").path
    let python = ProcessInfo.processInfo.environment["APICAL_PYTHON"] ?? "python3"
    let process = try ChildProcess(["/usr/bin/env", python, script, scratch.directory])
    let text = process.remainingOutput().trimmingCharacters(in: .whitespacesAndNewlines)
    let status = process.wait()
    if status == 3 || status == 127 {
      let reason = "NOT CHECKED: \(python) has no libsonata and h5py (\(text)); set APICAL_PYTHON"
      print(reason)
      try Test.cancel(Comment(rawValue: reason))
    }
    #expect(status == 0, "\(text)")
    print(text)
  }
}
