// SPDX-License-Identifier: GPL-3.0-or-later

/// The first four moments of a sample, gathered one value at a time, and how far its mean and
/// variance lie from expected ones in standard errors.
///
/// Sums are taken about `center`, which should lie within a few standard deviations of the mean:
/// the relative rounding error is then far below the sampling error of any sample that fits in a
/// test.
public struct SampleMoments: Sendable {
  /// The number of values.
  public private(set) var count = 0
  private let center: Double
  private var sums = SIMD4<Double>.zero

  /// No values yet.
  public init(center: Double = 0) { self.center = center }

  /// The moments of `sample`.
  public init(_ sample: some Sequence<Double>, center: Double = 0) {
    self.init(center: center)
    for value in sample { add(value) }
  }

  /// Takes in one value.
  public mutating func add(_ value: Double) {
    let d = value - center
    sums += SIMD4(d, d * d, d * d * d, d * d * d * d)
    count += 1
  }

  /// The sample mean.
  public var mean: Double { center + sums[0] / Double(count) }

  /// The mean squared deviation from the sample mean.
  public var variance: Double {
    let first = sums[0] / Double(count)
    return sums[1] / Double(count) - first * first
  }

  /// The standard deviation of the sample mean: √(variance / n).
  public var meanStandardError: Double { (variance / Double(count)).squareRoot() }

  /// The standard deviation of the sample variance: √((m₄ − m₂²) / n).
  public var varianceStandardError: Double {
    let raw = sums / Double(count)
    let d = raw[0]
    let fourth = raw[3] - 4 * d * raw[2] + 6 * d * d * raw[1] - 3 * d * d * d * d
    return (max(0, fourth - variance * variance) / Double(count)).squareRoot()
  }

  /// (mean − expected) / its standard error; 0 where they are equal.
  public func meanScore(expected: Double) -> Double {
    mean == expected ? 0 : (mean - expected) / meanStandardError
  }

  /// (variance − expected) / its standard error; 0 where they are equal.
  public func varianceScore(expected: Double) -> Double {
    variance == expected ? 0 : (variance - expected) / varianceStandardError
  }
}
