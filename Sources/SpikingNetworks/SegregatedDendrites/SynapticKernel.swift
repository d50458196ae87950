// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

/// The postsynaptic potential of one spike, a difference of exponentials of unit area:
///
///     κ(t) = (e^{−t/τ_L} − e^{−t/τ_s}) / (τ_L − τ_s),   t > 0      [1/ms]
///
/// with a slow and a fast time constant τ_L > τ_s (Guerguiev, Lillicrap & Richards 2017, eLife
/// 6:e22901, equations 11–12 and Table 1).
///
/// Time goes in steps dt: a spike drawn in step t has the age dt when the layer above reads it in
/// the same step, 2dt in the next, so that a train's effect is Σ_{k ≥ 1} κ(k·dt). That sum times
/// dt is 0.9972 at 1 ms, not 1; `isNormalised` divides it away, without which a rate twin is off by
/// 0.3 %. The authors' code cuts the kernel after 10 steps, which leaves 0.5104 of it.
public struct SynapticKernel: Sendable, Equatable {
  /// τ_L, ms.
  public let slowTimeConstant: Double
  /// τ_s, ms.
  public let fastTimeConstant: Double
  /// The number of steps after which the kernel is zero, or nil where it has no end.
  public let truncation: Int?
  /// Whether κ is scaled so that Σ_k κ(k·dt)·dt = 1.
  public let isNormalised: Bool

  /// A kernel.
  ///
  /// - Throws: `SegregatedDendriteError` unless 0 < τ_s < τ_L and a truncation leaves one step.
  public init(
    slowTimeConstant: Double = 10, fastTimeConstant: Double = 3, truncation: Int? = nil,
    isNormalised: Bool = true
  ) throws(SegregatedDendriteError) {
    try SegregatedDendriteError.check(
      "kernel.fastTimeConstant", fastTimeConstant, "a time above 0 ms", fastTimeConstant > 0)
    try SegregatedDendriteError.check(
      "kernel.slowTimeConstant", slowTimeConstant,
      "a time above the fast time constant, \(fastTimeConstant) ms",
      slowTimeConstant > fastTimeConstant)
    if let truncation {
      try SegregatedDendriteError.check(
        "kernel.truncation", Double(truncation), "one step or more", truncation >= 1)
    }
    self.slowTimeConstant = slowTimeConstant
    self.fastTimeConstant = fastTimeConstant
    self.truncation = truncation
    self.isNormalised = isNormalised
  }

  /// κ(t) in 1/ms, before normalisation and truncation.
  public func density(at t: Double) -> Double {
    guard t > 0 else { return 0 }
    return (exp(-t / slowTimeConstant) - exp(-t / fastTimeConstant))
      / (slowTimeConstant - fastTimeConstant)
  }

  /// Σ_{k = 1…m} κ(k·dt)·dt before normalisation; all terms for m = nil.
  public func discreteSum(timeStep dt: Double, terms m: Int? = nil) -> Double {
    func geometric(_ timeConstant: Double) -> Double {
      let a = exp(-dt / timeConstant)
      let left = m.map { exp(-dt * Double($0) / timeConstant) } ?? 0
      return a * (1 - left) / (1 - a)
    }
    return dt * (geometric(slowTimeConstant) - geometric(fastTimeConstant))
      / (slowTimeConstant - fastTimeConstant)
  }

  /// What multiplies the difference of the two filters of spike counts, in 1/ms.
  func scale(timeStep dt: Double) -> Double {
    let plain = 1 / (slowTimeConstant - fastTimeConstant)
    return isNormalised ? plain / discreteSum(timeStep: dt, terms: truncation) : plain
  }
}

/// The filters of a kernel at one time step: f ← a·(f + S − a^m·S of m steps ago).
struct KernelFilters: Sendable {
  let slowDecay: Double
  let fastDecay: Double
  /// a^m, or 0 where the kernel has no end.
  let slowDrop: Double
  let fastDrop: Double
  let scale: Double
  /// m, or 0 where the kernel has no end.
  let memory: Int

  init(_ kernel: SynapticKernel, timeStep dt: Double) {
    slowDecay = exp(-dt / kernel.slowTimeConstant)
    fastDecay = exp(-dt / kernel.fastTimeConstant)
    memory = kernel.truncation ?? 0
    slowDrop = memory == 0 ? 0 : exp(-dt * Double(memory) / kernel.slowTimeConstant)
    fastDrop = memory == 0 ? 0 : exp(-dt * Double(memory) / kernel.fastTimeConstant)
    scale = kernel.scale(timeStep: dt)
  }

  /// The effect of one spike at the age of k steps, k ≥ 1.
  func value(age k: Int) -> Double {
    guard memory == 0 || k <= memory else { return 0 }
    return scale * (pow(slowDecay, Double(k)) - pow(fastDecay, Double(k)))
  }
}
