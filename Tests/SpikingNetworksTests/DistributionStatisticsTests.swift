// SPDX-License-Identifier: GPL-3.0-or-later

import RandomStreams
import RealModule
import Testing

@testable import SpikingNetworks

/// Values that are drawn have the distribution that was asked for, and lie within its bounds.
@Suite struct `A distribution` {
  static let count = 20_000

  static func sample(_ distribution: Distribution, seed: UInt64 = 5) -> [Double] {
    let key = RandomKey(seed: seed).purpose(.test)
    var random = GSLRandom(key)
    return (0..<count).map {
      random.seek(key, step: $0)
      return distribution.draw(&random)
    }
  }

  /// P(X < z) of the standard normal distribution.
  static func below(_ z: Double) -> Double { Double.erfc(-z / 2.0.squareRoot()) / 2 }

  /// Kolmogorov's distance of a sample from a distribution function, times √n: above 1.95 with
  /// probability 10⁻³.
  static func distance(_ sample: [Double], _ function: (Double) -> Double) -> Double {
    let n = Double(sample.count)
    let largest = sample.sorted().enumerated().map { index, x in
      max(abs(function(x) - Double(index) / n), abs(function(x) - Double(index + 1) / n))
    }.max()!
    return largest * n.squareRoot()
  }

  @Test func `that is uniform has its distribution function`() throws {
    let x = Self.sample(try Distribution(.uniform, from: -80, to: -50))
    #expect(x.allSatisfy { $0 >= -80 && $0 < -50 })
    #expect(Self.distance(x) { ($0 + 80) / 30 } < 1.95)
    #expect(Self.distance(x) { ($0 + 80) / 31 } > 1.95)
  }

  @Test(arguments: [
    (-Double.infinity, Double.infinity), (0.9, .infinity), (-.infinity, 1.1), (0.7, 1.5),
  ])
  func `that is normal has its distribution function between its bounds`(
    low: Double, high: Double
  ) throws {
    let normal = Distribution.Shape.normal(mean: 1, standardDeviation: 0.3)
    let x = Self.sample(try Distribution(normal, from: low, to: high))
    #expect(x.allSatisfy { $0 >= low && $0 <= high })
    func function(_ deviation: Double) -> (Double) -> Double {
      let (a, b) = (Self.below((low - 1) / deviation), Self.below((high - 1) / deviation))
      return { (Self.below(($0 - 1) / deviation) - a) / (b - a) }
    }
    #expect(Self.distance(x, function(0.3)) < 1.95)
    #expect(Self.distance(x, function(0.27)) > 1.95)
  }

  @Test func `that is lognormal has the mean and standard deviation of its values`() throws {
    let x = Self.sample(try Distribution(.lognormal(mean: 2, standardDeviation: 1)))
    let n = Double(x.count)
    let mean = x.reduce(0, +) / n
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
    #expect(abs(mean - 2) < 4 / n.squareRoot())
    // The kurtosis of a lognormal distribution with s/m = 1/2, w⁴ + 2w³ + 3w² − 3 with w = 1.25, is
    // 8.04: the standard error of the variance is √(7.04/n).
    #expect(abs(variance - 1) < 4 * (7.04 / n).squareRoot())
    // Half of it lies below exp(μ) = m/√(1 + s²/m²).
    let median = 2 / 1.25.squareRoot()
    #expect(abs(Double(x.count { $0 < median }) - n / 2) < 2 * n.squareRoot())
    let bounded = Self.sample(
      try Distribution(.lognormal(mean: 2, standardDeviation: 1), from: 1.5, to: 3))
    #expect(bounded.allSatisfy { $0 >= 1.5 && $0 <= 3 })
    let width = Double.log(1.25).squareRoot()
    func z(_ x: Double) -> Double { (Double.log(x) - Double.log(median)) / width }
    let (a, b) = (Self.below(z(1.5)), Self.below(z(3)))
    #expect(Self.distance(bounded) { (Self.below(z($0)) - a) / (b - a) } < 1.95)
  }

  @Test func `without width is its mean`() throws {
    for shape: Distribution.Shape in [
      .normal(mean: 3, standardDeviation: 0), .lognormal(mean: 3, standardDeviation: 0),
    ] {
      #expect(Self.sample(try Distribution(shape)).allSatisfy { $0 == 3 })
    }
    #expect(Self.sample(try Distribution(.uniform, from: 3, to: 3)).allSatisfy { $0 == 3 })
  }

  @Test(
    arguments: [
      (.uniform, 2, 1, "distribution.to: 1 is not above 2; let the bounds ascend"),
      (
        .uniform, 0, .infinity,
        "distribution.to: inf (a number) is not a finite number; give a finite one"
      ),
      (
        .normal(mean: 0, standardDeviation: -1), 0, 1,
        "distribution.standardDeviation: -1 (a number) is negative or not a number; give 0 (a number) or more"
      ),
      (
        .lognormal(mean: 0, standardDeviation: 1), 0, 1,
        "distribution.mean: 0 (a number) is not a positive number; give one above 0 (a number)"
      ),
      (
        .normal(mean: 0, standardDeviation: 1), 4, 9,
        "distribution: less than a thousandth of the distribution lies from 4 to 9; widen the bounds, or leave one of them out"
      ),
      (
        .normal(mean: 5, standardDeviation: 0), 6, 9,
        "distribution: less than a thousandth of the distribution lies from 6 to 9; widen the bounds, or leave one of them out"
      ),
    ] as [(Distribution.Shape, Double, Double, String)])
  func `that cannot be is refused`(
    shape: Distribution.Shape, from: Double, to: Double, message: String
  ) {
    let error = #expect(throws: ModelError.self) {
      _ = try Distribution(shape, from: from, to: to)
    }
    #expect(error?.description == message)
  }
}
