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
  private let plan: LearningPlan
  private let truth: TrialRecord<Scalar>
  /// (L − b)² per trial.
  private let squaredRemainder: [Double]

  /// Nil where the theory has nothing to say: noise in spikes or on a constant unit, an eligibility
  /// that is not the noise, a reward that is only a sign.
  ///
  /// - Parameter truth: a quiet presentation with the true gradient as teaching.
  init?(_ plan: LearningPlan, truth: TrialRecord<Scalar>, _ baseline: Baseline.State) {
    guard let noise = plan.presentation.noise, noise.site != .spikes, !noise.perturbsConstantUnit,
      plan.eligibility == .noise, plan.reward.binarised == nil
    else { return nil }
    self.plan = plan
    self.truth = truth
    guard plan.presentation.comparison == .none else {
      squaredRemainder = Array(repeating: 0, count: truth.trials)
      return
    }
    // What the baseline leaves of the loss without noise.
    var quiet = truth
    quiet.lossDifference = truth.loss
    var state = baseline
    plan.baseline.apply(to: &quiet, state: &state)
    squaredRemainder = quiet.advantage.map { Double($0) * Double($0) }
  }

  /// Mean over trials and units of hidden layer `index`.
  ///
  /// - Parameter record: a presentation with the plan's noise, for Var ξ and gains.
  func variance(ofLayer index: Int, in record: TrialRecord<Scalar>) -> Double? {
    guard let noise = plan.presentation.noise else { return nil }
    let kurtosis: Double
    switch plan.presentation.comparison {
    case .secondNoisy: kurtosis = 3 + (noise.distribution.kurtosis - 3) / 2
    case .clean, .none, .antithetic, .noisyBaseline: kurtosis = noise.distribution.kurtosis
    }
    let isDoubled = plan.presentation.comparison == .noisyBaseline
    var sum = 0.0
    let own = record.layers[index].perturbation
    for trial in 0..<record.trials {
      var power = 0.0
      for layer in record.layers.indices {
        let units = record.layers[layer].output.columns
        for unit in 0..<units { power += squaredEffect(layer, trial, unit, record) }
      }
      let rest = squaredRemainder[trial] + (isDoubled ? power : 0)
      for unit in 0..<own.values.columns {
        let effect = squaredEffect(index, trial, unit, record)
        sum += (power + (kurtosis - 2) * effect + rest) / Double(own.variance[trial, unit])
      }
    }
    return sum / Double(record.trials * own.values.columns)
  }

  /// g²·s² of one unit.
  private func squaredEffect(
    _ layer: Int, _ trial: Int, _ unit: Int, _ record: TrialRecord<Scalar>
  ) -> Double {
    let noise = record.layers[layer].perturbation
    let gradient =
      Double(noise.gain[trial, unit]) * Double(truth.layers[layer].teaching[trial, unit])
    return gradient * gradient * Double(noise.variance[trial, unit])
  }
}
