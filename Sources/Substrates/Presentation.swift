// SPDX-License-Identifier: GPL-3.0-or-later

/// How a batch is shown: which passes run, and which two of them are compared.
///
/// A perturbation's effect is always recorded as the *difference between two passes*, together
/// with the difference of their noises and its variance, so that one formula,
/// ê = advantage·ξ / Var ξ, serves every comparison:
///
/// | comparison | passes compared | recorded ξ | Var ξ | recorded ΔL; Δh and Δŷ alike |
/// | --- | --- | --- | --- | --- |
/// | `clean` | perturbed, clean | ξ | c² | L̃ − L |
/// | `none` | perturbed alone | ξ | c² | L̃ |
/// | `antithetic` | +ξ, −ξ | 2ξ | 4c² | L(ξ) − L(−ξ) |
/// | `secondNoisy` | ξ, ξ′ | ξ − ξ′ | 2c² | L̃ − L̃′ |
/// | `noisyBaseline` | ξ, ξ′ | ξ | c² | L̃ − L̃′ |
///
/// `noisyBaseline` credits a neuron with its own first noise only, and pays for it with twice
/// the variance of `secondNoisy`.
public struct Presentation: Sendable, Codable, Equatable {
  /// What the perturbed pass is compared with.
  public enum Comparison: String, Sendable, Codable, CaseIterable {
    case clean, none, antithetic, secondNoisy, noisyBaseline
  }

  /// Which pass the forward weights learn from.
  public enum ActivitySource: String, Sendable, Codable, CaseIterable {
    /// The pass without noise (the paper).
    case clean
    /// The perturbed pass.
    case perturbed
    /// The mean of the two passes compared.
    case mean
  }

  /// The noise, or nil for a single clean pass.
  public let noise: Noise?
  /// What the perturbed pass is compared with.
  public let comparison: Comparison
  /// Which pass fills `output`, `slope`, `prediction` and `outputError` of the record.
  public let activityFrom: ActivitySource

  /// Whether outputs are then taught and the teaching signal is measured where it arrives, at
  /// the apical dendrites. Rate networks have none: nothing is measured there.
  public var measuresTeaching = false
  /// Whether this is a test, for which a substrate may take its time; nothing is learned from it.
  public private(set) var isTest = false

  private init(noise: Noise?, comparison: Comparison, activityFrom: ActivitySource) {
    self.noise = noise
    self.comparison = comparison
    self.activityFrom = activityFrom
  }

  /// One clean pass, nothing perturbed.
  public static let quiet = Presentation(noise: nil, comparison: .none, activityFrom: .clean)

  /// One clean pass of a test.
  public static let test: Presentation = {
    var result = quiet
    result.isTest = true
    return result
  }()

  /// A perturbed pass and what it is compared with.
  public static func perturbed(
    by noise: Noise, comparedWith comparison: Comparison = .clean,
    activityFrom: ActivitySource = .clean
  ) -> Presentation {
    Presentation(noise: noise, comparison: comparison, activityFrom: activityFrom)
  }

  /// Whether a clean pass is among the passes.
  public var needsCleanPass: Bool {
    noise == nil || comparison == .clean || activityFrom == .clean
  }

  /// Whether a perturbed pass is compared with another pass.
  public var comparesPasses: Bool { noise != nil && comparison != .none }

  /// Whether a second noisy pass is among the passes.
  public var needsSecondPass: Bool {
    switch comparison {
    case .antithetic, .secondNoisy, .noisyBaseline: noise != nil
    case .clean, .none: false
    }
  }

  /// The number of forward passes per batch, a phase of teaching not counted.
  public var passCount: Int {
    (needsCleanPass ? 1 : 0) + (noise == nil ? 0 : 1) + (needsSecondPass ? 1 : 0)
  }

  /// Var ξ over c²: the variance of the recorded difference of noises.
  public var varianceFactor: Double {
    switch comparison {
    case .clean, .none, .noisyBaseline: 1
    case .antithetic: 4
    case .secondNoisy: 2
    }
  }
}
