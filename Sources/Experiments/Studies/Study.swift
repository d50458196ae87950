// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import TraceExport

/// What a person asked of a study.
public struct StudyRequest: Sendable {
  /// The study.
  public var document: SpecDocument
  /// Runs at a time.
  public var threads: Int
  /// The `--data` argument.
  public var dataFolder: String?
  /// Where the runs and tables go, or nil for `studies/<name of the file>`.
  public var output: String?
  /// The command line, for the manifests and for the sentence that says how to continue.
  public var arguments: [String]

  /// A request.
  public init(
    _ document: SpecDocument, threads: Int = 1, dataFolder: String? = nil, output: String? = nil,
    arguments: [String] = []
  ) {
    self.document = document
    self.threads = threads
    self.dataFolder = dataFolder
    self.output = output
    self.arguments = arguments
  }
}

/// A study with its folder: what `apical sweep` plans, runs and collects.
public struct Study: Sendable {
  /// One run.
  struct Run: Sendable {
    /// The name of its folder: the values of the axes and the seed.
    var name: String
    /// "noise ou, baseline clean, seed 3".
    var title: String
    var combination: Int
    var seed: UInt64
  }

  let request: StudyRequest
  let spec: StudySpec
  let directory: StudyDirectory
  let runs: [Run]

  /// Reads a study and what is there of it.
  public init(_ request: StudyRequest) throws(RunFailure) {
    do {
      guard request.document.has("study") else {
        throw RunFailure.usage(
          "\(request.document.file) is no study: expected `study:` at its top; start a single experiment with apical run"
        )
      }
      self.request = request
      let spec = try StudySpec.read(request.document).value
      self.spec = spec
      let name = URL(fileURLWithPath: request.document.file).deletingPathExtension()
        .lastPathComponent
      directory = try StudyDirectory(path: request.output ?? "studies/\(name)")
      runs = spec.combinations.indices.flatMap { combination in
        let choice = spec.combinations[combination].choice
        let labels = spec.labels(choice).joined(separator: "-")
        return spec.seeds.map { seed in
          Run(
            name: "\(labels)-seed\(seed)", title: "\(spec.title(choice)), seed \(seed)",
            combination: combination, seed: seed)
        }
      }
    } catch {
      throw RunFailure(error)
    }
  }

  /// The folder of the study.
  public var folder: String { directory.path }

  func combination(_ run: Run) -> StudySpec.Combination { spec.combinations[run.combination] }

  /// How far a run is, by what is in its folder.
  func state(_ run: Run, othersAtWork: Bool = false) -> StudyRunState {
    let digest = combination(run).digest
    if let failure = directory.failure(of: run.name) {
      // What failed with other values is no obstacle to these.
      return failure.spec == digest
        ? .failed(exitCode: failure.exitCode, reason: failure.reason) : .pending
    }
    let files = directory.run(run.name)
    guard FileManager.default.fileExists(atPath: files.manifest) else { return .pending }
    guard let manifest = try? Manifest.read(files), manifest.resolvedSpecSHA256 == digest,
      manifest.seed == run.seed
    else { return .stale }
    return switch manifest.status {
    case .done: .done
    // Only what has ended knows its step; what goes on has told its metrics.
    case .running where othersAtWork: .running(step: measuredStep(files))
    case .running: .interrupted(step: files.checkpointSteps.first ?? 0)
    case .interrupted: .interrupted(step: manifest.step)
    case .diverged: .failed(exitCode: 4, reason: "numbers diverged at step \(manifest.step)")
    case .failed: .failed(exitCode: 5, reason: "stopped at step \(manifest.step)")
    }
  }

  private func measuredStep(_ files: RunDirectory) -> Int {
    let step = (try? CSVTable(readingNumbers: files.metrics))?.lastNumber("step") ?? nil
    return step.map { Int($0) } ?? 0
  }

  /// How far every run is.
  func states() -> [StudyRunState] {
    let othersAtWork = directory.isAtWork
    return runs.map { state($0, othersAtWork: othersAtWork) }
  }

  /// Runs in the folder that are none of this study's.
  var leftovers: [String] {
    let own = Set(runs.map(\.name))
    return directory.runNames.filter { !own.contains($0) }
  }

  /// The runs, how far they are, and what they cost.
  public func plan() -> String {
    let states = states()
    var lines = [spec.summary + "folder       \(folder)", ""]
    lines += zip(runs, states).map { run, state in
      "\(state.name.padding(toLength: 11, withPad: " ", startingAt: 0))  \(run.name)"
    }
    return (lines + notes(states)).joined(separator: "\n")
  }

  /// How many runs are done, and what became of the others.
  public func status() -> String {
    let states = states()
    let done = states.filter { $0 == .done }.count
    var lines = ["\(folder): \(done) of \(runs.count) runs done"]
    for (run, state) in zip(runs, states) {
      switch state {
      case .running(let step), .interrupted(let step):
        lines.append("\(state.name)  \(run.name), step \(step)")
      case .failed(let code, let reason):
        lines.append("failed  \(run.name), exit code \(code): \(reason)")
      case .pending, .done, .stale: break
      }
    }
    let pending = states.filter { $0 == .pending }.count
    if pending > 0 { lines.append("pending  \(pending) \(pending == 1 ? "run" : "runs")") }
    return (lines + notes(states)).joined(separator: "\n")
  }

  private func notes(_ states: [StudyRunState]) -> [String] {
    let stale = zip(runs, states).filter { $0.1 == .stale }.map(\.0.name)
    var lines = stale.map { "stale: \($0) was run with another specification or seed" }
    lines += leftovers.map { "not of this study: \($0)" }
    return lines
  }
}
