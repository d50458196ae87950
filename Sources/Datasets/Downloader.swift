// SPDX-License-Identifier: GPL-3.0-or-later
//
// Goals, in order: a file in the data folder is whole and is the published one, whatever
// happened; bytes that have arrived are not fetched again; one dead mirror does not matter.

internal import Foundation

/// Fetches the files of a data set from its mirrors.
///
/// A file arrives as `NAME.gz.part`, is checked against the published content, and is then
/// renamed into place, so that a file without `.part` is always good. An interrupted download
/// leaves its part, and the next one asks the server for the rest (HTTP Range); a server that
/// sends everything again is taken at its word. Content that fails its check is deleted. Every
/// failure moves on to the next mirror. Blocks until done.
public struct Downloader: Sendable {
  /// How far a download is.
  public struct Progress: Sendable, Equatable {
    /// The file's name.
    public let file: String
    /// The mirror's address.
    public let mirror: String
    /// Bytes on disk, those of an earlier attempt included.
    public let received: Int
    /// The size of the compressed file, if the server told it.
    public let expected: Int?
  }

  /// Seconds without a byte after which a mirror is given up.
  public let timeout: Double

  /// A downloader with a time limit in seconds on every silence of a server.
  public init(timeout: Double = 30) {
    precondition(timeout > 0, "a timeout of \(timeout) s")
    self.timeout = timeout
  }

  /// Fetches what a folder lacks of a data set; files that are there and good are left alone.
  ///
  /// - Parameters:
  ///   - family: the data set.
  ///   - folder: where the files go; it is created.
  ///   - mirrors: folders on the web, each ending in a slash, tried in this order; default: the
  ///     data set's own.
  ///   - progress: called on another thread, a few times per megabyte.
  /// - Returns: the paths of the four files, in the order of `files`.
  /// - Throws: `downloadFailed` with every mirror's reason, or `cannotWrite`.
  @discardableResult
  public func fetch(
    _ family: MNISTFamily, into folder: String, mirrors: [String]? = nil,
    progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) throws(DatasetError) -> [String] {
    try FileBytes.makeFolder(folder)
    var paths: [String] = []
    for file in family.files {
      if let path = family.path(of: file, in: folder), Self.isAcceptable(path, as: file) {
        paths.append(path)
        continue
      }
      paths.append(
        try fetch(file, into: folder, mirrors: mirrors ?? family.mirrors, progress: progress))
    }
    return paths
  }

  /// Fetches one file, whatever is there; returns its path.
  func fetch(
    _ file: PublishedFile, into folder: String, mirrors: [String],
    progress: @escaping @Sendable (Progress) -> Void
  ) throws(DatasetError) -> String {
    let path = DataFolder.join(folder, file.gzipName)
    let part = path + ".part"
    var attempts: [String] = []
    for mirror in mirrors {
      guard let address = URL(string: mirror + file.gzipName) else {
        attempts.append("\(mirror): not an address")
        continue
      }
      // A part that was resumed may be spoilt from before; then the same mirror is asked once
      // more, for everything.
      for _ in 0..<2 {
        let outcome = Transfer(
          from: address, to: part, timeout: timeout,
          progress: { received, expected in
            progress(
              Progress(
                file: file.gzipName, mirror: mirror, received: received, expected: expected))
          }
        ).run()
        if case .cannotWrite(let error) = outcome.end { throw error }
        if case .failed(let reason) = outcome.end {
          attempts.append("\(mirror): \(reason)")
          break
        }
        if let problem = Self.problem(part, as: file) {
          try? FileManager.default.removeItem(atPath: part)
          attempts.append("\(mirror): \(problem)")
          if outcome.resumed { continue }
          break
        }
        try FileBytes.move(part, to: path)
        return path
      }
    }
    if FileBytes.isEmpty(part) { try? FileManager.default.removeItem(atPath: part) }
    throw .downloadFailed(file: file.gzipName, attempts: attempts)
  }

  /// Whether a file that is already there need not be fetched.
  private static func isAcceptable(_ path: String, as file: PublishedFile) -> Bool {
    switch file.verdict(path: path) {
    case .good, .goodSizeOnly: true
    case .missing, .bad: false
    }
  }

  /// What is wrong with a file that has just arrived.
  private static func problem(_ path: String, as file: PublishedFile) -> String? {
    switch file.verdict(path: path) {
    case .good: nil
    case .goodSizeOnly where file.gzipSHA256 == nil: nil
    case .goodSizeOnly, .bad(.checksum): "what arrived is not the published file"
    case .missing: "nothing arrived"
    case .bad: "what arrived is damaged"
    }
  }
}
