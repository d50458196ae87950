// SPDX-License-Identifier: GPL-3.0-or-later

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Shot noise: Poisson events of rate ν, each adding w e^(−t/τ) to a conductance or current.
///
/// Its cumulants are those of Campbell's theorem (Campbell 1909; Rice 1944), κ_k = ν ∫ (w e^(−t/τ))^k dt
/// = ν w^k τ/k. Its autocovariance is that of `OrnsteinUhlenbeck` with the same variance and τ, so
/// every variance of second order there holds here; the distribution is not Gaussian, but skewed.
public struct PoissonBarrage: Sendable, Hashable {
  /// ν in 1/ms, of all synapses together.
  public let rate: Double
  /// w, the jump at an event; negative for a current that pulls down.
  public let weight: Double
  /// τ in ms.
  public let timeConstant: Double

  /// - Throws: `IntegrationSetupError` where ν is negative, τ not positive, or w not finite.
  public init(
    rate: Double, weight: Double, timeConstant: Double
  ) throws(IntegrationSetupError) {
    try IntegrationSetupError.requireNotNegative(rate, "rate of a barrage")
    try IntegrationSetupError.requirePositive(timeConstant, "time constant of a barrage")
    guard weight.isFinite else { throw .notFinite(name: "weight of a barrage", value: weight) }
    self.rate = rate
    self.weight = weight
    self.timeConstant = timeConstant
  }

  /// w ν τ.
  public var mean: Double { weight * rate * timeConstant }

  /// w² ν τ/2.
  public var variance: Double { weight * weight * rate * timeConstant / 2 }

  /// Mean and variance as a simulation holds it over steps of dt, after the arrivals of each:
  /// x ← a x + w N with a = e^(−dt/τ) and N Poisson of mean ν dt, so w ν dt/(1 − a) and
  /// w² ν dt/(1 − a²). They are above those of continuous time by about dt/2τ.
  public func held(step interval: Double) -> (mean: Double, variance: Double) {
    precondition(interval > 0, "a step of \(interval) ms")
    let arrivals = weight * rate * interval
    let x = interval / timeConstant
    return (arrivals / -expm1(-x), weight * arrivals / -expm1(-2 * x))
  }

  /// The third standardised moment, sign(w) (2√2/3)/√(ντ); infinite at ν = 0.
  public var skewness: Double {
    let size = 2 * 2.0.squareRoot() / 3 / (rate * timeConstant).squareRoot()
    return weight < 0 ? -size : size
  }

  /// The Gaussian process with the same autocovariance: what a filter or a window leaves of its
  /// variance it leaves of this one's.
  public var gaussianTwin: OrnsteinUhlenbeck {
    OrnsteinUhlenbeck(unchecked: variance.squareRoot(), timeConstant)
  }
}
