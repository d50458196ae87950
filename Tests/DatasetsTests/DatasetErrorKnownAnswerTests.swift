// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@testable import Datasets

/// Every message, word for word, from the mistake that causes it.
@Suite struct DatasetErrorKnownAnswerTests {
  let folder: TemporaryFolder
  let replace = "replace it by a good copy (`apical data fetch`)"
  let fetchTiny =
    "run `apical data fetch tiny`, or name the folder with --data or APICAL_DATA"

  init() throws { folder = try TemporaryFolder() }

  /// The message of reading `bytes` as `kind`; the file's path is written as FILE.
  private func message(_ bytes: [UInt8], as kind: IDXKind) throws -> String {
    let path = try folder.write(bytes, "file")
    return message { () throws(DatasetError) in _ = try IDXFile(path: path, kind: kind) }
      .replacingOccurrences(of: "FOLDER/file", with: "FILE")
  }

  private func message(_ body: () throws(DatasetError) -> Void) -> String {
    do throws(DatasetError) {
      try body()
      return "no error"
    } catch {
      return "\(error)".replacingOccurrences(of: folder.path, with: "FOLDER")
    }
  }

  private let labels = Tiny.contents[1].bytes
  private let images = Tiny.contents[0].bytes

  @Test("A sound file gives no message: the other tests could fail")
  func sound() throws {
    #expect(try message(labels, as: .labels) == "no error")
    #expect(try message(gzipStored(images), as: .images) == "no error")
  }

  @Test("An empty file is called empty")
  func empty() throws {
    #expect(try message([], as: .images) == "FILE is empty: \(replace)")
  }

  @Test("A file larger than any that is read is refused by its size, before it is read")
  func tooLarge() throws {
    let path = try folder.write([0, 0, 8, 3], "file")
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    // Nothing but the end is written: the file takes no room.
    try file.truncate(atOffset: 100_000_000_000)
    try file.close()
    let text = message { () throws(DatasetError) in _ = try IDXFile(path: path, kind: .images) }
    #expect(
      text == "FOLDER/file has 100000000000 bytes, more than the \(FileBytes.largestSize) that are "
        + "read: \(replace)")
    #expect(FileBytes.largestSize >= 47_040_016 && FileBytes.largestSize <= 8_000_000_000)
  }

  @Test("A file that is neither gzip nor IDX shows how it starts")
  func notIDX() throws {
    #expect(
      try message(Array("<html>".utf8), as: .images)
        == "FILE is neither gzip nor IDX (it starts with 0x3c68746d): \(replace)")
    #expect(
      try message(gzipStored(Array("PK00".utf8)), as: .labels)
        == "FILE is neither gzip nor IDX (it starts with 0x504b3030): \(replace)")
  }

  @Test("An IDX file of another kind shows its magic number")
  func otherIDX() throws {
    #expect(
      try message([0, 0, 13, 3, 0, 0], as: .images)
        == "FILE is an IDX file of another kind (magic 0x00000d03; images have 0x00000803, "
        + "labels 0x00000801): use files of the MNIST family")
  }

  @Test("Labels where images are expected, and images where labels are, are told apart")
  func swapped() throws {
    #expect(
      try message(labels, as: .images)
        == "FILE holds labels where images are expected: rename the files, images end in "
        + "images-idx3-ubyte")
    #expect(
      try message(gzipStored(images), as: .labels)
        == "FILE holds images where labels are expected: rename the files, labels end in "
        + "labels-idx1-ubyte")
  }

  @Test("Truncated files say how much there is and how much there should be")
  func truncated() throws {
    #expect(
      try message(images.dropLast(5), as: .images)
        == "FILE is truncated (35 bytes of content instead of 40): \(replace)")
    #expect(
      try message([0, 0, 8], as: .images)
        == "FILE is truncated (3 bytes of content instead of 4): \(replace)")
    #expect(
      try message(Array(images.prefix(10)), as: .images)
        == "FILE is truncated (10 bytes of content instead of 16): \(replace)")
    #expect(
      try message(gzipStored(images.dropLast(3)), as: .images)
        == "FILE is truncated (37 bytes of content instead of 40): \(replace)")
  }

  @Test("A gzip stream that breaks off says where")
  func truncatedGzip() throws {
    #expect(
      try message(gzipStored(images).dropLast(18), as: .images)
        == "FILE ends inside its gzip stream (30 bytes of content instead of 40): \(replace)")
    #expect(
      try message(gzipStored(images).dropLast(4), as: .images)
        == "FILE ends inside its gzip stream (40 bytes of content instead of 40): \(replace)")
    #expect(
      try message(Array(gzipStored(images).prefix(12)), as: .images)
        == "FILE ends inside its gzip stream (0 bytes of content instead of 16): \(replace)")
  }

  @Test("Bytes too many are refused, plain, inside gzip and behind it")
  func trailing() throws {
    let expected = "FILE is longer than its header says (11 bytes of content): \(replace)"
    #expect(try message(labels + [0], as: .labels) == expected)
    #expect(try message(gzipStored(labels + [0]), as: .labels) == expected)
    #expect(try message(gzipStored(labels) + [0], as: .labels) == expected)
    #expect(try message(gzipStored(labels) + gzipStored(labels), as: .labels) == expected)
  }

  @Test("A wrong CRC and a broken block are damage")
  func damaged() throws {
    #expect(
      try message(gzipStored(images, crc: 1), as: .images)
        == "FILE is damaged (gzip: incorrect data check): \(replace)")
    var broken = gzipStored(images)
    broken[11] ^= 1
    #expect(
      try message(broken, as: .images)
        == "FILE is damaged (gzip: invalid stored block lengths): \(replace)")
  }

  @Test("Impossible headers are refused before any memory is asked for")
  func impossible() throws {
    func header(_ shape: [UInt32]) -> [UInt8] {
      [0, 0, 8, 3]
        + shape.flatMap { number in
          [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
        }
    }
    #expect(
      try message(header([0, 28, 28]), as: .images)
        == "FILE declares 0 images of 28×28, nothing to learn from: \(replace)")
    #expect(
      try message(header([5, 2_000_000_000, 28]), as: .images)
        == "FILE declares 5 images of 28×2000000000, larger than 4096×4096: \(replace)")
    #expect(
      try message(gzipStored(header([4_000_000_000, 28, 28])), as: .images)
        == "FILE declares 4000000000 images of 28×28, more than a gzip file of 39 bytes can "
        + "hold: \(replace)")
    #expect(
      try message(header([4_000_000_000, 28, 28]), as: .images)
        == "FILE is truncated (16 bytes of content instead of 3136000000016): \(replace)")
  }

  @Test("Images and labels of different number name both files")
  func countMismatch() throws {
    let imagePath = try folder.write(images, "i")
    let labelPath = try folder.write(Tiny.contents[3].bytes, "l")
    #expect(
      message { () throws(DatasetError) in
        _ = try LabelledImages(name: "tiny", imagesAt: imagePath, labelsAt: labelPath)
      } == "FOLDER/i holds 3 images but FOLDER/l holds 2 labels: take both files from one data set")
  }

  @Test("A label that is no class is named with its place")
  func labelOutOfRange() throws {
    let imagePath = try folder.write(images, "i")
    let labelPath = try folder.write([0, 0, 8, 1, 0, 0, 0, 3, 1, 10, 2], "l")
    #expect(
      message { () throws(DatasetError) in
        _ = try LabelledImages(name: "tiny", imagesAt: imagePath, labelsAt: labelPath)
      } == "FOLDER/l: label 1 is 10, not a class from 0 to 9: \(replace)")
  }

  @Test("A missing folder and missing files say what to run, and what is there")
  func missing() throws {
    #expect(
      message { () throws(DatasetError) in _ = try Tiny.family.load(from: folder.path + "/no") }
        == "there is no folder FOLDER/no: \(fetchTiny)")
    #expect(
      message { () throws(DatasetError) in _ = try Tiny.family.load(from: folder.path) }
        == "FOLDER lacks train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, "
        + "t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz (it is empty): \(fetchTiny)")
    try Tiny.write(to: folder)
    try FileManager.default.removeItem(atPath: folder.path + "/t10k-images-idx3-ubyte.gz")
    #expect(
      message { () throws(DatasetError) in _ = try Tiny.family.load(from: folder.path) }
        == "FOLDER lacks t10k-images-idx3-ubyte.gz (it has t10k-labels-idx1-ubyte.gz, "
        + "train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz): \(fetchTiny)")
    #expect(
      message { () throws(DatasetError) in
        _ = try IDXFile(path: folder.path + "/none", kind: .images)
      } == "there is no file FOLDER/none: check the path, or the folder named with --data")
  }

  @Test("A folder in the place of a file is said to be no file")
  func folderForFile() throws {
    #expect(
      message { () throws(DatasetError) in _ = try IDXFile(path: folder.path, kind: .images) }
        == "FOLDER cannot be read (it is not a regular file): check the disk and the path")
  }

  @Test("Forbidden files say how to allow them")
  func permission() throws {
    let expected =
      "no permission to read FOLDER/file: allow it with chmod +r, or name another folder with "
      + "--data"
    #expect(
      message { () throws(DatasetError) in throw FileBytes.error(13, folder.path + "/file") }
        == expected)
    guard geteuid() != 0 else {
      print("SKIPPED: reading a forbidden file: root may read everything, run as another user")
      return
    }
    let path = try folder.write(labels, "file")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
    #expect(
      message { () throws(DatasetError) in _ = try IDXFile(path: path, kind: .labels) }
        == expected)
  }

  @Test("Every place that was looked at is listed")
  func notFound() throws {
    func locate(_ argument: String?, _ environment: [String: String]) -> String {
      message { () throws(DatasetError) in
        _ = try DataFolder.locate(
          Tiny.family, argument: argument, environment: environment, workingFolder: folder.path)
      }
    }
    #expect(
      locate(nil, [:])
        == "tiny was not found in FOLDER/data (./data, no such folder): \(fetchTiny)")
    try folder.write([], "data/readme")
    #expect(
      locate(nil, ["APICAL_DATA": "/nowhere"])
        == "tiny was not found in /nowhere (APICAL_DATA, no such folder), FOLDER/data (./data): "
        + fetchTiny)
    #expect(
      locate("/nowhere", [:])
        == "tiny was not found in /nowhere (--data, no such folder): \(fetchTiny)")
  }

  @Test("An unknown data set is answered with the known ones")
  func unknown() {
    #expect(
      message { () throws(DatasetError) in _ = try MNISTFamily.named("nist") }
        == "there is no data set \"nist\": choose one of mnist, fashion-mnist")
  }

  @Test("Verification tells missing, wrong size, wrong content and good apart")
  func verify() throws {
    try Tiny.write(to: folder)
    try folder.write(Tiny.contents[2].bytes, "train-images-idx3-ubyte.gz")
    try FileManager.default.removeItem(atPath: folder.path + "/train-labels-idx1-ubyte.gz")
    try folder.write([0, 0, 8, 1, 0, 0, 0, 2, 1, 3], "t10k-labels-idx1-ubyte.gz")
    let lines = try Tiny.family.verify(folder.path).map {
      "\($0)".replacingOccurrences(of: folder.path, with: "FOLDER")
    }
    let digest = IDXFile(kind: .labels, shape: [2], elements: [1, 3]).contentSHA256.prefix(12)
    let published = Tiny.contents[3].contentSHA256.prefix(12)
    #expect(
      lines == [
        "FOLDER/train-images-idx3-ubyte.gz holds 2 images of 4×2, the published file 3 images "
          + "of 4×2: \(replace)",
        "train-labels-idx1-ubyte.gz: missing",
        "FOLDER/t10k-images-idx3-ubyte.gz: ok",
        "FOLDER/t10k-labels-idx1-ubyte.gz is not the published file (SHA-256 \(digest)… instead "
          + "of \(published)…): \(replace)",
      ])
  }

  @Test("A copy whose compression has no checksum is good in size only")
  func sizeOnly() throws {
    let path = try folder.write(gzipStored(labels), "x")
    let file = PublishedFile(kind: .labels, stem: "x", shape: [3], gzipSHA256: "00")
    #expect(file.verdict(path: path) == .goodSizeOnly)
    #expect(
      "\(MNISTFamily.FileReport(file: file, path: "x", verdict: .goodSizeOnly))"
        == "x: ok (size only, no checksum for this copy)")
  }

  @Test("A file that cannot be renamed into place says why")
  func cannotWrite() throws {
    #expect(
      message { () throws(DatasetError) in
        try FileBytes.move(folder.path + "/none", to: folder.path + "/there")
      } == "FOLDER/there cannot be written (No such file or directory): free some space or "
        + "choose another folder")
    try folder.write([], "plain")
    #expect(
      message { () throws(DatasetError) in
        try Downloader().fetch(Tiny.family, into: folder.path + "/plain/sub", mirrors: [])
      } == "FOLDER/plain cannot be written (Not a directory): free some space or choose "
        + "another folder")
  }
}
