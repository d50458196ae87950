// SPDX-License-Identifier: GPL-3.0-or-later

import Datasets
import Experiments
import Foundation

/// A folder with images in MNIST's files, which Apical and every peer read.
struct ImageFolder: Sendable {
  let path: String
  /// What the images are, in words.
  let kind: String
  private let isTemporary: Bool

  /// MNIST by `--data`, `APICAL_DATA` or `./data`; where nobody named a folder and there is no
  /// MNIST, synthetic digits drawn into a temporary folder, and this is said aloud. A folder
  /// named with `--data` must have the files.
  init(named folder: String?) throws {
    do {
      let place = try DataFolder.locate(
        .mnist, argument: folder, environment: ProcessInfo.processInfo.environment)
      _ = try MNISTFamily.mnist.locateFiles(in: place.path)
      self.init(path: place.path, kind: "MNIST (\(place.path))", isTemporary: false)
    } catch DatasetError.notFound where folder == nil {
      Output.remark("no MNIST found (--data, APICAL_DATA, ./data): drawing synthetic digits")
      let path = temporaryPath("bench-digits")
      try DataTasks.synthesize(into: path, training: 60_000, test: 10_000, seed: 1)
      self.init(path: path, kind: "SYNTHETIC digits, not MNIST", isTemporary: true)
    } catch {
      throw RunFailure(error)
    }
  }

  private init(path: String, kind: String, isTemporary: Bool) {
    self.path = path
    self.kind = kind
    self.isTemporary = isTemporary
  }

  /// Deletes the folder if it was made here.
  func discard() {
    if isTemporary { try? FileManager.default.removeItem(atPath: path) }
  }
}

/// A path for temporary files that nobody else has.
func temporaryPath(_ name: String) -> String {
  FileManager.default.temporaryDirectory
    .appendingPathComponent("apical-\(name)-\(UUID().uuidString)").path
}
