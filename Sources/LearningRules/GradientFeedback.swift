// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
public import Substrates

/// Feedback learned by stochastic gradient descent on the paper's eq. (3).
///
/// With s the feedback input, λ = s·Bᵀ, ê the estimate and γ the gain of the noise's site:
///
///     B ← B − rate·Σ_trials (γ ∘ (γ ∘ λ − ê))ᵀ·s
///
/// the gradient of ½‖γ ∘ λ − ê‖². At the output site γ = 1 and this is the paper's update; at the
/// potential site it weighs a unit by its slope instead of dividing by it, so that saturated
/// units add no noise. The fixed point is the same where λ is linear in s. Sums over trials, no
/// factor 2, as in the paper's code.
///
/// Where λ was measured through a read-out that is not linear (`ApicalRecord.slope`), the
/// residual is multiplied by the slope of that read-out too.
///
/// With a `normalisation` κ a trial's step is divided by κ + ‖s‖² (normalised least mean squares): the
/// rate then means the same for errors of any size, and is stable below 2.
///
/// Plain descent has a noise floor, rate·(m + 2)(n + κ − 2) / (2 − rate·(m + 2)) for white s
/// (spiking-model notes §4.5); with `controlVariate` the floor vanishes in the linear case.
public struct GradientFeedback: FeedbackLearner, Equatable {
  /// Nothing to remember.
  public struct State: Codable, Sendable {}

  /// The learning rate β of B, per trial.
  public let rate: Double
  /// Whether the estimate is the control-variate one.
  public let controlVariate: Bool
  /// κ; nil for steps that are not normalised.
  public let normalisation: Double?

  /// A learner; `rate`, and κ where there is one, are positive.
  public init(rate: Double, controlVariate: Bool = false, normalisation: Double? = nil) {
    precondition(rate > 0 && rate.isFinite, "a feedback learning rate of \(rate)")
    precondition(normalisation.map { $0 > 0 } ?? true, "a normalisation of \(normalisation ?? 0)")
    self.normalisation = normalisation
    self.rate = rate
    self.controlVariate = controlVariate
  }

  /// Whether a batch must be shown with noise.
  public var needsPerturbation: Bool { true }

  /// The state before the first batch.
  public func makeState<Scalar>(for pathway: FeedbackPathway<Scalar>) -> State { State() }

  /// Improves B from one batch; the equations stand above.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func update<Scalar>(
    _ pathway: inout FeedbackPathway<Scalar>, from record: inout TrialRecord<Scalar>,
    scale: Double, state: inout State
  ) {
    let scalars = record.surprises(controlVariate: controlVariate, pathway)
    let alpha = Scalar(rate * scale)
    for index in record.layers.indices {
      let input = record.feedbackInput(ofLayer: index, pathway.topology)
      let weights = normalisation.map { normalisation in
        (0..<input.rows).map { input.normalisedWeight(ofRow: $0, normalisation) }
      }
      if let constant = record.layers[index].constantUnit {
        var residual = Matrix<Scalar>(rows: record.trials, columns: 1)
        residual.setEstimate(
          scalar: scalars[index], perturbation: constant.values, variance: constant.variance)
        if !controlVariate { residual.subtract(record.constantTeaching(index, pathway)) }
        weights.map { residual.scaleRows($0) }
        pathway.constantRows[index].accumulateProduct(
          residual, .transposed, input, .plain, alpha: alpha, beta: 1)
      }
      record.layers[index].setEstimate(scalars[index])
      record.layers[index].turnEstimateIntoResidual(controlVariate: controlVariate)
      if let slope = record.layers[index].apical?.slope {
        record.layers[index].residual.multiply(by: slope)
      }
      weights.map { record.layers[index].residual.scaleRows($0) }
      pathway.weights[index].accumulateProduct(
        record.layers[index].residual, .transposed, input, .plain, alpha: alpha, beta: 1)
    }
  }
}

extension Matrix {
  /// 1 / (κ + ‖row‖²).
  func normalisedWeight(ofRow row: Int, _ normalisation: Double) -> Scalar {
    let squared = (0..<columns).reduce(0) { $0 + self[row, $1] * self[row, $1] }
    return 1 / (Scalar(normalisation) + squared)
  }

  /// Row i ← factor_i·row i.
  mutating func scaleRows(_ factors: [Scalar]) { update { i, _, value in factors[i] * value } }
}
