// SPDX-License-Identifier: GPL-3.0-or-later

internal import RealModule

/// Poisson counts by inversion of one 32-bit word each, so that every count consumes the same
/// share of the stream: N = #{k : word ≥ 2³² P(N ≤ k)}. Probabilities are exact to 2⁻³².
struct PoissonCounts: Sendable {
  /// 2³² P(N ≤ k) for k = 0, 1, …, while below 2³².
  let thresholds: [UInt32]

  init(mean: Double) {
    precondition(mean >= 0 && mean < 700, "a Poisson mean of \(mean)")
    var thresholds: [UInt32] = []
    var term = Double.exp(-mean)
    var sum = term
    var k = 0.0
    while true {
      let scaled = (sum * 0x1p32).rounded()
      if scaled >= 0x1p32 || mean == 0 { break }
      thresholds.append(UInt32(scaled))
      k += 1
      term *= mean / k
      // Far into the tail the sum no longer moves.
      if k > mean, term < 0x1p-60 { break }
      sum += term
    }
    self.thresholds = thresholds
  }

  /// The count that `word` stands for.
  func count(_ word: UInt32) -> Int {
    var count = 0
    for threshold in thresholds {
      if word < threshold { break }
      count += 1
    }
    return count
  }
}
