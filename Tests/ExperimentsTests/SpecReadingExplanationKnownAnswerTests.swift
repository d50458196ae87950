// SPDX-License-Identifier: GPL-3.0-or-later

internal import Experiments
internal import Testing

@Suite("What was read, written out")
struct SpecReadingExplanationKnownAnswerTests {
  private let resolved: ResolvedSpec

  init() throws {
    let text = """
      seed: 7
      substrate: {rate: {layers: [4, 2]}}
      feedback: {perturbation: {noise: {standardDeviation: 1e-5}}}
      descent: {sgd: {rate: 2}}
      record: [{what: "a: b"}]
      """
    resolved = try SpecDocument(text: text, file: "x.yaml").read(SampleSpec.init).resolved
  }

  @Test("the resolved specification holds every parameter in reading order")
  func yaml() {
    #expect(
      resolved.yaml == """
        seed: 7
        name: unnamed
        substrate:
          rate:
            layers: [4, 2]
            activation: sigmoid
        feedback:
          perturbation:
            noise:
              standardDeviation: 1.0e-05
            warmup: 0
        descent:
          sgd:
            rate: 2.0
            momentum: 0.0
        schedule:
          steps: 1000
          shuffled: true
        record:
          - what: "a: b"
            every: 1

        """)
  }

  @Test("the explanation is a table of the same parameters")
  func explanation() {
    let lines = resolved.explanation.split(separator: "\n").map(String.init)
    let expected = """
      parameter                                      value         unit   from     about
      seed                                           7                    given    SEED
      name                                           unnamed              default  NAME
      substrate.rate.layers                          [4, 2]        units  given    LAYERS
      substrate.rate.activation                      sigmoid              default  of hidden layers
      """
    let abouts = [
      ("SEED", "the seed of every random number"), ("NAME", "what the run is called"),
      ("LAYERS", "units per layer, the input first"),
    ]
    let filled = abouts.reduce(expected) { $0.replacing($1.0, with: $1.1) }
    #expect(lines.prefix(5).joined(separator: "\n") == filled)
    let absent = lines.first { $0.hasPrefix("feedback.perturbation.forgetting ") } ?? ""
    #expect(
      absent.split(separator: " ").prefix(3) == [
        "feedback.perturbation.forgetting", "none", "default",
      ])
    #expect(lines.count == resolved.parameters.count + 1)
  }
}
