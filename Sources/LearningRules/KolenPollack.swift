// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
public import Substrates

/// Kolen & Pollack's feedback (1994, "Backpropagation without weight transport"; Akrout et al.
/// 2019): B of a layer takes the very step that W of the layer above takes, and both decay.
///
/// With x what a hidden layer sends, ẽ the error of the layer above, and the rate, weight decay and
/// momentum of the optimizer of W (f the connection's rate factor),
///
///     B ← (1 − f·rate·weightDecay)·B − f·rate·Σ_trials xᵀ·ẽ
///
/// Both factors of the product are at hand where the synapses of B are: x in their own layer, ẽ
/// as it comes down to them. W takes the same step, so B − W shrinks by 1 − f·rate·weightDecay with
/// every step of W, exactly, whatever the errors are; without weight decay it never shrinks. B
/// rests while W rests.
///
/// For layered feedback only: a direct B has no W whose steps it could share. Rates and decay are
/// those of the plan, so that they cannot disagree; Adam, which has no weight decay here, is not served.
/// The row of the constant unit, which stands for biases, is not learned.
public struct KolenPollack: FeedbackLearner, Equatable {
  /// The momentum of every B, in `Double`, which holds either scalar exactly; empty without.
  public struct State: Codable, Sendable {
    /// v, by hidden layer.
    var velocity: [Matrix<Double>] = []
  }

  /// The learner; all it needs to know is the optimizer of W.
  public init() {}

  /// Whether a batch must be shown with noise.
  public var needsPerturbation: Bool { false }

  /// Whether the learner can follow this way of descending.
  public func follows(_ optimizer: Optimizer?) -> Bool {
    switch optimizer {
    case .sgd, .momentum: true
    case .adam, nil: false
    }
  }

  /// The state before the first batch.
  public func makeState<Scalar>(for pathway: FeedbackPathway<Scalar>) -> State {
    precondition(pathway.topology == .layered, "only layered feedback has a W to go along with")
    return State()
  }

  /// Improves B from one batch: nothing, all is done by `follow`.
  public func update<Scalar>(
    _ pathway: inout FeedbackPathway<Scalar>, from record: inout TrialRecord<Scalar>,
    scale: Double, state: inout State
  ) {}

  /// B takes the step of the W that it stands for; the equations stand above.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func follow<Scalar>(
    _ pathway: inout FeedbackPathway<Scalar>, from record: TrialRecord<Scalar>,
    plan: LearningPlan, scale: Double, state: inout State
  ) {
    for index in pathway.weights.indices {
      let factor = plan.rateFactor(ofConnection: index + 1)
      guard case .dense(let x) = record.input(toConnection: index + 1) else {
        preconditionFailure("hidden layer \(index + 1) sent a sparse activity")
      }
      let error = record.error(aboveConnection: index + 1)
      switch plan.descent {
      case .sgd(let rate, let weightDecay):
        pathway.weights[index].decay(rate: rate * factor, weightDecay)
        pathway.weights[index].accumulateProduct(
          x, .transposed, error, .plain, alpha: Scalar(-rate * (scale * factor)), beta: 1)
      case .momentum(let rate, let momentum, let weightDecay):
        let shape = pathway.weights[index]
        if state.velocity.count == index {
          state.velocity.append(Matrix(rows: shape.rows, columns: shape.columns))
        }
        // The arithmetic of `Descent`, term by term.
        var gradient = Matrix<Scalar>(rows: shape.rows, columns: shape.columns)
        gradient.accumulateProduct(
          x, .transposed, error, .plain, alpha: Scalar(scale * factor), beta: 1)
        var velocity: Matrix<Scalar> = state.velocity[index].converted()
        velocity.scaleAndAdd(1, gradient, scalingSelfBy: Scalar(momentum))
        pathway.weights[index].decay(rate: rate * factor, weightDecay)
        pathway.weights[index].scaleAndAdd(Scalar(-rate), velocity, scalingSelfBy: 1)
        state.velocity[index].assign(converting: velocity)
      case .adam, nil: preconditionFailure("Kolen–Pollack feedback cannot follow this descent")
      }
    }
  }
}
