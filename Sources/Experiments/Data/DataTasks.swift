// SPDX-License-Identifier: GPL-3.0-or-later

internal import Datasets
internal import Foundation
internal import RandomStreams
internal import Synchronization

/// Turns a download's progress into a line per tenth of a file.
private final class DownloadMeter: Sendable {
  private let told = Mutex<[String: Int]>([:])
  private let tell: @Sendable (String) -> Void

  init(_ tell: @escaping @Sendable (String) -> Void) { self.tell = tell }

  func take(_ progress: Downloader.Progress) {
    guard let expected = progress.expected, expected > 0 else { return }
    let tenth = progress.received * 10 / expected
    let isNews = told.withLock { told in
      defer { told[progress.file] = tenth }
      return told[progress.file] != tenth
    }
    if isNews { tell("\(progress.file): \(tenth * 10) % from \(progress.mirror)") }
  }
}

/// What `apical data` does.
public enum DataTasks {
  private static func wrapped<Result>(_ body: () throws -> Result) throws(RunFailure) -> Result {
    do { return try body() } catch { throw RunFailure(error) }
  }

  private static func place(_ name: String, _ folder: String?) throws -> (MNISTFamily, String) {
    let family = try MNISTFamily.named(name)
    let place = try DataFolder.locate(
      family, argument: folder, environment: ProcessInfo.processInfo.environment)
    return (family, place.path)
  }

  /// Where a data set lies and what is in it.
  public static func info(_ name: String, folder: String?) throws(RunFailure) -> String {
    try wrapped {
      let (family, path) = try place(name, folder)
      let sets = try family.load(from: path)
      let classes = sets.training.classCounts.map(String.init).joined(separator: " ")
      return """
        \(family.name)  \(family.source)
        folder    \(path)
        training  \(sets.training.count) images of \(sets.training.width)×\(sets.training.height), per class \(classes)
        test      \(sets.test.count) images
        """
    }
  }

  /// A comparison with the published files.
  public struct VerifyReport: Sendable {
    /// One line per file.
    public let lines: [String]
    /// Whether every file is as published.
    public let isSound: Bool
  }

  /// Compares a data set with the published one.
  public static func verify(
    _ name: String, folder: String?
  ) throws(RunFailure) -> VerifyReport {
    try wrapped {
      let (family, path) = try place(name, folder)
      let reports = try family.verify(path)
      return VerifyReport(
        lines: reports.map(\.description),
        isSound: reports.allSatisfy { [.good, .goodSizeOnly].contains($0.verdict) })
    }
  }

  /// Downloads a data set.
  public static func fetch(
    _ name: String, folder: String?, mirrors: [String]?, tell: @escaping @Sendable (String) -> Void
  ) throws(RunFailure) {
    try wrapped {
      let family = try MNISTFamily.named(name)
      let base =
        folder ?? ProcessInfo.processInfo.environment["APICAL_DATA"] ?? "data"
      let meter = DownloadMeter(tell)
      try Downloader().fetch(
        family, into: "\(base)/\(family.name)", mirrors: mirrors, progress: meter.take)
    }
  }

  /// Draws synthetic digits into the four IDX files of MNIST's format.
  public static func synthesize(
    into folder: String, training: Int, test: Int, seed: UInt64
  ) throws(RunFailure) {
    try wrapped {
      let digits = SyntheticDigits(key: RandomKey(seed: seed).purpose(.syntheticData))
      let trainingSet = digits.training(count: training)
      let testSet = digits.test(count: test)
      let directory = RunDirectory(path: folder, remedy: "name another folder")
      try directory.makeFolder("")
      let family = MNISTFamily.mnist
      for (file, content) in zip(
        family.files,
        [
          trainingSet.imageFile, trainingSet.labelFile, testSet.imageFile, testSet.labelFile,
        ])
      {
        let name = String(file.gzipName.dropLast(".gz".count))
        try directory.write(Data(content.bytes), to: name)
      }
    }
  }
}
