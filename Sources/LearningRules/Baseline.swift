// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
public import Substrates

/// What is subtracted from the loss difference before it is correlated with the noise.
///
/// A baseline that does not depend on this trial's noise leaves the estimate's mean alone and
/// changes its variance only (spiking-model notes §4.2; Williams 1992). It is evaluated once per
/// batch, from the state left by *earlier* batches, then updated with this one.
///
/// | baseline | b | excess variance per component |
/// | --- | --- | --- |
/// | `pass` | 0: the comparison pass has done the work | see `Presentation` |
/// | `zero` | 0 | E L² / c² |
/// | `runningMean` | exponential mean of L̃ | Var_x(L) / c² + … |
/// | `classMean` | the same, one per class | Var_{x∣class}(L) / c² + … |
/// | `critic` | v·x + v₀, fitted by normalised least mean squares | E (L − b)² / c² |
public enum Baseline: Sendable, Codable, Equatable {
  /// The presentation compares two passes; nothing more is subtracted.
  case pass
  /// Nothing is subtracted, on purpose.
  case zero
  /// b ← b + rate·(L̃ − b) per trial; plain averages until 1 / rate trials were seen.
  case runningMean(rate: Double)
  /// The same, one mean for each label.
  case classMean(rate: Double)
  /// b = v·x + v₀ from the unperturbed inputs; (v, v₀) moves by the mean over the batch of
  /// rate·(L̃ − b)·(x, 1) / (1 + ‖x‖²).
  case critic(rate: Double)

  /// What a baseline remembers.
  public struct State: Sendable, Codable, Equatable {
    /// The means by class; one alone for `runningMean`.
    public var means: [Double] = []
    /// The number of trials behind each mean.
    public var counts: [Int] = []
    /// v, then v₀.
    public var critic: [Double] = []

    /// Nothing yet.
    public init() {}
  }

  /// advantage ← ΔL − b for every trial, and the state takes in this batch.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func apply<Scalar>(to record: inout TrialRecord<Scalar>, state: inout State) {
    switch self {
    case .pass, .zero:
      for trial in 0..<record.trials {
        record.advantage[trial] = Scalar(record.lossDifference[trial])
      }
    case .runningMean(let rate):
      subtractMeans(from: &record, rate: rate, group: { _ in 0 }, &state)
    case .classMean(let rate):
      precondition(!record.labels.isEmpty, "a per-class baseline needs labels")
      let labels = record.labels
      subtractMeans(from: &record, rate: rate, group: { labels[$0] }, &state)
    case .critic(let rate):
      subtractCritic(from: &record, rate: rate, &state)
    }
  }

  /// The mean of the baselines now in the state; for `metrics.csv`.
  public func level(_ state: State) -> Double? {
    switch self {
    case .pass, .zero: nil
    case .runningMean, .classMean:
      state.means.isEmpty ? nil : state.means.reduce(0, +) / Double(state.means.count)
    case .critic: state.critic.last
    }
  }

  private func subtractMeans<Scalar>(
    from record: inout TrialRecord<Scalar>, rate: Double, group: (Int) -> Int,
    _ state: inout State
  ) {
    for trial in 0..<record.trials {
      let index = group(trial)
      while state.means.count <= index {
        state.means.append(0)
        state.counts.append(0)
      }
      record.advantage[trial] = Scalar(record.lossDifference[trial] - state.means[index])
    }
    for trial in 0..<record.trials {
      let index = group(trial)
      state.counts[index] += 1
      let step = max(rate, 1 / Double(state.counts[index]))
      state.means[index] += step * (record.lossDifference[trial] - state.means[index])
    }
  }

  private func subtractCritic<Scalar>(
    from record: inout TrialRecord<Scalar>, rate: Double, _ state: inout State
  ) {
    let units = record.inputs.units
    if state.critic.isEmpty { state.critic = Array(repeating: 0, count: units + 1) }
    var surprises = Array(repeating: 0.0, count: record.trials)
    for trial in 0..<record.trials {
      var value = state.critic[units]
      record.inputs.forEachEntry(ofRow: trial) { value += state.critic[$0] * Double($1) }
      surprises[trial] = record.lossDifference[trial] - value
      record.advantage[trial] = Scalar(surprises[trial])
    }
    for trial in 0..<record.trials {
      var squared = 1.0
      record.inputs.forEachEntry(ofRow: trial) { _, x in squared += Double(x) * Double(x) }
      let step = rate * surprises[trial] / (squared * Double(record.trials))
      record.inputs.forEachEntry(ofRow: trial) { state.critic[$0] += step * Double($1) }
      state.critic[units] += step
    }
  }
}

extension Activity {
  /// Calls `body` with the column and value of every entry of a row that may be non-zero.
  func forEachEntry(ofRow row: Int, _ body: (Int, Scalar) -> Void) {
    switch self {
    case .dense(let matrix):
      for column in 0..<matrix.columns { body(column, matrix[row, column]) }
    case .sparse(let rows):
      for entry in rows.entries(ofRow: row) {
        body(Int(rows.columnIndices[entry]), rows.values[entry])
      }
    }
  }
}
