// SPDX-License-Identifier: GPL-3.0-or-later

import Datasets
import LearningRules
import RandomStreams
import RateNetworks
import TestSupport
import Testing

@testable import Experiments

/// The variance that theory expects beside the one that is measured, in rows of the metrics.
@Suite struct EstimatorTheoryStatisticsTests {
  /// The variance of both hidden layers after a few steps, measured and expected.
  private func row(_ feedback: String) throws -> [(measured: Double, expected: Double?)] {
    let text = """
      substrate: {rate: {layers: [784, 30, 20, 10], precision: float64}}
      feedback: {perturbation: {\(feedback)}}
      descent: {sgd: {rate: 1.0e-3}}
      data: {syntheticDigits: {batch: 4, train: 1200, test: 30, validation: 1000}}
      schedule: {steps: 40, evaluateEvery: 20}
      metrics: {examples: 1000}
      """
    let (spec, _) = try SpecDocument(text: text, file: "x.yaml").read(ExperimentSpec.init(reading:))
    let random = RandomKey(seed: 1)
    let images = try ExperimentImages(spec.data, random: random, folder: nil, threads: 1)
    var session = try TrainingSession<RateNetwork<Double>, RidgeFeedback>(
      spec, learner: RidgeFeedback(ridge: 0.1),
      data: ExperimentData(images, target: .labels), random: random, threads: 1)
    for _ in 0..<20 { try session.step() }
    let row = try session.measure()
    return try (1...2).map {
      (try #require(row["estimator_variance_\($0)"]), row["estimator_variance_\($0)_formula"])
    }
  }

  @Test(
    "Measured variances are those of first-order theory, for every baseline, site and distribution",
    arguments: [
      "baseline: clean, noise: {standardDeviation: 1.0e-3}",
      "baseline: antithetic, noise: {standardDeviation: 1.0e-3}",
      "baseline: antithetic, noise: {site: potential, standardDeviation: 1.0e-3}",
      "baseline: secondNoisy, noise: {standardDeviation: 1.0e-3, distribution: rademacher}",
      "baseline: noisyBaseline, noise: {standardDeviation: 1.0e-3}",
      "baseline: none, noise: {standardDeviation: 1.0e-2}",
      "baseline: runningMean, noise: {standardDeviation: 1.0e-2}",
      "baseline: critic, noise: {standardDeviation: 1.0e-2}",
    ])
  func theory(feedback: String) throws {
    for (measured, expected) in try row(feedback) {
      let expected = try #require(expected)
      // One trial's sum over units has a deviation of about √2 of its mean, trials differ in size
      // by as much again: 1,000 of them leave 6 %.
      #expect(abs(measured / expected - 1) < 0.2, "\(measured), expected \(expected)")
      // What doubling the noise of the comparison would make of it.
      #expect(abs(measured / (2 * expected) - 1) > 0.2)
    }
  }

  @Test("Where theory has nothing to say the column is empty")
  func silent() throws {
    for feedback in [
      "baseline: clean, noise: {constantUnit: true}",
      "baseline: clean, eligibility: activityDifference, noise: {standardDeviation: 0.01}",
      "baseline: clean, reward: {binarised: true}, noise: {standardDeviation: 0.01}",
    ] {
      #expect(try row(feedback).allSatisfy { $0.expected == nil }, "\(feedback)")
    }
  }
}
