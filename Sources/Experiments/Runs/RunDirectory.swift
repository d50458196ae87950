// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

/// Where a run leaves everything it made.
///
/// `spec.yaml` (as given), `resolved.yaml`, `manifest.json`, `metrics.csv`, `traces/`,
/// `weights.h5`, `checkpoints/`, `log.txt`. Files that are not appended to are written beside
/// their place and renamed into it, so that a run directory is never half valid.
struct RunDirectory: Sendable {
  let path: String
  /// How a person names another folder, for error messages.
  var remedy = "name another folder with --out"

  func file(_ name: String) -> String { "\(path)/\(name)" }

  var metrics: String { file("metrics.csv") }
  var manifest: String { file("manifest.json") }
  var resolved: String { file("resolved.yaml") }
  var weights: String { file("weights.h5") }
  var traces: String { file("traces") }

  /// Throws where the folder cannot take a new run.
  func checkIsFree() throws {
    let manager = FileManager.default
    if manager.fileExists(atPath: manifest) {
      throw RunFailure.usage(
        "\(path) holds a run already: continue it with --resume, or name another folder with --out")
    }
    if let entries = try? manager.contentsOfDirectory(atPath: path), !entries.isEmpty {
      throw RunFailure.usage(
        "\(path) is not empty and holds no run: name an empty or a new folder with --out")
    }
  }

  /// Throws where there is no run to resume.
  func checkHoldsRun() throws {
    guard FileManager.default.fileExists(atPath: manifest) else {
      throw RunFailure.usage("\(path) holds no run to resume: leave out --resume to start one")
    }
  }

  /// Makes the folders of a new run.
  func create() throws {
    for folder in ["", "traces", "checkpoints"] { try makeFolder(folder) }
  }

  /// A name for a run that was given none: `runs/<spec>-<date>-<time>`, numbered if taken.
  static func defaultPath(spec file: String, now: Date = Date()) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "yyyyMMdd-HHmmss"
    let name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    let base = "runs/\(name)-\(formatter.string(from: now))"
    var path = base
    var number = 2
    while FileManager.default.fileExists(atPath: path) {
      path = "\(base)-\(number)"
      number += 1
    }
    return path
  }

  /// Makes a folder inside the directory, or the directory itself for an empty name.
  func makeFolder(_ name: String) throws {
    let folder = name.isEmpty ? path : file(name)
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw RunFailure.output(
        "\(folder): the folder cannot be made (\(Self.reason(error, at: folder))): \(remedy)")
    }
  }

  /// Writes a whole file and renames it into place.
  func write(_ data: Data, to name: String) throws {
    do {
      try data.write(to: URL(fileURLWithPath: file(name)), options: .atomic)
    } catch {
      throw RunFailure.output(
        "\(file(name)): cannot be written (\(Self.reason(error, at: file(name)))): free some space or \(remedy)"
      )
    }
  }

  /// Writes over a file that is there, in its place. Takes no room that the file does not have
  /// already, or a few bytes more, and is for when `write` finds none.
  func overwrite(_ data: Data, in name: String) throws {
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file(name)))
    try handle.write(contentsOf: data)
    try handle.truncate(atOffset: UInt64(data.count))
    try handle.close()
  }

  /// Removes everything in the directory, and the directory too unless a person had made it.
  func discard(keepingFolder: Bool) {
    let manager = FileManager.default
    for name in (try? manager.contentsOfDirectory(atPath: path)) ?? [] {
      try? manager.removeItem(atPath: file(name))
    }
    if !keepingFolder { try? manager.removeItem(atPath: path) }
  }

  /// The command that continues the run here, whatever was set on the command line before.
  func resumeCommand(dataFolder: String?) -> String {
    let data = dataFolder.map { ["--data", Self.shellWord($0)] } ?? []
    let words =
      ["apical", "run", Self.shellWord(resolved), "--out", Self.shellWord(path)] + data
      + ["--resume"]
    return words.joined(separator: " ")
  }

  /// `text` as a shell reads it back, quoted where it must be.
  static func shellWord(_ text: String) -> String {
    let plain = text.unicodeScalars.allSatisfy {
      ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
        || "/._-+:@%,=".unicodeScalars.contains($0)
    }
    return plain && !text.isEmpty
      ? text : "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }

  /// The system's words for a failure, where Foundation's error carries them.
  private static func reason(_ error: any Error, at path: String) -> String {
    // Foundation has no words for a path that leads through a file.
    if leadsThroughFile(path) { return "a part of the path is a file" }
    let outer = error as NSError
    let inner = outer.userInfo[NSUnderlyingErrorKey] as? NSError
    for candidate in [inner, outer] {
      if let candidate, candidate.domain == NSPOSIXErrorDomain,
        let code = POSIXErrorCode(rawValue: Int32(candidate.code))
      {
        return POSIXError(code).localizedDescription
      }
    }
    switch CocoaError.Code(rawValue: outer.code) {
    case .fileNoSuchFile, .fileReadNoSuchFile: return "no such file or directory"
    case .fileWriteNoPermission, .fileReadNoPermission: return "permission denied"
    case .fileWriteOutOfSpace: return "no space left on device"
    case .fileWriteVolumeReadOnly: return "read-only file system"
    case .fileWriteFileExists: return "a file of this name exists"
    default: return outer.localizedDescription
    }
  }

  private static func leadsThroughFile(_ path: String) -> Bool {
    var url = URL(fileURLWithPath: path).deletingLastPathComponent()
    while url.path != "/", !url.path.isEmpty {
      let place = url.resolvingSymlinksInPath().path
      if let attributes = try? FileManager.default.attributesOfItem(atPath: place) {
        return attributes[.type] as? FileAttributeType != .typeDirectory
      }
      url.deleteLastPathComponent()
    }
    return false
  }

  // MARK: Checkpoints

  private func checkpointName(_ step: Int) -> String { "checkpoints/step-\(step).ckpt" }

  /// Steps of the checkpoints there are, latest first.
  var checkpointSteps: [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: file("checkpoints"))) ?? []
    return names.compactMap { name in
      guard name.hasPrefix("step-"), name.hasSuffix(".ckpt") else { return nil }
      return Int(name.dropFirst(5).dropLast(5))
    }.sorted(by: >)
  }

  func checkpointPath(_ step: Int) -> String { file(checkpointName(step)) }

  /// Writes a checkpoint, then removes all but the two latest.
  func writeCheckpoint(_ data: Data, step: Int) throws {
    try write(data, to: checkpointName(step))
    for old in checkpointSteps.dropFirst(2) {
      try? FileManager.default.removeItem(atPath: checkpointPath(old))
    }
  }

  /// SHA-256 of every file but the manifest itself and the checkpoints, by name.
  func contents() -> [String: String] {
    var sums: [String: String] = [:]
    let manager = FileManager.default
    guard let walker = manager.enumerator(atPath: path) else { return sums }
    for case let name as String in walker {
      guard walker.fileAttributes?[.type] as? FileAttributeType == .typeRegular,
        name != "manifest.json", !name.hasPrefix("checkpoints/"),
        let sum = FileHandle(forReadingAtPath: file(name))?.sha256
      else { continue }
      sums[name] = sum
    }
    return sums
  }
}
