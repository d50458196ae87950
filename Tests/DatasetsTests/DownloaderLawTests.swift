// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Synchronization
import Testing

@testable import Datasets

/// The downloader against a server on loopback: whatever happens, a file without `.part` is the
/// published one.
@Suite(.serialized) struct DownloaderLawTests {
  private let served: TemporaryFolder
  private let target: TemporaryFolder
  private let downloader = Downloader(timeout: 5)
  private let name = "train-images-idx3-ubyte.gz"

  init() throws {
    served = try TemporaryFolder()
    target = try TemporaryFolder()
    try Tiny.write(to: served)
  }

  private func contents(_ path: String) -> [UInt8]? {
    FileManager.default.contents(atPath: path).map { Array($0) }
  }

  private var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: target.path)) ?? []).sorted()
  }

  private func failure(_ mirrors: [String]) -> String {
    do throws(DatasetError) {
      try downloader.fetch(Tiny.family, into: target.path, mirrors: mirrors)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test("A whole data set arrives, verifies and loads; a second fetch asks for nothing")
  func whole() throws {
    guard let server = try LoopbackServer(serving: served.path) else { return }
    let seen = Mutex<[Downloader.Progress]>([])
    let paths = try downloader.fetch(
      Tiny.family, into: target.path + "/sub", mirrors: [server.address],
      progress: { progress in seen.withLock { $0.append(progress) } })
    #expect(paths == Tiny.family.files.map { target.path + "/sub/" + $0.gzipName })
    #expect(try Tiny.family.verify(target.path + "/sub").allSatisfy { $0.verdict == .good })
    #expect(try Tiny.family.load(from: target.path + "/sub").training == Tiny.training)
    #expect(server.requests == Tiny.family.files.map { "/\($0.gzipName) -" })
    let last = seen.withLock { $0 }.filter { $0.file == name }.last
    let size = contents(served.path + "/" + name)?.count
    #expect(last?.received == size && last?.expected == size)
    #expect(last?.mirror == server.address)
    try downloader.fetch(Tiny.family, into: target.path + "/sub", mirrors: [server.address])
    #expect(server.requests.count == 4)
  }

  @Test("Half a file is continued where it ends, by a Range request")
  func resume() throws {
    guard let server = try LoopbackServer(serving: served.path) else { return }
    let whole = try #require(contents(served.path + "/" + name))
    try target.write(Array(whole.prefix(whole.count / 2)), name + ".part")
    try downloader.fetch(Tiny.family, into: target.path, mirrors: [server.address])
    #expect(server.requests.first == "/\(name) bytes=\(whole.count / 2)-")
    #expect(contents(target.path + "/" + name) == whole)
    #expect(names == Tiny.family.files.map(\.gzipName).sorted())
  }

  @Test("A server that ignores the Range is taken at its word: the file is not doubled")
  func ignoresRange() throws {
    guard let server = try LoopbackServer(serving: served.path, .ignoresRange) else { return }
    let whole = try #require(contents(served.path + "/" + name))
    try target.write(Array(whole.prefix(20)), name + ".part")
    try downloader.fetch(Tiny.family, into: target.path, mirrors: [server.address])
    #expect(server.requests.first == "/\(name) bytes=20-")
    #expect(contents(target.path + "/" + name) == whole)
  }

  @Test("A spoilt beginning is found by the checksum, deleted, and everything fetched again")
  func spoiltPart() throws {
    guard let server = try LoopbackServer(serving: served.path) else { return }
    let whole = try #require(contents(served.path + "/" + name))
    try target.write(Array(repeating: 7, count: 20), name + ".part")
    try downloader.fetch(Tiny.family, into: target.path, mirrors: [server.address])
    #expect(server.requests.prefix(2) == ["/\(name) bytes=20-", "/\(name) -"])
    #expect(contents(target.path + "/" + name) == whole)
  }

  @Test("A beginning that is longer than the file is thrown away")
  func tooLongPart() throws {
    guard let server = try LoopbackServer(serving: served.path) else { return }
    let whole = try #require(contents(served.path + "/" + name))
    try target.write(whole + whole, name + ".part")
    try downloader.fetch(Tiny.family, into: target.path, mirrors: [server.address])
    #expect(contents(target.path + "/" + name) == whole)
  }

  @Test("Content that is not the published one is refused and deleted")
  func corrupted() throws {
    var content = Tiny.contents[0].bytes
    content[20] ^= 1
    try served.write(gzipStored(content), name)
    guard let server = try LoopbackServer(serving: served.path) else { return }
    #expect(
      failure([server.address])
        == "\(name) could not be downloaded (\(server.address): what arrived is not the "
        + "published file): check the network and repeat, or copy the file into the folder by "
        + "hand")
    #expect(names == [])
    try served.write(Array("<html>moved</html>".utf8), name)
    #expect(failure([server.address]).contains("what arrived is damaged"))
    #expect(names == [])
  }

  @Test("A mirror that is down, lacks the file or never answers is passed over")
  func nextMirror() throws {
    let empty = try TemporaryFolder()
    guard let server = try LoopbackServer(serving: served.path),
      let lacking = try LoopbackServer(serving: empty.path),
      let silent = try LoopbackServer(serving: served.path, .silent)
    else { return }
    // The silent server would answer after 300 seconds.
    let started = Date()
    let path = try Downloader(timeout: 1).fetch(
      Tiny.family.trainingImages, into: target.path,
      mirrors: ["http://127.0.0.1:9/", lacking.address, silent.address, server.address],
      progress: { _ in })
    #expect(lacking.requests.count == 1 && silent.requests.count == 1)
    #expect(server.requests == ["/\(name) -"])
    #expect(contents(path) == contents(served.path + "/" + name))
    #expect(Date().timeIntervalSince(started) < 150)
  }

  @Test("A connection that breaks off leaves its part, and the next mirror continues it")
  func breaksOff() throws {
    guard let broken = try LoopbackServer(serving: served.path, .breaksOff),
      let server = try LoopbackServer(serving: served.path)
    else { return }
    let whole = try #require(contents(served.path + "/" + name))
    #expect(failure([broken.address]).hasPrefix("\(name) could not be downloaded"))
    #expect(names == [name + ".part"])
    #expect(contents(target.path + "/\(name).part") == Array(whole.prefix(whole.count / 2)))
    try downloader.fetch(Tiny.family, into: target.path, mirrors: [server.address])
    #expect(server.requests.first == "/\(name) bytes=\(whole.count / 2)-")
    #expect(contents(target.path + "/" + name) == whole)
  }

  @Test("A damaged file that is already there is replaced")
  func replaces() throws {
    guard let server = try LoopbackServer(serving: served.path) else { return }
    try Tiny.write(to: target)
    try target.write([1, 2, 3], name)
    try downloader.fetch(Tiny.family, into: target.path, mirrors: [server.address])
    #expect(server.requests == ["/\(name) -"])
    #expect(try Tiny.family.verify(target.path).allSatisfy { $0.verdict == .good })
  }

  @Test("A full disk ends the download with the system's reason, not at the next mirror")
  func fullDisk() throws {
    guard let server = try LoopbackServer(serving: served.path) else { return }
    try FileManager.default.createSymbolicLink(
      atPath: target.path + "/\(name).part", withDestinationPath: "/dev/full")
    #expect(
      failure([server.address, server.address])
        == "\(target.path)/\(name).part cannot be written (No space left on device): free some "
        + "space or choose another folder")
    #expect(server.requests.count == 1)
  }

  @Test("When every mirror fails, each is named with its reason")
  func allFail() throws {
    let empty = try TemporaryFolder()
    guard let lacking = try LoopbackServer(serving: empty.path) else { return }
    #expect(
      failure([lacking.address, lacking.address + "more/"])
        == "\(name) could not be downloaded (\(lacking.address): HTTP 404; "
        + "\(lacking.address)more/: HTTP 404): check the network and repeat, or copy the file "
        + "into the folder by hand")
    #expect(names == [])
  }
}
