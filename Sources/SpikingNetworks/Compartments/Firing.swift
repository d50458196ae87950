// SPDX-License-Identifier: GPL-3.0-or-later

internal import RealModule

/// A rate as a function of the potential u of the spiking compartment, per ms:
///
///     φ(u) = φ_max / (1 + k e^{β(θ − u)})
///
/// (Urbanczik & Senn 2014, as NEST's `pp_cond_exp_mc_urbanczik` writes it; with k = 1 the sigmoid
/// of Guerguiev, Lillicrap & Richards 2017.)
public struct RateFunction: Sendable, Equatable, Codable {
  /// φ_max, per ms.
  public let maximum: Double
  /// k, dimensionless.
  public let slope: Double
  /// β, per mV.
  public let steepness: Double
  /// θ, in mV.
  public let midpoint: Double

  /// A rate function.
  public init(
    maximum: Double, slope: Double = 1, steepness: Double, midpoint: Double
  ) throws(ModelError) {
    try ModelError.checkNotNegative(maximum, "rate.maximum", "per ms")
    try ModelError.checkPositive(slope, "rate.slope", "(a number)")
    try ModelError.checkPositive(steepness, "rate.steepness", "per mV")
    try ModelError.checkFinite(midpoint, "rate.midpoint", "mV")
    self.maximum = maximum
    self.slope = slope
    self.steepness = steepness
    self.midpoint = midpoint
  }

  /// φ(u), per ms.
  public func callAsFunction(_ u: Double) -> Double {
    maximum / (1 + slope * Double.exp(steepness * (midpoint - u)))
  }
}

/// What a neuron sends to others.
public struct Firing: Sendable, Equatable, Codable {
  /// When it spikes.
  public enum Mechanism: Sendable, Equatable, Codable {
    /// Where the potential reaches `threshold` from below it is set to `reset`, both in mV.
    case threshold(Double, reset: Double)
    /// With probability 1 − e^{−φ(u) dt} in every step: an inhomogeneous Poisson process. The
    /// potential is not reset.
    case escape(RateFunction)
    /// Never: others receive the rate φ(u) itself. The deterministic limit of `escape`, for the
    /// same parameters.
    case rate(RateFunction)
  }

  /// What the potentials do while the neuron is refractory.
  public enum Refractoriness: String, Sendable, Codable, CaseIterable {
    /// The spiking compartment is held at the reset potential; the others go on. NEST's point
    /// neurons and Brian2's `unless refractory`.
    case holdSpiking
    /// No potential moves; conductances go on. NEST's `iaf_cond_alpha_mc`.
    case holdAll
    /// All potentials go on. NEST's `pp_cond_exp_mc_urbanczik`.
    case holdNone
  }

  /// The compartment that spikes.
  public let compartment: String
  /// When.
  public let mechanism: Mechanism
  /// In ms; NEST: `t_ref`.
  public let refractoryPeriod: Double
  /// What the potentials do meanwhile.
  public let whileRefractory: Refractoriness
  /// Whether the spiking compartment's own equation reads min(V, threshold), as that of NEST's
  /// `iaf_cond_alpha_mc` does. It matters within the step of a spike only.
  public let clampsAtThreshold: Bool

  /// How `compartment` fires.
  public init(
    compartment: String, _ mechanism: Mechanism, refractoryPeriod: Double,
    whileRefractory: Refractoriness = .holdSpiking, clampsAtThreshold: Bool = false
  ) throws(ModelError) {
    try ModelError.checkNotNegative(refractoryPeriod, "firing.refractoryPeriod", "ms")
    if case .threshold(let threshold, let reset) = mechanism {
      try ModelError.checkFinite(threshold, "firing.threshold", "mV")
      try ModelError.checkFinite(reset, "firing.reset", "mV")
      guard reset < threshold else {
        throw ModelError(
          "firing.reset",
          "\(ModelError.text(reset)) mV is not below the threshold of \(ModelError.text(threshold)) mV",
          "a neuron that is reset to its threshold fires without end")
      }
    }
    self.compartment = compartment
    self.mechanism = mechanism
    self.refractoryPeriod = refractoryPeriod
    self.whileRefractory = whileRefractory
    self.clampsAtThreshold = clampsAtThreshold
  }
}
