// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import TraceExport

@testable import Experiments

/// What tests of runs and of specifications have in common.
enum RunFixture {
  /// A folder of its own, removed in the end.
  static func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("apical-test-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  /// The metrics of a training run without `wall_seconds`, and the bytes of weights and recordings.
  static func contents(_ run: String) throws -> [String: Data] {
    let metrics = try String(contentsOfFile: "\(run)/metrics.csv", encoding: .utf8)
    let rows = metrics.split(whereSeparator: \.isNewline).map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).enumerated()
        .filter { $0.offset != 2 }.map(\.element).joined(separator: ",")
    }
    var result = ["metrics": Data(rows.joined(separator: "\n").utf8)]
    let traces = try FileManager.default.contentsOfDirectory(atPath: "\(run)/traces")
    for name in ["weights.h5"] + traces.map({ "traces/\($0)" }) {
      result[name] = FileManager.default.contents(atPath: "\(run)/\(name)")
    }
    return result
  }

  /// Every mistake that reading told, word for word.
  static func mistakes(_ read: () throws -> Void) -> [String] {
    do {
      try read()
      return []
    } catch let error as SpecError {
      return error.diagnostics.map(\.description)
    } catch {
      return ["another error: \(error)"]
    }
  }

  /// A table of metrics with these lines.
  static func metrics(_ lines: [String]) throws -> CSVTable {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("metrics-\(UUID().uuidString).csv").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data((lines.joined(separator: "\r\n") + "\r\n").utf8).write(to: URL(fileURLWithPath: path))
    return try CSVTable(reading: path)
  }
}
