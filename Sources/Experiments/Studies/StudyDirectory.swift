// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import Synchronization

/// Where a study leaves what it made: `study.yaml` (as given), `runs/`, `failures.json`,
/// `table.csv`, `summary.csv`, `summary.md`. Files are renamed into place.
final class StudyDirectory: Sendable {
  /// Why a run ended without its result.
  struct Failure: Codable, Sendable, Equatable {
    var exitCode: Int32
    var reason: String
    /// SHA-256 of the resolved experiment that failed.
    var spec: String
  }

  let path: String
  private let failures: Mutex<[String: Failure]>

  var files: RunDirectory { RunDirectory(path: path) }

  init(path: String) throws {
    self.path = path
    let file = "\(path)/\(Self.failureFile)"
    var read: [String: Failure] = [:]
    if let data = FileManager.default.contents(atPath: file) {
      do {
        read = try JSONDecoder().decode([String: Failure].self, from: data)
      } catch {
        throw RunFailure.output("\(file): damaged; remove it to run again what had failed")
      }
    }
    failures = Mutex(read)
  }

  private static let failureFile = "failures.json"

  func run(_ name: String) -> RunDirectory { RunDirectory(path: "\(path)/runs/\(name)") }

  func failure(of name: String) -> Failure? { failures.withLock { $0[name] } }

  /// Remembers why a run failed, or with nil that it did not.
  func record(_ failure: Failure?, of name: String) throws {
    try failures.withLock { all in
      guard all[name] != failure else { return }
      all[name] = failure
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try files.write(encoder.encode(all) + Data("\n".utf8), to: Self.failureFile)
    }
  }

  /// Run folders that are there, by name, in order.
  var runNames: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "\(path)/runs")) ?? []).sorted()
  }

  /// Whether another process works here.
  var isAtWork: Bool {
    guard let handle = FileHandle(forUpdatingAtPath: lockPath) else { return false }
    defer { try? handle.close() }
    return flock(handle.fileDescriptor, LOCK_SH | LOCK_NB) != 0
  }

  /// The folder for this process alone, until the handle is closed.
  func lock() throws -> FileHandle {
    try files.makeFolder("runs")
    if !FileManager.default.fileExists(atPath: lockPath) { try files.write(Data(), to: ".lock") }
    guard let handle = FileHandle(forUpdatingAtPath: lockPath) else {
      throw RunFailure.output("\(lockPath): cannot be opened: name another folder with --out")
    }
    guard flock(handle.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw RunFailure.usage(
        "another apical sweep is at work in \(path): wait for it, or name another folder with --out"
      )
    }
    return handle
  }

  private var lockPath: String { "\(path)/.lock" }
}

/// How far a run of a study is.
enum StudyRunState: Sendable, Equatable {
  /// Not begun.
  case pending
  /// Under way in another process.
  case running(step: Int)
  /// Stopped, with or without a checkpoint.
  case interrupted(step: Int)
  /// Complete.
  case done
  /// Ended without its result.
  case failed(exitCode: Int32, reason: String)
  /// The folder holds a run of another specification or seed.
  case stale

  /// The word in the table.
  var name: String {
    switch self {
    case .pending: "pending"
    case .running: "running"
    case .interrupted: "interrupted"
    case .done: "done"
    case .failed: "failed"
    case .stale: "stale"
    }
  }
}
