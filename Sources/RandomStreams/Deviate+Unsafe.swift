// SPDX-License-Identifier: GPL-3.0-or-later

internal import CKernels

/// A distribution with mean 0 and variance 1, drawn in bulk.
///
/// All are sub-Gaussian (assumption A1 of Lansdell, Prakash & Kording 2020). The kurtosis
/// κ = E ξ⁴ enters the variance of the node-perturbation estimator, the skewness γ = E ξ³ its bias:
/// symmetric noise leaves a bias of order c², skewed noise one of order c.
public enum Deviate: String, Sendable, Codable, CaseIterable {
  /// Standard normal, by Box and Muller's transform. κ = 3.
  case gaussian
  /// Uniform on (−√3, √3). κ = 9/5.
  case uniform
  /// −1 or +1 with equal probability. κ = 1.
  case rademacher
  /// 2 with probability 1/5, else −1/2: skewed, as clipped or rectified conductances are. κ = 3.25.
  case skewed

  /// E ξ⁴.
  public var kurtosis: Double {
    switch self {
    case .gaussian: 3
    case .uniform: 1.8
    case .rademacher: 1
    case .skewed: 3.25
    }
  }

  /// E ξ³.
  public var skewness: Double { self == .skewed ? 1.5 : 0 }

  var kernel: Int32 {
    switch self {
    case .gaussian: Int32(CK_GAUSSIAN)
    case .uniform: Int32(CK_UNIFORM)
    case .rademacher: Int32(CK_RADEMACHER)
    case .skewed: Int32(CK_SKEWED)
    }
  }
}

extension RandomKey {
  /// values[i] ← scale·ξ with ξ = deviate number `first + i` of step `step` under this key.
  ///
  /// Each deviate consumes a fixed number of words, so any part of a step can be drawn alone.
  public func fill(
    _ deviate: Deviate, scale: Float, step: Int, first: Int = 0,
    into values: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(step >= 0 && first >= 0, "step \(step), first \(first)")
    guard let base = values.baseAddress else { return }
    unsafe ck_fill_f32(
      deviate.kernel, scale, value, UInt64(step), UInt64(first), values.count, base)
  }

  /// The same in double precision: another sequence, not the float one widened.
  public func fill(
    _ deviate: Deviate, scale: Double, step: Int, first: Int = 0,
    into values: UnsafeMutableBufferPointer<Double>
  ) {
    precondition(step >= 0 && first >= 0, "step \(step), first \(first)")
    guard let base = values.baseAddress else { return }
    unsafe ck_fill_f64(
      deviate.kernel, scale, value, UInt64(step), UInt64(first), values.count, base)
  }

  /// `count` deviates of `step`, in double precision.
  public func deviates(_ deviate: Deviate, count: Int, step: Int = 0) -> [Double] {
    var result = Array(repeating: 0.0, count: count)
    unsafe result.withUnsafeMutableBufferPointer {
      unsafe fill(deviate, scale: 1, step: step, into: $0)
    }
    return result
  }
}
