// SPDX-License-Identifier: GPL-3.0-or-later

internal import Dispatch
internal import Foundation
internal import Synchronization

extension MNISTFamily {
  /// The training and the test set.
  public struct Sets: Sendable, Equatable {
    /// The training images.
    public let training: LabelledImages
    /// The test images.
    public let test: LabelledImages
  }

  /// Reads all four files of a folder, on as many threads.
  ///
  /// Throws the first thing that is wrong, in the order of `files`: missing folder or files
  /// (all of them named), unreadable or damaged content, files that do not fit together. Only
  /// `verify` compares with the published content: smaller files of the same format are read.
  public func load(from folder: String) throws(DatasetError) -> Sets {
    let paths = try locateFiles(in: folder)
    let files = self.files
    let results = Mutex([Result<IDXFile, DatasetError>?](repeating: nil, count: files.count))
    DispatchQueue.concurrentPerform(iterations: files.count) { index in
      let result = Result { () throws(DatasetError) in
        try IDXFile(path: paths[index], kind: files[index].kind)
      }
      results.withLock { $0[index] = result }
    }
    var content: [IDXFile] = []
    for result in results.withLock({ $0 }) {
      if let result { content.append(try result.get()) }
    }
    let training = try LabelledImages(
      name: name, images: content[0], imagePath: paths[0], labels: content[1],
      labelPath: paths[1], classCount: 10)
    let test = try LabelledImages(
      name: name, images: content[2], imagePath: paths[2], labels: content[3],
      labelPath: paths[3], classCount: 10)
    guard test.width == training.width && test.height == training.height else {
      throw .wrongShape(
        paths[2], expected: [test.count, training.height, training.width],
        found: [test.count, test.height, test.width])
    }
    return Sets(training: training, test: test)
  }

  /// The paths of the four files in a folder, in the order of `files`.
  public func locateFiles(in folder: String) throws(DatasetError) -> [String] {
    guard DataFolder.isFolder(folder) else { throw .missingFolder(folder, dataset: name) }
    let found = files.map { path(of: $0, in: folder) }
    let missing = zip(files, found).filter { $0.1 == nil }.map { $0.0.gzipName }
    guard missing.isEmpty else {
      throw .missingFiles(
        folder: folder, dataset: name, missing: missing, present: DataFolder.listing(folder))
    }
    return found.compactMap { $0 }
  }

  /// Where a folder has a file, under any of its names.
  func path(of file: PublishedFile, in folder: String) -> String? {
    file.names.lazy.map { DataFolder.join(folder, $0) }
      .first { FileManager.default.fileExists(atPath: $0) }
  }
}
