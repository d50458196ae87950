// SPDX-License-Identifier: GPL-3.0-or-later

import RandomStreams
import Testing

@Suite struct PhiloxKnownAnswerTests {
  /// The philox4x32-10 lines of Random123's `kat_vectors`: counter, key, words.
  private static let vectors: [([UInt32], [UInt32], [UInt32])] = [
    ([0, 0, 0, 0], [0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
    (
      [.max, .max, .max, .max], [.max, .max],
      [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
    ),
    (
      [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
      [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
    ),
  ]

  /// The ten rounds of Salmon et al. 2011 in plain Swift.
  private func philox(_ counter: [UInt32], _ key: [UInt32]) -> [UInt32] {
    var (c, k) = (counter, key)
    for round in 0..<10 {
      if round > 0 {
        k[0] &+= 0x9E37_79B9
        k[1] &+= 0xBB67_AE85
      }
      let first = UInt64(c[0]) * 0xD251_1F53
      let second = UInt64(c[2]) * 0xCD9E_8D57
      c = [
        UInt32(second >> 32) ^ c[1] ^ k[0], UInt32(truncatingIfNeeded: second),
        UInt32(first >> 32) ^ c[3] ^ k[1], UInt32(truncatingIfNeeded: first),
      ]
    }
    return c
  }

  private func block(_ c: [UInt32], _ k: [UInt32]) -> [UInt32] {
    let words = Philox.block(
      counter: (c[0], c[1], c[2], c[3]), key: UInt64(k[1]) << 32 | UInt64(k[0]))
    return [words.0, words.1, words.2, words.3]
  }

  @Test("Philox gives the published words of Random123")
  func published() {
    for (counter, key, words) in Self.vectors {
      #expect(block(counter, key) == words)
      #expect(philox(counter, key) == words)
    }
  }

  @Test("Philox agrees with ten rounds written in plain Swift")
  func rounds() {
    var words: [UInt32] = [1, 2, 3, 4]
    for _ in 0..<1000 {
      let counter = words
      let key = [words[1] ^ words[2], words[0] &* 5]
      words = philox(counter, key)
      #expect(block(counter, key) == words)
    }
  }

  @Test("A child's key is the first half of a block whose top word no stream reaches")
  func childKeys() {
    for seed in [0, 1, 0xDEAD_BEEF_0123_4567, UInt64.max] {
      let key = RandomKey(seed: seed)
      let halves = [UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32)]
      for number in [0, 1, 77, 0x3FFF_FFFF] {
        let words = philox([UInt32(number), 0, 0, .max], halves)
        #expect(key.child(number).value == UInt64(words[1]) << 32 | UInt64(words[0]))
      }
      for purpose in RandomKey.Purpose.allCases {
        let words = philox([0x4000_0000 | purpose.rawValue, 0, 0, .max], halves)
        #expect(key.purpose(purpose).value == UInt64(words[1]) << 32 | UInt64(words[0]))
      }
    }
  }
}
