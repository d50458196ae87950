// SPDX-License-Identifier: GPL-3.0-or-later

import RandomStreams
import TestSupport
import Testing

@Suite struct GSLRandomLawTests {
  private let key = RandomKey(seed: 31).purpose(.shuffling)

  @Test("Philox behind GSL is the sequence of Philox's blocks, a word at a time")
  func blocks() {
    for step in [0, 1, 5, 1 << 32, 1 << 40 + 3] {
      var generator = GSLRandom(key, step: step)
      for block in 0..<50 as Range<UInt32> {
        let counter = (
          block, 0 as UInt32, UInt32(truncatingIfNeeded: step), UInt32(step >> 32)
        )
        let words = Philox.block(counter: counter, key: key.value)
        for word in [words.0, words.1, words.2, words.3] {
          #expect(generator.uniform() == Double(word) * 0x1p-32)
        }
      }
    }
  }

  @Test("Integers below a bound take the generator's words as GSL says")
  func integers() {
    // gsl_rng_uniform_int: scale = range / n, k = word / scale until k < n.
    for bound in [1, 2, 3, 10, 1000, 1 << 31, Int(UInt32.max)] {
      var generator = GSLRandom(key, step: 3)
      var words = GSLRandom(key, step: 3)
      for _ in 0..<200 {
        let scale = UInt64(UInt32.max) / UInt64(bound)
        var expected: UInt64
        repeat { expected = UInt64(words.uniform() * 0x1p32) / scale } while expected >= bound
        #expect(generator.integer(below: bound) == Int(expected))
      }
    }
  }

  @Test(
    "Seeking returns to the same numbers, from anywhere", arguments: GSLRandom.Generator.allCases)
  func seek(_ kind: GSLRandom.Generator) {
    func draw(_ generator: inout GSLRandom) -> [Double] {
      var values: [Double] = []
      for _ in 0..<10 { values.append(generator.uniform()) }
      values.append(generator.gaussian())
      values.append(Double(generator.poisson(mean: 3)))
      return values
    }
    var generator = GSLRandom(key, step: 4, generator: kind)
    let first = draw(&generator)
    let later = draw(&generator)
    #expect(first != later)
    generator.seek(key, step: 5)
    let other = draw(&generator)
    #expect(other != first)
    generator.seek(key.child(1), step: 4)
    #expect(draw(&generator) != first)
    generator.seek(key, step: 4)
    #expect(draw(&generator) == first)
    #expect(draw(&generator) == later)
    var fresh = GSLRandom(key, step: 5, generator: kind)
    #expect(draw(&fresh) == other)
  }

  @Test("The generators are different generators")
  func generators() {
    let sequences = GSLRandom.Generator.allCases.map { kind in
      var generator = GSLRandom(key, generator: kind)
      return (0..<4).map { _ in generator.uniform() }
    }
    #expect(Set(sequences).count == GSLRandom.Generator.allCases.count)
  }

  @Test("A shuffle keeps every element", arguments: [0, 1, 2, 3, 100, 1000])
  func permutation(_ count: Int) {
    var generator = GSLRandom(key)
    var values = Array(0..<count)
    generator.shuffle(&values)
    #expect(values.sorted() == Array(0..<count))
    if count >= 100 { #expect(values != Array(0..<count)) }
  }

  @Test("A truncated normal consumes one number per deviate, and stays within its cut")
  func truncation() {
    var generator = GSLRandom(key, step: 1)
    var twin = GSLRandom(key, step: 1)
    for _ in 0..<1000 {
      let value = generator.truncatedGaussian(standardDeviation: 0.5, cut: 2)
      #expect(abs(value) <= 1)
      _ = twin.uniform()
    }
    #expect(generator.uniform() == twin.uniform())
  }
}
