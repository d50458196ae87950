// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@testable import Experiments

/// `docs/simulations.md` has a row for every key that a simulation reads, and for no other.
@Suite struct SimulationKeysKnownAnswerTests {
  /// Keys of these mappings are names of a person's own.
  private static let named = ["populations", "sources", "compartments", "couplings", "receptors"]

  /// The paths of all keys, with NAME for names.
  private func known() throws -> [[String]] {
    let document = try SpecDocument(text: SimulationSpecKnownAnswerTests.text, file: "x.yaml")
    let collector = SpecCollector(mistakes: [])
    _ = SpecObject(
      document.root.entries ?? [], at: .root, place: document.root.place, collector: collector
    ).finish(SimulationSpec.init(reading:))
    var paths: Set<[String]> = []
    for (key, homes) in Array(collector.homes) + Array(collector.probedHomes) {
      for home in homes {
        let components = home.components.compactMap { component -> String? in
          if case .key(let key) = component { key } else { nil }
        }
        var path: [String] = []
        for component in components + [key] {
          let isName =
            path.last.map { Self.named.contains($0) } == true
            || path.last == "noise" && path.first == "populations"
          path.append(isName ? "NAME" : component)
        }
        paths.insert(path)
      }
    }
    return paths.filter { $0.last != "NAME" }.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// The keys in the first columns of the tables.
  private func documented() throws -> [[String]] {
    let docs = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("docs/simulations.md")
    return try String(contentsOf: docs, encoding: .utf8).split { $0.isNewline }.flatMap { line in
      guard line.hasPrefix("| `") else { return [[String]]() }
      let cell = line.dropFirst().split(separator: "|")[0]
      return cell.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map {
        $0.element.split(separator: ".").map(String.init)
      }
    }
  }

  private func isEnd(_ end: [String], of path: [String]) -> Bool {
    path.suffix(end.count) == end[...]
  }

  @Test func `every key is documented`() throws {
    let (known, documented) = try (known(), documented())
    #expect(known.count > 100 && documented.count > 80)
    let missing = known.filter { path in !documented.contains { isEnd($0, of: path) } }
    #expect(missing.map { $0.joined(separator: ".") } == [])
  }

  @Test func `nothing is documented that is no key`() throws {
    let (known, documented) = try (known(), documented())
    let stale = documented.filter { end in !known.contains { isEnd(end, of: $0) } }
    #expect(stale.map { $0.joined(separator: ".") } == [])
  }
}
