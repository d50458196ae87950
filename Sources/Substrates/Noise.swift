// SPDX-License-Identifier: GPL-3.0-or-later

public import RandomStreams

/// Independent noise on every hidden unit: the perturbation whose effect on the loss is measured.
///
/// At the `output` site h̃ = φ(u) + c·ξ (the paper's section 2.2); at the `potential` site
/// h̃ = φ(u + c·ξ), which is what a noisy conductance does. ξ has mean 0 and variance 1. The noise
/// of a layer reaches the layers above. Outputs and inputs are not perturbed.
public struct Noise: Sendable, Codable, Equatable {
  /// Where noise enters.
  public enum Site: String, Sendable, Codable, CaseIterable {
    /// Before the non-linearity.
    case potential
    /// After the non-linearity.
    case output
  }

  /// Where noise enters.
  public let site: Site
  /// The distribution of ξ.
  public let distribution: Deviate
  /// c, in the units of the site; greater than 0.
  public let standardDeviation: Double
  /// Whether the constant unit that carries a layer's biases is perturbed too, as in the
  /// paper's code (and not in its text): u of the layer above receives c·ξ₀·b more. At the
  /// `output` site only.
  public let perturbsConstantUnit: Bool

  /// Noise of the given kind; `standardDeviation` must be positive and finite.
  public init(
    site: Site = .output, distribution: Deviate = .gaussian, standardDeviation: Double,
    perturbsConstantUnit: Bool = false
  ) {
    precondition(
      standardDeviation > 0 && standardDeviation.isFinite,
      "a noise standard deviation of \(standardDeviation)")
    precondition(
      site == .output || !perturbsConstantUnit, "the constant unit has no potential to perturb")
    self.site = site
    self.distribution = distribution
    self.standardDeviation = standardDeviation
    self.perturbsConstantUnit = perturbsConstantUnit
  }
}
