// SPDX-License-Identifier: GPL-3.0-or-later

internal import Experiments
internal import Testing

@Suite("Values from the command line")
struct SpecReadingOverrideKnownAnswerTests {
  private func spec(_ overrides: String...) throws -> SampleSpec {
    try SpecDocument(text: SampleSpec.valid, file: "x.yaml", overrides: overrides)
      .read(SampleSpec.init).value
  }

  @Test("a value replaces that of the file, the last one wins")
  func replaces() throws {
    #expect(try spec("seed=1").seed == 1)
    #expect(try spec("seed=1", "seed=2").seed == 2)
    #expect(try spec("descent.adam.rate=1e-2").descent == .adam(rate: 1e-2, decays: [0.9, 0.999]))
    #expect(try spec("substrate.rate.layers=[3, 2]").layers == [3, 2])
    #expect(try spec("descent={sgd: {momentum: 0.5}}").descent == .sgd(rate: 4e-4, momentum: 0.5))
    #expect(try spec("feedback=backpropagation").feedback == .backpropagation)
    #expect(try spec("name=a=b").name == "a=b")
  }

  @Test("a list is entered by either spelling and grows by one at its end")
  func lists() throws {
    #expect(try spec("record[0].every=10").record[0].every == 10)
    #expect(try spec("record.1.every=10").record[1].every == 10)
    #expect(try spec("substrate.rate.layers[1]=7").layers == [784, 7, 10])
    let grown = try spec("record[2].what=spikes", "record[2].every=5").record
    #expect(grown.last == SampleSpec.Probe(what: "spikes", every: 5))
  }

  @Test("mappings on the way are made where there are none")
  func intermediate() throws {
    let text = """
      seed: 1
      substrate: {rate: {layers: [2, 1]}}
      feedback: backpropagation
      descent: sgd
      """
    let overrides = ["descent.sgd.momentum=0.5", "schedule.steps=7", "record[0].what=a"]
    let spec = try SpecDocument(text: text, file: "x.yaml", overrides: overrides)
      .read(SampleSpec.init).value
    #expect(spec.descent == .sgd(rate: 4e-4, momentum: 0.5))
    #expect(spec.steps == 7)
    #expect(spec.record == [SampleSpec.Probe(what: "a", every: 1)])
  }

  static let refused: [(String, String)] = [
    ("seed", "expected key.path=value"),
    ("=1", "expected a key path such as record[0].every before \"=\""),
    ("a..b=1", "expected a key path such as record[0].every before \"=\""),
    ("record[x].every=1", "expected a key path such as record[0].every before \"=\""),
    ("record[0=1", "expected a key path such as record[0].every before \"=\""),
    ("record[3].every=1", "record[3]: the list has only 2 entries"),
    ("record.every=1", "record: is a list: write record[0], not record.every"),
    ("seed.x=1", "seed: is 20200426, which cannot hold `x`"),
    ("descent[0]=1", "descent: expected a list, found a mapping"),
    ("seed=[1", "expected \",\" or \"]\" in the list opened in line 1"),
    ("seed=-1", "seed: expected an integer of at least 0, found -1"),
    ("seed=", "seed: expected an integer of at least 0, found nothing"),
    ("sed=1", "sed: unknown key, did you mean `seed`?"),
    ("record[2].every=3", "record[2].what: missing, expected a text"),
  ]

  @Test("a value that cannot be is refused with the argument as its place", arguments: refused)
  func refusals(override: String, message: String) {
    #expect(
      complaints(SampleSpec.valid, set: [override]) == ["--set \(override): \(message)"])
  }

  @Test("mistakes of the command line come after those of the file, in their order")
  func order() {
    #expect(
      complaints(
        SpoiltSpec("every: 100", "every: 0", "").text, set: ["seed=x", "nothing", "name=[]"]) == [
          "x.yaml:15:12: record[0].every: expected an integer of at least 1, found 0",
          "--set seed=x: seed: expected an integer of at least 0, found x",
          "--set nothing: expected key.path=value",
          "--set name=[]: name: expected a text, found an empty list",
        ])
  }
}
