// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
public import Substrates

/// The weight mirror (Akrout, Wilson, Humphreys, Lillicrap & Tweed 2019, "Deep learning without
/// weight transport"): B learns from how the layer above answers to a layer's noise.
///
/// The mirror phase is the perturbed pass beside the pass that it is compared with. With ξ the noise
/// of hidden layer l, γ its gain to h, and Δy the measured difference of what B's errors come from,
/// Δh^{l+1} of the layer above (or Δŷ) for layered feedback, Δŷ of the outputs for direct feedback,
///
///     B ← (1 − decay)·B + rate·Σ_trials (γ ∘ ξ)ᵀ·Δy
///
/// No loss, no reward and no teaching signal is read, and no error: the rule differs from the
/// paper's in that noise runs through the whole network at once, on top of the inputs, where the
/// paper drives one layer at a time with noise alone. Noise of other layers is independent of ξ and
/// adds variance only.
///
/// What it converges to, to first order in the noise: the mean of B is
///
///     (rate / decay)·Σ_trials E[Var ξ_i·γ_i²·φ′_j]·W_ij
///
/// with φ′ the slope of the layer above, 1 for linear units: W times a factor that is the same for
/// all entries only where the slopes are alike (for direct feedback, the product of all W and
/// slopes above; for softmax outputs, their Jacobian). A rate of decay / (trials · Var ξ) makes that
/// factor the mean slope. B is the mean of some 2 / decay batches and fluctuates accordingly. Without
/// decay it grows for ever, in the same direction. Where losses are averaged over trials (`scale`
/// 1 / M), so is the sum here.
///
/// It needs noise, and two passes that are compared: a single noisy pass has no Δy.
public struct WeightMirror: FeedbackLearner, Equatable {
  /// Nothing to remember.
  public struct State: Codable, Sendable {}

  /// The learning rate of B, per trial; positive.
  public let rate: Double
  /// The share of B that is lost per batch, from 0 to below 1.
  public let decay: Double

  /// A mirror.
  public init(rate: Double, decay: Double) {
    precondition(rate > 0 && rate.isFinite, "a mirror's learning rate of \(rate)")
    precondition(decay >= 0 && decay < 1, "a mirror's decay of \(decay)")
    self.rate = rate
    self.decay = decay
  }

  /// Whether a batch must be shown with noise.
  public var needsPerturbation: Bool { true }

  /// Whether two passes must be compared.
  public var needsComparison: Bool { true }

  /// The state before the first batch.
  public func makeState<Scalar>(for pathway: FeedbackPathway<Scalar>) -> State {
    precondition(pathway.topology != .activity, "feedback from activity mirrors no weights")
    return State()
  }

  /// The factor between B's mean and W where all slopes and gains are 1: rate·M·Var ξ / decay; nil
  /// without decay, where there is none.
  public func fixedPoint(trials: Int, variance: Double, scale: Double) -> Double? {
    decay == 0 ? nil : rate * scale * Double(trials) * variance / decay
  }

  /// Improves B from one batch; the equations stand above.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func update<Scalar>(
    _ pathway: inout FeedbackPathway<Scalar>, from record: inout TrialRecord<Scalar>,
    scale: Double, state: inout State
  ) {
    let (alpha, beta) = (Scalar(rate * scale), Scalar(1 - decay))
    for index in record.layers.indices {
      let hearsOutputs = pathway.topology == .direct || index + 1 == record.layers.count
      let response =
        hearsOutputs ? record.predictionDifference : record.layers[index + 1].outputDifference
      if let constant = record.layers[index].constantUnit {
        pathway.constantRows[index].accumulateProduct(
          constant.values, .transposed, response, .plain, alpha: alpha, beta: beta)
      }
      let noise = record.layers[index].perturbation
      if noise.gainIsOne {
        pathway.weights[index].accumulateProduct(
          noise.values, .transposed, response, .plain, alpha: alpha, beta: beta)
      } else {
        record.layers[index].residual.setProduct(noise.gain, noise.values)
        pathway.weights[index].accumulateProduct(
          record.layers[index].residual, .transposed, response, .plain, alpha: alpha, beta: beta)
      }
    }
  }
}
