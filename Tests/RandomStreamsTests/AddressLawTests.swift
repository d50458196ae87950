// SPDX-License-Identifier: GPL-3.0-or-later

import RandomStreams
import TestSupport
import Testing

@Suite struct AddressLawTests {
  private let key = RandomKey(seed: 20_200_426).purpose(.perturbation).child(1)
  /// Tiles hold 64 floats or 32 doubles: parts begin and end at, before and after their edges.
  private let edges = [0, 1, 2, 3, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 300]

  @Test(
    "Any part of a sequence drawn alone equals that part of the whole", arguments: Deviate.allCases)
  func parts(_ deviate: Deviate) {
    for step in [0, 1, 1 << 33] {
      let floats = key.floats(deviate, count: 700, step: step)
      let doubles = key.doubles(deviate, count: 700, step: step)
      for first in edges {
        for count in edges {
          #expect(
            key.floats(deviate, count: count, step: step, first: first)
              == Array(floats[first..<first + count]))
          #expect(
            key.doubles(deviate, count: count, step: step, first: first)
              == Array(doubles[first..<first + count]))
        }
      }
    }
  }

  @Test("A part beyond 2³² deviates is still addressed alone")
  func farParts() {
    let far = (1 << 34) + 5
    let whole = key.floats(.gaussian, count: 200, first: far)
    #expect(key.floats(.gaussian, count: 60, first: far + 100) == Array(whole[100..<160]))
    #expect(key.floats(.gaussian, count: 200, first: 5) != whole)
  }

  @Test("A scale multiplies and changes nothing else: a power of two multiplies exactly")
  func scale() {
    for deviate in Deviate.allCases {
      let unit = key.doubles(deviate, count: 200)
      let scaled = key.doubles(deviate, count: 200, scale: 0x1p-10)
      #expect(zip(unit, scaled).allSatisfy { $0 * 0x1p-10 == $1 })
    }
  }

  @Test("Seeds, purposes, parts and steps each lead to other numbers; the same path to the same")
  func paths() {
    var seen: [[Double]] = []
    for seed in [1, 2, 3] as [UInt64] {
      for purpose in RandomKey.Purpose.allCases {
        for part in 0..<3 {
          for step in 0..<3 {
            let path = RandomKey(seed: seed).purpose(purpose).child(part)
            let draws = path.doubles(.uniform, count: 3, step: step)
            #expect(path.doubles(.uniform, count: 3, step: step) == draws)
            seen.append(draws)
          }
        }
      }
    }
    #expect(Set(seen).count == seen.count)
    #expect(Set(seen.flatMap { $0 }).count == 3 * seen.count)
  }

  @Test("A purpose is no part: purpose p and child p differ, and order along a path matters")
  func order() {
    let root = RandomKey(seed: 9)
    for purpose in RandomKey.Purpose.allCases {
      #expect(root.purpose(purpose) != root.child(Int(purpose.rawValue)))
      #expect(root.purpose(purpose).child(3) != root.child(3).purpose(purpose))
    }
  }

  @Test("A million children have a million keys")
  func children() {
    // Two of 10⁶ random 64-bit keys agree with probability 10¹² / 2⁶⁵ = 3·10⁻⁸.
    let siblings = Set((0..<1_000_000).map { key.child($0).value })
    #expect(siblings.count == 1_000_000)
    let grandchildren = Set(
      (0..<1000).flatMap { parent in (0..<1000).map { key.child(parent).child($0).value } })
    #expect(grandchildren.count == 1_000_000)
    #expect(siblings.isDisjoint(with: grandchildren))
  }
}
