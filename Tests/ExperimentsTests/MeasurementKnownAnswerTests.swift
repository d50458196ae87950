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

/// What stands in `metrics.csv`, against plain loops and cases worked out by hand.
@Suite struct MeasurementKnownAnswerTests {
  static let widths = [6, 5, 4, 10]

  /// Small grey images of ten classes.
  static func images(_ count: Int, seed: UInt64 = 1) -> LabelledImages {
    let key = RandomKey(seed: seed).purpose(.test)
    let grey = key.deviates(.uniform, count: count * 6)
    return LabelledImages(
      name: "grey", width: 3, height: 2,
      pixels: grey.map { UInt8(max(0, min(255, 127 + 90 * $0))) },
      labels: (0..<count).map { UInt8(($0 * 7 + 3) % 10) })
  }

  static func network(seed: UInt64 = 1) -> RateNetwork<Double> {
    RateNetwork(
      connections: Fixture.connections(widths, seed: seed), activations: [.sigmoid, .tanh],
      output: .identity)
  }

  private func evaluation(
    _ credit: CreditRule, _ presentation: Presentation = .quiet, threads: Int = 1
  ) -> Evaluation<RateNetwork<Double>> {
    let plan = LearningPlan(credit: credit, presentation: presentation, descent: nil)
    return Evaluation(plan: plan, random: RandomKey(seed: 3), threads: threads)
  }

  // Neither an even number of blocks nor a full last one.
  @Test(arguments: [1, 3], [1, 499, 1_203])
  func `Loss and error of a set are the means over its examples`(threads: Int, count: Int) throws {
    let network = Self.network()
    let set = ExampleSet<Double>(Self.images(count), target: .labels)
    let score = try #require(
      try evaluation(.backpropagation, threads: threads).score(network, on: set))
    let oracle = OracleNetwork(
      Fixture.connections(Self.widths, seed: 1) as [Connection<Double>],
      activations: [.sigmoid, .tanh], output: .identity)
    let dense = Activity.sparse(set.inputs).dense
    var (loss, mistakes) = (0.0, 0)
    for example in 0..<count {
      let target = (0..<10).map { $0 == set.labels[example] ? 1.0 : 0 }
      let result = oracle.run(dense.row(example), target: target, loss: .squaredError)
      loss += result.loss
      let best = result.prediction.indices.max { result.prediction[$0] < result.prediction[$1] }
      if best != Int(set.labels[example]) { mistakes += 1 }
    }
    // A few hundred roundings in a sum of `count` losses of order 1.
    #expect(abs(score.loss - loss / Double(count)) < 1e-12)
    #expect(score.error == Double(mistakes) / Double(count))
    if count > 1 { #expect(mistakes > 0 && mistakes < count) }
  }

  @Test func `An autoencoder is scored by its loss alone, and no examples by nothing`() throws {
    let set = ExampleSet<Double>(Self.images(7), target: .inputs)
    let network = RateNetwork<Double>(
      connections: Fixture.connections([6, 3, 6], seed: 2), activations: [.tanh],
      output: .identity)
    let score = try #require(try evaluation(.backpropagation).score(network, on: set))
    #expect(score.error == nil)
    let oracle = OracleNetwork(
      Fixture.connections([6, 3, 6], seed: 2) as [Connection<Double>], activations: [.tanh],
      output: .identity)
    let dense = Activity.sparse(set.inputs).dense
    let losses = (0..<7).map {
      oracle.run(dense.row($0), target: dense.row($0), loss: .squaredError).loss
    }
    #expect(abs(score.loss - losses.reduce(0, +) / 7) < 1e-13)
    let none = ExampleSet<Double>(Self.images(7).subset(3..<3), target: .inputs)
    #expect(try evaluation(.backpropagation).score(network, on: none) == nil)
  }

  @Test func `A tie is decided for the first output, and only another label is a mistake`() {
    let prediction = Matrix<Double>(rowsOf: [[1, 1, 0], [0, 2, 1], [0, 1, 2]])
    #expect(prediction.mistakes(against: [0, 1, 2]) == 0)
    #expect(prediction.mistakes(against: [1, 1, 0]) == 2)
    #expect(prediction.mistakes(against: []) == 0)
  }

  @Test func `Angles are 0 for B = W and 180 degrees for its opposite`() throws {
    let network = Self.network()
    let batch = ExampleSet<Double>(Self.images(40), target: .labels).batch(Array(0..<40))
    for (sign, expected) in [(1.0, 0.0), (-1, 180)] {
      var pathway = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .direct)
      // Direct feedback to the upper layer is layered: turning it about turns its signal about.
      pathway.weights[1].scaleAndAdd(sign, network.connection(2).weights, scalingSelfBy: 0)
      let layers = try evaluation(.feedback).agreement(
        network, pathway, Baseline.State(), on: batch, step: 5)
      // acos loses half the digits at its ends: √(2·10⁻¹⁶) is 10⁻⁶ degrees.
      #expect(abs(try #require(layers[1].angle) - expected) < 1e-5)
      // A B of zero teaches nothing, which has no angle.
      #expect(layers[0].angle == nil)
      #expect(layers.allSatisfy { $0.estimatorVariance == nil })
    }
  }

  @Test(arguments: [Noise.Site.output, .potential])
  func `The estimator's variance is its mean square distance to the true gradient`(
    site: Noise.Site
  ) throws {
    let network = Self.network()
    let batch = ExampleSet<Double>(Self.images(30), target: .labels).batch(Array(0..<30))
    let noise = Noise(site: site, standardDeviation: 0.05)
    let presentation = Presentation.perturbed(by: noise)
    let pathway = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .layered)
    let layers = try evaluation(.feedback, presentation).agreement(
      network, pathway, Baseline.State(), on: batch, step: 5)
    let key = RandomKey(seed: 3).purpose(.test)
    let record = try #require(
      SubstrateLaws.record(network, batch, presentation, key: key, step: 5))
    var truth = try #require(SubstrateLaws.record(network, batch, .quiet, key: key, step: 5))
    CreditRule.backpropagation.assign(to: &truth, pathway: pathway) {
      network.connection($0).weights
    }
    for (index, layer) in record.layers.enumerated() {
      var (sum, count) = (0.0, 0.0)
      for trial in 0..<30 {
        for unit in 0..<layer.output.columns {
          let xi = layer.perturbation.values[trial, unit]
          let estimate = record.lossDifference[trial] * xi / (0.05 * 0.05)
          let gain = site == .output ? 1 : truth.layers[index].slope[trial, unit]
          let distance = estimate - gain * truth.layers[index].teaching[trial, unit]
          sum += distance * distance
          count += 1
        }
      }
      let measured = try #require(layers[index].estimatorVariance)
      #expect(abs(measured / (sum / count) - 1) < 1e-10)
    }
  }

  @Test func `The estimator's variance is that of what synapses make and hear`() throws {
    let network = Self.network()
    let batch = ExampleSet<Double>(Self.images(30), target: .labels).batch(Array(0..<30))
    let presentation = Presentation.perturbed(by: Noise(standardDeviation: 0.05))
    var plan = LearningPlan(credit: .feedback, presentation: presentation, descent: nil)
    plan.eligibility = .activityDifference
    plan.reward = Reward(binarised: 0.5)
    var magnitudes = Reward.State()
    magnitudes.magnitude = 0.3
    let pathway = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .layered)
    let layers = try Evaluation<RateNetwork<Double>>(
      plan: plan, random: RandomKey(seed: 3), threads: 1
    ).agreement(
      network, pathway, Baseline.State(), Eligibility.State(), magnitudes, on: batch, step: 5)
    let key = RandomKey(seed: 3).purpose(.test)
    let record = try #require(
      SubstrateLaws.record(network, batch, presentation, key: key, step: 5))
    var truth = try #require(SubstrateLaws.record(network, batch, .quiet, key: key, step: 5))
    CreditRule.backpropagation.assign(to: &truth, pathway: pathway) {
      network.connection($0).weights
    }
    for (index, layer) in record.layers.enumerated() {
      let units = layer.output.columns
      var sum = 0.0
      for trial in 0..<30 {
        let difference = layer.outputDifference.row(trial)
        let squares = difference.reduce(0) { $0 + $1 * $1 }
        let heard = record.lossDifference[trial] > 0 ? 0.3 : -0.3
        for unit in 0..<units {
          let estimate = heard * difference[unit] * Double(units) / squares
          let distance = estimate - truth.layers[index].teaching[trial, unit]
          sum += distance * distance
        }
      }
      let measured = try #require(layers[index].estimatorVariance)
      #expect(abs(measured / (sum / Double(30 * units)) - 1) < 1e-10)
    }
  }

  @Test func `What B stands for is W above it, or the product of all W above it, or nothing`() {
    let network = Self.network()
    let (second, third) = (network.connection(1).weights, network.connection(2).weights)
    typealias Agreement = MatrixAgreement
    #expect(Agreement.counterpart(.layered, layer: 0, in: network) == second)
    #expect(Agreement.counterpart(.layered, layer: 1, in: network) == third)
    #expect(Agreement.counterpart(.direct, layer: 1, in: network) == third)
    let product = Oracle.product(second, .plain, third).value
    let direct = Agreement.counterpart(.direct, layer: 0, in: network)
    #expect((direct?.largestDifference(from: product) ?? 1) < 1e-14)
    #expect(Agreement.counterpart(.activity, layer: 0, in: network) == nil)
    var pathway = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .layered)
    pathway.weights[0].scaleAndAdd(3, second, scalingSelfBy: 0)
    let agreement = Agreement(pathway, layer: 0, in: network)
    #expect(abs((agreement?.relativeError ?? 0) - 2) < 1e-14)
    #expect(agreement?.signCongruence == 1)
    #expect(abs((agreement?.normRatio ?? 0) - 3) < 1e-14)
  }

  @Test(arguments: [(60.0, 60.0), (120, 60), (180, 0), (90, 90), (0, 0)])
  func `The paper's angle is folded, of one sample, and counts the row of the constant unit`(
    degrees: Double, folded: Double
  ) throws {
    // One hidden unit, two outputs: W and B with their rows for the constant unit are 2 by 2. The
    // error is (1, 0), so both signals are first columns: (1, 0) and one turned by `degrees`.
    let angle = degrees * .pi / 180
    let network = RateNetwork<Double>(
      connections: [
        Connection(weights: Matrix(rowsOf: [[1]]), biases: [0]),
        Connection(weights: Matrix(rowsOf: [[1, 2]]), biases: [0, -2]),
      ], activations: [.identity], output: .identity)
    var pathway = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .layered)
    let (cosine, sine) = Self.unitVector(angle)
    pathway.weights[0] = Matrix(rowsOf: [[cosine, 2]])
    pathway.constantRows[0] = Matrix(rowsOf: [[sine, 2]])
    var record = network.makeRecord(trials: 1, presentation: .quiet)
    record.outputError = Matrix(rowsOf: [[1, 0]])
    let paper = PaperAgreement(pathway, layer: 0, in: network, record: record)
    // acos loses half the digits at its ends.
    #expect(abs(try #require(paper.angle) - folded) < 1e-5)
    // ‖W − B‖² = (1 − cos)² + sin² + 0 + 16 and ‖W‖² = 1 + 4 + 0 + 4.
    let difference = (1 - cosine) * (1 - cosine) + sine * sine + 16
    #expect(abs(paper.relativeError - (difference / 9).squareRoot()) < 1e-14)
    // Of four entries: cos against 1, 2 against 2, sin against 0 counts half, 2 against −2.
    let first = cosine > 0 ? 1.0 : cosine < 0 ? 0 : 0.5
    #expect(paper.signCongruence == (first + 1 + 0.5 + 0) / 4)
  }

  /// Exact where it matters: the cosine of a right angle is 0.
  private static func unitVector(_ angle: Double) -> (Double, Double) {
    angle == .pi / 2 ? (0, 1) : (cos(angle), sin(angle))
  }

  // 1,000 steps before a row where rows lie farther apart, all of them where they lie nearer.
  @Test(arguments: [(1_500, 1_000), (40, 40)])
  func `The paper's test error is taken over the last thousand steps before a row`(
    every: Int, expected: Int
  ) throws {
    let text = """
      substrate: {rate: {layers: [784, 10]}}
      feedback: {backpropagation: {}}
      descent: {fixed: {}}
      data: {syntheticDigits: {batch: 2, train: 20, test: 10, validation: 5}}
      schedule: {steps: 3000, evaluateEvery: \(every)}
      metrics: {trajectory: true}
      """
    let (spec, _) = try SpecDocument(text: text, file: "x.yaml").read(ExperimentSpec.init(reading:))
    let random = RandomKey(seed: 1)
    let images = try ExperimentImages(spec.data, random: random, folder: nil, threads: 1)
    var session = try TrainingSession<RateNetwork<Double>, FixedFeedback>(
      spec, learner: FixedFeedback(), data: ExperimentData(images, target: .labels),
      random: random, threads: 1)
    for _ in 0..<2 {
      for _ in 0..<every { try session.step() }
      #expect(session.sums.trajectoryTrials == 2 * expected)
      let row = try session.measure()
      // W rests. The trials are whole passes over the ten test examples, but for the two that
      // begin and end inside a pass: together at most ten trials.
      let (paper, test) = (try #require(row["paper_test_error"]), try #require(row["test_error"]))
      #expect(abs(paper - test) <= 10 / Double(2 * expected))
      #expect(session.sums.trajectoryTrials == 0)
    }
  }
}
