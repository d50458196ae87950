// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
internal import Substrates

/// What `KalmanFeedback.update` makes of one hidden layer of n units with a feedback input of width m,
/// in double precision. Never saved: a batch overwrites all of it.
struct KalmanWorkspace: Sendable {
  /// x, `[trials, n]`.
  private var regressors: Matrix<Double>
  /// x of the constant unit, `[trials, 1]`; 0 where there is none.
  private var constants: Matrix<Double>
  /// Products of x of one trial with x of another, `[trials, trials]`, the constant unit's included.
  private var products: Matrix<Double>
  /// o, what of x began in this layer, `[trials, n]`, and products of x of one trial with o of another;
  /// only where x holds more than that.
  private var own: (values: Matrix<Double>, products: Matrix<Double>)?
  /// s, `[trials, m]`.
  private var inputs: Matrix<Double>
  /// P·s, `[trials, m]`, with P as it was in that trial.
  private var filtered: Matrix<Double>
  /// s·Bᵀ, `[trials, n]`, and that of the constant unit, `[trials, 1]`.
  private var taught, constantTaught: Matrix<Double>
  /// γ, or the slope of a read-out, `[trials, n]`.
  private var factors: Matrix<Double>
  /// B, `[n, m]`, and the constant unit's row of it, `[1, m]`.
  private(set) var weights: Matrix<Double>
  private var constantRow: Matrix<Double>
  /// n, the constant unit included.
  private var units = 0.0
  /// w·a′ / (v + r) of every trial.
  var steps: [Double]

  init(trials: Int, units: Int, width: Int) {
    regressors = Matrix(rows: trials, columns: units)
    constants = Matrix(rows: trials, columns: 1)
    products = Matrix(rows: trials, columns: trials)
    inputs = Matrix(rows: trials, columns: width)
    filtered = inputs
    taught = regressors
    constantTaught = constants
    factors = regressors
    weights = Matrix(rows: units, columns: width)
    constantRow = Matrix(rows: 1, columns: width)
    steps = Array(repeating: 0, count: trials)
  }

  mutating func fill<Scalar>(
    _ layer: LayerRecord<Scalar>, input: Matrix<Scalar>, _ weights: Matrix<Scalar>,
    _ constantRow: Matrix<Scalar>
  ) {
    regressors.assign(converting: layer.perturbation.values)
    if !layer.perturbation.gainIsOne {
      factors.assign(converting: layer.perturbation.gain)
      regressors.multiply(by: factors)
    }
    if let slope = layer.apical?.slope {
      factors.assign(converting: slope)
      regressors.multiply(by: factors)
    }
    if let ownDifference = layer.ownDifference {
      if own == nil { own = (regressors, products) }
      own?.values.assign(converting: ownDifference)
      if layer.apical?.slope != nil { own?.values.multiply(by: factors) }
    } else {
      own = nil
    }
    inputs.assign(converting: input)
    self.weights.assign(converting: weights)
    self.constantRow.assign(converting: constantRow)
    if let constant = layer.constantUnit {
      for trial in steps.indices {
        constants[trial, 0] = Double(constant.values[trial, 0] * constant.gain[trial, 0])
      }
    } else {
      constants.fill(0)
    }
    units = Double(regressors.columns + (layer.constantUnit == nil ? 0 : 1))
    products.accumulateProduct(constants, .plain, constants, .transposed)
    products.accumulateProduct(regressors, .plain, regressors, .transposed, beta: 1)
    if let values = own?.values {
      own?.products.accumulateProduct(regressors, .plain, values, .transposed)
    }
    taught.accumulateProduct(inputs, .plain, self.weights, .transposed)
    constantTaught.accumulateProduct(inputs, .plain, self.constantRow, .transposed)
    for trial in steps.indices { steps[trial] = 0 }
  }

  /// xᵀ·(B + ΔB)·s of a trial, with B as it was before the batch and ΔB what the trials before it have
  /// moved B by.
  ///
  /// - Parameter isMeasured: xᵀ·ΔB·s alone, where the rest was measured.
  func prediction(_ trial: Int, isMeasured: Bool) -> Double {
    let moved = moved(products, trial)
    if isMeasured { return moved }
    return moved + regressors.rowProduct(trial, taught, trial)
      + constants[trial, 0] * constantTaught[trial, 0]
  }

  /// The same of what began in this layer, oᵀ·(B + ΔB)·s.
  func predictionOfOwn(_ trial: Int, isMeasured: Bool) -> Double {
    guard let own else { return 0 }
    let moved = moved(own.products, trial)
    return isMeasured ? moved : moved + own.values.rowProduct(trial, taught, trial)
  }

  private func moved(_ products: Matrix<Double>, _ trial: Int) -> Double {
    var sum = 0.0
    for earlier in 0..<trial {
      sum +=
        steps[earlier] * products[earlier, trial] * filtered.rowProduct(earlier, inputs, trial)
    }
    return sum
  }

  /// P·s of a trial; ‖x‖²·sᵀ·P·s.
  mutating func filter(_ trial: Int, through covariance: Matrix<Double>) -> Double {
    for k in 0..<inputs.columns {
      filtered[trial, k] = covariance.rowProduct(k, inputs, trial)
    }
    return products[trial, trial] * inputs.rowProduct(trial, filtered, trial)
  }

  /// P ← P − information·‖x‖² / n·P·s·sᵀ·P + drift·I.
  func learn(
    _ trial: Int, _ information: Double, _ drift: Double, _ covariance: inout Matrix<Double>
  ) {
    let factor = information * products[trial, trial] / units
    covariance.addSquare(ofRow: trial, in: filtered, times: -factor, diagonal: drift)
  }

  /// B ← B + Σ_trials step·x·(P·s)ᵀ.
  mutating func move<Scalar>(
    _ weights: inout Matrix<Scalar>, _ constantRow: inout Matrix<Scalar>
  ) {
    for trial in steps.indices {
      for k in 0..<filtered.columns { filtered[trial, k] *= steps[trial] }
    }
    self.weights.accumulateProduct(regressors, .transposed, filtered, .plain, beta: 1)
    weights.assign(converting: self.weights)
    self.constantRow.accumulateProduct(constants, .transposed, filtered, .plain, beta: 1)
    constantRow.assign(converting: self.constantRow)
  }
}

extension Matrix<Double> {
  /// The inner product of a row with another's row.
  fileprivate func rowProduct(_ row: Int, _ other: Matrix, _ otherRow: Int) -> Double {
    var sum = 0.0
    for k in 0..<columns { sum += self[row, k] * other[otherRow, k] }
    return sum
  }

  /// The mean of squared elements.
  var meanSquare: Double {
    var sum = 0.0
    for i in 0..<rows { sum += rowProduct(i, self, i) }
    return sum / Double(Swift.max(1, rows * columns))
  }
}
