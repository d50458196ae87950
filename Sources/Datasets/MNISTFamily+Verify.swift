// SPDX-License-Identifier: GPL-3.0-or-later

internal import Crypto

/// How a file of a folder compares with the published one.
public enum FileVerdict: Sendable, Equatable {
  /// The published content.
  case good
  /// Sound and of the right size; there is no checksum for a copy compressed in this way.
  case goodSizeOnly
  /// Not there.
  case missing
  /// There, but wrong.
  case bad(DatasetError)
}

extension MNISTFamily {
  /// What `verify` found about one file.
  public struct FileReport: Sendable, Equatable, CustomStringConvertible {
    /// The file as it should be.
    public let file: PublishedFile
    /// Where it is, if it is there.
    public let path: String?
    /// How it compares.
    public let verdict: FileVerdict

    /// One line.
    public var description: String {
      switch verdict {
      case .good: "\(path ?? file.gzipName): ok"
      case .goodSizeOnly: "\(path ?? file.gzipName): ok (size only, no checksum for this copy)"
      case .missing: "\(file.gzipName): missing"
      case .bad(let error): "\(error)"
      }
    }
  }

  /// Compares a folder with the published files: one report per file, in the order of `files`.
  ///
  /// The uncompressed content is compared, so copies that were compressed again pass. Throws
  /// only when there is no such folder.
  public func verify(_ folder: String) throws(DatasetError) -> [FileReport] {
    guard DataFolder.isFolder(folder) else { throw .missingFolder(folder, dataset: name) }
    return files.map { file in
      guard let path = path(of: file, in: folder) else {
        return FileReport(file: file, path: nil, verdict: .missing)
      }
      return FileReport(file: file, path: path, verdict: file.verdict(path: path))
    }
  }
}

extension PublishedFile {
  /// Compares a file with this one.
  public func verdict(path: String) -> FileVerdict {
    do throws(DatasetError) {
      let bytes = try FileBytes.read(path)
      let found = try IDXFile(bytes: bytes, path: path, kind: kind)
      guard found.shape == shape else {
        return .bad(.wrongShape(path, expected: shape, found: found.shape))
      }
      if let contentSHA256 {
        let digest = found.contentSHA256
        guard digest == contentSHA256 else {
          return .bad(.checksum(path, expected: contentSHA256, found: digest))
        }
        return .good
      }
      if let gzipSHA256, SHA256.hash(data: bytes).hexadecimal == gzipSHA256 { return .good }
      return .goodSizeOnly
    } catch {
      return .bad(error)
    }
  }
}
