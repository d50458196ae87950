// SPDX-License-Identifier: GPL-3.0-or-later

internal import CGSL
internal import CKernels

/// A random number generator for GSL's distributions.
///
/// The default generator is Philox, registered with GSL (`gsl_rng_type`), placed at an address:
/// the sequence is a pure function of the key and the step. GSL's own generators take a seed
/// derived from the same address; they exist for cross-checks of a result with unrelated
/// generators (a result that changes with the generator is no result).
///
/// Not `Sendable` and not copyable: one owner draws from it, in order.
@safe public struct GSLRandom: ~Copyable {
  /// The generators.
  public enum Generator: String, Sendable, Codable, CaseIterable {
    case philox, mt19937, taus2, ranlxs2
  }

  private let handle: UnsafeMutablePointer<gsl_rng>
  /// The generator in use.
  public let generator: Generator

  /// A generator at the first number of `step` under `key`.
  public init(_ key: RandomKey, step: Int = 0, generator: Generator = .philox) {
    cgsl_disable_abort()
    let type =
      switch generator {
      case .philox: unsafe ck_philox_type()
      case .mt19937: unsafe cgsl_rng_mt19937()!
      case .taus2: unsafe cgsl_rng_taus2()!
      case .ranlxs2: unsafe cgsl_rng_ranlxs2()!
      }
    guard let allocated = unsafe gsl_rng_alloc(type) else {
      fatalError("no memory for a random number generator")
    }
    unsafe handle = allocated
    self.generator = generator
    seek(key, step: step)
  }

  deinit { unsafe gsl_rng_free(handle) }

  /// Moves to the first number of `step` under `key`. Cheap for Philox; for GSL's own generators
  /// it reseeds, which costs microseconds and keeps 32 bits of the address.
  public mutating func seek(_ key: RandomKey, step: Int) {
    precondition(step >= 0)
    if generator == .philox {
      unsafe ck_philox_seek(handle, key.value, UInt64(step))
    } else {
      let words = Philox.block(
        counter: (
          UInt32(truncatingIfNeeded: step), UInt32(truncatingIfNeeded: step >> 32), 1, .max
        ), key: key.value)
      unsafe gsl_rng_set(handle, UInt(words.0))
    }
  }

  /// Uniform on [0, 1).
  public mutating func uniform() -> Double { unsafe gsl_rng_uniform(handle) }

  /// Uniform on [low, high).
  public mutating func uniform(_ low: Double, _ high: Double) -> Double {
    unsafe gsl_ran_flat(handle, low, high)
  }

  /// A uniform integer from 0 to `bound` − 1.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0 && bound <= Int(UInt32.max), "an integer below \(bound)")
    return Int(unsafe gsl_rng_uniform_int(handle, UInt(bound)))
  }

  /// Normal with mean 0, by GSL's ziggurat.
  public mutating func gaussian(standardDeviation: Double = 1) -> Double {
    unsafe gsl_ran_gaussian_ziggurat(handle, standardDeviation)
  }

  /// Poisson.
  public mutating func poisson(mean: Double) -> Int { Int(unsafe gsl_ran_poisson(handle, mean)) }

  /// A random permutation of `values`, by Fisher and Yates's shuffle.
  @specialized(where T == Int)
  public mutating func shuffle<T>(_ values: inout [T]) {
    guard values.count > 1 else { return }
    for index in stride(from: values.count - 1, to: 0, by: -1) {
      values.swapAt(index, integer(below: index + 1))
    }
  }

  /// GSL's version, for manifests.
  public static var gslVersion: String { unsafe String(cString: cgsl_version()) }
}

extension GSLRandom {
  /// Normal with mean 0, kept within ±cut standard deviations, by the inverse of GSL's
  /// distribution function: one number of the generator per deviate.
  public mutating func truncatedGaussian(standardDeviation: Double, cut: Double) -> Double {
    precondition(cut > 0)
    let low = gsl_cdf_ugaussian_P(-cut)
    let probability = low + (1 - 2 * low) * (uniform() + 0x1p-33)
    return standardDeviation * gsl_cdf_ugaussian_Pinv(probability)
  }

  /// Standard normal, kept from `low` to `high`, either of which may be infinite, by the inverse of
  /// GSL's distribution function: one number of the generator per deviate.
  ///
  /// - Precondition: the bounds ascend.
  public mutating func gaussian(from low: Double, to high: Double) -> Double {
    precondition(low <= high)
    let first = gsl_cdf_ugaussian_P(low)
    let last = gsl_cdf_ugaussian_P(high)
    let value = gsl_cdf_ugaussian_Pinv(first + (last - first) * (uniform() + 0x1p-33))
    return min(max(value, low), high)
  }
}
