// SPDX-License-Identifier: GPL-3.0-or-later
//
// The uniform deviates that decided about spikes, read again at their addresses.

internal import Foundation
internal import RandomStreams

/// Sums over the steps in which a neuron came near its threshold.
struct MarginTally {
  /// Σ near·(fired − q).
  var sums: [Double]
  /// Σ P(near)·q(1 − q).
  var variances: [Double]

  init(units: Int) {
    sums = Array(repeating: 0, count: units)
    variances = sums
  }

  /// Where a unit's word lies in a tile of 64: spikes read word k of Philox block b for unit 4b + k,
  /// and bulk words come as all words 0 of sixteen blocks, then all words 1, …
  private static func place(_ unit: Int) -> Int {
    unit / 64 * 64 + unit % 4 * 16 + unit % 64 / 4
  }

  /// - Parameter expected: φ·dt of every unit.
  mutating func add(_ expected: [Double], _ key: RandomKey, step: Int, margin: Double) {
    var words = Array(repeating: UInt32(0), count: (expected.count + 63) / 64 * 64)
    unsafe words.withUnsafeMutableBufferPointer { unsafe key.fill(step: step, words: $0) }
    for unit in expected.indices {
      let p = 1 - exp(-expected[unit])
      let below = min(p, margin)
      let width = below + min(1 - p, margin)
      let q = below / width
      variances[unit] += width * q * (1 - q)
      let u = (Double(words[Self.place(unit)]) + 0.5) * 0x1p-32
      guard abs(p - u) < margin else { continue }
      sums[unit] += (u < p ? 1 : 0) - q
    }
  }
}
