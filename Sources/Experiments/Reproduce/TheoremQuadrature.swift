// SPDX-License-Identifier: GPL-3.0-or-later

internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import RateNetworks
internal import Substrates

/// Expectations over the noise of one hidden layer without sampling: nodes ξ_k and weights w_k
/// with Σ w_k f(ξ_k) ≈ E f(ξ), multiplied over the units.
///
/// | distribution | nodes per unit | exact |
/// | --- | --- | --- |
/// | `rademacher`, `skewed` | its two values | always: enumeration |
/// | `gaussian` | 4, Gauss–Hermite | for powers of each unit's ξ up to 7 |
/// | `uniform` | 3, Gauss–Legendre | for powers of each unit's ξ up to 5 |
///
/// Where powers are missed, the estimator's mean is off in its terms of order c⁶ (Gaussian) or
/// c⁴ (uniform); its limit and the term of order c² are exact.
struct NoiseQuadrature: Sendable {
  /// ξ_k.
  let nodes: [Double]
  /// w_k; they add up to 1.
  let weights: [Double]

  init(_ distribution: Deviate) {
    switch distribution {
    case .rademacher: (nodes, weights) = ([-1, 1], [0.5, 0.5])
    case .skewed: (nodes, weights) = ([-0.5, 2], [0.8, 0.2])
    case .uniform:
      let edge = 1.8.squareRoot()
      (nodes, weights) = ([-edge, 0, edge], [5.0 / 18, 8.0 / 18, 5.0 / 18])
    case .gaussian:
      // The roots of He₄ = x⁴ − 6x² + 3, and 1 / (4·(3 ± √6)) = 4! / (4·He₃)².
      let (outer, inner) = (3 + 6.0.squareRoot(), 3 - 6.0.squareRoot())
      nodes = [-outer.squareRoot(), -inner.squareRoot(), inner.squareRoot(), outer.squareRoot()]
      weights = [0.25 / outer, 0.25 / inner, 0.25 / inner, 0.25 / outer]
    }
  }

  /// Every combination of nodes for `units` units, `[count, units]`, and its probability.
  func patterns(units: Int) -> (values: Matrix<Double>, probabilities: [Double]) {
    let count = (0..<units).reduce(1) { product, _ in product * nodes.count }
    var values = Matrix<Double>(rows: count, columns: units)
    var probabilities = Array(repeating: 1.0, count: count)
    for pattern in 0..<count {
      var rest = pattern
      for unit in 0..<units {
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: nodes.count)
        values[pattern, unit] = nodes[digit]
        probabilities[pattern] *= weights[digit]
        rest = quotient
      }
    }
    return (values, probabilities)
  }
}

extension TheoremProblem {
  /// The record of all examples without noise, its teaching signals the true gradients.
  func truth() throws -> TrialRecord<Double> {
    var network = network
    var record = network.makeRecord(trials: examples.trials, presentation: .quiet)
    try network.present(examples, loss: loss, random: RandomKey(seed: 0), step: 0, into: &record)
    let none = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .layered)
    CreditRule.backpropagation.assign(to: &record, pathway: none) {
      network.connection($0).weights
    }
    return record
  }

  /// B(c) = E[λ̂ᵀ·e] E[eᵀ·e]⁻¹: what the least-squares estimator of a one-hidden-layer network tends
  /// to as T → ∞ at noise of standard deviation c, the expectation over ξ by quadrature. Nil
  /// where A3 fails.
  ///
  /// - Parameter projected: whether B is sought only among matrices whose rows add up to 0, the
  ///   part that remains determined where every error adds up to 0.
  func populationFeedback(
    _ distribution: Deviate, standardDeviation c: Double, projected: Bool = false
  ) throws -> Matrix<Double>? {
    precondition(network.architecture.hiddenLayerCount == 1, "quadrature over one hidden layer")
    let record = try truth()
    let mean = meanEstimate(distribution, c, hidden: record.layers[0].output, record.loss)
    return Self.leastSquares(mean, on: record.outputError, projected: projected)
  }

  /// E[aᵀ·e] E[eᵀ·e]⁻¹.
  static func leastSquares(
    _ targets: Matrix<Double>, on errors: Matrix<Double>, projected: Bool = false
  ) -> Matrix<Double>? {
    var gram = errors.meanOuterProduct(errors)
    if projected {
      // Any weight on the direction in which there is no error leaves the solution there at 0.
      let share = 1 / Double(gram.rows)
      gram.update { _, _, value in value + share }
    }
    return targets.meanOuterProduct(errors).timesInverse(of: gram)
  }

  /// E[λ̂ | x, y] of every example, `[examples, units]`: the mean of the paper's eq. (2).
  private func meanEstimate(
    _ distribution: Deviate, _ c: Double, hidden: Matrix<Double>, _ clean: [Double]
  ) -> Matrix<Double> {
    let (noise, probabilities) = NoiseQuadrature(distribution).patterns(units: hidden.columns)
    let rows = noise.rows
    let above = network.connection(1)
    var perturbation = noise
    perturbation.update { _, _, value in c * value }
    let variance = Matrix<Double>(rows: rows, columns: noise.columns, repeating: c * c)
    var (perturbed, estimate) = (noise, noise)
    var potentials = Matrix<Double>(rows: rows, columns: above.biases.count)
    var (prediction, error, targets) = (potentials, potentials, potentials)
    var losses = Array(repeating: 0.0, count: rows)
    var stage = OutputStage<Double>(network.output, outputs: above.biases.count)
    let weights = Matrix(rows: 1, columns: rows, elements: probabilities)
    var means: [Double] = []
    for example in 0..<hidden.rows {
      perturbed.setRows(to: hidden.row(example))
      perturbed.add(perturbation)
      above.apply(to: perturbed, into: &potentials)
      targets.setRows(to: examples.targets.row(example))
      stage.evaluate(
        potentials, targets: targets, loss: loss, prediction: &prediction, losses: &losses,
        error: &error)
      estimate.setEstimate(
        scalar: losses.map { $0 - clean[example] }, perturbation: perturbation,
        variance: variance)
      means.append(contentsOf: weights.times(estimate).elements)
    }
    return Matrix(rows: hidden.rows, columns: hidden.columns, elements: means)
  }
}
