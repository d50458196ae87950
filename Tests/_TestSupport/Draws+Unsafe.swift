// SPDX-License-Identifier: GPL-3.0-or-later

public import RandomStreams

extension RandomKey {
  /// `count` single-precision deviates of `step`, from number `first`.
  public func floats(
    _ deviate: Deviate, count: Int, step: Int = 0, first: Int = 0, scale: Float = 1
  ) -> [Float] {
    var result = Array(repeating: Float.nan, count: count)
    unsafe result.withUnsafeMutableBufferPointer {
      unsafe fill(deviate, scale: scale, step: step, first: first, into: $0)
    }
    return result
  }

  /// `count` double-precision deviates of `step`, from number `first`.
  public func doubles(
    _ deviate: Deviate, count: Int, step: Int = 0, first: Int = 0, scale: Double = 1
  ) -> [Double] {
    var result = Array(repeating: Double.nan, count: count)
    unsafe result.withUnsafeMutableBufferPointer {
      unsafe fill(deviate, scale: scale, step: step, first: first, into: $0)
    }
    return result
  }
}
