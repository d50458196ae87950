// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Substrates
import Testing

@testable import Experiments

/// Studies: what is read, in which order it is run, and what is refused, word for word.
@Suite struct StudySpecKnownAnswerTests {
  static let text = """
    study:
      claim: noise hurts
      base:
        substrate: {rate: {layers: [784, 8, 10]}}
        feedback: {perturbation: {estimator: ridge}}
        descent: {sgd: {rate: 1.0e-3}}
        data: {syntheticDigits: {batch: 8, train: 200, test: 50, validation: 50}}
        schedule: {steps: 40, evaluateEvery: 20, checkpointEvery: 20}
      seeds: [3, 1]
      set: ["metrics.examples=20"]
      axes:
        - name: strength
          key: feedback.perturbation.noise.standardDeviation
          values: [0.01, 1.0e-1]
        - name: baseline
          values:
            clean: []
            antithetic: ["feedback.perturbation.baseline=antithetic"]
            none: ["feedback.perturbation.baseline=none"]
      exclude:
        - {when: {strength: 0.01, baseline: [none, antithetic]}, because: too little}
      collect: [test_error, angle_1]
    """

  private func read(_ overrides: [String] = [], text: String = text) throws -> StudySpec {
    try StudySpec.read(SpecDocument(text: text, file: "s.yaml", overrides: overrides)).value
  }

  private func mistakes(_ overrides: [String], text: String = text) -> [String] {
    RunFixture.mistakes { _ = try read(overrides, text: text) }
  }

  private func replacing(_ old: String, _ new: String) -> String {
    precondition(Self.text.contains(old))
    return Self.text.replacing(old, with: new)
  }

  @Test("The first axis is the slowest, exclusions are left out, every run has its settings")
  func grid() throws {
    let study = try read()
    #expect(
      study.combinations.map { study.title($0.choice) } == [
        "strength 0.01, baseline clean", "strength 1.0e-1, baseline clean",
        "strength 1.0e-1, baseline antithetic", "strength 1.0e-1, baseline none",
      ])
    #expect(study.seeds == [3, 1])
    let experiments = study.combinations.map(\.experiment)
    #expect(
      experiments.map { $0.feedback.presentation.noise?.standardDeviation } == [
        0.01, 0.1, 0.1, 0.1,
      ])
    #expect(
      experiments.map(\.feedback.presentation.comparison) == [.clean, .clean, .antithetic, .none])
    #expect(experiments.allSatisfy { $0.metrics.examples == 20 })
    #expect(Set(study.combinations.map(\.digest)).count == 4)
    #expect(
      study.summary == """
        claim        noise hurts
        axis         strength: 0.01, 1.0e-1
        axis         baseline: clean, antithetic, none
        runs         4 combinations × 2 seeds = 8
        cost         320 training steps in all
        disk         about \(ExperimentSpec.bytes(8 * experiments[0].diskSpace))
        left out     strength 0.01, baseline none or antithetic: too little

        """)
  }

  @Test("An experiment written inside a study reads back from its text as the same experiment")
  func inlineText() throws {
    let study = try read()
    let again = try SpecDocument(text: study.base.text, file: "spec.yaml")
      .read(ExperimentSpec.init(reading:)).resolved
    #expect(try study.base.read(ExperimentSpec.init(reading:)).resolved == again)
  }

  @Test(
    "Mistakes of a study are named, word for word",
    arguments: [
      (
        "collect: [test_error, angle_1]", "collect: [test_eror, angle_1]",
        "s.yaml:22:13: study.collect[0]: no run has a column test_eror, did you mean test_error?"
      ),
      (
        "seeds: [3, 1]", "seeds: [3, 3]", "s.yaml:9:10: study.seeds: a seed is given twice"
      ),
      (
        "collect: [test_error, angle_1]", "collect: [test_error, strength]",
        "s.yaml:1:1: study: the table would have two columns strength: rename the axis, or collect it once"
      ),
      (
        "set: [\"metrics.examples=20\"]", "set: [\"seed=4\"]",
        "s.yaml:1:1: study: the experiment's seed cannot be set here, for every run has one of `seeds`: seed=4"
      ),
      (
        "collect: [test_error, angle_1]", "collect: [test_error, runs]",
        "s.yaml:1:1: study: the table would have two columns runs: rename the axis, or collect it once"
      ),
      (
        "name: strength", "name: the strength",
        "s.yaml:12:13: study.axes[0].name: expected letters, digits, \".\", \"_\", \"+\" or \"-\", found \"the strength\""
      ),
      (
        "values: [0.01, 1.0e-1]", "values: [0.01, 0.01]",
        "s.yaml:14:15: study.axes[0].values: 0.01 is given twice"
      ),
      (
        "strength: 0.01, baseline", "strenght: 0.01, baseline",
        "s.yaml:21:15: study.exclude[0].when.strenght: unknown key, did you mean `strength`?"
      ),
      (
        "[none, antithetic]", "[none, antithetc]",
        "s.yaml:21:48: study.exclude[0].when.baseline[1]: expected clean, antithetic or none, found antithetc, did you mean antithetic?"
      ),
      (
        "{strength: 0.01, baseline: [none, antithetic]}", "{}",
        "s.yaml:21:14: study.exclude[0].when: expected at least one axis with its value, found none"
      ),
      (
        "strength: 0.01, baseline: [none, antithetic]", "strength: [0.01, 1.0e-1]",
        "s.yaml:21:5: study.exclude: every combination is left out"
      ),
      (
        "[\"metrics.examples=20\"]", "[\"metrics.examples\"]",
        "s.yaml:10:9: study.set[0]: expected a text such as \"descent.sgd.rate=0.1\", found the text \"metrics.examples\""
      ),
      // In what the study makes of its experiment.
      (
        "[\"metrics.examples=20\"]", "[\"metrics.example=20\"]",
        "s.yaml:10:9: study.set[0]: metrics.example: unknown key, did you mean `examples`?"
      ),
      (
        "baseline=antithetic", "baseline=antithetc",
        "s.yaml:18:22: study.axes[1].values.antithetic[0]: feedback.perturbation.baseline: expected clean, none, runningMean, classMean, critic, antithetic, secondNoisy or noisyBaseline, found antithetc, did you mean antithetic?"
      ),
      (
        "1.0e-1]", "-1]",
        "s.yaml:14:22: study.axes[0].values[1]: feedback.perturbation.noise.standardDeviation: expected a number greater than 0, found -1"
      ),
      (
        "layers: [784, 8, 10]", "layers: [784, 8, 9]",
        "s.yaml:4:16: study.base: substrate: target labels needs 10 outputs, but the last of `layers` is 9"
      ),
      (
        "clean: []", "clean: [\"data.syntheticDigits.validation=200\"]",
        "s.yaml:17:17: study.axes[1].values.clean[0]: data.syntheticDigits.validation: no training example is left of 200 after 200"
      ),
    ])
  func refusals(_ old: String, _ new: String, _ message: String) {
    #expect(mistakes([], text: replacing(old, new)).contains(message))
  }

  @Test("A mistake that two axes make together is named at one of them, with the other")
  func together() {
    let text = replacing(
      "none: [\"feedback.perturbation.baseline=none\"]",
      "none: [\"data.syntheticDigits.validation=150\"]"
    ).replacing(
      "key: feedback.perturbation.noise.standardDeviation", with: "key: data.syntheticDigits.train"
    ).replacing("[0.01, 1.0e-1]", with: "[150, 300]").replacing(
      "strength: 0.01, baseline: [none, antithetic]", with: "strength: 150, baseline: antithetic")
    #expect(
      mistakes([], text: text) == [
        "s.yaml:19:16: study.axes[1].values.none[0]: with strength 150: data.syntheticDigits.validation: no training example is left of 150 after 150"
      ])
    let other = replacing(
      "none: [\"feedback.perturbation.baseline=none\"]",
      "none: [\"substrate.rate.layers=[784, 8, 784]\"]"
    ).replacing(
      "key: feedback.perturbation.noise.standardDeviation\n      values: [0.01, 1.0e-1]",
      with: "values: {one: [], two: [\"data.syntheticDigits.target=inputs\"]}"
    ).replacing(
      "strength: 0.01, baseline: [none, antithetic]", with: "strength: one, baseline: antithetic")
    let advice = "a combination that cannot be is left out under `exclude`"
    #expect(
      mistakes([], text: other) == [
        "s.yaml:16:9: study.axes[1].values.clean: with strength two (and 1 other combination): substrate: target inputs needs 784 outputs, but the last of `layers` is 10; \(advice)",
        "s.yaml:18:9: study.axes[1].values.none: with strength one: substrate: target labels needs 10 outputs, but the last of `layers` is 784; \(advice)",
      ])
  }

  @Test("The experiment is either a file or written in the study, and is an experiment")
  func base() throws {
    let start = Self.text.range(of: "  base:")!.lowerBound
    let end = Self.text.range(of: "  seeds:")!.lowerBound
    func with(_ lines: String) -> String {
      String(Self.text[..<start]) + lines + String(Self.text[end...])
    }
    #expect(
      mistakes([], text: with("")) == [
        "s.yaml:1:1: study.spec: missing, expected the path of an experiment, or one under `base`"
      ])
    #expect(
      mistakes([], text: with("  spec: none.yaml\n")) == [
        "s.yaml:3:9: study.spec: none.yaml: no such file"
      ])
    #expect(
      mistakes([], text: replacing("  base:", "  spec: none.yaml\n  base:")).contains {
        $0.hasSuffix("study.base: expected either `spec` or `base`, found both")
      })
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("apical-test-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data("simulation: {}\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/x.yaml"))
    let error = #expect(throws: SpecError.self) {
      try StudySpec.read(
        SpecDocument(text: with("  spec: x.yaml\n"), file: "\(folder)/s.yaml"))
    }
    #expect(
      error?.diagnostics.map(\.description) == [
        "\(folder)/s.yaml:3:9: study.spec: expected an experiment, but \(folder)/x.yaml is a simulation"
      ])
  }

  @Test("Too many runs, and folders of one name, are refused")
  func limits() {
    let many = (0..<6_000).map(String.init).joined(separator: ", ")
    #expect(
      mistakes(["study.seeds=[\(many)]"]).contains {
        $0.hasSuffix("study.axes: more than 10000 runs: vary less at once")
      })
    let text = replacing("clean: []", "1-clean: []").replacing(
      "[0.01, 1.0e-1]", with: "[\"1\", \"1-1\"]"
    ).replacing("antithetic: [\"", with: "clean: [\"").replacing(
      "strength: 0.01, baseline: [none, antithetic]", with: "baseline: none")
    #expect(
      mistakes([], text: text).contains {
        $0.hasSuffix(
          "study.axes: strength 1, baseline 1-clean and strength 1-1, baseline clean would share the folder 1-1-clean: rename a value"
        )
      })
  }
}
