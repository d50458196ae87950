// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import TraceExport

/// One setting of a reproduction, run with several seeds.
struct Condition: Sendable {
  /// A short name, part of the run directories' names.
  let name: String
  /// The specification.
  let document: SpecDocument

  init(_ name: String, _ preset: String, _ overrides: [String]) throws {
    self.name = name
    document = try SpecDocument(text: preset, file: "\(name).yaml", overrides: overrides)
  }
}

/// The metrics of a condition's runs, one table per seed.
struct ConditionResult: Sendable {
  let name: String
  let runs: [CSVTable]

  /// The mean over seeds of a column at a step, and its standard error.
  func value(_ column: String, at step: Int) -> MeanAndError {
    MeanAndError(runs.compactMap { $0.number(column, at: step) })
  }

  func values(_ column: String, at step: Int) -> [Double] {
    runs.compactMap { $0.number(column, at: step) }
  }
}

extension ReproductionRequest {
  /// Runs every condition with every seed, `threads` at a time; runs that are complete are read,
  /// those that were interrupted go on.
  func run(
    _ conditions: [Condition], _ stop: StopFlag, _ tell: @escaping @Sendable (String) -> Void
  ) throws -> [ConditionResult] {
    let jobs = conditions.flatMap { condition in
      (0..<seeds).map { (condition, firstSeed + UInt64($0)) }
    }
    // Longest first would be better still; the order given already puts sweeps last.
    let tables = try parallelJobs(jobs.count, threads: threads) { index in
      let (condition, seed) = jobs[index]
      let path = "\(output)/runs/\(condition.name)-seed\(seed)"
      return try Self.complete(condition, seed, path, dataFolder, stop, tell)
    }
    return conditions.enumerated().map { index, condition in
      ConditionResult(
        name: condition.name, runs: Array(tables[index * seeds..<(index + 1) * seeds]))
    }
  }

  private static func complete(
    _ condition: Condition, _ seed: UInt64, _ path: String, _ dataFolder: String?,
    _ stop: StopFlag, _ tell: @escaping @Sendable (String) -> Void
  ) throws -> CSVTable {
    let label = "\(condition.name), seed \(seed)"
    let request = RunRequest(
      condition.document, seed: seed, threads: 1, dataFolder: dataFolder, output: path)
    try ExperimentRunner.complete(request, stop: stop) { event in
      switch event {
      case .began(_, _, let step, let steps): tell("\(label): step \(step) of \(steps)")
      case .noticed(let text): tell("\(label): \(text)")
      case .finished: tell("\(label): done")
      case .measured, .advanced, .summarised: break
      }
    }
    return try CSVTable(readingNumbers: RunDirectory(path: path).metrics)
  }
}
