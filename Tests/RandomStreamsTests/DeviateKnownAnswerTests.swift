// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import RandomStreams
import TestSupport
import Testing

/// Every deviate from the Philox words of its address, by the formulas and libm.
///
/// Sixteen blocks make a tile of 64 floats or 32 doubles; lane k of block b is element 16·k + b
/// of its tile. A float reads one word, a double two, the first the upper half.
@Suite struct DeviateKnownAnswerTests {
  private let key = RandomKey(seed: 0x1234_5678_9ABC_DEF0).purpose(.test)
  private let step = 1 << 33 + 7
  private let count = 64 * 300

  /// The words of `element` as one number, and the size 2^bits of its range.
  private func word(_ element: Int, lanes: Int) -> UInt64 {
    let tile = element / (16 * lanes)
    let (lane, block) = (element % (16 * lanes) / 16, UInt64(tile * 16 + element % 16))
    let words = Philox.block(
      counter: (
        UInt32(truncatingIfNeeded: block), UInt32(block >> 32), UInt32(truncatingIfNeeded: step),
        UInt32(step >> 32)
      ), key: key.value)
    let four = [words.0, words.1, words.2, words.3].map { UInt64($0) }
    return lanes == 4 ? four[lane] : four[2 * lane] << 32 | four[2 * lane + 1]
  }

  /// The radius and the deviate of `element` by Box and Muller, from its pair's two numbers.
  private func normal(_ element: Int, lanes: Int) -> (radius: Double, value: Double) {
    let isSecond = element / 16 % 2 == 1
    let first = isSecond ? element - 16 : element
    let size = lanes == 4 ? 0x1p32 : 0x1p64
    let radial = (Double(word(first, lanes: lanes)) + 0.5) / size
    let angle = 2 * Double.pi * (Double(word(first + 16, lanes: lanes)) / size)
    let radius = (-2 * log(radial)).squareRoot()
    return (radius, radius * (isSecond ? sin(angle) : cos(angle)))
  }

  /// The largest error in units of its bound. The logarithm is a difference of numbers up to
  /// 32·ln 2 or 64·ln 2 and one rounded to the precision, so r² is known to about 100·ulp(1), or
  /// 200, and r to half of that over r, or its root where r is small; sine, cosine and the
  /// product add a few roundings of r.
  private func worst(_ values: [Double], lanes: Int, ulp: Double) -> Double {
    let square = lanes == 4 ? 128 * ulp : 256 * ulp
    return values.indices.reduce(0.0) { worst, element in
      let (radius, expected) = normal(element, lanes: lanes)
      let bound = min(square / (2 * radius), square.squareRoot()) + 8 * ulp * radius
      return max(worst, abs(values[element] - expected) / bound)
    }
  }

  @Test("Normal deviates are Box and Muller's of the address's words")
  func gaussian() {
    let floats = key.floats(.gaussian, count: count, step: step).map { Double($0) }
    #expect(worst(floats, lanes: 4, ulp: Double(Float.ulpOfOne)) < 1)
    let doubles = key.doubles(.gaussian, count: count, step: step)
    #expect(worst(doubles, lanes: 2, ulp: Double.ulpOfOne) < 1)
    // A relative error of 10⁻⁴ in floats, or 10⁻¹² in doubles, would be seen.
    #expect(worst(floats.map { $0 * 1.0001 }, lanes: 4, ulp: Double(Float.ulpOfOne)) > 1)
    #expect(worst(doubles.map { $0 * (1 + 1e-12) }, lanes: 2, ulp: Double.ulpOfOne) > 1)
  }

  @Test("Uniform, two-valued and skewed deviates are their words scaled or compared")
  func others() {
    for deviate in [Deviate.uniform, .rademacher, .skewed] {
      for lanes in [4, 2] {
        let values =
          lanes == 4
          ? key.floats(deviate, count: count, step: step).map { Double($0) }
          : key.doubles(deviate, count: count, step: step)
        let ulp = lanes == 4 ? Double(Float.ulpOfOne) : Double.ulpOfOne
        for (element, value) in values.enumerated() {
          let word = word(element, lanes: lanes)
          let signed =
            lanes == 4 ? Double(Int32(bitPattern: UInt32(word))) : Double(Int64(bitPattern: word))
          switch deviate {
          case .uniform:
            let expected = 3.0.squareRoot() * (signed + 0.5) / (lanes == 4 ? 0x1p31 : 0x1p63)
            // Three roundings of a number below √3.
            #expect(abs(value - expected) <= 3 * ulp)
          case .rademacher: #expect(value == (signed < 0 ? -1 : 1))
          case .skewed:
            let limit = (lanes == 4 ? UInt64(UInt32.max) : .max) / 5
            #expect(value == (word < limit ? 2 : -0.5))
          case .gaussian: break
          }
        }
      }
    }
  }
}
