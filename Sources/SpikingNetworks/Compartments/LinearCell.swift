// SPDX-License-Identifier: GPL-3.0-or-later

internal import Integration

/// The equations of a cell whose conductances do not change: x' = A x + D (I + g_L E_L), with
/// x = [V; receptors] and I [compartments] held.
///
/// Conductance receptors are there, but nothing reaches them: their columns of A are 0.
struct LinearCell {
  /// V ← P x + Q I + q.
  struct Step {
    /// P, `[compartments, variables]`.
    let propagator: [Double]
    /// Q, `[compartments, compartments]`.
    let input: [Double]
    /// q, `[compartments]`.
    let constant: [Double]
  }

  private let n: Int
  private let variables: Int
  private var a: [Double]
  private var d: [Double]
  private let leakCurrent: [Double]

  init(_ model: CompartmentModel, places: [Int], variables: Int, isRefractory: Bool) {
    n = model.compartments.count
    self.variables = variables
    a = Array(repeating: 0, count: variables * variables)
    d = Array(repeating: 0, count: n)
    leakCurrent = model.compartments.map { $0.leakConductance * $0.restingPotential }
    let coupling = LoweredCell.couplings(of: model)
    let held: Int? =
      isRefractory && model.firing?.whileRefractory == .holdSpiking ? model.spikingIndex : nil
    for (c, compartment) in model.compartments.enumerated() where c != held {
      d[c] = 1 / compartment.capacitance
      var total = compartment.leakConductance
      for j in 0..<n {
        total += coupling[c * n + j]
        a[c * variables + j] += coupling[c * n + j] * d[c]
      }
      a[c * variables + c] -= total * d[c]
    }
    for (receptor, g) in zip(model.receptors, places) {
      guard let tau = receptor.kernel.timeConstant else { continue }
      let c = model.index(ofCompartment: receptor.compartment)!
      if case .current = receptor.effect { a[c * variables + g] = d[c] }
      a[g * variables + g] = -1 / tau
      if case .alpha = receptor.kernel {
        a[g * variables + g + 1] = 1
        a[(g + 1) * variables + g + 1] = -1 / tau
      }
    }
  }

  private func step(_ full: [Double], _ input: [Double]) -> Step {
    var constant = Array(repeating: 0.0, count: n)
    for c in 0..<n {
      for j in 0..<n { constant[c] += input[c * n + j] * leakCurrent[j] }
    }
    return Step(
      propagator: Array(full[0..<n * variables]), input: input, constant: constant)
  }

  /// The exact step, by the exponential of A h.
  func exact(_ h: Double) -> Step {
    // A validated cell only decays: its exponential cannot overflow.
    let solution = try! LinearPropagator(a, interval: h)
    var input = Array(repeating: 0.0, count: n * n)
    for c in 0..<n {
      for j in 0..<n { input[c * n + j] = solution.response[c * variables + j] * d[j] }
    }
    return step(solution.propagator, input)
  }

  /// The implicit Euler step on the potentials; receptors enter with their values at its begin.
  func implicitEuler(_ h: Double) -> Step {
    // (1 − hA_VV) V⁺ = V + h (A_Vg g + D (I + g_L E_L)).
    var matrix = SquareMatrix(size: n)
    for c in 0..<n {
      for j in 0..<n { matrix[c, j] = (c == j ? 1 : 0) - h * a[c * variables + j] }
    }
    let inverse = matrix.inverse.elements
    var propagator = Array(repeating: 0.0, count: n * variables)
    var input = Array(repeating: 0.0, count: n * n)
    for c in 0..<n {
      for j in 0..<n {
        propagator[c * variables + j] = inverse[c * n + j]
        input[c * n + j] = inverse[c * n + j] * h * d[j]
      }
      for s in n..<variables {
        for j in 0..<n {
          propagator[c * variables + s] += inverse[c * n + j] * h * a[j * variables + s]
        }
      }
    }
    return step(propagator, input)
  }
}
