// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
public import Substrates

/// What may change the feedback weights B.
///
/// A learner sees a record whose teaching signals came from the *present* B, and nothing else:
/// not the forward weights, not the network. What it must remember from batch to batch is its
/// `State`, which survives a checkpoint. New learners (weight mirror, Kolen–Pollack, …) are new
/// small values of this protocol; nothing else changes.
public protocol FeedbackLearner: Sendable {
  /// Moments, Gram matrices, …
  associatedtype State: Codable & Sendable

  /// Whether the learner reads `advantage` and `perturbation`, so that a batch must be shown
  /// with noise.
  var needsPerturbation: Bool { get }

  /// The state before the first batch.
  func makeState<Scalar>(for pathway: FeedbackPathway<Scalar>) -> State

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
}

/// Why learning could not go on.
public enum LearningError: Error, Sendable, Equatable {
  /// The covariance of a hidden layer's errors is not positive definite, or it, its covariance
  /// with the estimates, or the solution for B is not finite.
  case degenerateErrors(layer: Int)
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
