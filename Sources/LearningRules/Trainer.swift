// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra
public import RandomStreams
public import Substrates

/// What is learned, and how: a credit rule, a baseline, an eligibility, a reward, an optimizer. Data,
/// not code.
public struct LearningPlan: Sendable, Codable, Equatable {
  /// How a teaching signal comes about.
  public var credit: CreditRule
  /// How a batch is shown.
  public var presentation: Presentation
  /// What is subtracted from the loss difference.
  public var baseline: Baseline
  /// How a unit comes to know its perturbation.
  public var eligibility = Eligibility.noise
  /// How the advantage reaches the synapses.
  public var reward = Reward.plain
  /// How W descends, or nil where W is held fixed.
  public var descent: Optimizer?
  /// The loss.
  public var loss: Loss
  /// The number of first steps in which only B learns.
  public var warmup: Int
  /// Whether biases learn.
  public var learnsBiases: Bool
  /// Factors on the learning rate, one per connection; empty for 1 everywhere. With Adam, which
  /// takes steps of a size of its own, they must be 1.
  public var rateFactors: [Double] = []
  /// The factor on the learning rate of biases beside that of weights.
  public var biasFactor = 1.0

  /// A plan.
  public init(
    credit: CreditRule, presentation: Presentation, baseline: Baseline = .pass,
    descent: Optimizer?, loss: Loss = Loss(.squaredError), warmup: Int = 0,
    learnsBiases: Bool = true
  ) {
    self.credit = credit
    self.presentation = presentation
    self.baseline = baseline
    self.descent = descent
    self.loss = loss
    self.warmup = warmup
    self.learnsBiases = learnsBiases
  }

  /// The factor on the learning rate of connection k.
  public func rateFactor(ofConnection k: Int) -> Double {
    rateFactors.isEmpty ? 1 : rateFactors[k]
  }
}

/// One learner at one network: the loop body of every experiment, on every substrate.
///
/// A step shows a batch, subtracts the baseline, says what shook each unit and how the reward
/// arrives, assigns credit through the present B, then changes B and W from the same record, both
/// from their values before the step. Where rewards are late B learns from an earlier record.
public struct Trainer<Network: Substrate, Learner: FeedbackLearner>: ~Copyable
where Network: Copyable {
  /// The scalar of the network.
  public typealias Scalar = Network.Scalar

  /// What a checkpoint must hold beside the network's weights.
  public struct State: Codable, Sendable {
    /// B.
    public var pathway: FeedbackPathway<Scalar>
    /// The feedback learner's.
    public var feedback: Learner.State
    /// The optimizer's, one per connection.
    public var descent: [Optimizer.State<Scalar>]
    /// The baseline's.
    public var baseline: Baseline.State
    /// The eligibility's.
    public var eligibility: Eligibility.State
    /// The reward's.
    public var reward: Reward.State
    /// The batches whose rewards have not arrived, oldest first.
    public var pending: [EligibleTrials<Scalar>]
    /// The number of steps taken.
    public var step: Int
  }

  /// What is learned.
  public let plan: LearningPlan
  /// How B learns.
  public let learner: Learner
  /// The network.
  public var network: Network
  /// Everything else that evolves.
  public var state: State
  /// The record of the last step.
  public var record: TrialRecord<Scalar>
  /// The record of a late reward's batch; nil where rewards are not late.
  @usableFromInline var late: TrialRecord<Scalar>?
  @usableFromInline var descents: [Descent<Scalar>]
  @usableFromInline let random: RandomKey
  /// Whether B changes at all.
  @usableFromInline let changesFeedback: Bool

  /// A trainer at step 0.
  ///
  /// - Parameters:
  ///   - trials: the batch size.
  ///   - random: where the noise lives.
  public init(
    _ network: Network, plan: LearningPlan, learner: Learner,
    pathway: FeedbackPathway<Scalar>, trials: Int, random: RandomKey
  ) {
    precondition(
      plan.presentation.noise != nil
        || (!learner.needsPerturbation && plan.credit != .nodePerturbation),
      "this plan learns from perturbations, but its presentation has no noise")
    precondition(
      !learner.needsComparison || plan.presentation.comparesPasses,
      "this plan compares two passes, but its presentation compares none")
    precondition(
      plan.eligibility.accepts(plan.presentation),
      "eligibility \(plan.eligibility) does not go with comparison \(plan.presentation.comparison)")
    precondition(
      plan.reward.delay == 0 || plan.credit != .nodePerturbation,
      "W cannot learn from a reward that is late")
    self.plan = plan
    self.learner = learner
    self.network = network
    self.random = random
    changesFeedback = !(learner is FixedFeedback)
    state = State(
      pathway: pathway, feedback: learner.makeState(for: pathway),
      descent: (0..<network.architecture.connectionCount).map { _ in Optimizer.State() },
      baseline: Baseline.State(), eligibility: Eligibility.State(), reward: Reward.State(),
      pending: [], step: 0)
    record = network.makeRecord(trials: trials, presentation: plan.presentation)
    late = plan.reward.delay == 0 ? nil : record
    descents = (0..<network.architecture.connectionCount).compactMap { _ in
      plan.descent.map { Descent($0) }
    }
    precondition(
      plan.rateFactors.isEmpty || plan.rateFactors.count == network.architecture.connectionCount,
      "\(plan.rateFactors.count) rate factors")
    learner.transport(into: &state.pathway) { network.connection($0).weights }
    if plan.credit == .measured { self.network.install(state.pathway) }
  }

  /// Goes on from a saved state; weights and what the network carries are restored apart.
  public mutating func restore(_ saved: State) {
    state = saved
    if plan.credit == .measured { network.install(state.pathway) }
  }

  /// One step. Inlinable, so that whoever knows the network's and the learner's types gets a loop
  /// without generic dispatch.
  @inlinable
  public mutating func step(_ batch: Batch<Scalar>) throws {
    try network.present(batch, loss: plan.loss, random: random, step: state.step, into: &record)
    plan.baseline.apply(to: &record, state: &state.baseline)
    plan.eligibility.apply(to: &record, state: &state.eligibility)
    plan.reward.apply(to: &record, state: &state.reward)
    plan.credit.assign(to: &record, pathway: state.pathway) { network.connection($0).weights }
    let scale = plan.loss.gradientScale(trials: batch.trials)
    try learn(scale)
    if plan.descent != nil, state.step >= plan.warmup {
      learner.follow(
        &state.pathway, from: record, plan: plan, scale: scale, state: &state.feedback)
      descend(scale)
    }
    learner.transport(into: &state.pathway) { network.connection($0).weights }
    if plan.credit == .measured, changesFeedback { network.install(state.pathway) }
    state.step += 1
  }

  /// Σ L and Σ L̃ over the trials of the last step.
  public var lastLosses: (loss: Double, perturbedLoss: Double) {
    (record.loss.reduce(0, +), record.perturbedLoss.reduce(0, +))
  }

  /// B learns from the batch whose reward arrives now, if any.
  @inlinable
  mutating func learn(_ scale: Double) throws {
    guard plan.reward.delay > 0 else {
      return try learner.update(
        &state.pathway, from: &record, scale: scale, state: &state.feedback)
    }
    state.pending.append(EligibleTrials(record))
    guard state.pending.count > plan.reward.delay, var arrived = late.take() else { return }
    state.pending.removeFirst().recall(into: &arrived)
    defer { late = arrived }
    try learner.update(&state.pathway, from: &arrived, scale: scale, state: &state.feedback)
  }

  @inlinable
  mutating func descend(_ scale: Double) {
    for k in descents.indices {
      let input = record.input(toConnection: k)
      let error = record.error(aboveConnection: k)
      network.withConnection(k) { connection in
        descents[k].step(
          &connection, input: input, error: error,
          scale: scale, rateFactor: plan.rateFactor(ofConnection: k),
          biasFactor: plan.biasFactor, learnsBiases: plan.learnsBiases, state: &state.descent[k])
      }
    }
  }
}
