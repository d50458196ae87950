// SPDX-License-Identifier: GPL-3.0-or-later

internal import Experiments
internal import Testing

/// What the sample experiment does not use: texts with their own reading, optional parts, reports.
@Suite("Kinds of parameters and optional parts")
struct SpecReadingKindsKnownAnswerTests {
  private static let potential = SpecKind<Double>.parsed(
    expected: "a potential such as -70 mV", placeholder: 0,
    parse: { text in
      let parts = text.split(separator: " ")
      return parts.count == 2 && parts[1] == "mV" ? Double(parts[0]) : nil
    },
    format: { "\($0) mV" })

  private func lines(_ text: String, _ schema: (SpecObject) -> Void) -> [String] {
    do {
      _ = try SpecDocument(text: text, file: "x.yaml").read(schema)
      return []
    } catch {
      return error.diagnostics.map(\.description)
    }
  }

  @Test("a type that reads its own text keeps its unit in the resolved specification")
  func parsed() throws {
    func schema(_ root: SpecObject) -> Double {
      root.value("rest", Self.potential, default: -65, about: "resting potential")
    }
    let given = try SpecDocument(text: "rest: -70 mV", file: "x").read(schema)
    #expect(given.value == -70)
    #expect(given.resolved.yaml == "rest: \"-70.0 mV\"\n")
    #expect(try SpecDocument(text: given.resolved.yaml, file: "x").read(schema).value == -70)
    #expect(
      lines("rest: -70", { _ = schema($0) }) == [
        "x.yaml:1:7: rest: expected a potential such as -70 mV, found -70"
      ])
  }

  @Test(
    "bounds say in words which ends they include",
    arguments: [
      (SpecBounds<Double>.any, "a number", "no"),
      (.atLeast(1), "a number of at least 1", "0.5"),
      (.atMost(1), "a number of at most 1", "1.5"),
      (.lessThan(1), "a number less than 1", "1"),
      (.from(0, to: 0.5), "a number from 0 to 0.5", "0.6"),
      (.from(0, below: 1), "a number of at least 0 and less than 1", "1.0"),
      (.greaterThan(0, atMost: 1), "a number greater than 0 and at most 1", "0"),
      (.greaterThan(0, below: 1e-5), "a number greater than 0 and less than 1.0e-05", "1.0e-05"),
    ] as [(SpecBounds<Double>, String, String)])
  func bounds(bounds: SpecBounds<Double>, sentence: String, outside: String) {
    #expect(
      lines("x: \(outside)", { _ = $0.required("x", .real(bounds), about: "") }) == [
        "x.yaml:1:4: x: expected \(sentence), found \(outside)"
      ])
  }

  @Test("an included end is accepted, and so is the nearest number to an excluded one")
  func ends() {
    let accepted: [(String, SpecBounds<Double>)] = [
      ("1", .atLeast(1)), ("1", .atMost(1)), ("0", .from(0, to: 1)), ("1", .from(0, to: 1)),
      ("0", .from(0, below: 1)), ("1", .greaterThan(0, atMost: 1)), ("1e-300", .greaterThan(0)),
      ("0.9999999999999999", .lessThan(1)), ("-1", .any),
    ]
    for (text, bounds) in accepted {
      #expect(lines("x: \(text)", { _ = $0.required("x", .real(bounds), about: "") }) == [])
    }
  }

  @Test("a part may be left out or written as nothing, and is then not there")
  func optionalParts() throws {
    func schema(_ root: SpecObject) -> [Int?] {
      [
        root.optionalObject("part") { $0.value("a", .integer(), default: 1, about: "") },
        root.optionalOneOf(
          "choice", [("one", { _ in 1 }), ("two", { $0.required("b", .integer(), about: "") })],
          about: ""),
        root.optional("c", .integer(), about: ""),
      ]
    }
    func read(_ text: String) throws -> ([Int?], String) {
      let (value, resolved) = try SpecDocument(text: text, file: "x").read(schema)
      return (value, resolved.yaml)
    }
    #expect(try read("{}") == ([nil, nil, nil], "{}\n"))
    #expect(try read("choice: null\nc: ~") == ([nil, nil, nil], "{}\n"))
    let full = try read("part:\nchoice: {two: {b: 2}}\nc: 3")
    #expect(full == ([1, 2, 3], "part:\n  a: 1\nchoice:\n  two:\n    b: 2\nc: 3\n"))
    #expect(try read(full.1) == full)
    #expect(
      lines("b: 1", { _ = schema($0) }) == [
        "x.yaml:1:1: b: unknown key: `b` belongs under `choice.two`"
      ])
  }

  @Test("a part without keys or entries is still written out")
  func emptyParts() throws {
    let resolved = try SpecDocument(text: "kind: plain\nlist: []\nwords: []", file: "x").read {
      root in
      _ = root.oneOf("kind", [("plain", { _ in 0 })], about: "")
      _ = root.objects("list") { _ in 0 }
      _ = root.required("words", .list(of: .text), about: "")
    }.resolved
    #expect(resolved.yaml == "kind: plain\nlist: []\nwords: []\n")
  }

  @Test("a schema's own complaint stands where the value stands, once, and only among sound values")
  func reports() {
    let schema = { (root: SpecObject) in
      root.object("a") { a in
        let low = a.required("low", .integer(), about: "")
        let high = a.required("high", .integer(), about: "")
        if a.isSound, low > high {
          a.report("high", "expected at least low, which is \(low)")
          a.report("high", "expected at least low, which is \(low)")
          a.report("an empty range")
          a.report("other", "a key that is not there")
        }
      }
    }
    #expect(
      lines("a:\n  low: 3\n  high: 2", schema) == [
        "x.yaml:1:1: a: an empty range",
        "x.yaml:1:1: a.other: a key that is not there",
        "x.yaml:3:9: a.high: expected at least low, which is 3",
      ])
    #expect(
      lines("a:\n  low: 3\n  high: x", schema) == [
        "x.yaml:3:9: a.high: expected an integer, found x"
      ])
    #expect(
      lines("a: {low: 3}", schema) == ["x.yaml:1:1: a.high: missing, expected an integer"])
  }

  @Test("a key that is no plain word is quoted, and a mistake stays on one line")
  func oddKeys() {
    #expect(
      lines("\"a b\\n\": 1", { _ in }) == [
        "x.yaml:1:1: \"a b\\n\": unknown key: nothing is read here"
      ])
    let error = #expect(throws: SpecError.self) {
      try SpecDocument(text: "a: 1", file: "x", overrides: ["b=1\n2"]).read { root in
        _ = root.required("a", .integer(), about: "")
      }
    }
    #expect(
      error?.diagnostics.map(\.description) == [
        "--set b=1\\n2: b: unknown key, expected `a`"
      ])
  }
}
