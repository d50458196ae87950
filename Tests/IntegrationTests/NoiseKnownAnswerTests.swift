// SPDX-License-Identifier: GPL-3.0-or-later

import Integration
import Testing

@Suite struct NoiseKnownAnswerTests {
  /// ∫ f over [0, end] by Simpson's rule on 20,000 intervals.
  private func integral(to end: Double, _ f: (Double) -> Double) -> Double {
    let n = 20_000
    let h = end / Double(n)
    var sum = f(0) + f(end)
    for i in 1..<n { sum += f(Double(i) * h) * (i % 2 == 1 ? 4 : 2) }
    return sum * h / 3
  }

  /// (2/T²) ∫ (T − s) C(s) ds.
  private func windowVariance(_ window: Double, _ covariance: (Double) -> Double) -> Double {
    2 / (window * window) * integral(to: window) { (window - $0) * covariance($0) }
  }

  /// The autocovariance of OU noise of variance 1 behind a membrane, from its spectrum's poles.
  private func filtered(_ tau: Double, _ membrane: Double) -> (Double) -> Double {
    { lag in
      tau / (tau * tau - membrane * membrane)
        * (tau * exponential(-lag / tau) - membrane * exponential(-lag / membrane))
    }
  }

  private func noise(_ sigma: Double, _ tau: Double) throws -> OrnsteinUhlenbeck {
    try OrnsteinUhlenbeck(standardDeviation: sigma, timeConstant: tau)
  }

  @Test func `The exact update keeps the stationary variance and the correlation`() throws {
    let process = try noise(6.6, 10.49)
    for interval in [0.0, 1e-9, 0.1, 1, 10, 1000] {
      let (decay, kick) = process.step(interval)
      #expect(abs(decay - exponential(-interval / 10.49)) < 1e-16)
      // σ² = decay² σ² + kick²; five roundings of numbers of size 44.
      #expect(abs(decay * decay * 6.6 * 6.6 + kick * kick - 6.6 * 6.6) < 5e-14)
    }
    // kick² → 2σ²dt/τ for short steps, where 1 − e^(−x) would have lost its digits.
    let short = process.step(1e-9).kick
    #expect(abs(short * short / (2 * 6.6 * 6.6 * 1e-9 / 10.49) - 1) < 1e-9)
    #expect(process.autocovariance(lag: -10.49) == process.autocovariance(lag: 10.49))
  }

  @Test(
    "The variance of a window mean is the integral of the autocovariance",
    arguments: [(3.0, 1.43, 20.0), (2.728, 10, 50), (10.49, 3, 5), (0.5, 20, 100), (20, 0.1, 30)])
  func windowMean(tau: Double, membrane: Double, window: Double) throws {
    let found = try noise(1, tau).windowMeanVariance(
      window: window, membraneTimeConstant: membrane)
    // Simpson: (h⁴/180)·T·f⁗ with h = T/20,000 and f⁗ ≤ 1/τ_m⁴ stays below 10⁻⁸ for T/τ_m ≤ 300.
    #expect(abs(found / windowVariance(window, filtered(tau, membrane)) - 1) < 1e-7)
    if tau == 3 { #expect(abs(found - 0.248) < 5e-4) }
    // Neither the unfiltered mean nor the filtered variance is that number.
    #expect(abs(found / windowVariance(window) { exponential(-$0 / tau) } - 1) > 1e-5)
    #expect(
      try abs(found / noise(1, tau).filteredVariance(membraneTimeConstant: membrane) - 1) > 0.01)
  }

  @Test(
    "The moment equations of noise, membrane and integral give the same variance",
    arguments: [(3.0, 1.43, 20.0), (2.728, 10, 50), (4, 4, 10)])
  func moments(tau: Double, membrane: Double, window: Double) throws {
    // x′ = −x/τ + √(2/τ) η, m′ = (x − m)/τ_m, z′ = m; S′ = A S + S Aᵀ + D from the stationary S.
    let a = [-1 / tau, 0, 0, 1 / membrane, -1 / membrane, 0, 0, 1, 0]
    let system = ODESystem(dimension: 9) { _, s, f in
      for i in 0..<3 {
        for j in 0..<3 {
          var sum = i == 0 && j == 0 ? 2 / tau : 0
          for k in 0..<3 { sum += a[i * 3 + k] * s[k * 3 + j] + s[i * 3 + k] * a[j * 3 + k] }
          f[i * 3 + j] = sum
        }
      }
    }
    let share = tau / (tau + membrane)
    var s = [1, share, 0, share, share, 0, 0, 0, 0]
    var driver = try ODEDriver(
      system, stepper: .rk8pd, tolerance: try ODETolerance(absolute: 1e-12))
    try driver.advance(&s, from: 0, to: window)
    let found = try noise(1, tau).windowMeanVariance(
      window: window, membraneTimeConstant: membrane)
    // Hundreds of steps of 10⁻¹², on a sum of size T².
    #expect(abs(found - s[8] / (window * window)) < 1e-11)
  }

  @Test func `The formula is continuous where the time constants meet, and as written elsewhere`()
    throws
  {
    func asWritten(_ tau: Double, _ m: Double, _ window: Double) -> Double {
      func part(_ t: Double) -> Double { t * t * t * (1 - exponential(-window / t)) }
      return 2 * tau / window
        * (1 - (part(tau) - part(m)) / (window * (tau * tau - m * m)))
    }
    for m in [1.0, 3.9, 3.99, 4.01, 4.1, 9] {
      let found = try noise(1, 4).windowMeanVariance(window: 25, membraneTimeConstant: m)
      // The formula as written loses the digits of τ² − τ_m²: at 0.01 from τ_m two and a half.
      #expect(abs(found / asWritten(4, m, 25) - 1) < 1e-12)
    }
    // At τ = τ_m: (2σ²τ/T)[1 − (3τ(1 − e) − T e)/(2T)], e = e^(−T/τ).
    let e = exponential(-25.0 / 4)
    let limit = 8.0 / 25 * (1 - (12 * (1 - e) - 25 * e) / 50)
    let at = try noise(1, 4).windowMeanVariance(window: 25, membraneTimeConstant: 4)
    #expect(abs(at / limit - 1) < 1e-14)
    for offset in [1e-12, 1e-8, 1e-4, 0.15, 0.17] {
      let pair = try [4 - offset, 4 + offset].map {
        try noise(1, 4).windowMeanVariance(window: 25, membraneTimeConstant: $0)
      }
      // The mean of both sides differs from the middle by the curvature alone, below offset².
      #expect(abs((pair[0] + pair[1]) / 2 / limit - 1) < 1e-13 + offset * offset)
    }
  }

  @Test func `A window much shorter than the noise sees the whole variance`() throws {
    // ψ(x) = 1 − x/3 + …: T/τ = 10⁻⁷ leaves 1 within 10⁻⁷, where differences would leave noise.
    let process = try noise(2, 1000)
    let found = process.windowMeanVariance(window: 1e-4, membraneTimeConstant: 0)
    #expect(abs(found / 4 - 1) < 1e-7)
  }

  @Test func `Short correlations become white noise of the same density`() throws {
    // 2σ²τ = (σ_I/G)²: τ → 0 with σ = 1/√(2τ). The ratio differs by O(τ/T).
    let white = WhiteNoise.windowMeanVariance(
      currentDensity: 3, conductance: 3, capacitance: 30, window: 40)
    let errors = try [1e-2, 1e-3, 1e-4].map { tau in
      let process = try noise(1 / (2 * tau).squareRoot(), tau)
      return abs(
        process.windowMeanVariance(window: 40, membraneTimeConstant: 10) / white - 1)
    }
    #expect(errors[0] < 1e-2 && errors[1] < 1e-3 && errors[2] < 1e-4)
  }

  @Test func `White noise behind a membrane, as the formula and as the integral`() {
    let (g, c, window, density) = (7.0, 100.0, 30.0, 5.0)
    let tau = c / g
    let found = WhiteNoise.windowMeanVariance(
      currentDensity: density, conductance: g, capacitance: c, window: window)
    let written =
      density * density / (g * g) / window
      * (1 - tau * (1 - exponential(-window / tau)) / window)
    #expect(abs(found / written - 1) < 1e-14)
    let stationary = WhiteNoise.voltageVariance(
      currentDensity: density, conductance: g, capacitance: c)
    let integrated = windowVariance(window) { stationary * exponential(-$0 / tau) }
    #expect(abs(found / integrated - 1) < 1e-10)
  }

  @Test func `The means of a white conductance, by both readings`() throws {
    // g_B = 0.6 toward 1, G = 0.7, C = 1, E = 8, σ_w = 0.15.
    func mean(_ interpretation: WhiteNoise.Interpretation, _ density: Double = 0.15) -> Double? {
      WhiteNoise.meanVoltage(
        conductanceDensity: density, reversal: 8, drive: 0.6, conductance: 0.7, capacitance: 1,
        interpretation)
    }
    #expect(abs(try #require(mean(.ito)) - 0.857) < 5e-4)
    #expect(abs(try #require(mean(.stratonovich)) - 0.740) < 5e-4)
    #expect(mean(.ito, 0) == mean(.stratonovich, 0))
    #expect(mean(.stratonovich, 1.19) == nil && mean(.ito, 1.19) != nil)
    // At σ_w² = G C and 2 G C.
    for (density, exists) in [
      (0.83, [true, true]), (0.84, [false, true]), (1.19, [false, false]),
    ] {
      let found = WhiteNoise.Interpretation.allCases.map {
        WhiteNoise.voltageVarianceExists(
          conductanceDensity: density, conductance: 0.7, capacitance: 1, $0)
      }
      #expect(found == exists)
    }
  }

  @Test func `Shot noise has Campbell's cumulants`() throws {
    let barrage = try PoissonBarrage(rate: 0.8, weight: 2.5, timeConstant: 3)
    func cumulant(_ k: Int) -> Double {
      0.8
        * integral(to: 120) { s in
          (0..<k).reduce(1) { value, _ in value * 2.5 * exponential(-s / 3) }
        }
    }
    let variance = cumulant(2)
    #expect(abs(barrage.mean / cumulant(1) - 1) < 1e-8)
    #expect(abs(barrage.variance / variance - 1) < 1e-8)
    #expect(abs(barrage.skewness / (cumulant(3) / (variance * variance.squareRoot())) - 1) < 1e-8)
    // Held over steps it is the sum of what earlier arrivals left: Σ w aᵏ ν dt and Σ w² a²ᵏ ν dt.
    let held = barrage.held(step: 0.5)
    let decay = exponential(-0.5 / 3)
    let sums = (0..<400).reduce((mean: 0.0, variance: 0.0, left: 1.0)) { sum, _ in
      (
        sum.mean + 2.5 * 0.4 * sum.left, sum.variance + 2.5 * 2.5 * 0.4 * sum.left * sum.left,
        sum.left * decay
      )
    }
    #expect(abs(held.mean / sums.mean - 1) < 1e-13)
    #expect(abs(held.variance / sums.variance - 1) < 1e-13)
    let short = barrage.held(step: 1e-6)
    #expect(abs(short.mean / barrage.mean - 1) < 1e-6 && held.mean > 1.08 * barrage.mean)
    let twin = barrage.gaussianTwin
    #expect(abs(twin.autocovariance(lag: 0) / barrage.variance - 1) < 1e-15)
    let inverted = try PoissonBarrage(rate: 0.8, weight: -2.5, timeConstant: 3)
    #expect(inverted.skewness == -barrage.skewness && inverted.mean == -barrage.mean)
  }

  @Test func `Processes that cannot exist are refused by name`() {
    func message(_ body: () throws -> Void) -> String? {
      #expect(throws: IntegrationSetupError.self) { try body() }?.description
    }
    #expect(
      message { _ = try noise(-1, 3) }
        == "the standard deviation of the noise is -1.0; "
        + "give a finite number that is not negative")
    #expect(
      message { _ = try noise(1, 0) }
        == "the correlation time of the noise is 0.0; give a finite number above 0")
    #expect(
      message { _ = try PoissonBarrage(rate: -1, weight: 1, timeConstant: 1) }
        == "the rate of a barrage is -1.0; give a finite number that is not negative")
    #expect(
      message { _ = try PoissonBarrage(rate: 1, weight: .nan, timeConstant: 1) }
        == "the weight of a barrage holds nan; give finite numbers")
    #expect(
      message { _ = try PoissonBarrage(rate: 1, weight: 1, timeConstant: -2) }
        == "the time constant of a barrage is -2.0; give a finite number above 0")
  }
}
