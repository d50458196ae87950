// SPDX-License-Identifier: GPL-3.0-or-later

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Stationary coloured Gaussian noise with mean 0:
///
///     dx = −x/τ dt + σ √(2/τ) dW,   ⟨x(t) x(t + s)⟩ = σ² e^(−|s|/τ).
///
/// With σ the standard deviation of a conductance in nS (or of a current in pA) and τ its
/// correlation time in ms, this is the point conductance of Destexhe, Rudolph, Fellous & Sejnowski
/// 2001 (Neuroscience 107:13) without its mean; their D is 2σ²/τ. Whether a conductance that
/// becomes negative is clipped is not decided here.
public struct OrnsteinUhlenbeck: Sendable, Hashable {
  /// σ, of the stationary distribution.
  public let standardDeviation: Double
  /// τ in ms.
  public let timeConstant: Double

  /// - Throws: `IntegrationSetupError` where σ is negative or τ is not positive. White noise is
  ///   not the case τ = 0, which has no variance to speak of: see `WhiteNoise`.
  public init(
    standardDeviation: Double, timeConstant: Double
  ) throws(IntegrationSetupError) {
    try IntegrationSetupError.requireNotNegative(
      standardDeviation, "standard deviation of the noise")
    try IntegrationSetupError.requirePositive(timeConstant, "correlation time of the noise")
    self.standardDeviation = standardDeviation
    self.timeConstant = timeConstant
  }

  init(unchecked standardDeviation: Double, _ timeConstant: Double) {
    self.standardDeviation = standardDeviation
    self.timeConstant = timeConstant
  }

  /// The coefficients of the exact update over `interval` ms, whatever its length:
  /// x ← decay · x + kick · n with n standard normal,
  /// decay = e^(−dt/τ), kick = σ √(1 − e^(−2dt/τ)) (Gillespie 1996, Phys Rev E 54:2084).
  ///
  /// - Precondition: `interval` ≥ 0.
  public func step(_ interval: Double) -> (decay: Double, kick: Double) {
    precondition(interval >= 0, "a step of \(interval) ms")
    let x = interval / timeConstant
    return (exp(-x), standardDeviation * (-expm1(-2 * x)).squareRoot())
  }

  /// σ² e^(−|lag|/τ).
  public func autocovariance(lag: Double) -> Double {
    standardDeviation * standardDeviation * exp(-abs(lag) / timeConstant)
  }

  /// The stationary variance behind a first-order filter of time constant τ_m and gain 1 at
  /// frequency 0: σ² τ/(τ + τ_m).
  ///
  /// - Precondition: τ_m ≥ 0, in ms.
  public func filteredVariance(membraneTimeConstant: Double) -> Double {
    precondition(membraneTimeConstant >= 0, "a membrane time constant of \(membraneTimeConstant)")
    return standardDeviation * standardDeviation * timeConstant
      / (timeConstant + membraneTimeConstant)
  }

  /// The variance of the mean over a window of T ms of the noise behind that filter:
  ///
  ///     (2σ²τ/T) [1 − (τ³(1 − e^(−T/τ)) − τ_m³(1 − e^(−T/τ_m))) / (T (τ² − τ_m²))],
  ///
  /// continued through τ = τ_m. It is computed as σ²τ/(τ + τ_m) times the divided difference of
  /// F(τ) = τ ψ(T/τ) between τ and τ_m (`WindowMean.psi`), which cancels nowhere. As τ → 0
  /// at fixed σ²τ it becomes white noise of density 2σ²τ (`WhiteNoise.windowMeanVariance`).
  ///
  /// - Precondition: T > 0 and τ_m ≥ 0, in ms.
  public func windowMeanVariance(window: Double, membraneTimeConstant: Double) -> Double {
    precondition(window > 0, "a window of \(window) ms")
    return filteredVariance(membraneTimeConstant: membraneTimeConstant)
      * WindowMean.dividedDifference(timeConstant, membraneTimeConstant, window: window)
  }
}

/// What averaging over a window does to exponential correlations.
enum WindowMean {
  /// ψ(x) = 2(x − 1 + e^(−x))/x²: the variance of the mean over T of noise with autocovariance
  /// e^(−|s|/τ), at x = T/τ. ψ(0) = 1, and ψ → 2/x.
  static func psi(_ x: Double) -> Double {
    guard x < 1 else { return 2 * (x + expm1(-x)) / (x * x) }
    // Σ 2(−x)^k/(k + 2)!; for x < 1 twenty terms leave less than 1/22! = 10⁻²¹.
    var (sum, term) = (0.0, 1.0)
    for k in 0..<20 {
      sum += term
      term *= -x / Double(k + 3)
    }
    return sum
  }

  /// (F(a) − F(b))/(a − b) for F(τ) = τ ψ(T/τ), F(0) = 0; F′(a) where a = b.
  ///
  /// Nearby, where the difference cancels, it is the mean of F′ between a and b by Gauss's rule of
  /// four points: for |a − b| ≤ 0.02(a + b) its error is below 10⁻¹⁴ of F′.
  static func dividedDifference(_ a: Double, _ b: Double, window: Double) -> Double {
    func f(_ tau: Double) -> Double { tau > 0 ? tau * psi(window / tau) : 0 }
    guard abs(a - b) <= 0.02 * (a + b) else { return (f(a) - f(b)) / (a - b) }
    let rule = [(0.3399810435848563, 0.6521451548625461), (0.8611363115940526, 0.3478548451374538)]
    return rule.reduce(0) { sum, point in
      let offset = point.0 * (a - b) / 2
      let middle = (a + b) / 2
      return sum + point.1 / 2
        * (derivative(middle + offset, window) + derivative(middle - offset, window))
    }
  }

  /// F′(τ) = ψ(x) − x ψ′(x) = 3ψ(x) − 2(1 − e^(−x))/x at x = T/τ.
  private static func derivative(_ tau: Double, _ window: Double) -> Double {
    let x = window / tau
    return 3 * psi(x) + 2 * expm1(-x) / x
  }
}
