// SPDX-License-Identifier: GPL-3.0-or-later

import Datasets
import Foundation
import LearningRules
import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport
import Testing

@testable import Experiments

/// A row of the metrics against what the trainer went through, column by column.
@Suite struct TrainingSessionKnownAnswerTests {
  private func session(
    _ feedback: String, _ more: String = ""
  ) throws -> TrainingSession<RateNetwork<Double>, RidgeFeedback> {
    let text = """
      substrate: {rate: {layers: [784, 6, 5, 10]}}
      feedback: {perturbation: {\(feedback)}}
      descent: {sgd: {rate: 1.0e-3}}
      data: {syntheticDigits: {batch: 4, train: 60, test: 30, validation: 20}}
      schedule: {steps: 100, evaluateEvery: 5}
      metrics: {examples: 11, paper: true}
      \(more)
      """
    let (spec, _) = try SpecDocument(text: text, file: "x.yaml").read(ExperimentSpec.init(reading:))
    let random = RandomKey(seed: 1)
    let images = try ExperimentImages(spec.data, random: random, folder: nil, threads: 1)
    return try TrainingSession<RateNetwork<Double>, RidgeFeedback>(
      spec, learner: RidgeFeedback(ridge: 0.1),
      data: ExperimentData(images, target: .labels), random: random, threads: 1)
  }

  @Test(arguments: ["clean", "runningMean", "classMean", "critic"])
  func `Losses, reward and baseline are those of the steps since the last row`(
    baseline: String
  ) throws {
    var session = try session("baseline: \(baseline), noise: {standardDeviation: 0.5}")
    for row in 1...2 {
      var (loss, perturbed) = (0.0, 0.0)
      for _ in 0..<5 {
        try session.step()
        loss += session.trainer.record.loss.reduce(0, +)
        perturbed += session.trainer.record.perturbedLoss.reduce(0, +)
      }
      let state = session.trainer.state.baseline
      let measured = try session.measure()
      #expect(measured["step"] == Double(5 * row))
      #expect(measured["samples"] == Double(20 * row))
      // Sums of twenty losses of order 1 to 10.
      #expect(abs(try #require(measured["train_loss"]) - loss / 20) < 1e-12)
      #expect(abs(try #require(measured["reward"]) + perturbed / 20) < 1e-12)
      #expect(loss != perturbed)
      switch baseline {
      case "clean": #expect(measured["baseline"] == nil)
      case "critic": #expect(measured["baseline"] == state.critic.last)
      default:
        #expect(state.means.count == (baseline == "classMean" ? 10 : 1))
        let mean = state.means.reduce(0, +) / Double(state.means.count)
        #expect(measured["baseline"] == mean)
      }
    }
  }

  @Test func `Every column of a layer holds that layer's measure`() throws {
    var session = try session("noise: {constantUnit: true}")
    for _ in 0..<5 { try session.step() }
    let row = try session.measure()
    #expect(row.columns == MetricsRow.columns(for: session.spec))
    let (pathway, network) = (session.trainer.state.pathway, session.trainer.network)
    for layer in 1...2 {
      let (b, w) = (pathway.weights[layer - 1], network.connection(layer).weights)
      #expect(row["relative_error_\(layer)"] == Alignment.relativeError(of: b, to: w))
      #expect(row["sign_congruence_\(layer)"] == Alignment.signCongruence(b, w))
      #expect(row["norm_ratio_\(layer)"] == Alignment.normRatio(b, w))
      let biases = network.connection(layer).biases
      let (wholeB, wholeW) = (
        Alignment.stacked(b, pathway.constantRows[layer - 1].row(0)), Alignment.stacked(w, biases)
      )
      #expect(
        row["paper_relative_error_\(layer)"] == Alignment.relativeError(of: wholeB, to: wholeW))
      #expect(
        row["paper_sign_congruence_\(layer)"] == Alignment.signCongruence(wholeB, wholeW))
      #expect(try #require(row["paper_angle_\(layer)"]) <= 90)
      #expect(try #require(row["angle_\(layer)"]) > 0)
      #expect(try #require(row["estimator_variance_\(layer)"]) > 0)
    }
    #expect(row["angle_1"] != row["angle_2"])
    // Angles are of the first validation examples.
    let spec = session.spec
    let images = try ExperimentImages(
      spec.data, random: RandomKey(seed: 1), folder: nil, threads: 1)
    let shown = ExampleSet<Double>(images.validation, target: .labels).batch(Array(0..<11))
    let evaluation = Evaluation<RateNetwork<Double>>(
      plan: session.trainer.plan, random: RandomKey(seed: 1), threads: 1)
    let layers = try evaluation.agreement(
      network, pathway, session.trainer.state.baseline, on: shown, step: 5)
    #expect(layers.map(\.angle) == [row["angle_1"], row["angle_2"]])
    #expect(
      layers.map(\.estimatorVariance) == [row["estimator_variance_1"], row["estimator_variance_2"]])
    #expect(row["validation_error"] != nil && row["test_error"] != nil)
  }

  @Test func `Validation examples are the last of the training set and none of its first`() throws {
    let data = try session("noise: {}").spec.data
    let random = RandomKey(seed: 4)
    let images = try ExperimentImages(data, random: random, folder: nil, threads: 2)
    let digits = SyntheticDigits(key: random.purpose(.syntheticData))
    let all = digits.training(count: 60)
    #expect(images.training == all.subset(0..<40))
    #expect(images.validation == all.subset(40..<60))
    #expect(images.test == digits.test(count: 30))
  }

  @Test func `Fixed feedback follows the law of W above it, apart in every layer`() throws {
    let text = """
      substrate: {rate: {layers: [784, 200, 100, 10]}}
      feedback: {alignment: {topology: layered}}
      descent: {sgd: {rate: 1.0e-3}}
      data: {mnist: {}}
      schedule: {steps: 1}
      """
    let (spec, _) = try SpecDocument(text: text, file: "x.yaml").read(ExperimentSpec.init(reading:))
    let random = RandomKey(seed: 2)
    let architecture = spec.network.architecture
    let pathway: FeedbackPathway<Double> = spec.feedback.pathway(architecture, random: random)
    let network = RateNetwork<Double>(
      architecture, activations: spec.network.activations, output: spec.network.output,
      initialization: spec.network.initialization, random: random)
    for (index, fanIn) in [200.0, 100].enumerated() {
      let b = pathway.weights[index].elements
      let moments = SampleMoments(b)
      #expect(StatisticalCheck.accepts(moments.meanScore(expected: 0)))
      #expect(StatisticalCheck.accepts(moments.varianceScore(expected: 2 / fanIn)))
      // The fan-in of the other side is refused.
      let other = index == 0 ? 100.0 : 10
      #expect(!StatisticalCheck.accepts(moments.varianceScore(expected: 2 / other)))
      let w = network.connection(index + 1).weights.elements
      #expect(StatisticalCheck.accepts(StatisticalCheck.correlationScore(b, w)))
    }
    let lower = Array(pathway.weights[0].elements.prefix(1_000))
    let upper = pathway.weights[1].elements
    #expect(StatisticalCheck.accepts(StatisticalCheck.correlationScore(lower, upper)))
    #expect(!StatisticalCheck.accepts(StatisticalCheck.correlationScore(upper, upper)))
  }

  @Test func `A recorder takes step 0 and every so many steps after it, of the first trials`()
    throws
  {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("recorder-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var session = try session(
      "noise: {standardDeviation: 0.1}",
      "record: [{what: layer1.output, every: 3, trials: 2}, {what: layer2.error, every: 4}]")
    var recorder = try Recorder<Double>(
      session.spec.records, widths: session.spec.network.layers, steps: 10, folder: folder,
      resumingAt: nil)
    var due: [Int] = []
    for step in 0..<10 {
      try session.step()
      guard recorder.isDue(step) else { continue }
      due.append(step)
      try recorder.take(session.trainer.record, step: step)
    }
    try recorder.close()
    #expect(due == [0, 3, 4, 6, 8, 9])
    #expect(recorder.frames == [4, 3])
  }
}
