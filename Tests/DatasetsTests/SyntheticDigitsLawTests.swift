// SPDX-License-Identifier: GPL-3.0-or-later

import RandomStreams
import Testing

@testable import Datasets

@Suite struct SyntheticDigitsLawTests {
  private let digits = SyntheticDigits(key: RandomKey(seed: 11).purpose(.syntheticData))

  @Test("Example i is a pure function of the key and i: any part is the part of the whole")
  func parts() {
    let whole = digits.images(count: 700, startingAt: 0)
    for (first, count) in [(0, 1), (1, 1), (255, 2), (256, 300), (699, 1), (5, 0)] {
      #expect(
        digits.images(count: count, startingAt: first) == whole.subset(first..<first + count))
    }
  }

  @Test("The bits are the same for any number of threads")
  func threads() {
    let one = digits.images(count: 1500, startingAt: 40, threads: 1)
    for threads in [2, 3, 7] {
      #expect(digits.images(count: 1500, startingAt: 40, threads: threads) == one)
    }
  }

  @Test("Training and test examples have disjoint addresses, and no picture in common")
  func disjoint() {
    let training = digits.training(count: 2000)
    let test = digits.test(count: 2000)
    func pictures(_ images: LabelledImages) -> Set<[UInt8]> {
      Set((0..<images.count).map { Array(images.pixels[$0 * 784..<($0 + 1) * 784]) })
    }
    #expect(SyntheticDigits.firstTestExample > SyntheticDigits.trainingCount)
    #expect(pictures(training).count == 2000)
    #expect(pictures(training).isDisjoint(with: pictures(test)))
    #expect(training.subset(0..<5) == digits.images(count: 5, startingAt: 0))
    #expect(
      test.subset(0..<5)
        == digits.images(count: 5, startingAt: SyntheticDigits.firstTestExample))
  }

  @Test("Another key gives other digits")
  func keys() {
    let other = SyntheticDigits(key: RandomKey(seed: 12).purpose(.syntheticData))
    #expect(
      other.images(count: 20, startingAt: 0).labels
        != digits.images(count: 20, startingAt: 0).labels)
  }

  @Test("The sine without a library is within 0.0012 of the sine")
  func sine() {
    var worst: Float = 0
    for step in -3000...3000 {
      let turns = Float(step) / 1000
      let exact = sineOfTurns(turns)
      worst = max(worst, abs(DigitPainter.sine(turns: turns) - exact))
    }
    #expect(worst < 0.0012 && worst > 0)
  }
}
