// SPDX-License-Identifier: GPL-3.0-or-later

internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import Substrates

/// Loss and error of a network on a set, on the clean output.
struct SetScore: Sendable {
  /// Mean loss per trial.
  var loss: Double
  /// Fraction of trials whose largest output is not their class; nil for an autoencoder.
  var error: Double?
}

/// Measures a network on fixed examples. Never changes it, and never draws from its noise.
///
/// A network whose units spike is tested as it is, chance included (at addresses of the test's
/// own); against the true gradient it is measured in two ways: what one trial teaches, chance and
/// all, and what B carries when nothing is left to chance, both to the gradient of its
/// deterministic twin.
struct Evaluation<Network: TrainableNetwork & Sendable & Copyable>: Sendable {
  typealias Scalar = Network.Scalar

  /// Examples per block: what one thread takes at a time, whatever the number of threads.
  static var blockSize: Int { 500 }

  let plan: LearningPlan
  let random: RandomKey
  let threads: Int

  /// Loss and error on a set; nil where the set is empty.
  func score(_ network: Network, on set: ExampleSet<Scalar>) throws -> SetScore? {
    guard set.count > 0 else { return nil }
    let blockSize = Self.blockSize
    let blocks = (set.count + blockSize - 1) / blockSize
    let sums = try parallelMap(blocks, threads: threads) { block in
      let range = block * blockSize..<min(set.count, (block + 1) * blockSize)
      let batch = set.batch(Array(range))
      var replica = network.replica()
      var record = replica.makeRecord(trials: batch.trials, presentation: .test)
      try replica.present(
        batch, loss: plan.loss, random: random.purpose(.test).child(block), step: 0,
        into: &record)
      return (record.loss.reduce(0, +), record.prediction.mistakes(against: batch.labels))
    }
    let loss = sums.reduce(0.0) { $0 + $1.0 } / Double(set.count)
    let mistakes = sums.reduce(0) { $0 + $1.1 }
    return SetScore(
      loss: loss,
      error: set.target == .labels ? Double(mistakes) / Double(set.count) : nil)
  }

  /// How the teaching signals stand to the true gradient, layer by layer.
  struct LayerAgreement: Sendable {
    /// Degrees between λ and ∂L/∂h, mean over trials.
    var angle: Double?
    /// The same angle of a trial that has chance beside its noise; nil where there is none.
    var singleTrialAngle: Double?
    /// Degrees between what the teaching signals and what the true gradient would change in the
    /// weights that lead into the layer, summed over trials; nil where there is no chance. Trials
    /// that have next to nothing to teach have no say in it.
    var updateAngle: Double?
    /// Mean square of (estimate − true gradient) per trial and unit, for one perturbed
    /// presentation; nil where nothing is perturbed.
    var estimatorVariance: Double?
    /// What first-order theory expects of it (`EstimatorTheory`); nil where there is none.
    var expectedVariance: Double?
  }

  /// Angles to the true gradient and the estimator's variance, on a fixed batch.
  func agreement(
    _ network: Network, _ pathway: FeedbackPathway<Scalar>, _ baseline: Baseline.State,
    _ eligibility: Eligibility.State = Eligibility.State(),
    _ reward: Reward.State = Reward.State(), on batch: Batch<Scalar>, step: Int
  ) throws -> [LayerAgreement] {
    let key = random.purpose(.test)
    let twin = network.deterministicTwin()
    func shown(_ network: Network) throws -> TrialRecord<Scalar> {
      try credited(network, pathway, baseline, eligibility, reward, batch, key, step)
    }
    let record = try shown(twin ?? network.replica())
    let single = twin == nil ? nil : try shown(network.replica())
    let truth = try trueGradient(twin ?? network.replica(), pathway, batch, key, step)
    let theory = EstimatorTheory(
      plan, single ?? record, truth: truth, baseline, kurtosis: network.kurtosis)
    return record.layers.indices.map { index in
      let trueGradient = truth.layers[index].teaching
      return LayerAgreement(
        angle: Alignment.meanAngle(record.layers[index].teaching, trueGradient),
        singleTrialAngle: single.flatMap {
          Alignment.meanAngle($0.layers[index].teaching, trueGradient)
        },
        updateAngle: twin == nil
          ? nil : updateAngle(record, truth, index),
        estimatorVariance: estimatorVariance(single ?? record, index, trueGradient),
        expectedVariance: theory?.variance(ofLayer: index))
    }
  }

  /// A training presentation with its teaching signals.
  private func credited(
    _ network: Network, _ pathway: FeedbackPathway<Scalar>, _ baseline: Baseline.State,
    _ eligibility: Eligibility.State, _ reward: Reward.State, _ batch: Batch<Scalar>,
    _ key: RandomKey, _ step: Int
  ) throws -> TrialRecord<Scalar> {
    var network = network
    var record = network.makeRecord(trials: batch.trials, presentation: plan.presentation)
    try network.present(batch, loss: plan.loss, random: key, step: step, into: &record)
    var state = baseline
    plan.baseline.apply(to: &record, state: &state)
    var (past, magnitudes) = (eligibility, reward)
    plan.eligibility.apply(to: &record, state: &past)
    plan.reward.apply(to: &record, state: &magnitudes)
    plan.credit.assign(to: &record, pathway: pathway) { network.connection($0).weights }
    return record
  }

  /// A quiet presentation with the gradient in the place of teaching signals.
  private func trueGradient(
    _ network: Network, _ pathway: FeedbackPathway<Scalar>, _ batch: Batch<Scalar>,
    _ key: RandomKey, _ step: Int
  ) throws -> TrialRecord<Scalar> {
    var network = network
    var truth = network.makeRecord(trials: batch.trials, presentation: .quiet)
    try network.present(batch, loss: plan.loss, random: key, step: step, into: &truth)
    CreditRule.backpropagation.assign(to: &truth, pathway: pathway) {
      network.connection($0).weights
    }
    return truth
  }

  private func updateAngle(
    _ record: TrialRecord<Scalar>, _ truth: TrialRecord<Scalar>, _ index: Int
  ) -> Double? {
    func update(_ record: TrialRecord<Scalar>) -> Connection<Scalar> {
      let input = record.input(toConnection: index)
      let units = record.layers[index].error.columns
      var sum = Connection<Scalar>(
        weights: Matrix(rows: input.units, columns: units),
        biases: Array(repeating: 0, count: units))
      sum.accumulateOuterProduct(of: input, record.layers[index].error, scaledBy: 1)
      return sum
    }
    return Alignment.angle(update(record).weights.elements, update(truth).weights.elements)
  }

  private func estimatorVariance(
    _ record: TrialRecord<Scalar>, _ index: Int, _ trueGradient: Matrix<Scalar>
  ) -> Double? {
    guard plan.presentation.noise != nil else { return nil }
    var difference = trueGradient
    difference.setEstimate(
      scalar: record.advantage, perturbation: record.layers[index].perturbation.values,
      variance: record.layers[index].perturbation.variance)
    difference.subtractProduct(record.layers[index].perturbation.gain, trueGradient)
    let norm = difference.frobeniusNorm
    return norm * norm / Double(difference.rows * difference.columns)
  }
}

extension Matrix {
  /// The number of rows whose largest entry is not at the row's label.
  func mistakes(against labels: [Int]) -> Int {
    var count = 0
    for row in 0..<rows where !labels.isEmpty {
      var best = 0
      for column in 1..<max(1, columns) where self[row, column] > self[row, best] { best = column }
      if best != labels[row] { count += 1 }
    }
    return count
  }
}
