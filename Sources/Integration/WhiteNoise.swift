// SPDX-License-Identifier: GPL-3.0-or-later

/// White noise on a membrane C V′ = I − G V + …, in closed form. `G` in nS, `C` in pF, τ_m = C/G.
public enum WhiteNoise {
  /// The stationary variance of V, in mV², under a white current: C dV = (I − G V) dt + σ_I dW,
  /// σ_I in pA·√ms: (σ_I/G)²/(2 τ_m).
  ///
  /// - Precondition: G > 0 and C > 0.
  public static func voltageVariance(
    currentDensity: Double, conductance: Double, capacitance: Double
  ) -> Double {
    precondition(conductance > 0 && capacitance > 0, "a membrane of \(conductance) nS")
    let amplitude = currentDensity / conductance
    return amplitude * amplitude * conductance / (2 * capacitance)
  }

  /// The variance of the mean of V over a window of T ms, in mV², under the same current:
  /// (σ_I/G)²/T · [1 − τ_m (1 − e^(−T/τ_m))/T].
  ///
  /// - Precondition: G > 0, C > 0 and T > 0.
  public static func windowMeanVariance(
    currentDensity: Double, conductance: Double, capacitance: Double, window: Double
  ) -> Double {
    precondition(window > 0, "a window of \(window) ms")
    return voltageVariance(
      currentDensity: currentDensity, conductance: conductance, capacitance: capacitance)
      * WindowMean.psi(window * conductance / capacitance)
  }

  /// What a white *conductance* means. The two differ in the mean they leave.
  public enum Interpretation: String, Sendable, Codable, CaseIterable {
    /// The limit of coloured noise, and of exact steps with a conductance held over each step.
    case stratonovich
    /// The Euler–Maruyama scheme.
    case ito
  }

  /// The stationary mean of V, in mV, under a white conductance of density σ_w (nS·√ms) with
  /// reversal potential E: C dV = (I − G V) dt + σ_w (E − V) dW.
  ///
  /// Itô: I/G. Stratonovich: (I − ½σ_w²E/C)/(G − ½σ_w²/C): the noise pushes V away from E.
  ///
  /// - Parameters:
  ///   - drive: I in pA, everything that does not depend on V: Σ g_k E_k + currents.
  ///   - conductance: G, all of Σ g_k.
  /// - Returns: nil where σ_w² ≥ 2 G C (Stratonovich), beyond which there is no mean.
  /// - Precondition: G > 0 and C > 0.
  public static func meanVoltage(
    conductanceDensity: Double, reversal: Double, drive: Double, conductance: Double,
    capacitance: Double, _ interpretation: Interpretation
  ) -> Double? {
    precondition(conductance > 0 && capacitance > 0, "a membrane of \(conductance) nS")
    guard interpretation == .stratonovich else { return drive / conductance }
    let correction = conductanceDensity * conductanceDensity / (2 * capacitance)
    guard correction < conductance else { return nil }
    return (drive - correction * reversal) / (conductance - correction)
  }

  /// Whether V has a variance under that conductance: σ_w² < G C (Stratonovich), < 2 G C (Itô).
  public static func voltageVarianceExists(
    conductanceDensity: Double, conductance: Double, capacitance: Double,
    _ interpretation: Interpretation
  ) -> Bool {
    let share = conductanceDensity * conductanceDensity / (conductance * capacitance)
    return share < (interpretation == .stratonovich ? 1 : 2)
  }
}
