// SPDX-License-Identifier: GPL-3.0-or-later

internal import RealModule

/// Chance by formula, shared with the peers of the spiking benchmarks: numbers are pure functions
/// of (seed, stream, index), by SplitMix64's finaliser (Steele, Lea & Flood 2014), so that every
/// side builds the same network without a file. Not for simulations: see `RandomKey`.
enum BenchmarkChance {
  private static let gamma: UInt64 = 0x9E37_79B9_7F4A_7C15

  private static func mix(_ z: UInt64) -> UInt64 {
    let b = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    let c = (b ^ b >> 27) &* 0x94D0_49BB_1331_11EB
    return c ^ c >> 31
  }

  /// In [0, 1).
  static func uniform(_ seed: UInt64, _ stream: UInt64, _ index: Int) -> Double {
    let start = mix(seed &* gamma &+ stream)
    return Double(mix(start &+ (UInt64(index) &+ 1) &* gamma) >> 11) * 0x1p-53
  }

  /// `count` standard normal numbers, by the cosine half of Box and Muller's transform.
  static func normal(_ seed: UInt64, _ stream: UInt64, _ count: Int) -> [Double] {
    (0..<count).map { index in
      let radius = (-2 * Double.log(onePlus: -uniform(seed, stream, 2 * index))).squareRoot()
      return radius * Double.cos(2 * Double.pi * uniform(seed, stream, 2 * index + 1))
    }
  }
}
