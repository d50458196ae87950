// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

internal import Synchronization

/// What a person asked for beside the specification.
public struct RunRequest: Sendable {
  /// The specification.
  public var document: SpecDocument
  /// `--seed`, in place of the specification's.
  public var seed: UInt64?
  /// `--threads`.
  public var threads: Int
  /// `--data`.
  public var dataFolder: String?
  /// `--out`, or nil for a name under `runs/`.
  public var output: String?
  /// `--resume`.
  public var resumes: Bool
  /// The command line, for the manifest.
  public var arguments: [String]
  /// `--max-trace-size`: the most bytes that the recordings of a simulation may take, or nil for
  /// any number.
  public var traceLimit: Int? = 2_000_000_000
  /// The most bytes of memory that a simulation may take by its estimate: what the machine has.
  var memoryLimit = Int(clamping: ProcessInfo.processInfo.physicalMemory)

  /// A request with the given specification and no further wishes.
  public init(
    _ document: SpecDocument, seed: UInt64? = nil, threads: Int = 1, dataFolder: String? = nil,
    output: String? = nil, resumes: Bool = false, arguments: [String] = []
  ) {
    self.document = document
    self.seed = seed
    self.threads = threads
    self.dataFolder = dataFolder
    self.output = output
    self.resumes = resumes
    self.arguments = arguments
  }
}

extension RunRequest {
  /// The command line that goes on with the simulation in `path`: this one with `--resume`. (A
  /// resolved specification would look for its files beside itself.)
  func resumeCommand(_ path: String) -> String {
    guard arguments.count > 1 else { return "apical run \(document.file) --out \(path) --resume" }
    var words = ["apical"] + arguments.dropFirst()
    if output == nil { words += ["--out", path] }
    if !resumes { words.append("--resume") }
    return words.map(RunDirectory.shellWord).joined(separator: " ")
  }
}

/// What a run tells while it goes on.
public enum RunEvent: Sendable {
  /// The data are there and the run begins, at `step` of `steps`.
  case began(directory: String, seed: UInt64, step: Int, steps: Int)
  /// A row of the metrics.
  case measured(MetricsRow)
  /// A step was taken; told a few times a second at most.
  case advanced(step: Int, steps: Int, seconds: Double)
  /// Something worth a line, such as a damaged checkpoint that was passed over.
  case noticed(String)
  /// What a simulation did, in a few lines.
  case summarised([String])
  /// The run is complete.
  case finished(directory: String, last: MetricsRow?)
}

/// Set from outside to stop a run at its next step, with a checkpoint.
public final class StopFlag: Sendable {
  private let flag = Atomic(false)

  /// Not set.
  public init() {}

  /// Asks the run to stop.
  public func set() { flag.store(true, ordering: .relaxed) }

  /// Whether the run was asked to stop.
  public var isSet: Bool { flag.load(ordering: .relaxed) }
}
