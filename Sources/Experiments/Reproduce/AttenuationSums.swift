// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
internal import Substrates

/// What chance in the feedback input takes from a regression on it, measured from examples that are
/// shown twice, each time with other spikes.
///
/// With e the feedback input of a trial, ē its mean over spikes given the example, γ a unit's gain and
/// ê its estimate, the learner regresses ê on r = γ·e. Where the chance in ê is independent of that
/// in e, as with an independent clean pass,
///
///     B = E[ê r̄ᵀ]·E[r rᵀ]⁻¹ = G·A,   G = E[ê r̄ᵀ]·E[r̄ r̄ᵀ]⁻¹,   A = E[r̄ r̄ᵀ]·E[r rᵀ]⁻¹
///
/// G is the gain matrix without chance in e, A the attenuation (Fuller 1987, "Measurement error
/// models", §1.1). The two showings a, b of an example are independent given it, so that products
/// across them have means without chance: E[rₐ r_bᵀ] = E[r̄ r̄ᵀ] and E[êₐ r_bᵀ] = E[ê r̄ᵀ].
struct AttenuationSums {
  /// E[e eᵀ] and E[ē ēᵀ] of the layer, times the number of trials, `[m, m]`.
  private var plain: Matrix<Double>
  private var plainMeans: Matrix<Double>
  /// E[r rᵀ] and E[r̄ r̄ᵀ] of every unit, times the number of trials.
  private var same: [Matrix<Double>]
  private var means: [Matrix<Double>]
  /// E[ê r̄ᵀ], times the number of trials, `[n, m]`.
  private var cross: Matrix<Double>

  init(units: Int, inputs: Int) {
    plain = Matrix(rows: inputs, columns: inputs)
    plainMeans = plain
    same = Array(repeating: plain, count: units)
    means = same
    cross = Matrix(rows: units, columns: inputs)
  }

  /// Takes in a batch in which rows 2i and 2i + 1 are two showings of one example.
  mutating func add(_ record: TrialRecord<Double>, layer index: Int) {
    let layer = record.layers[index]
    guard let e = layer.apical?.input else {
      preconditionFailure("hidden layer \(index + 1) measured nothing at its apical dendrites")
    }
    let (units, inputs) = (cross.rows, cross.columns)
    for row in 0..<record.trials {
      let other = row ^ 1
      for k in 0..<inputs {
        for l in 0..<inputs {
          plain[k, l] += e[row, k] * e[row, l]
          plainMeans[k, l] += e[row, k] * e[other, l]
        }
      }
      for unit in 0..<units {
        let noise = layer.perturbation
        let (own, gain) = (noise.gain[row, unit], noise.gain[other, unit])
        let estimate =
          record.lossDifference[row] * noise.values[row, unit] / noise.variance[row, unit]
        for k in 0..<inputs {
          cross[unit, k] += estimate * gain * e[other, k]
          for l in 0..<inputs {
            same[unit][k, l] += own * own * e[row, k] * e[row, l]
            means[unit][k, l] += own * gain * e[row, k] * e[other, l]
          }
        }
      }
    }
  }

  mutating func add(_ other: AttenuationSums) {
    plain.scaleAndAdd(1, other.plain)
    plainMeans.scaleAndAdd(1, other.plainMeans)
    cross.scaleAndAdd(1, other.cross)
    for unit in same.indices {
      same[unit].scaleAndAdd(1, other.same[unit])
      means[unit].scaleAndAdd(1, other.means[unit])
    }
  }

  /// E[ē ēᵀ]·E[e eᵀ]⁻¹; nil where e does not vary in every direction.
  var attenuation: Matrix<Double>? { plainMeans.timesInverse(of: plain) }

  /// G, `[n, m]`.
  var gains: Matrix<Double>? { solved(means) }

  /// G·A, `[n, m]`: what the learner converges to where its estimate's chance is not that of e.
  var attenuatedGains: Matrix<Double>? { solved(same) }

  private func solved(_ grams: [Matrix<Double>]) -> Matrix<Double>? {
    var result = cross
    for unit in grams.indices {
      guard let row = cross.rows([unit]).timesInverse(of: grams[unit]) else { return nil }
      for k in 0..<row.columns { result[unit, k] = row[0, k] }
    }
    return result
  }
}
