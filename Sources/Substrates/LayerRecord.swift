// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra

/// The perturbation that a layer realised, as the difference between the two passes compared
/// (see `Presentation`).
public struct Perturbation<Scalar: NetworkScalar>: Sendable, Codable {
  /// ξ in the units of its site, `[trials, units]`.
  public var values: Matrix<Scalar>
  /// Var ξ, `[trials, units]`; on some substrates it changes from trial to trial.
  public var variance: Matrix<Scalar>
  /// ∂h/∂site, `[trials, units]`: 1 for noise on h, φ′(u) for noise on u.
  public var gain: Matrix<Scalar>
  /// Whether `gain` is 1 everywhere, which lets a rule skip it.
  public var gainIsOne: Bool

  /// Room for a layer of `units` units; nothing perturbed, gain 1.
  public init(trials: Int, units: Int) {
    values = Matrix(rows: trials, columns: units)
    variance = Matrix(rows: trials, columns: units, repeating: 1)
    gain = Matrix(rows: trials, columns: units, repeating: 1)
    gainIsOne = true
  }
}

/// What a layer's apical dendrites measured: the teaching signal that arrived there, and what the
/// synapses B that brought it had to multiply.
///
/// Both are differences between a phase without and a phase with teaching at the outputs, in the
/// order that makes them gradients: forward − target (the target phase minus the forward phase is
/// −∂L/∂h; Guerguiev, Lillicrap & Richards 2017, equation 8).
public struct ApicalRecord<Scalar: NetworkScalar>: Sendable, Codable {
  /// s, what B multiplied, `[trials, columns of B]`.
  public var input: Matrix<Scalar>
  /// λ as it arrived, `[trials, units]`.
  public var teaching: Matrix<Scalar>
  /// ∂λ/∂(s·Bᵀ), `[trials, units]`, where the read-out is not linear.
  public var slope: Matrix<Scalar>?

  /// Room for a layer of `units` units; `inputs` columns of B.
  public init(trials: Int, units: Int, inputs: Int, isLinear: Bool) {
    input = Matrix(rows: trials, columns: inputs)
    teaching = Matrix(rows: trials, columns: units)
    slope = isLinear ? nil : Matrix(rows: trials, columns: units, repeating: 1)
  }
}

/// What one hidden layer did in a presentation, and the credit that a rule gave it.
///
/// The substrate fills the upper half, the rule the lower. Rows are trials, columns units.
public struct LayerRecord<Scalar: NetworkScalar>: Sendable, Codable {
  /// h.
  public var output: Matrix<Scalar>
  /// x of the layer above, what it heard of this one, where that is not h itself: on spiking
  /// networks filtered spikes.
  public var transmitted: Matrix<Scalar>?
  /// What apical dendrites measured; only where the presentation asks for it.
  public var apical: ApicalRecord<Scalar>?
  /// φ′(u) = ∂h/∂u.
  public var slope: Matrix<Scalar>
  /// The noise and its gain.
  public var perturbation: Perturbation<Scalar>
  /// The same for the constant unit beside this layer, one column; only where the noise
  /// perturbs it.
  public var constantUnit: Perturbation<Scalar>?
  /// Δh: the measured difference of h between the two passes compared. As ΔL is L̃ where a single
  /// noisy pass is compared with nothing, Δh is h̃ there; it is 0 where nothing is perturbed.
  public var outputDifference: Matrix<Scalar>
  /// Δx: the same of what the layer above heard; only where that is not h itself.
  public var transmittedDifference: Matrix<Scalar>?
  /// What of the perturbation's effect on this layer began in it and not below; only where
  /// `perturbation` holds the effect of both. Set by an eligibility.
  public var ownDifference: Matrix<Scalar>?

  /// The teaching signal, an estimate of λ = ∂L/∂h. Set by a credit rule.
  public var teaching: Matrix<Scalar>
  /// ẽ = λ ∘ φ′(u), an estimate of ∂L/∂u. Set by a credit rule.
  public var error: Matrix<Scalar>
  /// What the estimate says and the teaching signal does not: ê − gain ∘ λ, as a feedback learner
  /// weighs it. Set by a feedback learner.
  public var residual: Matrix<Scalar>

  /// Room for a layer.
  public init(trials: Int, units: Int, hasConstantUnit: Bool) {
    let block = Matrix<Scalar>(rows: trials, columns: units)
    output = block
    slope = block
    perturbation = Perturbation(trials: trials, units: units)
    constantUnit = hasConstantUnit ? Perturbation(trials: trials, units: 1) : nil
    outputDifference = block
    teaching = block
    error = block
    residual = block
  }

  /// ẽ ← λ ∘ φ′(u).
  public mutating func pullBack() { error.setProduct(teaching, slope) }
}
