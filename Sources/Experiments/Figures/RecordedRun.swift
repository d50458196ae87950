// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import TraceExport

/// A run directory as its figures need it: what was measured, and what was asked for.
struct RecordedRun: Sendable {
  let path: String
  /// The values of the resolved specification by key path, without the seed.
  let settings: [String: String]
  /// `metrics.csv`, where the run has one with rows.
  let metrics: CSVTable?

  /// Reads the run in `path`. Throws `RunFailure` where there is none, or where it is damaged.
  init(_ path: String) throws {
    let directory = RunDirectory(path: path)
    let manager = FileManager.default
    guard manager.fileExists(atPath: path) else {
      throw RunFailure.usage("\(path): there is no such folder; name the folder of a run")
    }
    guard manager.fileExists(atPath: directory.manifest) else {
      throw RunFailure.usage(
        "\(path) holds neither a run (manifest.json) nor a study (table.csv): name the --out of "
          + "apical run or apical sweep")
    }
    self.path = path
    do {
      let table =
        manager.fileExists(atPath: directory.metrics)
        ? try CSVTable(readingNumbers: directory.metrics) : nil
      metrics = table?.rows.isEmpty ?? true ? nil : table
      settings = try Self.settings(directory.resolved)
    } catch let error as ExportError {
      throw RunFailure.file(error.description)
    }
  }

  /// The folder's name without the seed that `reproduce` and `sweep` append to it.
  var name: String {
    let name = URL(fileURLWithPath: path).lastPathComponent
    guard let mark = name.range(of: "-seed", options: .backwards),
      name[mark.upperBound...].allSatisfy({ $0.isNumber || $0 == "-" })
    else { return name }
    return String(name[..<mark.lowerBound])
  }

  var traces: String { "\(path)/traces" }

  /// The reports in `traces/`, without those of watched trials, the copies in full precision and
  /// the spikes.
  var reportFiles: [String] { files.filter { !$0.hasPrefix("trial-") } }

  /// The reports of watched trials.
  var trialFiles: [String] { files.filter { $0.hasPrefix("trial-") } }

  private var files: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: traces)) ?? []
    return names.filter {
      $0.hasSuffix(".h5") && !$0.hasSuffix(".f64.h5") && !$0.hasSuffix("spikes.h5")
    }.sorted()
  }

  var spikeFile: String? { existing("\(traces)/spikes.h5") }

  var trialSpikeFile: String? { existing("\(traces)/trial-spikes.h5") }

  private func existing(_ file: String) -> String? {
    FileManager.default.fileExists(atPath: file) ? file : nil
  }

  var rowCount: Int { metrics?.rows.count ?? 0 }

  /// The number that a column of the metrics has in a row; nil where it is missing.
  func value(_ column: String, row: Int) -> Double? {
    metrics?.number(column, row: row)
  }

  /// A setting in milliseconds.
  func milliseconds(_ key: String) -> Double? {
    settings[key].flatMap { $0.hasSuffix(" ms") ? Double($0.dropLast(3)) : nil }
  }

  private static func settings(_ file: String) throws -> [String: String] {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw RunFailure.file("\(file): missing; the folder is not a whole run")
    }
    var parser = SpecParser(String(decoding: data, as: UTF8.self))
    let root: SpecNode?
    do {
      root = try parser.document()
    } catch {
      throw RunFailure.file("\(file): damaged: \(error.message)")
    }
    var settings: [String: String] = [:]
    func collect(_ node: SpecNode, _ path: String) {
      func below(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
      switch node.content {
      case .scalar(let text, _): settings[path] = text
      case .list(let entries):
        if entries.isEmpty { settings[path] = "[]" }
        for (index, entry) in entries.enumerated() { collect(entry, "\(path)[\(index)]") }
      case .mapping(let entries):
        if entries.isEmpty { settings[path] = "{}" }
        for entry in entries { collect(entry.value, below(entry.key)) }
      }
    }
    if let root { collect(root, "") }
    settings["seed"] = nil
    return settings
  }
}

/// Runs of one specification over several seeds.
struct RunGroup: Sendable {
  var label: String
  var runs: [RecordedRun]

  /// Puts runs with equal settings together, in the order in which they were named, and labels
  /// the groups: by `labels`, or by the settings in which they differ, or by their folders.
  static func groups(_ runs: [RecordedRun], labels: [String]) throws -> [RunGroup] {
    var groups: [RunGroup] = []
    for run in runs {
      if let index = groups.firstIndex(where: { $0.runs[0].settings == run.settings }) {
        groups[index].runs.append(run)
      } else {
        groups.append(RunGroup(label: run.name, runs: [run]))
      }
    }
    if !labels.isEmpty {
      guard labels.count == groups.count else {
        throw RunFailure.usage(
          "--label is given \(labels.count) times for \(groups.count) "
            + "specification\(groups.count == 1 ? "" : "s"): give one label for each, in the order of the runs"
        )
      }
      for index in groups.indices { groups[index].label = labels[index] }
    } else if let differences = Self.differences(groups) {
      for index in groups.indices { groups[index].label = differences[index] }
    }
    return groups
  }

  /// What tells the groups apart, if at most two settings do.
  private static func differences(_ groups: [RunGroup]) -> [String]? {
    guard groups.count > 1 else { return nil }
    let settings = groups.map { $0.runs[0].settings }
    let keys = Set(settings.flatMap(\.keys)).filter { key in
      Set(settings.map { $0[key] }).count > 1
    }.sorted()
    guard keys.count <= 2, settings.allSatisfy({ one in keys.allSatisfy { one[$0] != nil } }) else {
      return nil
    }
    return settings.map { one in
      keys.map { key in
        "\(key.split(separator: ".").last.map(String.init) ?? key) \(one[key] ?? "")"
      }.joined(separator: ", ")
    }
  }

  /// `, mean ± s.e.m. of 3 seeds` where there are several.
  static func spreadNote(_ groups: [RunGroup]) -> String {
    let counts = Set(groups.map(\.runs.count))
    guard let most = counts.max(), most > 1 else { return "" }
    return counts.count == 1 ? " (mean ± s.e.m. of \(most) seeds)" : " (mean ± s.e.m. over seeds)"
  }

  /// The mean of a column over the runs at each step, with its standard error where two runs or
  /// more have a value there; empty where no run has the column.
  func course(_ column: String, factor: Double = 1) -> [CoursePoint] {
    var values: [Double: [Double]] = [:]
    for run in runs {
      for row in 0..<run.rowCount {
        guard let step = run.value("step", row: row), let value = run.value(column, row: row),
          value.isFinite
        else { continue }
        values[step, default: []].append(factor * value)
      }
    }
    return values.sorted { $0.key < $1.key }.compactMap { step, values in
      let statistic = MeanAndError(values)
      return statistic.mean.map {
        CoursePoint(step: step, mean: $0, error: statistic.standardError)
      }
    }
  }
}

/// A value at a step.
struct CoursePoint: Sendable, Equatable {
  let step: Double
  let mean: Double
  let error: Double?
}
