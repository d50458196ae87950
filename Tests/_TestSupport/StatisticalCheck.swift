// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

/// Two-sided statistical checks: each statistic is compared with both ends of its distribution.
/// Counts and distribution functions that are too regular fail as those that are too wild do; a
/// mean cannot be too near to what is expected.
///
/// Keys are fixed, so a check that passes once passes always; the limits say how surprising a
/// right implementation would have to be at its one key.
public enum StatisticalCheck {
  /// Whether a standard score is one that a right sample gives: |z| < `limit`. At 4 a right
  /// sample fails once in 16,000 keys. NaN fails.
  public static func accepts(_ score: Double, limit: Double = 4) -> Bool { abs(score) < limit }

  /// How far the mean of x^power lies from `expected`, in standard errors.
  public static func momentScore(_ sample: [Double], power: Int, expected: Double) -> Double {
    let moments = SampleMoments(
      sample.lazy.map { value in (0..<power).reduce(1.0) { product, _ in product * value } },
      center: expected)
    return moments.meanScore(expected: expected)
  }

  /// √n·sup|F_n − F|, Kolmogorov and Smirnov's statistic of a sample against a continuous
  /// distribution function.
  public static func kolmogorovSmirnov(
    _ sample: [Double], _ distribution: (Double) -> Double
  ) -> Double {
    let n = Double(sample.count)
    var largest = 0.0
    for (index, value) in sample.sorted().enumerated() {
      let f = distribution(value)
      largest = max(largest, abs(Double(index + 1) / n - f), abs(f - Double(index) / n))
    }
    return n.squareRoot() * largest
  }

  /// Whether `kolmogorovSmirnov` is one that a right sample gives. By Kolmogorov's limiting
  /// distribution √n·D exceeds 1.95 in 1 of 1,000 samples and stays below 0.35 in 3 of 10,000.
  public static func acceptsKolmogorovSmirnov(_ statistic: Double) -> Bool {
    statistic > 0.35 && statistic < 1.95
  }

  /// Pearson's χ² of counts against probabilities as a standard score, by Wilson and Hilferty's
  /// cube root. Two-sided: counts that are too even have a score below −4.
  public static func chiSquaredScore(_ counts: [Int], probabilities: [Double]) -> Double {
    let total = Double(counts.reduce(0, +))
    let statistic = zip(counts, probabilities).reduce(0.0) { sum, cell in
      let expected = total * cell.1
      return sum + (Double(cell.0) - expected) * (Double(cell.0) - expected) / expected
    }
    let freedom = Double(counts.count - 1)
    let spread = 2 / (9 * freedom)
    return (cbrt(statistic / freedom) - (1 - spread)) / spread.squareRoot()
  }

  /// How far a count lies from its binomial mean, in standard errors.
  public static func proportionScore(_ count: Int, of total: Int, probability: Double) -> Double {
    let mean = Double(total) * probability
    return (Double(count) - mean) / (mean * (1 - probability)).squareRoot()
  }

  /// √n·r of two samples, a standard score where they are independent.
  public static func correlationScore(_ x: [Double], _ y: [Double]) -> Double {
    let n = Double(min(x.count, y.count))
    let meanX = x.reduce(0, +) / n
    let meanY = y.reduce(0, +) / n
    var (xy, xx, yy) = (0.0, 0.0, 0.0)
    for (a, b) in zip(x, y) {
      xy += (a - meanX) * (b - meanY)
      xx += (a - meanX) * (a - meanX)
      yy += (b - meanY) * (b - meanY)
    }
    return n.squareRoot() * xy / (xx * yy).squareRoot()
  }

  /// The least-squares slope of log y against log x: the order of y in x.
  public static func logLogSlope(_ x: [Double], _ y: [Double]) -> Double {
    let (u, v) = (x.map { log($0) }, y.map { log($0) })
    let n = Double(u.count)
    let (meanU, meanV) = (u.reduce(0, +) / n, v.reduce(0, +) / n)
    let cross = zip(u, v).reduce(0.0) { $0 + ($1.0 - meanU) * ($1.1 - meanV) }
    return cross / u.reduce(0.0) { $0 + ($1 - meanU) * ($1 - meanU) }
  }

  /// The standard normal distribution function.
  public static func normal(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }
}
