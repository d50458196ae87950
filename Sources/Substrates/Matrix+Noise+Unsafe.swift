// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra
public import RandomStreams

extension Matrix {
  /// Every element ← scale·ξ, element i with address i of `step` under `key`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func fill(_ deviate: Deviate, scale: Double, key: RandomKey, step: Int) {
    unsafe withUnsafeMutableElements { elements in
      // The two precisions are the two there are: NetworkScalar has no other conformance.
      if Scalar.self == Float.self {
        unsafe elements.withMemoryRebound(to: Float.self) {
          unsafe key.fill(deviate, scale: Float(scale), step: step, into: $0)
        }
      } else {
        unsafe elements.withMemoryRebound(to: Double.self) {
          unsafe key.fill(deviate, scale: scale, step: step, into: $0)
        }
      }
    }
  }

  /// The same with a noise's distribution and standard deviation.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func fill(_ noise: Noise, key: RandomKey, step: Int) {
    fill(noise.distribution, scale: noise.standardDeviation, key: key, step: step)
  }
}
