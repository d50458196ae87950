// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import LinearAlgebra
internal import RandomStreams
internal import TraceExport

/// What a reader must know about a run beside its numbers: `manifest.json`.
struct Manifest: Codable, Sendable {
  enum Status: String, Codable { case running, interrupted, diverged, failed, done }

  var program = "apical"
  var version = ApicalVersion.current
  var status = Status.running
  var seed: UInt64
  var threads: Int
  var step = 0
  var started: String
  var updated: String
  var wallSeconds = 0.0
  var arguments: [String]
  var precision: String
  var libraries: [String: String]
  var processor: String
  var resolvedSpecSHA256: String
  /// SHA-256 of every file of the run, once it has ended.
  var files: [String: String] = [:]

  init(seed: UInt64, threads: Int, arguments: [String], precision: String, digest: String) {
    self.seed = seed
    self.threads = threads
    started = Manifest.now
    updated = started
    self.arguments = arguments
    self.precision = precision
    libraries = [
      "gsl": GSLRandom.gslVersion,
      "blas": LinearAlgebraRuntime.description,
      "hdf5": HDF5File.libraryVersion,
    ]
    processor = Manifest.processorName
    resolvedSpecSHA256 = digest
  }

  static func read(_ directory: RunDirectory) throws -> Manifest {
    guard let data = FileManager.default.contents(atPath: directory.manifest),
      let manifest = try? JSONDecoder().decode(Manifest.self, from: data)
    else {
      throw RunFailure.output("\(directory.manifest): damaged, it is not a manifest of Apical")
    }
    return manifest
  }

  mutating func write(to directory: RunDirectory) throws {
    try directory.write(encoded(), to: Self.name)
  }

  /// Writes over the manifest that is there: on a full disk there is no room for another.
  private mutating func overwrite(in directory: RunDirectory) throws {
    try directory.overwrite(encoded(), in: Self.name)
  }

  /// Writes how the run ended, where anything can be written at all: into the room of the manifest
  /// that is there, where the disk has none for another.
  mutating func writeLast(to directory: RunDirectory) {
    do { try write(to: directory) } catch { try? overwrite(in: directory) }
  }

  private static let name = "manifest.json"

  private mutating func encoded() throws -> Data {
    updated = Manifest.now
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }

  private static var now: String { ISO8601DateFormatter().string(from: Date()) }

  private static var processorName: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? "unknown"
  }
}

/// The version of this program.
public enum ApicalVersion {
  /// As in `CHANGELOG.md`.
  public static let current = "0.1.0"
}
