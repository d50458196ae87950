// SPDX-License-Identifier: GPL-3.0-or-later

import RandomStreams
import TestSupport
import Testing

@Suite struct StatisticalCheckStatisticsTests {
  private let key = RandomKey(seed: 3).purpose(.test)
  private var normal: [Double] { key.doubles(.gaussian, count: 20_000) }
  private var uniform: [Double] {
    key.doubles(.uniform, count: 20_000).map { $0 / 12.0.squareRoot() + 0.5 }
  }

  @Test("Sample moments are those of plain sums")
  func moments() {
    let sample = normal.map { 3 + 2 * $0 * $0 }
    let n = Double(sample.count)
    let mean = sample.reduce(0, +) / n
    let variance = sample.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
    let fourth = sample.reduce(0.0) {
      let d = $1 - mean
      return $0 + d * d * d * d
    }
    let moments = SampleMoments(sample, center: 4)
    // Rounding: n terms of relative error 2⁻⁵³ each, at worst.
    #expect(abs(moments.mean / mean - 1) < n * 0x1p-52)
    #expect(abs(moments.variance / variance - 1) < n * 0x1p-50)
    let error = ((fourth / n - variance * variance) / n).squareRoot()
    #expect(abs(moments.varianceStandardError / error - 1) < 1e-9)
    #expect(abs(moments.meanStandardError - (variance / n).squareRoot()) < 1e-12)
  }

  @Test("The standard errors are right: scores over 400 samples have variance 1")
  func scores() {
    var means = SampleMoments()
    var variances = SampleMoments()
    for step in 0..<400 {
      let sample = SampleMoments(key.child(1).doubles(.uniform, count: 500, step: step))
      means.add(sample.meanScore(expected: 0))
      variances.add(sample.varianceScore(expected: 1))
    }
    // The variance of 400 scores has a standard error of √(2/400) = 0.07.
    #expect(abs(means.variance - 1) < 0.28)
    #expect(abs(variances.variance - 1) < 0.28)
    #expect(StatisticalCheck.accepts(means.meanScore(expected: 0)))
  }

  @Test("A mean is accepted where it is right and rejected on either side")
  func mean() {
    let sample = SampleMoments(normal)
    #expect(StatisticalCheck.accepts(sample.meanScore(expected: 0)))
    // Six standard errors of 1/√20,000.
    #expect(!StatisticalCheck.accepts(sample.meanScore(expected: 0.042)))
    #expect(!StatisticalCheck.accepts(sample.meanScore(expected: -0.042)))
    #expect(StatisticalCheck.accepts(sample.varianceScore(expected: 1)))
    #expect(!StatisticalCheck.accepts(sample.varianceScore(expected: 1.06)))
    #expect(!StatisticalCheck.accepts(sample.varianceScore(expected: 0.94)))
    #expect(!StatisticalCheck.accepts(.nan))
  }

  @Test("A constant sample equals its expectation or is infinitely far from it")
  func constant() {
    let ones = Array(repeating: 1.0, count: 10)
    #expect(StatisticalCheck.momentScore(ones, power: 2, expected: 1) == 0)
    #expect(!StatisticalCheck.accepts(StatisticalCheck.momentScore(ones, power: 2, expected: 1.1)))
  }

  @Test("Moments reject the wrong shape: a uniform is no normal")
  func shape() {
    #expect(StatisticalCheck.accepts(StatisticalCheck.momentScore(normal, power: 4, expected: 3)))
    let other = key.doubles(.uniform, count: 20_000)
    #expect(!StatisticalCheck.accepts(StatisticalCheck.momentScore(other, power: 4, expected: 3)))
  }

  @Test("Kolmogorov and Smirnov's check rejects a shift, a stretch, and a grid")
  func kolmogorovSmirnov() {
    func accepts(_ sample: [Double]) -> Bool {
      StatisticalCheck.acceptsKolmogorovSmirnov(
        StatisticalCheck.kolmogorovSmirnov(sample) { max(0, min(1, $0)) })
    }
    #expect(accepts(uniform))
    #expect(!accepts(uniform.map { $0 + 0.02 }))
    #expect(!accepts(uniform.map { 0.95 * $0 }))
    #expect(!accepts((0..<20_000).map { (Double($0) + 0.5) / 20_000 }))
    #expect(!accepts(uniform.map { $0 * $0 }))
  }

  @Test("Chi squared rejects uneven counts, and counts too even")
  func chiSquared() {
    func score(_ counts: [Int]) -> Double {
      StatisticalCheck.chiSquaredScore(counts, probabilities: Array(repeating: 0.1, count: 10))
    }
    var counts = Array(repeating: 0, count: 10)
    for value in uniform { counts[min(9, Int(value * 10))] += 1 }
    #expect(StatisticalCheck.accepts(score(counts)))
    #expect(!StatisticalCheck.accepts(score(Array(repeating: 2000, count: 10))))
    counts[3] += 300
    #expect(!StatisticalCheck.accepts(score(counts)))
    // Nine degrees of freedom: χ² = 9 is near the centre, 27.88 the 0.1 % point (z = 3.09).
    #expect(abs(score([100, 100, 100, 100, 100, 100, 100, 100, 100, 100])) > 4)
    let far = 27.88 * 100 / 2
    let spread = Int(far.squareRoot().rounded())
    #expect(
      abs(score([100 + spread, 100 - spread] + Array(repeating: 100, count: 8)) - 3.09) < 0.1)
  }

  @Test("Proportions and correlations are scored in standard errors")
  func proportions() {
    #expect(StatisticalCheck.proportionScore(50, of: 100, probability: 0.5) == 0)
    #expect(StatisticalCheck.proportionScore(60, of: 100, probability: 0.5) == 2)
    let other = key.child(2).doubles(.gaussian, count: 20_000)
    #expect(StatisticalCheck.accepts(StatisticalCheck.correlationScore(normal, other)))
    // r = 0.05 is seven standard errors.
    let mixed = zip(normal, other).map { 0.05 * $0 + $1 }
    #expect(!StatisticalCheck.accepts(StatisticalCheck.correlationScore(normal, mixed)))
    #expect(!StatisticalCheck.accepts(StatisticalCheck.correlationScore(normal, mixed.map { -$0 })))
    #expect(abs(StatisticalCheck.correlationScore([1, 2, 3, 4], [2, 4, 6, 8]) - 2) < 1e-12)
  }

  @Test("The slope of a power law on log-log axes is its exponent")
  func slope() {
    let x = [0.1, 0.2, 0.4, 0.8]
    #expect(abs(StatisticalCheck.logLogSlope(x, x.map { 7 * $0 * $0 }) - 2) < 1e-12)
    #expect(abs(StatisticalCheck.logLogSlope(x, x.map { 1 / $0 }) + 1) < 1e-12)
    #expect(abs(StatisticalCheck.normal(1.959963984540054) - 0.975) < 1e-12)
  }
}
