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
extension TrialRecord {
  /// a, or a′ where `controlVariate`.
  func surprise(controlVariate: Bool, _ pathway: FeedbackPathway<Scalar>) -> [Scalar] {
    guard controlVariate else { return advantage }
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
