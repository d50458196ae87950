// SPDX-License-Identifier: GPL-3.0-or-later

internal import Experiments
internal import Foundation
internal import Testing

@Suite("What is said about a text that is no document")
struct SpecReadingSyntaxKnownAnswerTests {
  static let texts: [(text: String, line: String)] = [
    ("", "x.yaml: the document is empty"),
    ("# only a comment\n", "x.yaml: the document is empty"),
    ("~", "x.yaml: the document is empty"),
    ("- 1\n", "x.yaml:1:1: expected a mapping at the top level, found a list"),
    ("\nseed", "x.yaml:2:1: expected a mapping at the top level, found seed"),
    (
      "seed: 1\n---\nseed: 2\n",
      "x.yaml:2:1: a second document begins here: a specification is one document"
    ),
    ("a:\n\tb: 1", "x.yaml:2:1: a tab cannot indent YAML: use spaces"),
    (
      "a: b: c", "x.yaml:1:5: a second \": \" in one line: check the indentation, or quote the text"
    ),
    ("a: [1\nb: 2", "x.yaml:2:2: expected \",\" or \"]\" in the list opened in line 1"),
    ("a: {b: 1", "x.yaml:1:9: expected \",\" or \"}\" in the mapping opened in line 1"),
    ("a: 'b\nc: 1\n", "x.yaml:2:5: the quotation mark opened in line 1 is never closed"),
    ("a: @b", "x.yaml:1:4: \"@\" cannot start a value: put the value in quotation marks"),
    ("a: [b:[1]]", "x.yaml:1:6: a \":\" inside a word: put a space behind it, or quote the text"),
    ("a: &", "x.yaml:1:5: \"*\", \"&\" and \"!\" name aliases, anchors and tags: quote the text"),
    ("a: > b", "x.yaml:1:6: text behind \"|\" or \">\" begins on the next line: quote the text"),
    (
      "a: \"\\d\"", "x.yaml:1:5: unknown escape in double quotes: write \\\\ for a backslash"
    ),
    ("%a: 1", "x.yaml:1:3: \"%\" cannot begin a line: quote the text"),
    ("a: *b", "x.yaml:1:4: this alias names an anchor that does not exist"),
    ("a: 1\nb", "x.yaml:2:2: expected \": \" after the key in line 2"),
    (
      "a: 1\n  b: 2\n",
      "x.yaml:2:4: a second \": \" in one line: check the indentation, or quote the text"
    ),
    (
      "a:\n    b: 1\n  c: 2\n",
      "x.yaml:3:3: expected another key of the mapping opened in line 1: check the indentation"
    ),
    ("a: \u{1}", "x.yaml:1:4: the character U+0001 is not allowed in YAML"),
    (
      "é: 'ü' ü",
      "x.yaml:1:8: expected another key of the mapping opened in line 1: check the indentation"
    ),
    (
      "a: " + String(repeating: "[", count: 70) + String(repeating: "]", count: 70),
      "x.yaml:1:68: a\(String(repeating: "[0]", count: 64)): nested deeper than 64 levels"
    ),
    ("a: " + String(repeating: "[", count: 5000), "x.yaml:1:5: nested deeper than 64 levels"),
  ]

  @Test("a text that cannot be read is refused with its place", arguments: texts)
  func syntax(text: String, line: String) {
    #expect(complaints(text) == [line])
  }

  @Test("repeated keys are mistakes beside the others, however they are written")
  func repeatedKeys() {
    let text = SpoiltSpec("seed: 20200426", "seed: 1\n'seed': 2\nseed: x\n\"name\": a", "").text
    #expect(
      complaints(text) == [
        "x.yaml:3:1: seed: this key is given twice, first in line 2",
        "x.yaml:4:1: seed: this key is given twice, first in line 2",
        "x.yaml:6:1: name: this key is given twice, first in line 5",
      ])
  }

  @Test("keys that are no words and tags that mean nothing are mistakes beside the others")
  func oddities() {
    let text = SpoiltSpec("seed: 20200426", "seed: !secret 1\n[a]: 2\nname: !!str x\n", "").text
    #expect(
      complaints(text) == [
        "x.yaml:2:7: seed: the tag \"!secret\" has no meaning here",
        "x.yaml:3:1: a key must be a word, not a list or mapping",
        "x.yaml:6:1: name: this key is given twice, first in line 4",
      ])
  }

  @Test("aliases that unfold without end are stopped")
  func aliasBomb() {
    var text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    for i in 1...12 {
      let names = String(repeating: "*a\(i - 1), ", count: 9)
      text += "a\(i): &a\(i) [\(names)]\n"
    }
    let found = complaints(text)
    #expect(found.count == 1)
    #expect(found.first?.hasSuffix("the document unfolds to more than 100000 values") == true)
  }

  @Test("a large document with thousands of mistakes is refused without delay")
  func manyMistakes() {
    let list = String(repeating: "0,", count: 20_000)
    let found = complaints(
      SpoiltSpec("[784, 50, 10]", "[\(list)]", "").text)
    #expect(found.count == 20_000)
    #expect(
      found.last == "x.yaml:5:40017: substrate.rate.layers[19999]: "
        + "expected an integer of at least 1, found 0")
    let keys = (0..<20_000).map { "k\($0): 1\n" }.joined()
    #expect(complaints(SampleSpec.valid + keys).count == 20_000)
  }

  @Test("lines end and columns count as in an editor")
  func placesInText() {
    let lines = ["# é", "seed: -1", "name: 'ü'", "x: 1"]
    for end in ["\n", "\r\n"] {
      let found = complaints("\u{FEFF}" + lines.joined(separator: end))
      #expect(found.contains("x.yaml:2:7: seed: expected an integer of at least 0, found -1"))
      #expect(found.contains { $0.hasPrefix("x.yaml:4:1: x: unknown key") })
    }
  }

  @Test("a file that cannot be read is refused with its reason")
  func files() throws {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "spec-reading-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    func complaint(_ name: String, _ bytes: [UInt8]?) throws -> String {
      let path = directory.appending(path: name).path
      if let bytes { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
      let error = #expect(throws: SpecError.self) { try SpecDocument(contentsOf: path) }
      return (error?.diagnostics.map(\.description).joined() ?? "").replacing(path, with: "F")
    }
    #expect(try complaint("absent.yaml", nil) == "F: no such file")
    #expect(try complaint("", nil) == "F: is a directory, expected a YAML file")
    #expect(try complaint("empty.yaml", []) == "F: the document is empty")
    #expect(
      try complaint("large.yaml", Array(repeating: 0x23, count: SpecDocument.sizeLimit + 1))
        == "F: is larger than 1 MiB, which no specification should be")
    #expect(
      try complaint("latin.yaml", Array("a: 1\n# é".utf8) + [0xE9, 0x0A])
        == "F:2:4: this byte is not UTF-8 text")
    #expect(
      try complaint("wide.yaml", [0xFF, 0xFE, 0x61, 0x00]) == "F: is UTF-16, expected UTF-8")
    let path = directory.appending(path: "valid.yaml").path
    try Data(SampleSpec.valid.utf8).write(to: URL(fileURLWithPath: path))
    let document = try SpecDocument(contentsOf: path, overrides: ["seed=3"])
    #expect(document.text == SampleSpec.valid)
    #expect(try document.read(SampleSpec.init).value.seed == 3)
  }
}
