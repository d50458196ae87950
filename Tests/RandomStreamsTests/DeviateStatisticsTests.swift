// SPDX-License-Identifier: GPL-3.0-or-later

import RandomStreams
import TestSupport
import Testing

/// Scores of a sample that claims to be `deviate`: its first four moments, then its shape.
private struct Verdict {
  let moments: [Double]
  let shapeIsRight: Bool
  var accepts: Bool { shapeIsRight && moments.allSatisfy { StatisticalCheck.accepts($0) } }

  init(_ sample: [Double], _ deviate: Deviate) {
    let expected = [0, 1, deviate.skewness, deviate.kurtosis]
    moments = (1...4).map {
      StatisticalCheck.momentScore(sample, power: $0, expected: expected[$0 - 1])
    }
    switch deviate {
    case .gaussian:
      shapeIsRight = StatisticalCheck.acceptsKolmogorovSmirnov(
        StatisticalCheck.kolmogorovSmirnov(sample, StatisticalCheck.normal))
    case .uniform:
      let width = 2 * 3.0.squareRoot()
      shapeIsRight =
        sample.allSatisfy { abs($0) <= width / 2 * (1 + 1e-7) }
        && StatisticalCheck.acceptsKolmogorovSmirnov(
          StatisticalCheck.kolmogorovSmirnov(sample) { $0 / width + 0.5 })
    case .rademacher:
      shapeIsRight = Self.twoValues(sample, high: 1, low: -1, probability: 0.5)
    case .skewed:
      shapeIsRight = Self.twoValues(sample, high: 2, low: -0.5, probability: 0.2)
    }
  }

  private static func twoValues(
    _ sample: [Double], high: Double, low: Double, probability: Double
  ) -> Bool {
    guard sample.allSatisfy({ $0 == high || $0 == low }) else { return false }
    let count = sample.filter { $0 == high }.count
    return StatisticalCheck.accepts(
      StatisticalCheck.proportionScore(count, of: sample.count, probability: probability))
  }
}

@Suite struct DeviateStatisticsTests {
  private let key = RandomKey(seed: 4).purpose(.test)
  private static let count = 1 << 19

  private func samples(_ deviate: Deviate, _ key: RandomKey) -> [[Double]] {
    [
      key.doubles(deviate, count: Self.count),
      key.floats(deviate, count: Self.count).map { Double($0) },
    ]
  }

  @Test(
    "Mean, variance, skewness, kurtosis and shape, in both precisions", arguments: Deviate.allCases)
  func distribution(_ deviate: Deviate) {
    for sample in samples(deviate, key) {
      let verdict = Verdict(sample, deviate)
      #expect(verdict.accepts, "\(deviate): \(verdict.moments)")
    }
  }

  @Test(
    "The same checks reject a shift, a stretch and every other deviate", arguments: Deviate.allCases
  )
  func rejection(_ deviate: Deviate) {
    let sample = key.doubles(deviate, count: Self.count)
    // 0.007 standard deviations and 0.7 % of the variance are five standard errors or more.
    #expect(!Verdict(sample.map { $0 + 0.007 }, deviate).accepts)
    #expect(!Verdict(sample.map { $0 * 1.0075 }, deviate).accepts)
    for other in Deviate.allCases where other != deviate {
      #expect(!Verdict(key.doubles(other, count: Self.count), deviate).accepts)
    }
  }

  @Test("One sequence across steps is distributed like one step across indices")
  func acrossSteps() {
    for deviate in Deviate.allCases {
      let sample = (0..<20_000).flatMap { key.doubles(deviate, count: 3, step: $0, first: 7) }
      #expect(Verdict(sample, deviate).accepts, "\(deviate)")
      let floats = (0..<20_000).flatMap { key.floats(deviate, count: 3, step: $0, first: 7) }
      #expect(Verdict(floats.map { Double($0) }, deviate).accepts, "\(deviate)")
    }
  }

  @Test("The tails of the float normal reach as far as they should, and no further")
  func floatTails() {
    // 2²⁴ draws. P(|ξ| > 4) = 6.334e-5: 1,063 expected. P(|ξ| > 5) = 5.733e-7: 9.6 expected;
    // a Poisson count of that mean lies in 1…23 but for 1 in 7,000 keys. 32 bits in the radius
    // end the tail at √(2·33·ln 2) = 6.764.
    var (beyondFour, beyondFive, largest) = (0, 0, Float(0))
    for step in 0..<64 {
      for value in key.floats(.gaussian, count: 1 << 18, step: step) {
        let magnitude = abs(value)
        if magnitude > 4 { beyondFour += 1 }
        if magnitude > 5 { beyondFive += 1 }
        largest = max(largest, magnitude)
      }
    }
    func score(_ count: Int) -> Double {
      StatisticalCheck.proportionScore(
        count, of: 1 << 24, probability: 2 * StatisticalCheck.normal(-4))
    }
    #expect(StatisticalCheck.accepts(score(beyondFour)), "\(beyondFour)")
    #expect((1...23).contains(beyondFive), "\(beyondFive)")
    #expect(largest > 5 && largest < 6.765, "\(largest)")
    // Tails that end at 4.4 standard deviations lack 182 of the 1,063.
    #expect(!StatisticalCheck.accepts(score(1063 - 182)))
  }

  @Test("Both halves of Box and Muller's pair are drawn from all four quadrants alike")
  func quadrants() {
    // Element b and 16 + b of a tile share a radius.
    let values = key.doubles(.gaussian, count: 1 << 18)
    var counts = [0, 0, 0, 0]
    for tile in 0..<(values.count / 32) {
      for b in 0..<16 {
        let (x, y) = (values[32 * tile + b], values[32 * tile + 16 + b])
        counts[(x < 0 ? 1 : 0) + (y < 0 ? 2 : 0)] += 1
      }
    }
    let even = [0.25, 0.25, 0.25, 0.25]
    #expect(
      StatisticalCheck.accepts(StatisticalCheck.chiSquaredScore(counts, probabilities: even)))
    counts[0] += 1500
    #expect(
      !StatisticalCheck.accepts(StatisticalCheck.chiSquaredScore(counts, probabilities: even)))
  }
}
