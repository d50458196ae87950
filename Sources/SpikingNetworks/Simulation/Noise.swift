// SPDX-License-Identifier: GPL-3.0-or-later

public import Integration

/// How a noise moves in time. ξ(t) has mean 0 but for `poisson`.
public enum NoiseProcess: Sendable, Equatable, Codable {
  /// One value for a whole simulation: a single dimension of noise per neuron.
  case frozen
  /// A new value in every step, standard deviation s/√dt: white noise of intensity s.
  case white
  /// Ornstein–Uhlenbeck with correlation time τ in ms, updated exactly at any step:
  /// x ← x e^{−dt/τ} + s √(1 − e^{−2dt/τ}) N(0, 1). Destexhe et al. (2001)'s point conductance.
  case ornsteinUhlenbeck(timeConstant: Double)
  /// Arrivals at `rate` per ms, each adding `s` to an exponential of `timeConstant` ms: mean
  /// s·rate·τ, variance s²·rate·τ/2, skewness (2√2/3)/√(rate·τ). Not sub-Gaussian.
  case poisson(rate: Double, timeConstant: Double)
}

/// How a noise acts on a compartment.
public enum NoiseForm: Sendable, Equatable, Codable {
  /// A conductance g = mean + x with reversal potential E (nS, mV): a current g (E − V). It is kept
  /// at or above 0, which is counted, unless `isClipped` is false.
  case conductance(mean: Double, reversalPotential: Double, isClipped: Bool = true)
  /// A pair g_E = g₀ + x/2, g_I = g₀ − x/2 with |x| ≤ 2g₀ (clipped and counted beyond): the total
  /// conductance 2g₀ is constant, so the current x (E_E − E_I)/2 is exactly additive.
  case pushPull(base: Double, excitatoryReversal: Double, inhibitoryReversal: Double)
  /// A current mean + x, in pA: the control without conductance.
  case current(mean: Double)
  /// x times the conductance of a receptor of the same compartment, with its reversal potential;
  /// x is kept at or above −1 (clipped and counted beyond), so that the conductance is never
  /// negative.
  case multiplicative(receptor: String)
}

extension NoiseSource {
  /// The conductance that the source holds in its compartment on average, in nS; 0 of currents, and of
  /// what multiplies a receptor's.
  public var meanConductance: Double {
    switch form {
    case .conductance(let mean, _, _):
      if case .poisson(let rate, let tau) = process { rate * strength * tau } else { mean }
    case .pushPull(let base, _, _): 2 * base
    case .current, .multiplicative: 0
    }
  }
}

/// A source of noise in one compartment of every cell of a population.
public struct NoiseSource: Sendable, Equatable, Codable {
  /// The name, for probes and addresses.
  public let name: String
  /// The compartment.
  public let compartment: String
  /// How it moves.
  public let process: NoiseProcess
  /// How it acts.
  public let form: NoiseForm
  /// s: the standard deviation of x, in nS (pA for a current, 1 for a multiplicative one); for a
  /// white process its intensity in that unit times √ms; for a Poisson process the size of an
  /// arrival.
  public let strength: Double
  /// The correlation of x between any two cells, from 0 to 1.
  public let correlation: Double
  /// What a white conductance means: the limit of coloured noise as it becomes white, or Itô's
  /// integral, which has the conductance s²/(2C) more.
  public let interpretation: WhiteNoise.Interpretation

  /// A source of noise.
  public init(
    name: String, compartment: String, process: NoiseProcess, form: NoiseForm, strength: Double,
    correlation: Double = 0, interpretation: WhiteNoise.Interpretation = .stratonovich
  ) throws(ModelError) {
    let place = "noise.\(name)"
    try ModelError.checkNotNegative(strength, "\(place).strength", "nS or pA")
    guard correlation >= 0, correlation <= 1 else {
      throw ModelError(
        "\(place).correlation", "\(correlation) is no correlation", "give 0 to 1")
    }
    switch process {
    case .ornsteinUhlenbeck(let tau):
      try ModelError.checkPositive(tau, "\(place).timeConstant", "ms")
    case .poisson(let rate, let tau):
      try ModelError.checkNotNegative(rate, "\(place).rate", "per ms")
      try ModelError.checkPositive(tau, "\(place).timeConstant", "ms")
      guard correlation == 0 else {
        throw ModelError(
          "\(place).correlation", "Poisson barrages are drawn independently",
          "leave it out, or choose ornsteinUhlenbeck")
      }
    case .frozen, .white: break
    }
    switch form {
    case .conductance(let mean, let reversal, _):
      try ModelError.checkNotNegative(mean, "\(place).mean", "nS")
      try ModelError.checkFinite(reversal, "\(place).reversalPotential", "mV")
    case .pushPull(let base, let up, let down):
      try ModelError.checkPositive(base, "\(place).base", "nS")
      guard up.isFinite, down.isFinite, up > down else {
        throw ModelError(
          "\(place).excitatoryReversal",
          "\(ModelError.text(up)) mV is not above \(ModelError.text(down)) mV",
          "give the higher reversal potential to the excitatory half")
      }
    case .current(let mean): try ModelError.checkFinite(mean, "\(place).mean", "pA")
    case .multiplicative: break
    }
    self.name = name
    self.compartment = compartment
    self.process = process
    self.form = form
    self.strength = strength
    self.correlation = correlation
    self.interpretation = interpretation
  }
}
