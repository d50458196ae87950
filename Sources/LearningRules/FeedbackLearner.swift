// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra
public import Substrates

/// What may change the feedback weights B.
///
/// A learner sees a record whose teaching signals came from the *present* B, and nothing else:
/// not the forward weights, not the network. What it must remember from batch to batch is its
/// `State`, which survives a checkpoint. New learners are new small values of this protocol;
/// nothing else changes.
public protocol FeedbackLearner: Sendable {
  /// Moments, Gram matrices, …
  associatedtype State: Codable & Sendable

  /// Whether the learner reads `advantage` and `perturbation`, so that a batch must be shown
  /// with noise.
  var needsPerturbation: Bool { get }

  /// Whether the learner reads differences between two passes, so that two must be compared.
  var needsComparison: Bool { get }

  /// The state before the first batch.
  func makeState<Scalar>(for pathway: FeedbackPathway<Scalar>) -> State

  /// Overwrites B with forward weights, before the first batch and after every step of W: what the
  /// brain is not believed to do, and what only `SymmetricFeedback` does.
  ///
  /// - Parameter weights: the weights of connection k.
  func transport<Scalar>(
    into pathway: inout FeedbackPathway<Scalar>, weights: (Int) -> Matrix<Scalar>)

  /// Improves B from one batch.
  ///
  /// - Parameters:
  ///   - record: its `residual` is the learner's to write; the rest is read.
  ///   - scale: the loss's factor on batch sums: 1, or 1 / M.
  /// - Throws: `LearningError` where numbers no longer allow it.
  func update<Scalar>(
    _ pathway: inout FeedbackPathway<Scalar>, from record: inout TrialRecord<Scalar>,
    scale: Double, state: inout State
  ) throws(LearningError)

  /// Lets B go along with a step of W: called whenever W takes one, with what it is made of.
  ///
  /// - Parameters:
  ///   - record: the record that W learns from.
  ///   - plan: its rates, decay and momentum.
  ///   - scale: the loss's factor on batch sums.
  func follow<Scalar>(
    _ pathway: inout FeedbackPathway<Scalar>, from record: TrialRecord<Scalar>,
    plan: LearningPlan, scale: Double, state: inout State)
}

extension FeedbackLearner {
  /// Reads no differences of activity.
  public var needsComparison: Bool { false }

  /// Follows nothing.
  public func follow<Scalar>(
    _ pathway: inout FeedbackPathway<Scalar>, from record: TrialRecord<Scalar>,
    plan: LearningPlan, scale: Double, state: inout State
  ) {}

  /// Transports nothing.
  public func transport<Scalar>(
    into pathway: inout FeedbackPathway<Scalar>, weights: (Int) -> Matrix<Scalar>
  ) {}
}

/// Why learning could not go on.
public enum LearningError: Error, Sendable, Equatable {
  /// The covariance of a hidden layer's errors is not positive definite, or it, its covariance
  /// with the estimates, or the solution for B is not finite.
  case degenerateErrors(layer: Int)
  /// What a loss differed by, or what was predicted of it, is not a finite number.
  case infiniteSurprise(trial: Int)
}

/// B stays as it is: feedback alignment (Lillicrap et al. 2016), direct feedback alignment
/// (Nøkland 2016).
public struct FixedFeedback: FeedbackLearner {
  /// Nothing to remember.
  public struct State: Codable, Sendable {}

  /// The learner that does not learn.
  public init() {}

  /// Whether a batch must be shown with noise.
  public var needsPerturbation: Bool { false }

  /// The state before the first batch.
  public func makeState<Scalar>(for pathway: FeedbackPathway<Scalar>) -> State { State() }

  /// Improves B from one batch; the equations stand above.
  public func update<Scalar>(
    _ pathway: inout FeedbackPathway<Scalar>, from record: inout TrialRecord<Scalar>,
    scale: Double, state: inout State
  ) {}
}

/// B is what it stands for: W^{l+1} for layered feedback, the product W^{l+1}·…·W^{N+1} for direct
/// feedback (what direct feedback learns in a linear network; Corollary 1). The reference that
/// learned feedback is measured against. Feedback from activity has nothing to be a copy of.
public struct SymmetricFeedback: FeedbackLearner {
  /// Nothing to remember.
  public struct State: Codable, Sendable {}

  /// The learner that copies.
  public init() {}

  /// Whether a batch must be shown with noise.
  public var needsPerturbation: Bool { false }

  /// The state before the first batch.
  public func makeState<Scalar>(for pathway: FeedbackPathway<Scalar>) -> State {
    precondition(pathway.topology != .activity, "feedback from activity has no counterpart in W")
    return State()
  }

  /// Improves B from one batch: nothing, all is done by `transport`.
  public func update<Scalar>(
    _ pathway: inout FeedbackPathway<Scalar>, from record: inout TrialRecord<Scalar>,
    scale: Double, state: inout State
  ) {}

  /// B ← its counterpart.
  public func transport<Scalar>(
    into pathway: inout FeedbackPathway<Scalar>, weights: (Int) -> Matrix<Scalar>
  ) {
    for index in pathway.weights.indices.reversed() {
      let above = weights(index + 1)
      if pathway.topology == .layered || index == pathway.weights.count - 1 {
        pathway.weights[index].assign(above)
      } else {
        let next = pathway.weights[index + 1]
        pathway.weights[index].accumulateProduct(above, .plain, next, .plain)
      }
    }
  }
}
