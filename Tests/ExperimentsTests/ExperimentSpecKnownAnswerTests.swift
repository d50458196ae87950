// SPDX-License-Identifier: GPL-3.0-or-later

import Experiments
import LearningRules
import LinearAlgebra
import Substrates
import Testing

/// The experiment schema: what is read, what is refused, word for word.
@Suite struct ExperimentSpecKnownAnswerTests {
  static let designExample = """
    seed: 20200426
    substrate:
      rate: {layers: [784, 50, 20, 10], activation: sigmoid, output: identity}
    feedback:
      perturbation: {topology: layered, estimator: ridge, ridge: 0.1, baseline: clean,
                     noise: {site: output, distribution: gaussian, standardDeviation: 0.01}, warmup: 1000}
    descent: {sgd: {rate: 4.0e-4}}
    loss: {squaredError: {reduction: sum}}
    data: {mnist: {batch: 32, validation: 5000}}
    schedule: {steps: 100000, evaluateEvery: 1000}
    record: [{what: layer1.output, every: 100}]
    """

  private func read(_ text: String, _ overrides: [String] = []) throws -> ExperimentSpec {
    try SpecDocument(text: text, file: "x.yaml", overrides: overrides)
      .read(ExperimentSpec.init(reading:)).value
  }

  private func mistakes(_ overrides: String...) -> [String] {
    RunFixture.mistakes { _ = try read(Self.designExample, overrides) }
  }

  @Test("The experiment printed in the design is read as it is meant")
  func design() throws {
    let spec = try read(Self.designExample)
    #expect(spec.seed == 20_200_426)
    #expect(spec.network.layers == [784, 50, 20, 10])
    #expect(spec.network.activations == [.sigmoid, .sigmoid])
    #expect(spec.feedback.credit == .feedback)
    #expect(spec.feedback.learner == .ridge(RidgeFeedback(ridge: 0.1)))
    let normalised = try read(
      Self.designExample, ["feedback.perturbation.normalisation=0.25"])
    #expect(
      normalised.feedback.learner == .ridge(RidgeFeedback(ridge: 0.1, normalisation: 0.25)))
    let filter = try read(
      Self.designExample,
      ["feedback={perturbation: {estimator: kalman, prior: 0.5, drift: 0.1, normalisation: 0.01}}"])
    #expect(
      filter.feedback.learner
        == .kalman(KalmanFeedback(prior: 0.5, drift: 0.1, normalisation: 0.01)))
    #expect(spec.feedback.presentation.comparison == .clean)
    #expect(spec.feedback.presentation.noise?.standardDeviation == 0.01)
    #expect(spec.feedback.warmup == 1_000)
    #expect(spec.descent == .sgd(rate: 4e-4))
    #expect(spec.loss == Loss(.squaredError, reduction: .sum))
    #expect(spec.data.source == .family("mnist"))
    #expect(spec.schedule.checkpointEvery == 10_000)
    #expect(spec.records.count == 1)
  }

  @Test("What is resolved reads back as the same experiment")
  func resolvedRoundTrip() throws {
    let document = try SpecDocument(text: Self.designExample, file: "x.yaml")
    let resolved = try document.read(ExperimentSpec.init(reading:)).resolved
    let again = try SpecDocument(text: resolved.yaml, file: "resolved.yaml")
      .read(ExperimentSpec.init(reading:)).resolved
    #expect(again.yaml == resolved.yaml)
  }

  @Test("Baselines of a specification lower to comparisons and values")
  func baselines() throws {
    let expected: [(String, Presentation.Comparison, Baseline)] = [
      ("clean", .clean, .pass), ("none", .none, .zero), ("antithetic", .antithetic, .pass),
      ("secondNoisy", .secondNoisy, .pass), ("noisyBaseline", .noisyBaseline, .pass),
      ("runningMean", .none, .runningMean(rate: 0.01)),
      ("classMean", .none, .classMean(rate: 0.01)), ("critic", .none, .critic(rate: 0.01)),
    ]
    for (name, comparison, baseline) in expected {
      let spec = try read(Self.designExample, ["feedback.perturbation.baseline=\(name)"])
      #expect(spec.feedback.presentation.comparison == comparison)
      #expect(spec.feedback.baseline == baseline)
    }
  }

  @Test(
    "Mistakes in an experiment are told in one sentence",
    arguments: [
      (
        "feedback.perturbation.rate=0.1",
        "--set feedback.perturbation.rate=0.1: feedback.perturbation.rate: estimator ridge solves exactly and has no learning rate"
      ),
      (
        "feedback.perturbation.baselineRate=0.1",
        "--set feedback.perturbation.baselineRate=0.1: feedback.perturbation.baselineRate: baseline clean has no rate"
      ),
      (
        "feedback={perturbation: {estimator: sgd, ridge: 0.1}}",
        "--set feedback={perturbation: {estimator: sgd, ridge: 0.1}}: feedback.perturbation.ridge: belongs to estimator ridge, and the estimator is sgd"
      ),
      (
        "feedback={perturbation: {estimator: kalman, rate: 0.1}}",
        "--set feedback={perturbation: {estimator: kalman, rate: 0.1}}: feedback.perturbation.rate: estimator kalman finds its steps and has no learning rate"
      ),
      (
        "feedback={perturbation: {estimator: kalman, forgetting: 0.9}}",
        "--set feedback={perturbation: {estimator: kalman, forgetting: 0.9}}: feedback.perturbation.forgetting: belongs to estimator ridge, and the estimator is kalman"
      ),
      (
        "feedback={perturbation: {estimator: sgd, drift: 0.1}}",
        "--set feedback={perturbation: {estimator: sgd, drift: 0.1}}: feedback.perturbation.drift: belongs to estimator kalman, and the estimator is sgd"
      ),
      (
        "loss={crossEntropy: {}}",
        "--set loss={crossEntropy: {}}: loss: crossEntropy needs softmax or sigmoid outputs, found identity"
      ),
      (
        "substrate.rate.layers=[100, 50, 10]",
        "x.yaml:3:3: substrate: the images of this data set have 784 pixels, but the first of `layers` is 100"
      ),
      (
        "substrate.rate.layers=[784, 50, 11]",
        "x.yaml:3:3: substrate: target labels needs 10 outputs, but the last of `layers` is 11"
      ),
      (
        "schedule.checkpointEvery=1500",
        "--set schedule.checkpointEvery=1500: schedule.checkpointEvery: expected a multiple of evaluateEvery (1000), found 1500"
      ),
      (
        "schedule.evaluateEvery=9000000000000000000",
        "--set schedule.evaluateEvery=9000000000000000000: schedule.evaluateEvery: expected an integer from 1 to 1000000000, found 9000000000000000000"
      ),
      (
        "record=[{what: layer1.output}, {what: layer2.output}, {what: layer1.output, every: 7}]",
        "--set record=[{what: layer1.output}, {what: layer2.output}, {what: layer1.output, every: 7}]: record: layer1.output is recorded twice: name it once"
      ),
      (
        "data.mnist.validation=60000",
        "--set data.mnist.validation=60000: data.mnist.validation: no training example is left of 60000 after 60000"
      ),
      (
        "data={syntheticDigits: {train: 100, validation: 200}}",
        "--set data={syntheticDigits: {train: 100, validation: 200}}: data.syntheticDigits.validation: no training example is left of 100 after 200"
      ),
      (
        "feedback.perturbation.noise.standardDeviation=1.0e-30",
        "x.yaml:5:3: feedback: float32 has no variance for noise of standard deviation 1e-30: use 1e-18 to 1e18, or precision float64"
      ),
      (
        "record[0].trials=33",
        "--set record[0].trials=33: record[0].trials: a batch has 32 trials, found 33"
      ),
      (
        "feedback.perturbation.noise={site: potential, constantUnit: true}",
        "--set feedback.perturbation.noise={site: potential, constantUnit: true}: feedback.perturbation.noise.constantUnit: the constant unit has no potential to perturb; use site output"
      ),
      (
        "substrate.rate.activations=[relu]",
        "--set substrate.rate.activations=[relu]: substrate.rate.activations: 1 activations for 2 hidden layers"
      ),
    ])
  func messages(override: String, message: String) {
    #expect(mistakes(override) == [message])
  }

  @Test("A network without hidden layers has nothing to record")
  func nothingToRecord() {
    let lines = mistakes("substrate.rate.layers=[784, 10]", "feedback={backpropagation: {}}")
    #expect(
      lines == [
        "x.yaml:11:17: record[0].what: layer1.output cannot be recorded: `layers` has no hidden layer"
      ])
  }

  @Test("A misspelt key names its place and the nearest right key")
  func misspelt() {
    let text = Self.designExample.replacingOccurrences("warmup: 1000", "warmpu: 1000")
    #expect(throws: SpecError.self) { try read(text) }
    do {
      _ = try read(text)
    } catch let error as SpecError {
      #expect(error.diagnostics.count == 1)
      let line = error.diagnostics[0].description
      #expect(line.hasPrefix("x.yaml:6:"), "\(line)")
      #expect(line.contains("warmup"), "\(line)")
    } catch { Issue.record("\(error)") }
  }

  @Test("Recording an unknown variable lists the known ones")
  func unknownVariable() {
    let lines = mistakes("record[0].what=layer3.output")
    #expect(lines.count == 1)
    #expect(lines.first?.contains("layer1.output, layer1.slope") == true, "\(lines)")
    #expect(lines.first?.contains("layer2.teaching") == true, "\(lines)")
  }
}

extension String {
  func replacingOccurrences(_ old: String, _ new: String) -> String {
    split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
  }
}
