// SPDX-License-Identifier: GPL-3.0-or-later

import RandomStreams
import TestSupport
import Testing

@Suite struct GSLRandomStatisticsTests {
  private let key = RandomKey(seed: 12).purpose(.test)
  private let count = 100_000

  private func sample(
    _ kind: GSLRandom.Generator, _ draw: (inout GSLRandom) -> Double
  ) -> [Double] {
    var generator = GSLRandom(key, generator: kind)
    return (0..<count).map { _ in draw(&generator) }
  }

  private func statistic(
    _ kind: GSLRandom.Generator, _ distribution: (Double) -> Double,
    _ draw: (inout GSLRandom) -> Double
  ) -> Double {
    StatisticalCheck.kolmogorovSmirnov(sample(kind, draw), distribution)
  }

  @Test(
    "Uniform and normal numbers are so from every generator",
    arguments: GSLRandom.Generator.allCases)
  func continuous(_ kind: GSLRandom.Generator) {
    let uniform = statistic(kind, { $0 }, { $0.uniform() })
    let flat = statistic(kind, { ($0 + 2) / 5 }, { $0.uniform(-2, 3) })
    let normal = statistic(
      kind, { StatisticalCheck.normal($0 / 2) }, { $0.gaussian(standardDeviation: 2) })
    let low = StatisticalCheck.normal(-2)
    let truncated = statistic(
      kind, { (StatisticalCheck.normal($0) - low) / (1 - 2 * low) },
      { $0.truncatedGaussian(standardDeviation: 1, cut: 2) })
    for statistic in [uniform, flat, normal, truncated] {
      #expect(StatisticalCheck.acceptsKolmogorovSmirnov(statistic), "\(kind): \(statistic)")
    }
    let stretched = statistic(
      kind, { StatisticalCheck.normal($0) }, { $0.gaussian(standardDeviation: 1.03) })
    #expect(!StatisticalCheck.acceptsKolmogorovSmirnov(stretched))
  }

  @Test("Poisson counts are so from every generator", arguments: GSLRandom.Generator.allCases)
  func poisson(_ kind: GSLRandom.Generator) {
    func score(drawnWith mean: Double) -> Double {
      var counts = Array(repeating: 0, count: 11)
      var generator = GSLRandom(key, step: 1, generator: kind)
      for _ in 0..<count { counts[min(10, generator.poisson(mean: mean))] += 1 }
      // e^−3.5 · 3.5^k / k!, the rest in the last cell.
      var probabilities = [0.0301973834223185]
      for k in 1..<10 { probabilities.append(probabilities[k - 1] * 3.5 / Double(k)) }
      probabilities.append(1 - probabilities.reduce(0, +))
      return StatisticalCheck.chiSquaredScore(counts, probabilities: probabilities)
    }
    #expect(StatisticalCheck.accepts(score(drawnWith: 3.5)), "\(score(drawnWith: 3.5))")
    #expect(!StatisticalCheck.accepts(score(drawnWith: 3.55)))
  }

  @Test("Integers are even", arguments: GSLRandom.Generator.allCases)
  func integers(_ kind: GSLRandom.Generator) {
    func score(_ draw: (inout GSLRandom) -> Int) -> Double {
      var counts = Array(repeating: 0, count: 7)
      var generator = GSLRandom(key, step: 2, generator: kind)
      for _ in 0..<count { counts[draw(&generator)] += 1 }
      return StatisticalCheck.chiSquaredScore(
        counts, probabilities: Array(repeating: 1.0 / 7, count: 7))
    }
    #expect(StatisticalCheck.accepts(score { $0.integer(below: 7) }))
    #expect(!StatisticalCheck.accepts(score { $0.integer(below: 64) % 7 }))
    // As even as counting: too good.
    var turn = 0
    #expect(
      !StatisticalCheck.accepts(
        score { _ in
          turn += 1
          return turn % 7
        }))
  }

  @Test("All orders of four things are equally likely; of the naive shuffle's they are not")
  func shuffle() {
    func score(_ shuffle: (inout GSLRandom, inout [Int]) -> Void) -> Double {
      var counts = Array(repeating: 0, count: 256)
      var generator = GSLRandom(key, step: 3)
      for _ in 0..<48_000 {
        var values = [0, 1, 2, 3]
        shuffle(&generator, &values)
        counts[values.reduce(0) { 4 * $0 + $1 }] += 1
      }
      let orders = counts.filter { $0 > 0 }
      #expect(orders.count == 24)
      return StatisticalCheck.chiSquaredScore(
        orders, probabilities: Array(repeating: 1.0 / 24, count: 24))
    }
    #expect(StatisticalCheck.accepts(score { $0.shuffle(&$1) }))
    // Swapping each place with any place gives 4⁴ equally likely paths to 24 orders.
    #expect(
      !StatisticalCheck.accepts(
        score { generator, values in
          for index in 0..<4 { values.swapAt(index, generator.integer(below: 4)) }
        }))
  }
}
