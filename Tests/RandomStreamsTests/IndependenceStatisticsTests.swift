// SPDX-License-Identifier: GPL-3.0-or-later

import RandomStreams
import TestSupport
import Testing

@Suite struct IndependenceStatisticsTests {
  private let root = RandomKey(seed: 77)
  private let count = 1 << 16

  /// Pairs of streams that a careless address would confuse.
  private func neighbours(_ deviate: Deviate) -> [(String, [Double], [Double])] {
    let key = root.purpose(.perturbation)
    func draw(_ key: RandomKey, _ step: Int = 0, _ first: Int = 0) -> [Double] {
      key.doubles(deviate, count: count, step: step, first: first)
    }
    return [
      ("steps", draw(key, 0), draw(key, 1)),
      ("distant steps", draw(key, 1), draw(key, 1 + 1 << 32)),
      ("parts", draw(key.child(0)), draw(key.child(1))),
      ("parent and child", draw(key), draw(key.child(0))),
      ("purposes", draw(key), draw(root.purpose(.secondPerturbation))),
      ("seeds", draw(key), draw(RandomKey(seed: 78).purpose(.perturbation))),
      ("lag 1", draw(key), draw(key, 0, 1)),
      ("lag 16", draw(key), draw(key, 0, 16)),
      ("lag 32", draw(key), draw(key, 0, 32)),
      (
        "precisions", draw(key),
        key.floats(deviate, count: count).map { Double($0) }
      ),
    ]
  }

  @Test(
    "Neighbouring streams are uncorrelated, and so are their squares", arguments: Deviate.allCases)
  func correlation(_ deviate: Deviate) {
    for (name, x, y) in neighbours(deviate) {
      let score = StatisticalCheck.correlationScore(x, y)
      #expect(StatisticalCheck.accepts(score), "\(deviate), \(name): \(score)")
      guard deviate != .rademacher else { continue }
      let squares = StatisticalCheck.correlationScore(x.map { $0 * $0 }, y.map { $0 * $0 })
      #expect(StatisticalCheck.accepts(squares), "\(deviate), squares, \(name): \(squares)")
    }
  }

  @Test("A correlation of 0.03 is noticed")
  func rejection() {
    // The score of n pairs with correlation r is r·√n = 7.7 ± 1.
    for (name, x, y) in neighbours(.gaussian) {
      let mixed = zip(x, y).map { 0.03 * $0 + $1 }
      #expect(!StatisticalCheck.accepts(StatisticalCheck.correlationScore(x, mixed)), "\(name)")
    }
  }
}
