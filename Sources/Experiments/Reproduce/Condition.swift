// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import Synchronization

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
  let runs: [MetricsTable]

  /// The mean over seeds of a column at a step, and its standard error.
  func value(_ column: String, at step: Int) -> MeanAndError {
    MeanAndError(runs.compactMap { $0.value(column, at: step) })
  }

  func values(_ column: String, at step: Int) -> [Double] {
    runs.compactMap { $0.value(column, at: step) }
  }
}

/// `metrics.csv`, read back.
struct MetricsTable: Sendable {
  let columns: [String]
  let rows: [[Double?]]

  init(contentsOf path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw RunFailure.output("\(path): cannot be read")
    }
    let lines = String(decoding: data, as: UTF8.self)
      .split(whereSeparator: \.isNewline).map(String.init)
    columns = (lines.first ?? "").split(separator: ",", omittingEmptySubsequences: false)
      .map(String.init)
    rows = lines.dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    }
  }

  func value(_ column: String, at step: Int) -> Double? {
    guard let index = columns.firstIndex(of: column),
      let row = rows.first(where: { $0.first == Double(step) }), index < row.count
    else { return nil }
    return row[index]
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
  ) throws -> MetricsTable {
    let directory = RunDirectory(path: path)
    let manifest = try? Manifest.read(directory)
    if manifest?.status != .done {
      let label = "\(condition.name), seed \(seed)"
      let request = RunRequest(
        condition.document, seed: seed, threads: 1, dataFolder: dataFolder, output: path,
        resumes: manifest != nil)
      try ExperimentRunner.run(request, stop: stop) { event in
        switch event {
        case .began(_, _, let step, let steps): tell("\(label): step \(step) of \(steps)")
        case .noticed(let text): tell("\(label): \(text)")
        case .finished: tell("\(label): done")
        case .measured, .advanced, .summarised: break
        }
      }
    }
    return try MetricsTable(contentsOf: directory.metrics)
  }
}

/// Jobs of different lengths on a fixed number of threads: each thread takes the next job left.
/// Results come back in order; the first failure is thrown after the jobs under way have ended.
func parallelJobs<Result: Sendable>(
  _ count: Int, threads: Int, _ body: @escaping @Sendable (Int) throws -> Result
) throws -> [Result] {
  let next = Atomic(0)
  let results = Mutex([Swift.Result<Result, any Error>?](repeating: nil, count: count))
  let failed = Atomic(false)
  DispatchQueue.concurrentPerform(iterations: min(threads, max(1, count))) { _ in
    while !failed.load(ordering: .relaxed) {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      let result = Swift.Result { try body(index) }
      if case .failure = result { failed.store(true, ordering: .relaxed) }
      results.withLock { $0[index] = result }
    }
  }
  return try results.withLock { all in
    for case .failure(let error)? in all { throw error }
    return try all.map { try $0!.get() }
  }
}
