// SPDX-License-Identifier: GPL-3.0-or-later

import Integration
import RandomStreams
import TestSupport
import Testing

@Suite struct NoiseStatisticsTests {
  private let key = RandomKey(seed: 31).purpose(.test)

  /// Whether `trials` independent samples have the variance `expected`.
  private func accepts(_ sample: [Double], variance expected: Double) -> Bool {
    StatisticalCheck.accepts(
      StatisticalCheck.momentScore(sample, power: 2, expected: expected))
  }

  /// Stationary noise at steps 0 and `steps`, over many lanes, by x ← decay·x + kick·n.
  private func lanes(
    _ count: Int, _ sigma: Double, steps: Int, decay: Double, kick: Double
  ) -> (start: [Double], end: [Double]) {
    let start = key.doubles(.gaussian, count: count).map { $0 * sigma }
    var x = start
    for step in 1...steps {
      let n = key.doubles(.gaussian, count: count, step: step)
      for i in 0..<count { x[i] = decay * x[i] + kick * n[i] }
    }
    return (start, x)
  }

  @Test func `Held updates have the variance and the correlation of the process`() throws {
    let (sigma, tau, h, steps, count) = (3.0, 2.728, 0.5, 8, 100_000)
    let process = try OrnsteinUhlenbeck(standardDeviation: sigma, timeConstant: tau)
    let exact = process.step(h)
    let (start, end) = lanes(count, sigma, steps: steps, decay: exact.decay, kick: exact.kick)
    #expect(accepts(end, variance: sigma * sigma))
    let lag = process.autocovariance(lag: h * Double(steps))
    let products = zip(start, end).map { $0 * $1 }
    #expect(
      StatisticalCheck.accepts(
        StatisticalCheck.momentScore(products, power: 1, expected: lag)))

    // Euler–Maruyama's coefficients at the same step are rejected: variance 1/(1 − dt/2τ).
    let euler = lanes(
      count, sigma, steps: steps, decay: 1 - h / tau, kick: sigma * (2 * h / tau).squareRoot())
    #expect(!accepts(euler.end, variance: sigma * sigma))
  }

  @Test func `Window means of filtered noise have the variance of the formula`() throws {
    // Noise, membrane and integral at steps of 0.1 ms. The noise is held over a step, which
    // changes the variance by O((h/τ)²) < 10⁻³ against a standard error of √(2/100,000) = 0.0045.
    let (tau, membrane, window, h, count) = (3.0, 1.43, 20.0, 0.1, 100_000)
    let process = try OrnsteinUhlenbeck(standardDeviation: 1, timeConstant: tau)
    let (decay, kick) = process.step(h)
    let filter = try LinearPropagator([-1 / membrane, 0, 1, 0], interval: h)
    let (p, q) = (filter.propagator, filter.offset([1 / membrane, 0]))
    var x = key.child(1).doubles(.gaussian, count: count)
    var m = [Double](repeating: 0, count: count)
    var z = m
    let settling = 200
    for step in 0..<(settling + Int(window / h)) {
      if step == settling { z = [Double](repeating: 0, count: count) }
      let n = key.child(2).doubles(.gaussian, count: count, step: step)
      for i in 0..<count {
        (m[i], z[i]) = (p[0] * m[i] + q[0] * x[i], z[i] + p[2] * m[i] + q[1] * x[i])
        x[i] = decay * x[i] + kick * n[i]
      }
    }
    let means = z.map { $0 / window }
    let expected = process.windowMeanVariance(window: window, membraneTimeConstant: membrane)
    #expect(accepts(means, variance: expected))
    // Without the membrane, or without the window, the formula names another number.
    #expect(
      !accepts(
        means, variance: process.windowMeanVariance(window: window, membraneTimeConstant: 0)))
    #expect(!accepts(means, variance: process.filteredVariance(membraneTimeConstant: membrane)))
  }

  @Test func `A white conductance held over exact steps is Stratonovich's, by Euler Itô's`()
    throws
  {
    // C = 1, G = 0.7, drive 0.6, E = 8, σ_w = 0.15; 4,000 lanes, 40 time units of averaging.
    // A step of 0.01 biases either mean by O(h): σ²h·…/2 < 10⁻³, a fifth of the standard error.
    let (g, drive, reversal, sigma, h, count) = (0.7, 0.6, 8.0, 0.15, 0.01, 4000)
    let settling = 1500
    let held = sigma / h.squareRoot()
    var exact = [Double](repeating: 0.8, count: count)
    var euler = exact
    var sums = [exact.map { _ in 0.0 }, exact.map { _ in 0.0 }]
    let steps = 2000
    for step in 0..<(settling + steps) {
      let n = key.child(3).doubles(.gaussian, count: count, step: step)
      for i in 0..<count {
        let noise = held * n[i]
        let total = g + noise
        let rest = (drive + noise * reversal) / total
        exact[i] = rest + (exact[i] - rest) * exponential(-total * h)
        euler[i] += h * (drive - g * euler[i] + noise * (reversal - euler[i]))
        if step >= settling {
          sums[0][i] += exact[i]
          sums[1][i] += euler[i]
        }
      }
    }
    func score(_ run: Int, _ interpretation: WhiteNoise.Interpretation) throws -> Double {
      let expected = try #require(
        WhiteNoise.meanVoltage(
          conductanceDensity: sigma, reversal: reversal, drive: drive, conductance: g,
          capacitance: 1, interpretation))
      return StatisticalCheck.momentScore(
        sums[run].map { $0 / Double(steps) }, power: 1, expected: expected)
    }
    #expect(StatisticalCheck.accepts(try score(0, .stratonovich)))
    #expect(StatisticalCheck.accepts(try score(1, .ito)))
    #expect(!StatisticalCheck.accepts(try score(0, .ito)))
    #expect(!StatisticalCheck.accepts(try score(1, .stratonovich)))
  }

  @Test func `Shot noise drawn event by event has its mean, variance and skewness`() throws {
    let barrage = try PoissonBarrage(rate: 1.5, weight: 0.4, timeConstant: 2)
    var random = GSLRandom(key.child(4))
    // Events of the last 20 time constants; the older ones add 2·10⁻⁹ of the mean.
    let sample = (0..<50_000).map { _ in
      (0..<random.poisson(mean: 1.5 * 40)).reduce(0.0) { sum, _ in
        sum + 0.4 * exponential(-random.uniform(0, 40) / 2)
      }
    }
    let moments = SampleMoments(sample, center: barrage.mean)
    #expect(StatisticalCheck.accepts(moments.meanScore(expected: barrage.mean)))
    let centred = sample.map { $0 - barrage.mean }
    #expect(accepts(centred, variance: barrage.variance))
    let third = barrage.skewness * barrage.variance * barrage.variance.squareRoot()
    #expect(
      StatisticalCheck.accepts(StatisticalCheck.momentScore(centred, power: 3, expected: third)))
    // The Gaussian twin has no third moment, and half the time constant has another variance.
    #expect(
      !StatisticalCheck.accepts(StatisticalCheck.momentScore(centred, power: 3, expected: 0)))
    #expect(!accepts(centred, variance: barrage.variance / 2))
  }
}
