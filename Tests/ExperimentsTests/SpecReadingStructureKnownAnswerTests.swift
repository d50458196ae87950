// SPDX-License-Identifier: GPL-3.0-or-later

internal import Experiments
internal import Testing

@Suite("What is said about keys, mappings and variants")
struct SpecReadingStructureKnownAnswerTests {
  static let keys = [
    SpoiltSpec(
      "seed: 20200426", "", "x.yaml:3:1: seed: missing, expected an integer of at least 0"),
    SpoiltSpec("seed:", "sede:", "x.yaml:2:1: sede: unknown key, did you mean `seed`?"),
    SpoiltSpec(
      "standardDeviation", "standarddeviation",
      "x.yaml:8:13: feedback.perturbation.noise.standarddeviation: "
        + "unknown key, did you mean `standardDeviation`?"),
    SpoiltSpec(
      "standardDeviation: 0.01", "",
      "x.yaml:8:5: feedback.perturbation.noise.standardDeviation: "
        + "missing, expected a number greater than 0"),
    SpoiltSpec(
      "  steps: 1e5", "  colour: red",
      "x.yaml:12:3: schedule.colour: unknown key, expected `steps` or `shuffled`"),
    SpoiltSpec(
      "# A sample.", "momentum: 0.9",
      "x.yaml:1:1: momentum: unknown key: `momentum` belongs under `descent.sgd`"),
    SpoiltSpec(
      "# A sample.", "rate: 0.1",
      "x.yaml:1:1: rate: unknown key: `rate` belongs under `substrate` or under `descent.adam`"),
    SpoiltSpec(
      "  steps: 1e5", "  every: 10",
      "x.yaml:12:3: schedule.every: unknown key: `every` belongs under `record[]`"),
    SpoiltSpec(
      "  steps: 1e5", "  seed: 10",
      "x.yaml:12:3: schedule.seed: unknown key: `seed` belongs at the top level"),
    SpoiltSpec(
      "what: layer2.output", "wat: layer2.output",
      "x.yaml:16:5: record[1].wat: unknown key, did you mean `what`?"),
    SpoiltSpec(
      "- what: layer2.output", "- layer2.output",
      "x.yaml:16:5: record[1]: expected a mapping, found layer2.output"),
    SpoiltSpec(
      "- what: layer2.output", "- every: 2",
      "x.yaml:16:5: record[1].what: missing, expected a text"),
    SpoiltSpec(
      "{standardDeviation: 0.01}", "0.01",
      "x.yaml:8:12: feedback.perturbation.noise: expected a mapping, found 0.01"),
    SpoiltSpec(
      "noise: {standardDeviation: 0.01}", "",
      "x.yaml:7:3: feedback.perturbation.noise: missing, expected a mapping"),
  ]

  static let variants = [
    SpoiltSpec(
      "adam: {rate: 4.0e-4}", "rate: 4.0e-4",
      "x.yaml:10:11: descent.rate: unknown key: `rate` belongs under `descent.sgd` "
        + "or under `descent.adam`"),
    SpoiltSpec(
      "adam: {rate: 4.0e-4}", "decays: [0.9, 0.999]",
      "x.yaml:10:11: descent.decays: unknown key: `decays` belongs under `descent.adam`"),
    SpoiltSpec(
      "{adam: {rate: 4.0e-4}}", "gsd",
      "x.yaml:10:10: descent: expected sgd or adam, found gsd, did you mean sgd?"),
    SpoiltSpec(
      "adam: {", "adma: {",
      "x.yaml:10:11: descent.adma: unknown key, did you mean `adam`?"),
    SpoiltSpec(
      "{adam: {rate: 4.0e-4}}", "{sgd: {}, adam: {rate: 1}}",
      "x.yaml:10:10: descent: expected exactly one of sgd or adam, found a mapping: sgd, adam"),
    SpoiltSpec(
      "{adam: {rate: 4.0e-4}}", "{sgd: {}, momentum: 0.9}",
      "x.yaml:10:20: descent.momentum: unknown key: `momentum` belongs under `descent.sgd`"),
    SpoiltSpec(
      "{adam: {rate: 4.0e-4}}", "{newton: {rate: 1}}",
      "x.yaml:10:11: descent.newton: unknown key, expected `sgd` or `adam`"),
    SpoiltSpec(
      "{adam: {rate: 4.0e-4}}", "adam",
      "x.yaml:10:10: descent.adam.rate: missing, expected a number greater than 0"),
    SpoiltSpec(
      "{adam: {rate: 4.0e-4}}", "{}",
      "x.yaml:10:10: descent: expected sgd or adam, found an empty mapping"),
    SpoiltSpec(
      "{adam: {rate: 4.0e-4}}", "[adam]",
      "x.yaml:10:10: descent: expected sgd or adam, found a list"),
    SpoiltSpec(
      "descent: {adam: {rate: 4.0e-4}}", "descent: {adam: 4.0e-4}",
      "x.yaml:10:17: descent.adam: expected a mapping, found 4.0e-4"),
  ]

  @Test("a key is refused with its reason", arguments: keys)
  func key(spoilt: SpoiltSpec) {
    #expect(complaints(spoilt.text) == [spoilt.line])
  }

  @Test("a variant is refused with its reason", arguments: variants)
  func variant(spoilt: SpoiltSpec) {
    #expect(complaints(spoilt.text) == [spoilt.line])
  }

  @Test(
    "a variant may be its name alone, or a key with nothing behind it",
    arguments: ["sgd", "\"sgd\"", "{sgd: }", "{sgd: {}}", "{sgd: null}"])
  func variantAlone(text: String) throws {
    let document = try SpecDocument(
      text: SpoiltSpec("{adam: {rate: 4.0e-4}}", text, "").text, file: "x.yaml")
    #expect(
      try document.read(SampleSpec.init).value.descent == .sgd(rate: 4e-4, momentum: 0))
  }

  @Test("a variant left out takes its default and says so")
  func defaultVariant() throws {
    let document = try SpecDocument(
      text: SpoiltSpec("descent: {adam: {rate: 4.0e-4}}", "", "").text, file: "x.yaml")
    let (spec, resolved) = try document.read(SampleSpec.init)
    #expect(spec.descent == .sgd(rate: 4e-4, momentum: 0))
    let given = resolved.parameters.filter { $0.keyPath.hasPrefix("descent") }
    #expect(given.map(\.keyPath) == ["descent", "descent.sgd.rate", "descent.sgd.momentum"])
    #expect(given.allSatisfy { $0.isDefault })
  }

  @Test("anchors, aliases and merged defaults are followed, what stands beside them wins")
  func anchors() throws {
    let text = SpoiltSpec(
      "- what: layer1.output", "- &first\n    what: layer1.output", ""
    ).text.replacing("- what: layer2.output", with: "- {<<: *first, what: b}\n  - *first")
    let spec = try SpecDocument(text: text, file: "x.yaml").read(SampleSpec.init).value
    let every = spec.record.map(\.every)
    #expect(every == [100, 100, 100])
    #expect(spec.record.map(\.what) == ["layer1.output", "b", "layer1.output"])
  }

  @Test("eight mistakes in one specification are reported together, in the order of the text")
  func everythingAtOnce() {
    let text = """
      seed: -3
      naem: x
      substrate:
        rate: {layers: [784, none], activation: rleu}
      feedback: {perturbation: {noise: {standardDeviation: 0}, warmup: 2.5}}
      descent: {sgd: {rate: "0.1"}}
      schedule: {steps: 10, steps: 20}
      """
    #expect(
      complaints(text) == [
        "x.yaml:1:7: seed: expected an integer of at least 0, found -3",
        "x.yaml:2:1: naem: unknown key, did you mean `name`?",
        "x.yaml:4:24: substrate.rate.layers[1]: expected an integer of at least 1, found none",
        "x.yaml:4:43: substrate.rate.activation: expected sigmoid, relu or tanh, found rleu, "
          + "did you mean relu?",
        "x.yaml:5:54: feedback.perturbation.noise.standardDeviation: "
          + "expected a number greater than 0, found 0",
        "x.yaml:5:66: feedback.perturbation.warmup: expected an integer of at least 0, found 2.5",
        "x.yaml:6:23: descent.sgd.rate: expected a number greater than 0, "
          + "found the text \"0.1\": remove the quotes",
        "x.yaml:7:23: schedule.steps: this key is given twice, first in line 7",
      ])
  }

  @Test("the error counts its mistakes in its last line")
  func lastLine() throws {
    let document = try SpecDocument(text: "seed: 1", file: "models/x.yaml")
    let error = try #require(throws: SpecError.self) { try document.read(SampleSpec.init) }
    #expect(
      error.description == """
        models/x.yaml:1:1: feedback: missing, expected backpropagation or perturbation
        models/x.yaml:1:1: substrate: missing, expected a mapping
        2 mistakes in models/x.yaml
        """)
    let single = try #require(throws: SpecError.self) {
      try SpecDocument(text: "", file: "models/x.yaml")
    }
    #expect(
      single.description == "models/x.yaml: the document is empty\n1 mistake in models/x.yaml")
  }
}
