// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
internal import Substrates

/// The quantities that every learner by node perturbation is made of.
///
/// With a the advantage of a trial, ξ a unit's noise, γ its gain and λ its present teaching
/// signal:
/// - the estimate of ∂L/∂site (the paper's eq. 2): ê = a·ξ / Var ξ;
/// - the surprise: a′ = a − Σ γ·λ·ξ over *all* perturbed units of *all* layers, what is left of
///   the loss difference once the present prediction is taken out;
/// - the control-variate estimate: ê = γ·λ + a′·ξ / Var ξ. Its mean is the plain estimate's, for
///   any B; its variance follows the error of λ instead of λ, and vanishes with it where λ is
///   linear in e and L in ξ. Curvature of L and a λ that is not linear in e leave a floor.
///   It costs one more scalar that all units must hear (Σ γλξ).
///
/// Where ξ is Δx, what a layer sent with all that came from below (`ownDifference` says what did not),
/// the last hidden layer's part is the whole loss difference, and every layer has a surprise of its
/// own: a′_l = a − λ_l·Δx_l − Σ λ_k·o_k over the layers k above it.
extension TrialRecord {
  /// a, or a′ where `controlVariate`; for every hidden layer.
  func surprises(controlVariate: Bool, _ pathway: FeedbackPathway<Scalar>) -> [[Scalar]] {
    guard controlVariate else { return Array(repeating: advantage, count: layers.count) }
    guard !holdsEffectsFromBelow else { return layeredSurprises() }
    return Array(repeating: jointSurprise(pathway), count: layers.count)
  }

  /// Whether perturbations of a layer hold what came from the layers below.
  var holdsEffectsFromBelow: Bool { layers.contains { $0.ownDifference != nil } }

  private func layeredSurprises() -> [[Scalar]] {
    var rest = advantage.map(Double.init)
    var result = Array(repeating: advantage, count: layers.count)
    for index in layers.indices.reversed() {
      let layer = layers[index]
      guard let own = layer.ownDifference else { continue }
      var predicted = Array(repeating: 0.0, count: trials)
      layer.teaching.addRowSums(
        times: layer.perturbation.values, layer.perturbation.gain, to: &predicted)
      result[index] = zip(rest, predicted).map { Scalar($0 - $1) }
      var began = Array(repeating: 0.0, count: trials)
      layer.teaching.addRowSums(times: own, layer.perturbation.gain, to: &began)
      rest = zip(rest, began).map { $0 - $1 }
    }
    return result
  }

  private func jointSurprise(_ pathway: FeedbackPathway<Scalar>) -> [Scalar] {
    var predicted = Array(repeating: 0.0, count: trials)
    for (index, layer) in layers.enumerated() {
      layer.teaching.addRowSums(
        times: layer.perturbation.values, layer.perturbation.gain, to: &predicted)
      if let constant = layer.constantUnit {
        constantTeaching(index, pathway).addRowSums(
          times: constant.values, constant.gain, to: &predicted)
      }
    }
    return (0..<trials).map { Scalar(Double(advantage[$0]) - predicted[$0]) }
  }

  /// The teaching signal of a layer's constant unit, `[trials, 1]`: s·B₀ᵀ.
  func constantTeaching(_ index: Int, _ pathway: FeedbackPathway<Scalar>) -> Matrix<Scalar> {
    var result = Matrix<Scalar>(rows: trials, columns: 1)
    Connection.adjoint(
      of: feedbackInput(ofLayer: index, pathway.topology),
      through: pathway.constantRows[index], into: &result)
    return result
  }
}

extension LayerRecord {
  /// residual ← ê = a·ξ / Var ξ.
  mutating func setEstimate(_ scalar: [Scalar]) {
    residual.setEstimate(
      scalar: scalar, perturbation: perturbation.values, variance: perturbation.variance)
  }

  /// residual ← γ ∘ (residual − γ ∘ λ). With the control variate γ ∘ λ is out of it already.
  mutating func turnEstimateIntoResidual(controlVariate: Bool) {
    if perturbation.gainIsOne {
      if !controlVariate { residual.subtract(teaching) }
      return
    }
    if !controlVariate { residual.subtractProduct(perturbation.gain, teaching) }
    residual.multiply(by: perturbation.gain)
  }
}
