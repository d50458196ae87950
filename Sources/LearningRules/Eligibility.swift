// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
public import Substrates

/// How a unit comes to know what shook it: what takes the place of ξ where the noise itself is
/// out of its reach. Applied between the baseline and credit, it overwrites ξ, Var ξ and the gain
/// of every hidden layer.
///
/// | eligibility | ξ | Var ξ | gain | needs |
/// | --- | --- | --- | --- | --- |
/// | `noise` | as the substrate realised it | as realised | of the site | nothing |
/// | `activityDifference` | Δh, measured | ‖Δh‖² / n, per trial | 1 | two passes compared |
/// | `transmittedDifference` | Δx, measured | ‖Δx‖² / n, per trial | 1 | the same, but `noisyBaseline` |
/// | `runningMean` | h̃ − m | max(v, floor·v̄) | 1 | a single noisy pass |
///
/// `activityDifference` is activity-based node perturbation (Dalm, Ahmad, Fernández & van Gerven
/// 2023): the estimate n·ΔL·Δh / ‖Δh‖² of a layer of n units. It has the right mean where the
/// differences of a layer are independent and alike, as in the first hidden layer with noise on its
/// outputs. Higher up Δh also holds the noise from below, of covariance Σ ≠ c²·I; the mean is
/// then Q·λ with Q = E[n·Δh·Δhᵀ/‖Δh‖²]: λ turned towards the directions of larger differences,
/// of the same size on the whole (tr Q = n).
///
/// `transmittedDifference` reads the same difference where it acts: x is what the layer above hears,
/// filtered spikes or rates on a dendritic network, h on a rate network. The loss differs by λᵀΔx
/// of the last hidden layer whatever the noise did to it, curvature of L apart, so that neither
/// single spikes that flip nor the curvature of f nor its slope is in the way. A layer below explains
/// what is left of the loss difference without what began above it,
///
///     o = Δx − Δh + γ·ξ
///
/// with the substrate's own γ and ξ (without γ·ξ where the perturbation is the chance in spikes). To
/// first order its mean is 0 whatever the layers below did, but for the lag of x behind h, so that
/// it can be a control variate with any B: under the control variate B is right in every layer
/// where L is linear in x.
///
/// Without the control variate, or divided by Var ξ at all, it does badly in spikes: a layer in which
/// nothing flipped has the estimate 0, and one that sent a sliver of a spike while other layers moved the
/// loss has one without bound. `KalmanFeedback` divides by no layer's ‖Δx‖² alone.
///
/// `runningMean` estimates the perturbation of a noisy pass from its past (after Legenstein et al.
/// 2010; Hoerzer et al. 2014; Miconi 2017): m and v are exponential means of h̃ and of its squared
/// deviation, per unit. Where one stimulus is shown all the time its mean is right in the first
/// hidden layer; higher up it is (Σλ)_j / Σ_jj with Σ the covariance of h̃. Where stimuli
/// alternate h̃ − m is mostly the stimulus: the mean estimate is then
/// (c²·λ + Cov(L, h)) / (c² + Var h) over stimuli, in which the loss's own correlation with activity
/// has a say that no number of trials removes. Baselines per class lessen it.
///
/// A unit that was silent or saturated so far has v near 0, and the first trial that moves it
/// would be credited with a·(h̃ − m)/v, which has no bound. No unit is therefore taken to vary by less
/// than a share `floor` of its layer's mean variance v̄: estimates of such a unit are too small by
/// v/(floor·v̄), which errs on the side of no credit. At 0.01 a unit has to move ten times less than
/// its layer on the whole before it is touched; 0 leaves v as it is.
///
/// In `activityDifference` and `runningMean` Δh of a layer holds the noise from below, which the
/// control variate would subtract once for every layer: it goes with one hidden layer only. The
/// constant unit keeps its noise.
public enum Eligibility: Sendable, Codable, Equatable {
  case noise
  case activityDifference
  case transmittedDifference
  /// m ← m + rate·(h̃ − m), v ← (1 − rate)·(v + rate·(h̃ − m)²) per trial; plain moments until
  /// 1 / rate trials were seen.
  case runningMean(rate: Double, floor: Double = 0.01)

  /// What an eligibility remembers.
  public struct State: Sendable, Codable, Equatable {
    /// m of every unit, by hidden layer.
    public var means: [[Double]] = []
    /// v of every unit, by hidden layer.
    public var variances: [[Double]] = []
    /// The number of trials behind them.
    public var count = 0

    /// Nothing yet.
    public init() {}
  }

  /// Whether a presentation has what is read.
  public func accepts(_ presentation: Presentation) -> Bool {
    switch self {
    case .noise: true
    case .activityDifference: presentation.comparesPasses
    case .transmittedDifference:
      // There Δx holds a second noise that ξ does not.
      presentation.comparesPasses && presentation.comparison != .noisyBaseline
    case .runningMean: presentation.noise != nil && presentation.comparison == .none
    }
  }

  /// Overwrites the perturbations of `record`, from the state before this batch; then the state
  /// takes the batch in. A unit that did not move, or of which nothing is known yet, has ξ = 0.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func apply<Scalar>(to record: inout TrialRecord<Scalar>, state: inout State) {
    switch self {
    case .noise: return
    case .activityDifference:
      for index in record.layers.indices {
        record.layers[index].perturb(by: record.layers[index].outputDifference)
      }
    case .transmittedDifference:
      let isChance = record.presentation.noise?.site == .spikes
      for index in record.layers.indices {
        record.layers[index].setOwnDifference(isChance: isChance)
        record.layers[index].perturb(
          by: record.layers[index].transmittedDifference ?? record.layers[index].outputDifference)
      }
    case .runningMean(let rate, let floor):
      if state.means.isEmpty {
        state.means = record.layers.map { Array(repeating: 0, count: $0.output.columns) }
        state.variances = state.means
      }
      let isKnown = state.count > 1
      for index in record.layers.indices {
        record.layers[index].perturbByDeviation(
          from: state.means[index], state.variances[index], isKnown: isKnown, floor: floor)
      }
      for trial in 0..<record.trials {
        state.count += 1
        let step = max(rate, 1 / Double(state.count))
        for index in record.layers.indices {
          let values = record.layers[index].outputDifference
          for unit in 0..<values.columns {
            let deviation = Double(values[trial, unit]) - state.means[index][unit]
            state.means[index][unit] += step * deviation
            let variance = state.variances[index][unit]
            state.variances[index][unit] = (1 - step) * (variance + step * deviation * deviation)
          }
        }
      }
    }
  }
}

extension LayerRecord {
  /// ξ ← Δ, Var ξ ← ‖Δ‖² / n of the trial, gain ← 1.
  fileprivate mutating func perturb(by difference: Matrix<Scalar>) {
    perturbation.values.assign(difference)
    for trial in 0..<difference.rows {
      var squared: Scalar = 0
      for unit in 0..<difference.columns {
        squared += difference[trial, unit] * difference[trial, unit]
      }
      let variance = squared > 0 ? squared / Scalar(difference.columns) : 1
      for unit in 0..<difference.columns { perturbation.variance[trial, unit] = variance }
    }
    perturbation.setUnitGain()
  }

  /// o ← Δx − Δh + γ·ξ, or Δx − Δh where chance is the perturbation.
  fileprivate mutating func setOwnDifference(isChance: Bool) {
    var own = ownDifference.take() ?? Matrix(rows: output.rows, columns: output.columns)
    own.setDifference(outputDifference, transmittedDifference ?? outputDifference)
    if !isChance { own.subtractProduct(perturbation.gain, perturbation.values) }
    own.scale(by: -1)
    ownDifference = own
  }

  /// ξ ← h̃ − m, Var ξ ← max(v, floor·v̄), gain ← 1; ξ ← 0 where there is no v.
  fileprivate mutating func perturbByDeviation(
    from means: [Double], _ variances: [Double], isKnown: Bool, floor: Double
  ) {
    let least = floor * variances.reduce(0, +) / Double(variances.count)
    for unit in means.indices {
      let variance = Scalar(max(variances[unit], least))
      let isUsable = isKnown && variance > 0
      for trial in 0..<outputDifference.rows {
        let deviation = outputDifference[trial, unit] - Scalar(means[unit])
        perturbation.values[trial, unit] = isUsable ? deviation : 0
        perturbation.variance[trial, unit] = isUsable ? variance : 1
      }
    }
    perturbation.setUnitGain()
  }
}

extension Perturbation {
  fileprivate mutating func setUnitGain() {
    guard !gainIsOne else { return }
    gain.fill(1)
    gainIsOne = true
  }
}
