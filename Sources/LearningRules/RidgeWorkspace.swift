// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra

/// The buffers of `RidgeFeedback.update`, in double precision. Never saved: a step overwrites all
/// of them.
struct RidgeWorkspace: Sendable {
  /// The buffers of one hidden layer of n units with a feedback input of width m.
  struct Layer: Sendable {
    /// s, `[trials, m]`.
    var input: Matrix<Double>
    /// λ̂, `[trials, n]`, or what the units' own problems make of it.
    var targets: Matrix<Double>
    /// λ̂ of one unit, `[trials, 1]`.
    var column: Matrix<Double>
    /// w·s, every trial by its weight, `[trials, m]`.
    var weighted: Matrix<Double>
    /// w·s_j·s_k for k ≤ j, row after row of the lower triangle, `[trials, m(m + 1)/2]`.
    var pairs: Matrix<Double>
    /// V + ridge·I, `[m, m]`.
    var regularised: Matrix<Double>
    /// S of one unit, and its row of B, `[1, m]`.
    var row, solution: Matrix<Double>

    init(trials: Int, units: Int, width: Int) {
      input = Matrix(rows: trials, columns: width)
      targets = Matrix(rows: trials, columns: units)
      column = Matrix(rows: trials, columns: 1)
      weighted = input
      pairs = Matrix(rows: trials, columns: width * (width + 1) / 2)
      regularised = Matrix(rows: width, columns: width)
      row = Matrix(rows: 1, columns: width)
      solution = row
    }
  }

  /// By hidden layer.
  var layers: [Layer] = []
  /// Scratch of the solves.
  var solver = PositiveDefiniteSolver()

  /// Makes the buffers, unless they have the right number of trials already.
  mutating func prepare<Scalar>(_ weights: [Matrix<Scalar>], trials: Int) {
    guard layers.count != weights.count || layers.first?.input.rows != trials else { return }
    layers = weights.map { Layer(trials: trials, units: $0.rows, width: $0.columns) }
  }

  /// The buffers of a layer, taken out so that they can be changed beside the rest of a state
  /// without being copied; they are to be put back.
  mutating func take(_ layer: Int) -> Layer {
    var taken = Layer(trials: 0, units: 0, width: 0)
    swap(&taken, &layers[layer])
    return taken
  }

  /// x ← S·(V + ridge·I)⁻¹; false where there is none.
  mutating func solve<Scalar>(
    _ cross: Matrix<Double>, _ gram: Matrix<Double>, ridge: Double, _ buffers: inout Layer,
    into x: inout Matrix<Scalar>
  ) -> Bool {
    buffers.regularise(gram, ridge)
    return solver.solve(cross, timesInverseOf: buffers.regularised, into: &x)
  }

  /// The same for one unit, whose V is a row of packed lower triangles: solution ← S_j·(V_j + ridge·I)⁻¹.
  mutating func solveRow(
    _ unit: Int, _ cross: Matrix<Double>, _ gram: Matrix<Double>, ridge: Double,
    _ buffers: inout Layer
  ) -> Bool {
    buffers.unpack(unit, cross, gram, ridge)
    return solver.solve(
      buffers.row, timesInverseOf: buffers.regularised, into: &buffers.solution)
  }
}

extension RidgeWorkspace.Layer {
  /// weighted ← w·s with w = 1 / (κ + ‖s‖²), or 1.
  mutating func weigh(_ normalisation: Double?) {
    guard let normalisation else { return weighted.assign(input) }
    for trial in 0..<input.rows {
      let weight = input.normalisedWeight(ofRow: trial, normalisation)
      for k in 0..<input.columns { weighted[trial, k] = weight * input[trial, k] }
    }
  }

  /// pairs ← w·s ⊗ s, lower triangle.
  mutating func setPairs() {
    for trial in 0..<input.rows {
      var pair = 0
      for j in 0..<input.columns {
        let factor = weighted[trial, j]
        for k in 0...j {
          pairs[trial, pair] = factor * input[trial, k]
          pair += 1
        }
      }
    }
  }

  fileprivate mutating func regularise(_ gram: Matrix<Double>, _ ridge: Double) {
    regularised.assign(gram)
    for k in 0..<gram.rows { regularised[k, k] += ridge }
  }

  /// row ← S_j, regularised ← V_j + ridge·I.
  fileprivate mutating func unpack(
    _ unit: Int, _ cross: Matrix<Double>, _ gram: Matrix<Double>, _ ridge: Double
  ) {
    var pair = 0
    for j in 0..<regularised.rows {
      row[0, j] = cross[unit, j]
      for k in 0...j {
        regularised[j, k] = gram[unit, pair]
        regularised[k, j] = gram[unit, pair]
        pair += 1
      }
      regularised[j, j] += ridge
    }
  }
}
