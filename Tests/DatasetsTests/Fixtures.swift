// SPDX-License-Identifier: GPL-3.0-or-later

import Datasets
import Foundation

/// A folder that is removed with the value.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "apical-datasets-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file; returns its path.
  @discardableResult
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let file = path + "/" + name
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: file).deletingLastPathComponent().path,
      withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }
}

/// A gzip file of uncompressed ("stored") blocks, made without zlib.
func gzipStored(_ content: [UInt8], crc: UInt32? = nil) -> [UInt8] {
  func littleEndian(_ value: UInt32, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
  }
  var bytes: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
  var first = 0
  repeat {
    let part = content[first..<min(content.count, first + 65_535)]
    first += part.count
    bytes.append(first == content.count ? 1 : 0)
    bytes += littleEndian(UInt32(part.count), 2) + littleEndian(~UInt32(part.count), 2)
    bytes += part
  } while first < content.count
  return bytes + littleEndian(crc ?? crc32(content), 4) + littleEndian(UInt32(content.count), 4)
}

/// CRC-32 of a gzip trailer, bit by bit.
func crc32(_ bytes: [UInt8]) -> UInt32 {
  var crc: UInt32 = ~0
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
  }
  return ~crc
}

/// A tiny data set in MNIST's format: 3 training and 2 test images of 4×2.
enum Tiny {
  static let training = LabelledImages(
    name: "tiny", width: 4, height: 2,
    pixels: (0..<24).map { UInt8($0 % 3 == 0 ? 0 : $0 * 10) }, labels: [3, 0, 9])
  static let test = LabelledImages(
    name: "tiny", width: 4, height: 2, pixels: (0..<16).map { UInt8(255 - $0) }, labels: [1, 2])

  static let contents = [
    training.imageFile, training.labelFile, test.imageFile, test.labelFile,
  ]

  static let family = MNISTFamily(
    name: "tiny", source: "a test",
    trainingImages: file(.images, "train-images", contents[0]),
    trainingLabels: file(.labels, "train-labels", contents[1]),
    testImages: file(.images, "t10k-images", contents[2]),
    testLabels: file(.labels, "t10k-labels", contents[3]), mirrors: [])

  private static func file(_ kind: IDXKind, _ stem: String, _ content: IDXFile) -> PublishedFile {
    PublishedFile(
      kind: kind, stem: stem, shape: content.shape, contentSHA256: content.contentSHA256)
  }

  /// The four files, compressed, in a folder.
  static func write(to folder: TemporaryFolder, in place: String = "") throws {
    for (file, content) in zip(family.files, contents) {
      try folder.write(gzipStored(content.bytes), place + file.gzipName)
    }
  }
}

/// The folder of real MNIST, from APICAL_DATA; says so when there is none.
func realMNIST(_ test: String) -> String? {
  let environment = ProcessInfo.processInfo.environment
  if let folder = try? DataFolder.locate(
    .mnist, argument: environment["APICAL_DATA"] ?? "", environment: [:])
  {
    return folder.path
  }
  print("SKIPPED: \(test): no MNIST here, set APICAL_DATA to the folder that has it")
  return nil
}
