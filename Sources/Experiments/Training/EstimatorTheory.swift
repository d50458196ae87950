// SPDX-License-Identifier: GPL-3.0-or-later

internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import Substrates

/// The variance that first-order theory expects of the perturbation estimate ê = a·ξ / Var ξ, per
/// trial and unit (spiking-model notes §4.1–4.2).
///
/// With g = gain∘λ the true gradient at the site of the noise, s² = Var ξ as recorded and κ the
/// kurtosis of the recorded ξ,
///
///     Var ê_j = [Σ_k g_k²·s_k² + (κ − 2)·g_j²·s_j² + E²] / s_j²
///
/// where k goes over all perturbed units of all layers. E² is what the comparison leaves: 0 for two
/// passes of which the difference is taken, Σ_k g_k²·s_k² again for `noisyBaseline`, and (L − b)² where
/// a single pass is compared with a baseline b. Curvature of the loss (order c²), spikes that the
/// passes do not share, and perturbations that neurons share are left out.
struct EstimatorTheory<Scalar: NetworkScalar> {
  private let record: TrialRecord<Scalar>
  /// g²·s² of every hidden layer, `[trials, units]`.
  private let effects: [Matrix<Double>]
  /// Σ_k g_k²·s_k² per trial.
  private let powers: [Double]
  /// E² per trial.
  private let remainders: [Double]
  private let kurtosis: Double

  /// Nil where the theory has nothing to say: noise in spikes or on a constant unit, an eligibility
  /// that is not the noise, a reward that is only a sign.
  ///
  /// - Parameters:
  ///   - record: a presentation with the plan's noise, for Var ξ and gains.
  ///   - truth: a quiet presentation with the true gradient as teaching.
  ///   - kurtosis: that of ξ in one pass, from the noise.
  init?(
    _ plan: LearningPlan, _ record: TrialRecord<Scalar>, truth: TrialRecord<Scalar>,
    _ baseline: Baseline.State, kurtosis passKurtosis: (Noise) -> Double
  ) {
    guard let noise = plan.presentation.noise, noise.site != .spikes, !noise.perturbsConstantUnit,
      plan.eligibility == .noise, plan.reward.binarised == nil
    else { return nil }
    self.record = record
    effects = zip(record.layers, truth.layers).map { layer, gradient in
      var effects = Matrix<Double>(rows: record.trials, columns: layer.output.columns)
      effects.update { trial, unit, _ in
        let slope =
          Double(layer.perturbation.gain[trial, unit]) * Double(gradient.teaching[trial, unit])
        return slope * slope * Double(layer.perturbation.variance[trial, unit])
      }
      return effects
    }
    let layers = effects
    powers = (0..<record.trials).map { trial in
      layers.reduce(0) { sum, layer in layer.row(trial).reduce(sum, +) }
    }
    let own = passKurtosis(noise)
    kurtosis = plan.presentation.comparison == .secondNoisy ? 3 + (own - 3) / 2 : own
    switch plan.presentation.comparison {
    case .clean, .antithetic, .secondNoisy:
      remainders = Array(repeating: 0, count: record.trials)
    case .noisyBaseline: remainders = powers
    case .none:
      // What the baseline leaves of the loss without noise.
      var quiet = truth
      quiet.lossDifference = truth.loss
      var state = baseline
      plan.baseline.apply(to: &quiet, state: &state)
      remainders = quiet.advantage.map { Double($0) * Double($0) }
    }
  }

  /// Mean over trials and units of hidden layer `index`.
  func variance(ofLayer index: Int) -> Double {
    let variance = record.layers[index].perturbation.variance
    var sum = 0.0
    for trial in 0..<variance.rows {
      for unit in 0..<variance.columns {
        let own = (kurtosis - 2) * effects[index][trial, unit]
        sum += (powers[trial] + own + remainders[trial]) / Double(variance[trial, unit])
      }
    }
    return sum / Double(variance.rows * variance.columns)
  }
}
