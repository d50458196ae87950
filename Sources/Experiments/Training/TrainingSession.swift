// SPDX-License-Identifier: GPL-3.0-or-later

internal import Datasets
internal import Foundation
internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import RateNetworks
internal import SpikingNetworks
internal import Substrates

/// Running sums between two rows of the metrics. Saved, so that a resumed run's next row is the
/// same to the last bit.
struct RunningSums: Codable, Sendable {
  var loss = 0.0
  var reward = 0.0
  var trials = 0
  var trajectoryMistakes = 0
  var trajectoryTrials = 0
}

/// An experiment in memory: a trainer, its data, and what is measured. Knows no files.
struct TrainingSession<Network: TrainableNetwork, Learner: FeedbackLearner>: ~Copyable {
  typealias Scalar = Network.Scalar

  let spec: ExperimentSpec
  let columns: [String]
  var trainer: Trainer<Network, Learner>
  var sums = RunningSums()
  /// Seconds spent in earlier parts of a resumed run.
  var earlierSeconds = 0.0

  private let data: ExperimentData<Scalar>
  private let evaluation: Evaluation<Network>
  private let agreementBatch: Batch<Scalar>?
  private var order: EpochOrder
  private var testOrder: EpochOrder
  private var batch: Batch<Scalar>
  private var testBatch: Batch<Scalar>
  private var trajectoryRecord: TrialRecord<Scalar>
  private var indices: [Int] = []
  /// The examples of step `nextStep`, chosen ahead.
  private var nextIndices: [Int] = []
  private var nextRows: SparseRows<Scalar>
  private var nextStep = -1
  private let started = ContinuousClock.now
  private let random: RandomKey

  init(
    _ spec: ExperimentSpec, learner: Learner, data: ExperimentData<Scalar>, random: RandomKey,
    threads: Int
  ) throws {
    self.spec = spec
    self.data = data
    self.random = random
    columns = MetricsRow.columns(for: spec)
    let architecture = spec.network.architecture
    let plan = spec.plan
    trainer = Trainer(
      try Network.make(spec, random: random), plan: plan, learner: learner,
      pathway: try Network.pathway(spec, random: random), trials: spec.data.batch,
      random: random)
    evaluation = Evaluation(plan: plan, random: random, threads: threads)
    order = EpochOrder(count: data.training.count, key: random.purpose(.shuffling))
    testOrder = EpochOrder(count: data.test.count, key: random.purpose(.shuffling).child(1))
    batch = data.training.makeBatch(trials: spec.data.batch)
    nextRows = SparseRows(columns: data.training.inputs.columns)
    testBatch = data.test.makeBatch(trials: spec.data.batch)
    let noisy = spec.feedback.presentation.noise.map {
      Presentation.perturbed(by: $0, comparedWith: .none, activityFrom: .perturbed)
    }
    trajectoryRecord = TrialRecord(
      architecture: architecture, trials: spec.data.batch, presentation: noisy ?? .quiet)
    let measured = data.validation.count > 0 ? data.validation : data.training
    agreementBatch =
      architecture.hiddenLayerCount > 0
      ? measured.batch(Array(0..<min(spec.metrics.examples, measured.count))) : nil
  }

  /// One training step.
  @specialized(where Network == RateNetwork<Float>, Learner == FixedFeedback)
  @specialized(where Network == RateNetwork<Float>, Learner == GradientFeedback)
  @specialized(where Network == RateNetwork<Float>, Learner == RidgeFeedback)
  @specialized(where Network == RateNetwork<Float>, Learner == KalmanFeedback)
  @specialized(where Network == RateNetwork<Double>, Learner == FixedFeedback)
  @specialized(where Network == RateNetwork<Double>, Learner == GradientFeedback)
  @specialized(where Network == RateNetwork<Double>, Learner == RidgeFeedback)
  @specialized(where Network == RateNetwork<Double>, Learner == KalmanFeedback)
  @specialized(where Network == DendriticNetwork<Float>, Learner == FixedFeedback)
  @specialized(where Network == DendriticNetwork<Float>, Learner == GradientFeedback)
  @specialized(where Network == DendriticNetwork<Float>, Learner == RidgeFeedback)
  @specialized(where Network == DendriticNetwork<Float>, Learner == KalmanFeedback)
  @specialized(where Network == RateNetwork<Float>, Learner == WeightMirror)
  @specialized(where Network == RateNetwork<Float>, Learner == KolenPollack)
  @specialized(where Network == RateNetwork<Double>, Learner == WeightMirror)
  @specialized(where Network == RateNetwork<Double>, Learner == KolenPollack)
  @specialized(where Network == DendriticNetwork<Float>, Learner == WeightMirror)
  @specialized(where Network == DendriticNetwork<Float>, Learner == KolenPollack)
  mutating func step() throws {
    let step = trainer.state.step
    if nextStep != step {
      order.indices(forBatch: step, size: spec.data.batch, into: &nextIndices)
      nextRows.gather(nextIndices, from: data.training.inputs)
    }
    data.training.fill(&batch, with: nextIndices, rows: nextRows)
    // The rows of the next batch come from memory while this one is learned.
    order.indices(forBatch: step + 1, size: spec.data.batch, into: &nextIndices)
    nextRows.gather(nextIndices, from: data.training.inputs)
    nextRows.prefetch()
    nextStep = step + 1
    try trainer.step(batch)
    let losses = trainer.lastLosses
    sums.loss += losses.loss
    sums.reward -= losses.perturbedLoss
    sums.trials += spec.data.batch
    if spec.metrics.trajectory, stepsToNextRow < MetricsSpec.trajectorySteps {
      try followTrajectory()
    }
  }

  /// Steps from here to the next row of the metrics.
  private var stepsToNextRow: Int {
    let (step, every) = (trainer.state.step, spec.schedule.evaluateEvery)
    return min(spec.schedule.steps, (step + every - 1) / every * every) - step
  }

  /// The paper's own test error: one test minibatch after each step, through the noisy output.
  private mutating func followTrajectory() throws {
    let step = trainer.state.step
    testOrder.indices(forBatch: step, size: spec.data.batch, into: &indices)
    data.test.fill(&testBatch, with: indices)
    try trainer.network.present(
      testBatch, loss: spec.loss, random: random.purpose(.test), step: step,
      into: &trajectoryRecord)
    sums.trajectoryMistakes += trajectoryRecord.prediction.mistakes(against: testBatch.labels)
    sums.trajectoryTrials += testBatch.trials
  }

  /// A row of the metrics at the present step; begins new running sums.
  mutating func measure() throws -> MetricsRow {
    var row = MetricsRow(columns: columns)
    let step = trainer.state.step
    row["step"] = Double(step)
    row["samples"] = Double(step * spec.data.batch)
    if sums.trials > 0 {
      row["train_loss"] = sums.loss / Double(sums.trials)
      row["reward"] = sums.reward / Double(sums.trials)
    }
    row["baseline"] = spec.feedback.baseline.level(trainer.state.baseline)
    let network = trainer.network
    if let score = try evaluation.score(network, on: data.validation) {
      row["validation_loss"] = score.loss
      row["validation_error"] = score.error
    }
    if let score = try evaluation.score(network, on: data.test) {
      row["test_loss"] = score.loss
      row["test_error"] = score.error
    }
    if let agreementBatch { try measureAgreement(&row, network, agreementBatch) }
    if sums.trajectoryTrials > 0 {
      row["paper_test_error"] = Double(sums.trajectoryMistakes) / Double(sums.trajectoryTrials)
    }
    sums = RunningSums()
    row["wall_seconds"] = wallSeconds
    return row
  }

  /// A validation example shown as in training, at addresses of the test's own: step by step, to a
  /// replica, so that nothing of the session changes.
  func frames(ofExample example: Int, _ layers: [TrialsSpec.Layer]) throws -> [TrialFrame] {
    try trainer.network.frames(
      of: WatchedTrial(
        batch: data.validation.batch([example]), presentation: spec.presentation,
        loss: spec.loss, random: random.purpose(.test).child(example),
        step: trainer.state.step, layers: layers))
  }

  /// Seconds so far, those of earlier parts included.
  var wallSeconds: Double {
    let now = started.duration(to: .now)
    return earlierSeconds + Double(now.components.seconds)
      + Double(now.components.attoseconds) * 1e-18
  }

  private func measureAgreement(
    _ row: inout MetricsRow, _ network: Network, _ batch: Batch<Scalar>
  ) throws {
    let state = trainer.state
    let layers = try evaluation.agreement(
      network, state.pathway, state.baseline, state.eligibility, state.reward, on: batch,
      step: state.step)
    for (index, layer) in layers.enumerated() {
      row["angle_\(index + 1)"] = layer.angle
      row["estimator_variance_\(index + 1)"] = layer.estimatorVariance
      row["estimator_variance_\(index + 1)_formula"] = layer.expectedVariance
      row["single_trial_angle_\(index + 1)"] = layer.singleTrialAngle
      row["update_angle_\(index + 1)"] = layer.updateAngle
      if spec.feedback.credit == .feedback,
        let matrices = MatrixAgreement(state.pathway, layer: index, in: network)
      {
        row["relative_error_\(index + 1)"] = matrices.relativeError
        row["sign_congruence_\(index + 1)"] = matrices.signCongruence
        row["norm_ratio_\(index + 1)"] = matrices.normRatio
      }
    }
    guard spec.metrics.paper, spec.feedback.topology == .layered,
      spec.feedback.credit == .feedback
    else { return }
    try measurePaperAgreement(&row, network, state.pathway)
  }

  private func measurePaperAgreement(
    _ row: inout MetricsRow, _ network: Network, _ pathway: FeedbackPathway<Scalar>
  ) throws {
    var generator = GSLRandom(random.purpose(.test).child(0), step: trainer.state.step)
    let sample = data.training.batch([generator.integer(below: data.training.count)])
    var network = network
    var record = network.makeRecord(trials: 1, presentation: .quiet)
    try network.present(sample, loss: spec.loss, random: random, step: 0, into: &record)
    CreditRule.feedback.assign(to: &record, pathway: pathway) { network.connection($0).weights }
    for index in record.layers.indices {
      let paper = PaperAgreement(pathway, layer: index, in: network, record: record)
      row["paper_angle_\(index + 1)"] = paper.angle
      row["paper_relative_error_\(index + 1)"] = paper.relativeError
      row["paper_sign_congruence_\(index + 1)"] = paper.signCongruence
    }
  }
}

extension FeedbackSpec {
  /// B before the first step.
  func pathway<Scalar>(
    _ architecture: Architecture, random: RandomKey
  ) -> FeedbackPathway<Scalar> {
    var pathway = FeedbackPathway<Scalar>(zeroFor: architecture, topology: .init(topology))
    guard credit == .feedback, let law = initialization.initialization, law != .zero else {
      return pathway
    }
    let key = random.purpose(.initialFeedback)
    for index in pathway.weights.indices {
      // The law of the matching W, whose fan-in is the width of this layer.
      pathway.weights[index] = law.matrix(
        rows: pathway.weights[index].rows, columns: pathway.weights[index].columns,
        fanIn: pathway.weights[index].rows, random: key.child(index))
    }
    return pathway
  }
}
