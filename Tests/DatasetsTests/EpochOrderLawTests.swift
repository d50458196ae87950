// SPDX-License-Identifier: GPL-3.0-or-later

import RandomStreams
import Testing

@testable import Datasets

@Suite struct EpochOrderLawTests {
  private let key = RandomKey(seed: 5).purpose(.shuffling)

  private func batches(
    _ steps: some Sequence<Int>, size: Int, count: Int, key: RandomKey? = nil
  ) -> [[Int]] {
    var order = EpochOrder(count: count, key: key ?? self.key)
    var batch: [Int] = []
    return steps.map {
      order.indices(forBatch: $0, size: size, into: &batch)
      return batch
    }
  }

  @Test("Each pass shows every example once, whatever the batch size")
  func permutation() {
    for (count, size) in [(10, 3), (7, 7), (32, 5), (1, 1), (5, 12), (100, 32)] {
      let steps = 3 * count
      let shown = batches(0..<steps, size: size, count: count).flatMap { $0 }
      #expect(shown.count == steps * size)
      for pass in 0..<3 * size {
        let part = shown[pass * count..<(pass + 1) * count]
        #expect(part.sorted() == Array(0..<count), "\(count) examples by \(size), pass \(pass)")
      }
    }
  }

  @Test("Two passes differ, and so do two keys")
  func passesDiffer() {
    let order = EpochOrder(count: 50, key: key)
    let other = EpochOrder(count: 50, key: RandomKey(seed: 6).purpose(.shuffling))
    #expect(order.permutation(ofPass: 0) != order.permutation(ofPass: 1))
    #expect(order.permutation(ofPass: 1) != order.permutation(ofPass: 2))
    #expect(order.permutation(ofPass: 0) != Array(0..<50))
    #expect(order.permutation(ofPass: 0) != other.permutation(ofPass: 0))
  }

  @Test("A run that resumes at any step sees the batches of the run that did not stop")
  func resume() {
    let whole = batches(0..<40, size: 7, count: 24)
    for start in [1, 3, 4, 17, 39] {
      #expect(batches(start..<40, size: 7, count: 24) == Array(whole[start...]))
    }
    let backwards = Array(batches((0..<40).reversed(), size: 7, count: 24).reversed())
    #expect(backwards == whole)
  }

  @Test("A batch that straddles two passes ends one and begins the next")
  func straddles() {
    let order = EpochOrder(count: 10, key: key)
    let batch = batches([1], size: 6, count: 10)[0]
    #expect(
      batch == Array(order.permutation(ofPass: 0)[6...] + order.permutation(ofPass: 1)[..<2]))
  }

  @Test("The orders of different passes are uniform: each example comes first as often")
  func uniform() {
    // χ² with 9 degrees of freedom over 2000 passes; 27.9 is its 0.1 % point.
    func chiSquared(_ first: [Int]) -> Double {
      (0..<10).reduce(0.0) { sum, example in
        let difference = Double(first.filter { $0 == example }.count) - 200
        return sum + difference * difference / 200
      }
    }
    let order = EpochOrder(count: 10, key: key)
    #expect(chiSquared((0..<2000).map { order.permutation(ofPass: $0)[0] }) < 27.9)
    #expect(chiSquared((0..<2000).map { $0 % 9 }) > 27.9)
  }
}
