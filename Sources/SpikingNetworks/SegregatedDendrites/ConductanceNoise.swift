// SPDX-License-Identifier: GPL-3.0-or-later

public import RandomStreams

/// A perturbation that each hidden neuron receives and knows.
///
/// | form | what enters the compartment | realised response |
/// | --- | --- | --- |
/// | `pushPull` | g_E = g_0 + ½δg towards E_E and g_I = g_0 − ½δg towards E_I | exact: the total conductance does not change |
/// | `singleSided` | (ḡ + δg)·(E − V) | to first order in δg/G |
/// | `current` | a current δI | exact |
/// | `rate` | δh, added to h = φ/φ_max | exact |
///
/// A push–pull pair makes a conductance act as a current of ½(E_E − E_I)·δg: with G the
/// compartment's total conductance, 2g_0 included, a frozen δg moves V by exactly
/// (E_E − E_I)·δg/(2G). A single conductance moves it by (E − V̄)·δg/(G + δg), where V̄ is the
/// potential without it: heteroscedastic and skewed beyond first order.
///
/// The resting conductances (g_0 twice, or ḡ) belong to the circuit: a pass without perturbation
/// has them too, with δg = 0. What meets a limit (|δg| ≤ 2g_0, ḡ + δg ≥ 0, and rates at zero for
/// spikes) is held there and counted.
public struct ConductanceNoise: Sendable, Equatable {
  /// The compartment that is perturbed.
  public enum Compartment: String, Sendable, CaseIterable { case soma, basal, apical }

  /// How the perturbation enters.
  public enum Form: Sendable, Equatable {
    /// Two conductances that move against each other; `resting` is g_0, 1/ms.
    case pushPull(resting: Double)
    /// One conductance of mean ḡ (1/ms) towards a reversal potential E.
    case singleSided(mean: Double, reversal: Double)
    /// A current, potential per ms.
    case current
    /// An amount added to h = φ/φ_max, after the soma.
    case rate
  }

  /// How it goes in time.
  public enum Course: Sendable, Equatable {
    /// One value per neuron and pass.
    case frozen
    /// A new value every step, of standard deviation σ/√dt: piecewise-constant white noise. With
    /// exact steps, a conductance's limit dt → 0 is Stratonovich's; with Euler steps, Itô's.
    case white
    /// Ornstein and Uhlenbeck's process with this correlation time, ms, by its exact update
    /// δ ← δ·e^{−dt/τ} + σ·√(1 − e^{−2dt/τ})·ξ (Destexhe et al. 2001), stationary from the start.
    case ornsteinUhlenbeck(timeConstant: Double)
    /// Shot noise about its mean: arrivals of a Poisson process of this rate (per ms), each of which
    /// adds one size and decays with the time constant, ms. The correlation is that of
    /// `ornsteinUhlenbeck`, the size the one that gives the process its σ; values are skewed, by
    /// (2√2/3)/√(rate·τ) for small steps. `deviate` is not used.
    case poisson(rate: Double, timeConstant: Double)

    /// The correlation time, ms, of a course that has one.
    var timeConstant: Double? {
      switch self {
      case .frozen, .white: nil
      case .ornsteinUhlenbeck(let timeConstant), .poisson(_, let timeConstant): timeConstant
      }
    }
  }

  /// Where.
  public let compartment: Compartment
  /// How it enters.
  public let form: Form
  /// How it goes in time.
  public let course: Course
  /// σ: 1/ms for conductances, potential per ms for currents, 1 for rates; for `white` times √ms.
  public let standardDeviation: Double
  /// The distribution of ξ, of unit variance.
  public let deviate: Deviate
  /// ρ, the correlation of δ between any two neurons of a layer: each receives
  /// √(1−ρ)·(its own process) + √ρ·(one that the layer shares).
  public let sharedFraction: Double

  /// A perturbation.
  ///
  /// - Throws: `SegregatedDendriteError` for a negative or non-finite number, a correlation time
  ///   of zero, a correlation above 1, or a rate perturbed elsewhere than at the soma.
  public init(
    compartment: Compartment = .soma, form: Form, course: Course = .frozen,
    standardDeviation: Double, deviate: Deviate = .gaussian, sharedFraction: Double = 0
  ) throws(SegregatedDendriteError) {
    typealias Failure = SegregatedDendriteError
    try Failure.check(
      "noise.standardDeviation", standardDeviation, "0 or more", standardDeviation >= 0)
    switch form {
    case .pushPull(let resting):
      try Failure.check("noise.resting", resting, "a conductance above 0", resting > 0)
    case .singleSided(let mean, let reversal):
      try Failure.check("noise.mean", mean, "a conductance of 0 or more", mean >= 0)
      try Failure.check("noise.reversal", reversal, "a potential", true)
    case .rate where compartment != .soma:
      throw Failure(
        parameter: "noise.compartment", value: .nan, expected: "soma where rates are perturbed")
    case .current, .rate: break
    }
    if let timeConstant = course.timeConstant {
      try Failure.check(
        "noise.timeConstant", timeConstant, "a correlation time above 0 ms", timeConstant > 0)
    }
    if case .poisson(let rate, _) = course {
      try Failure.check(
        "noise.rate", rate, "arrivals per ms, above 0 and at most 100", rate > 0 && rate <= 100)
    }
    try Failure.check(
      "noise.sharedFraction", sharedFraction, "a correlation from 0 to 1",
      sharedFraction >= 0 && sharedFraction <= 1)
    self.compartment = compartment
    self.form = form
    self.course = course
    self.standardDeviation = standardDeviation
    self.deviate = deviate
    self.sharedFraction = sharedFraction
  }

  /// The conductance that the compartment has more of, at rest.
  var restingConductance: Double {
    switch form {
    case .pushPull(let resting): 2 * resting
    case .singleSided(let mean, _): mean
    case .current, .rate: 0
    }
  }

  /// The limits of the perturbation.
  var limits: (low: Double, high: Double) {
    switch form {
    case .pushPull(let resting): (-2 * resting, 2 * resting)
    case .singleSided(let mean, _): (-mean, .greatestFiniteMagnitude)
    case .current, .rate: (-.greatestFiniteMagnitude, .greatestFiniteMagnitude)
    }
  }
}
