// SPDX-License-Identifier: GPL-3.0-or-later

public import RandomStreams

/// Independent noise on every hidden unit: the perturbation whose effect on the loss is measured.
///
/// At the `output` site h̃ = φ(u) + c·ξ (the paper's section 2.2); at the `potential` site
/// h̃ = φ(u + c·ξ), which is what a noisy conductance does. ξ has mean 0 and variance 1. The noise
/// of a layer reaches the layers above. Outputs and inputs are not perturbed.
///
/// At the `spikes` site nothing needs to be added: the neurons' own spikes are the perturbation, in
/// networks that spike. A neuron fires with a probability p that its potential sets, and what it then
/// did, beside what was expected of it, is noise that it knows (Xie & Seung 2004; Seung 2003).
public struct Noise: Sendable, Codable, Equatable {
  /// Where noise enters.
  public enum Site: String, Sendable, Codable, CaseIterable {
    /// Before the non-linearity.
    case potential
    /// After the non-linearity.
    case output
    /// In the spikes themselves.
    case spikes

    /// The sites at which noise is added, and at which every network can be perturbed.
    public static let added: [Site] = [.potential, .output]
  }

  /// Where noise enters.
  public let site: Site
  /// The distribution of ξ.
  public let distribution: Deviate
  /// c, in the units of the site; greater than 0. At the `spikes` site that of a perturbation of
  /// potentials which no neuron knows, 0 for none.
  public let standardDeviation: Double
  /// At the `spikes` site, how close to its threshold a neuron's drive must come for the step to
  /// count, as a probability: with u the uniform deviate that decides whether a neuron of
  /// probability p fires, steps with |p − u| < `margin`. 1 counts all of them; a small margin
  /// compares marginal spikes with marginal silences alone, as a regression discontinuity design
  /// does (Lansdell & Kording 2023, PLoS Comput Biol 19:e1011005).
  public let margin: Double
  /// Whether the constant unit that carries a layer's biases is perturbed too, as in the
  /// paper's code (and not in its text): u of the layer above receives c·ξ₀·b more. At the
  /// `output` site only.
  public let perturbsConstantUnit: Bool

  /// Noise of the given kind; `standardDeviation` must be finite and positive (0 or more at the
  /// `spikes` site), `margin` in (0, 1].
  public init(
    site: Site = .output, distribution: Deviate = .gaussian, standardDeviation: Double,
    perturbsConstantUnit: Bool = false, margin: Double = 1
  ) {
    precondition(
      (standardDeviation > 0 || (site == .spikes && standardDeviation == 0))
        && standardDeviation.isFinite,
      "a noise standard deviation of \(standardDeviation)")
    precondition(margin > 0 && margin <= 1, "a margin of \(margin)")
    precondition(
      site == .output || !perturbsConstantUnit, "the constant unit has no potential to perturb")
    self.margin = margin
    self.site = site
    self.distribution = distribution
    self.standardDeviation = standardDeviation
    self.perturbsConstantUnit = perturbsConstantUnit
  }
}
