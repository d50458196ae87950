// SPDX-License-Identifier: GPL-3.0-or-later

internal import Experiments
internal import Testing

/// A small generator for texts: SplitMix64 (Steele, Lea & Flood 2014).
private struct Mixer: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite("Laws of reading a specification")
struct SpecReadingLawTests {
  /// Texts that between them use every kind of value and every default.
  static let texts = [
    SampleSpec.valid,
    "seed: 0\nsubstrate: {rate: {layers: [1, 1]}}\nfeedback: backpropagation\n",
    "seed: 1\nsubstrate: {rate: {layers: [9, 1]}}\nrecord: []\ndescent: sgd\n"
      + "feedback: {perturbation: {noise: {standardDeviation: 1e-300}, warmup: 3}}\n",
    "seed: 9223372036854775807\nsubstrate: {rate: {layers: [1, 2, 3], activation: tanh}}\n"
      + "feedback: {backpropagation: }\ndescent: {adam: {rate: 123456789e10, decays: [0, 0.1, 5e-9]}}\n"
      + "directory: /a b/ü\nname: \"no\"\nschedule: {shuffled: false, steps: 7}\n",
  ]

  @Test(
    "the resolved specification reads back as the same values and the same text", arguments: texts)
  func roundTrip(text: String) throws {
    let (spec, resolved) = try SpecDocument(text: text, file: "x.yaml").read(SampleSpec.init)
    let (again, resolvedAgain) = try SpecDocument(text: resolved.yaml, file: "resolved.yaml")
      .read(SampleSpec.init)
    #expect(again == spec)
    #expect(resolvedAgain.yaml == resolved.yaml)
    #expect(resolvedAgain.parameters.map(\.keyPath) == resolved.parameters.map(\.keyPath))
    #expect(resolvedAgain.parameters.map(\.value) == resolved.parameters.map(\.value))
    #expect(resolvedAgain.parameters.allSatisfy { !$0.isDefault || $0.value.isEmpty })
  }

  @Test("any name survives the round trip, whatever YAML would take it for")
  func names() throws {
    var mixer = Mixer(state: 3)
    let alphabet = Array(" -#:{}[],&*!|>'\"%@`\\\n\t\r~<=.0179eaé\u{85}\u{2028}\u{1F600}\u{7}")
    let words = ["", "~", "null", "yes", "1e3", "-", "- a", ".inf", "<<", "a: b", "0x1", "true"]
    let random = (0..<300).map { _ in
      String(
        (0..<Int.random(in: 1...6, using: &mixer)).map { _ in
          alphabet.randomElement(using: &mixer) ?? "a"
        })
    }
    for name in words + random {
      func schema(_ root: SpecObject) -> String {
        root.value("name", .text, default: name, about: "")
      }
      let resolved = try SpecDocument(text: "{}", file: "x").read(schema).resolved
      let again = try SpecDocument(text: resolved.yaml, file: "x").read { root in
        root.required("name", .text, about: "")
      }
      #expect(Array(again.value.unicodeScalars) == Array(name.unicodeScalars))
      #expect(again.resolved.yaml == resolved.yaml)
    }
  }

  @Test("every finite number survives the round trip, bit for bit")
  func numbers() throws {
    var mixer = Mixer(state: 4)
    let special: [Double] = [
      0, -0.0, 1e-5, 1e16, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1, 1e15,
    ]
    let random = (0..<500).map { _ in Double(bitPattern: mixer.next()) }.filter(\.isFinite)
    let numbers = special + random
    let resolved = try SpecDocument(text: "{}", file: "x").read { root in
      root.value("numbers", .list(of: .real()), default: numbers, about: "")
    }.resolved
    let again = try SpecDocument(text: resolved.yaml, file: "x").read { root in
      root.required("numbers", .list(of: .real()), about: "")
    }.value
    #expect(again.map(\.bitPattern) == numbers.map(\.bitPattern))
  }

  @Test("no damage to a text crashes the reader, and every complaint has a place")
  func damage() {
    var mixer = Mixer(state: 5)
    let pieces = Array("\n\t :,-[]{}&*!|>'\"%@`#?~<=.0e\\é\u{E000}\u{0}a")
    var refused = 0
    for turn in 0..<1000 {
      var text = Array(SampleSpec.valid)
      if turn % 4 == 0 { text.removeLast(Int.random(in: 1...text.count, using: &mixer)) }
      for _ in 0..<Int.random(in: 1...4, using: &mixer) where !text.isEmpty {
        let start = Int.random(in: 0..<text.count, using: &mixer)
        let end = Int.random(in: start...min(start + 9, text.count), using: &mixer)
        let piece = pieces.randomElement(using: &mixer) ?? "a"
        switch Int.random(in: 0..<4, using: &mixer) {
        case 0: text.removeSubrange(start..<end)
        case 1: text[start] = piece
        case 2: text.insert(piece, at: start)
        default: text.insert(contentsOf: text[start..<end], at: start)
        }
      }
      let found = complaints(String(text))
      refused += found.isEmpty ? 0 : 1
      let lines = SpecDamage.lineCount(String(text))
      for line in found where line != "x.yaml: the document is empty" {
        let parts = line.split(separator: ":", maxSplits: 3)
        let place = parts.dropFirst().prefix(2).compactMap { Int($0) }
        #expect(place.count == 2 && place[0] >= 1 && place[0] <= lines && place[1] >= 1, "\(line)")
      }
    }
    #expect(refused > 700 && refused < 1000)
  }

  @Test("what stands above a mistake moves its line, what stands beside it its column")
  func places() {
    for shift in [0, 1, 7] {
      let above = String(repeating: "# é\n", count: shift)
      let beside = String(repeating: " ", count: shift)
      let text = above + SpoiltSpec("seed: 20200426", "seed: \(beside)-1", "").text
      #expect(
        complaints(text) == [
          "x.yaml:\(2 + shift):\(7 + shift): seed: expected an integer of at least 0, found -1"
        ])
    }
  }

  @Test(
    "a slip of the finger finds the key that was meant, another word finds none",
    arguments: [
      ("stpes", "steps"), ("step", "steps"), ("STEPS", "steps"), ("evaluateevery", "evaluateEvery"),
      ("evalauteEvry", "evaluateEvery"), ("sead", "seed"), ("ridgee", "ridge"), ("rte", "rate"),
      ("colour", nil), ("x", nil), ("ra", nil), ("stop", nil), ("seeds and trees", nil),
      ("evaluate", nil),
    ] as [(String, String?)])
  func suggestions(written: String, meant: String?) throws {
    let keys = ["seed", "rate", "ridge", "steps", "evaluateEvery"]
    let document = try SpecDocument(text: "\(written): 1", file: "x")
    let error = #expect(throws: SpecError.self) {
      try document.read { root in
        for key in keys { _ = root.optional(key, .integer(), about: "") }
      }
    }
    let line = error?.diagnostics.first?.message ?? ""
    if let meant {
      #expect(line == "unknown key, did you mean `\(meant)`?")
    } else {
      #expect(line.hasPrefix("unknown key, expected `seed`, "))
    }
  }
}

private enum SpecDamage {
  /// The lines of a text as YAML counts them.
  static func lineCount(_ text: String) -> Int {
    text.split(omittingEmptySubsequences: false) { $0.isNewline }.count
  }
}
