// SPDX-License-Identifier: GPL-3.0-or-later

internal import Experiments
internal import Testing

@Suite("What is said about a value that cannot be")
struct SpecReadingValuesKnownAnswerTests {
  static let numbers = [
    SpoiltSpec(
      "0.01", "-0.1",
      "x.yaml:8:32: feedback.perturbation.noise.standardDeviation: "
        + "expected a number greater than 0, found -0.1"),
    SpoiltSpec(
      "0.9999", "1.5",
      "x.yaml:9:17: feedback.perturbation.forgetting: "
        + "expected a number greater than 0 and at most 1, found 1.5"),
    SpoiltSpec(
      "0.01", "\"0.1\"",
      "x.yaml:8:32: feedback.perturbation.noise.standardDeviation: "
        + "expected a number greater than 0, found the text \"0.1\": remove the quotes"),
    SpoiltSpec(
      "4.0e-4", "3 ms",
      "x.yaml:10:24: descent.adam.rate: "
        + "expected a number greater than 0, found \"3 ms\": this parameter has no unit"),
    SpoiltSpec(
      "4.0e-4", "5%",
      "x.yaml:10:24: descent.adam.rate: "
        + "expected a number greater than 0, found \"5%\": this parameter has no unit"),
    SpoiltSpec(
      "1e5", "1000 steps",
      "x.yaml:12:10: schedule.steps: expected an integer from 1 to 1000000, "
        + "found \"1000 steps\": write the number alone, its unit is always steps"),
    SpoiltSpec(
      "4.0e-4", ".nan",
      "x.yaml:10:24: descent.adam.rate: expected a number greater than 0, found .nan"),
    SpoiltSpec(
      "4.0e-4", "-.inf",
      "x.yaml:10:24: descent.adam.rate: expected a number greater than 0, found -.inf"),
    SpoiltSpec(
      "4.0e-4", "1e999",
      "x.yaml:10:24: descent.adam.rate: expected a number greater than 0, "
        + "found 1e999, which does not fit a 64-bit floating-point number"),
    SpoiltSpec(
      "4.0e-4", "1e-999",
      "x.yaml:10:24: descent.adam.rate: expected a number greater than 0, "
        + "found 1e-999, which is too small for a 64-bit floating-point number"),
    SpoiltSpec(
      "4.0e-4", "fast",
      "x.yaml:10:24: descent.adam.rate: expected a number greater than 0, found fast"),
    SpoiltSpec(
      "4.0e-4", "",
      "x.yaml:10:18: descent.adam.rate: expected a number greater than 0, found nothing"),
    SpoiltSpec(
      "4.0e-4", "[1]",
      "x.yaml:10:24: descent.adam.rate: expected a number greater than 0, found a list"),
    SpoiltSpec(
      "4.0e-4", "{}",
      "x.yaml:10:24: descent.adam.rate: expected a number greater than 0, found an empty mapping"),
    SpoiltSpec(
      "1e5", "1.5",
      "x.yaml:12:10: schedule.steps: expected an integer from 1 to 1000000, found 1.5"),
    SpoiltSpec(
      "1e5", "1e-1",
      "x.yaml:12:10: schedule.steps: expected an integer from 1 to 1000000, found 1e-1"),
    SpoiltSpec(
      "1e5", "1_000",
      "x.yaml:12:10: schedule.steps: expected an integer from 1 to 1000000, "
        + "found 1_000: write 1000"),
    SpoiltSpec(
      "1e5", "010",
      "x.yaml:12:10: schedule.steps: expected an integer from 1 to 1000000, "
        + "found 010: write 10, a leading zero means octal to some readers"),
    SpoiltSpec(
      "1e5", "0x10",
      "x.yaml:12:10: schedule.steps: expected an integer from 1 to 1000000, "
        + "found 0x10: write it in decimal"),
    SpoiltSpec(
      "1e5", "1:30",
      "x.yaml:12:10: schedule.steps: expected an integer from 1 to 1000000, found \"1:30\""),
    SpoiltSpec(
      "20200426", "9223372036854775808",
      "x.yaml:2:7: seed: expected an integer of at least 0, "
        + "found 9223372036854775808, which does not fit a 64-bit integer"),
    SpoiltSpec(
      "20200426", "1e99999999999999999999",
      "x.yaml:2:7: seed: expected an integer of at least 0, "
        + "found 1e99999999999999999999, which does not fit a 64-bit integer"),
    SpoiltSpec(
      "20200426", "-1", "x.yaml:2:7: seed: expected an integer of at least 0, found -1"),
  ]

  static let others = [
    SpoiltSpec(
      "steps: 1e5", "shuffled: yes",
      "x.yaml:12:13: schedule.shuffled: expected true or false, found yes: write true"),
    SpoiltSpec(
      "steps: 1e5", "shuffled: Off",
      "x.yaml:12:13: schedule.shuffled: expected true or false, found Off: write false"),
    SpoiltSpec(
      "steps: 1e5", "shuffled: 'true'",
      "x.yaml:12:13: schedule.shuffled: "
        + "expected true or false, found the text \"true\": remove the quotes"),
    SpoiltSpec(
      "steps: 1e5", "shuffled: 1",
      "x.yaml:12:13: schedule.shuffled: expected true or false, found 1"),
    SpoiltSpec(
      "relu", "sigmod",
      "x.yaml:5:45: substrate.rate.activation: "
        + "expected sigmoid, relu or tanh, found sigmod, did you mean sigmoid?"),
    SpoiltSpec(
      "relu", "softmax",
      "x.yaml:5:45: substrate.rate.activation: expected sigmoid, relu or tanh, found softmax"),
    SpoiltSpec(
      "[784, 50, 10]", "[784]",
      "x.yaml:5:18: substrate.rate.layers: expected a list of at least 2 entries, "
        + "each an integer of at least 1, found 1"),
    SpoiltSpec(
      "[784, 50, 10]", "[784, 0, 10]",
      "x.yaml:5:24: substrate.rate.layers[1]: expected an integer of at least 1, found 0"),
    SpoiltSpec(
      "[784, 50, 10]", "784",
      "x.yaml:5:18: substrate.rate.layers: expected a list of at least 2 entries, "
        + "each an integer of at least 1, found 784"),
    SpoiltSpec("\"two: words\"", "[a]", "x.yaml:3:7: name: expected a text, found a list"),
    SpoiltSpec("\"two: words\"", "~", "x.yaml:3:7: name: expected a text, found nothing"),
    SpoiltSpec(
      "# A sample.", "directory: ''", "x.yaml:1:12: directory: expected a path, found the text \"\""
    ),
    SpoiltSpec(
      "every: 100", "every: 100001",
      "x.yaml:14:3: record: a probe waits for longer than the 100000 steps of the run"),
  ]

  @Test("a number is refused with its reason", arguments: numbers)
  func number(spoilt: SpoiltSpec) {
    #expect(complaints(spoilt.text) == [spoilt.line])
  }

  @Test("a word, a truth value or a list is refused with its reason", arguments: others)
  func other(spoilt: SpoiltSpec) {
    #expect(complaints(spoilt.text) == [spoilt.line])
  }

  @Test(
    "a number may be written in every decimal way",
    arguments: [
      ("4e-4", 4e-4), ("4.0e-4", 4e-4), ("+.5", 0.5), ("5.", 5), ("1E3", 1000), ("007.5", 7.5),
    ])
  func decimals(text: String, value: Double) throws {
    let document = try SpecDocument(
      text: SpoiltSpec("4.0e-4", text, "").text, file: "x.yaml")
    let spec = try document.read(SampleSpec.init).value
    #expect(spec.descent == .adam(rate: value, decays: [0.9, 0.999]))
  }

  @Test(
    "an integer may be written with a point or an exponent and stays exact",
    arguments: [
      ("1e5", 100_000), ("2.50e2", 250), ("7.0", 7), ("-0", 0), ("1e18", 1_000_000_000_000_000_000),
      ("9223372036854775807", .max), ("9007199254740993", 9_007_199_254_740_993), ("0e9", 0),
    ])
  func integers(text: String, value: Int) throws {
    let document = try SpecDocument(
      text: SpoiltSpec("20200426", text, "").text, file: "x.yaml")
    #expect(try document.read(SampleSpec.init).value.seed == value)
  }
}
