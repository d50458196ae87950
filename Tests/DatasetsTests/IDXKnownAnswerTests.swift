// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@testable import Datasets

@Suite struct IDXKnownAnswerTests {
  @Test("The bytes of an IDX file are magic number, big-endian dimensions, elements")
  func bytes() {
    let images = IDXFile(kind: .images, shape: [1, 2, 3], elements: [1, 2, 3, 4, 5, 6])
    #expect(
      images.bytes == [
        0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6,
      ])
    let labels = IDXFile(kind: .labels, shape: [258], elements: Array(repeating: 7, count: 258))
    #expect(labels.bytes.prefix(9) == [0, 0, 8, 1, 0, 0, 1, 2, 7])
  }

  @Test("A file compressed by gzip itself reads like the plain one, whatever their names")
  func gzip() throws {
    let folder = try TemporaryFolder()
    // Python: gzip.compress(bytes([0,0,8,1,0,0,0,40] + [i % 10 for i in range(40)]), mtime=0)
    let compressed = try #require(
      Data(
        base64Encoded: "H4sIAAAAAAACA2Ng4GBkYGDQYGBkYmZhZWPn4MTPAgA4IFOxMAAAAA=="))
    let expected = (0..<40).map { UInt8($0 % 10) }
    let path = try folder.write(Array(compressed), "labels")
    let read = try IDXFile(path: path, kind: .labels)
    #expect(read == IDXFile(kind: .labels, shape: [40], elements: expected))
    let plain = try folder.write(read.bytes, "labels.gz")
    #expect(try IDXFile(path: plain, kind: .labels) == read)
  }

  @Test("A stored gzip stream of several blocks reads as what was stored")
  func manyBlocks() throws {
    let folder = try TemporaryFolder()
    let content = IDXFile(
      kind: .images, shape: [200, 28, 28], elements: (0..<156_800).map { UInt8($0 * 7 % 251) })
    let path = try folder.write(gzipStored(content.bytes), "x")
    #expect(try IDXFile(path: path, kind: .images) == content)
  }

  @Test("SHA-256 of the content does not depend on the compression")
  func contentHash() throws {
    // echo -en '\0\0\x08\x01\0\0\0\x01\x05' | sha256sum
    let labels = IDXFile(kind: .labels, shape: [1], elements: [5])
    #expect(
      labels.contentSHA256 == "3afb77842a393f5177431fbff622da97dcf83b0818befe62777f51c37eba4401")
    let folder = try TemporaryFolder()
    let path = try folder.write(gzipStored(labels.bytes), "x.gz")
    #expect(try IDXFile(path: path, kind: .labels).contentSHA256 == labels.contentSHA256)
  }

  @Test("A folder loads under each spelling of the names")
  func spellings() throws {
    for spelling in 0..<4 {
      let folder = try TemporaryFolder()
      for (file, content) in zip(Tiny.family.files, Tiny.contents) {
        try folder.write(
          spelling < 2 ? gzipStored(content.bytes) : content.bytes, file.names[spelling])
      }
      let sets = try Tiny.family.load(from: folder.path)
      #expect(sets.training == Tiny.training)
      #expect(sets.test == Tiny.test)
    }
  }

  @Test("Real MNIST loads with the published sizes, classes and checksums")
  func mnist() throws {
    guard let folder = realMNIST("real MNIST") else { return }
    let sets = try MNISTFamily.mnist.load(from: folder)
    #expect(sets.training.count == 60_000 && sets.test.count == 10_000)
    #expect(sets.training.width == 28 && sets.training.height == 28)
    #expect(
      sets.training.classCounts
        == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    #expect(
      sets.test.classCounts == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
    #expect(sets.training.labels.prefix(10) == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    let mean =
      Double(sets.training.pixels.reduce(0) { $0 + Int($1) })
      / Double(sets.training.pixels.count) / 255
    #expect(abs(mean - 0.1307) < 0.00005)
    let verdicts = try MNISTFamily.mnist.verify(folder).map(\.verdict)
    #expect(verdicts == [.good, .good, .good, .good])
  }
}
