// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// The activations against libm's functions in double precision.
@Suite struct ActivationKnownAnswerTests {
  /// Values with an odd count, so that the last block of 64 is ragged: a dense grid over ±`range`
  /// and the same squeezed towards zero.
  private func grid<Scalar: NetworkScalar>(_ range: Double, _: Scalar.Type) -> [Scalar] {
    let wide = (0..<100_000).map { Scalar(range * (Double($0) / 50_000 - 1)) }
    return wide + wide.map { $0 / 64 } + wide.map { $0 * Scalar(0x1p-20) } + [0]
  }

  private func apply<Scalar: NetworkScalar>(
    _ activation: Activation, _ u: [Scalar]
  ) -> (h: [Scalar], slope: [Scalar]) {
    let matrix = Matrix(rows: 1, columns: u.count, elements: u)
    var (h, slope) = (matrix, matrix)
    activation.apply(to: matrix, output: &h, slope: &slope)
    return (h.elements, slope.elements)
  }

  private func reference(_ activation: Activation, _ u: Double) -> (h: Double, slope: Double) {
    switch activation {
    // The oracle's 1 − tanh² and h(1 − h) cancel for large u.
    case .tanh: (tanh(u), 1 / (cosh(u) * cosh(u)))
    case .sigmoid: (1 / (1 + exp(-u)), 1 / ((1 + exp(-u)) * (1 + exp(u))))
    case .identity, .softplus, .relu: OracleNetwork.value(activation, u)
    }
  }

  /// The largest error of h in units in its last place, and of φ′ in units of ulp(1).
  private func errors<Scalar: NetworkScalar>(
    _ activation: Activation, _ range: Double, _ type: Scalar.Type
  ) -> (h: Double, slope: Double) {
    let u = grid(range, type)
    let (h, slope) = apply(activation, u)
    var worst = (h: 0.0, slope: 0.0)
    for index in u.indices {
      let expected = reference(activation, Double(u[index]))
      let ulp = Double(Scalar(expected.h).ulp)
      worst.h = max(worst.h, abs(Double(h[index]) - expected.h) / ulp)
      worst.slope = max(
        worst.slope, abs(Double(slope[index]) - expected.slope) / Double(Scalar.ulpOfOne))
    }
    return worst
  }

  // What the bounds are made of, in units in the last place: e^−u comes from a reduced argument
  // and a series with at most 1.5; dividing and adding rounds three times more. tanh divides
  // e^2u − 1, whose cancellation near zero is kept out, by a rounded sum. In double precision
  // libm's own error, below 1, is added. Slopes are at most 1, so their error is absolute.
  @Test("Outputs err by at most 4 units in the last place, slopes by 3 ulp(1), in single precision")
  func float() {
    for activation in Activation.allCases {
      let errors = errors(activation, 85, Float.self)
      #expect(errors.h <= 4 && errors.slope <= 3, "\(activation): \(errors)")
    }
  }

  @Test("Outputs err by at most 5 units in the last place, slopes by 3 ulp(1), in double precision")
  func double() {
    for activation in Activation.allCases {
      let errors = errors(activation, 700, Double.self)
      #expect(errors.h <= 5 && errors.slope <= 3, "\(activation): \(errors)")
    }
  }

  @Test("The identity and ReLU are exact")
  func exact() {
    for activation in [Activation.identity, .relu] {
      #expect(errors(activation, 85, Float.self).h == 0)
      #expect(errors(activation, 700, Double.self).slope == 0)
    }
  }

  private func checkExtremes<Scalar: NetworkScalar>(_: Scalar.Type) {
    let large: [Scalar] = [.infinity, 1e30, .greatestFiniteMagnitude]
    for activation in Activation.allCases {
      let (high, highSlope) = apply(activation, large)
      let (low, lowSlope) = apply(activation, large.map { -$0 })
      // Where e^−|u| has left the normal numbers the result is within the smallest of them.
      let tiny = Scalar.leastNormalMagnitude
      switch activation {
      case .identity:
        #expect(high == large && low == large.map { -$0 } && highSlope == [1, 1, 1])
      case .sigmoid:
        #expect(high == [1, 1, 1] && low.allSatisfy { $0 >= 0 && $0 <= tiny })
        #expect((highSlope + lowSlope).allSatisfy { $0 >= 0 && $0 <= tiny })
      case .tanh:
        #expect(high == [1, 1, 1] && low == [-1, -1, -1])
        #expect(highSlope == [0, 0, 0] && lowSlope == [0, 0, 0])
      case .softplus:
        #expect(high == large && low.allSatisfy { $0 >= 0 && $0 <= 2 * tiny })
        #expect(highSlope == [1, 1, 1] && lowSlope.allSatisfy { $0 >= 0 && $0 <= 2 * tiny })
      case .relu:
        #expect(high == large && low == [0, 0, 0])
        #expect(highSlope == [1, 1, 1] && lowSlope == [0, 0, 0])
      }
    }
  }

  @Test("Infinite and huge potentials saturate, and nothing overflows to NaN")
  func extremes() {
    checkExtremes(Float.self)
    checkExtremes(Double.self)
  }

  @Test("NaN stays NaN through every activation, and stays in its place")
  func nan() {
    for activation in Activation.allCases {
      for place in [0, 7, 63, 64, 70] {
        var u = Array(repeating: Float(0.5), count: 71)
        u[place] = .nan
        let (h, _) = apply(activation, u)
        #expect(h.indices.allSatisfy { h[$0].isNaN == ($0 == place) }, "\(activation), \(place)")
        let double = apply(activation, u.map { Double($0) }).h
        #expect(double.indices.allSatisfy { double[$0].isNaN == ($0 == place) })
      }
    }
  }

  @Test("Subnormal potentials: tanh and the identity return them, the sigmoid its middle")
  func subnormals() {
    let values: [Double] = [.leastNonzeroMagnitude, 0x1p-1060, .leastNormalMagnitude]
    for u in values.flatMap({ [$0, -$0] }) {
      #expect(apply(.identity, [u]).h == [u] && apply(.tanh, [u]).h == [u])
      #expect(apply(.sigmoid, [u]).h == [0.5] && apply(.sigmoid, [u]).slope == [0.25])
      #expect(abs(apply(.softplus, [u]).h[0] - log(2)) <= 2 * log(2).ulp)
      #expect(apply(.relu, [u]).h == [max(u, 0)] && apply(.relu, [u]).slope == [u > 0 ? 1 : 0])
    }
    #expect(apply(.tanh, [Float.leastNonzeroMagnitude]).h == [.leastNonzeroMagnitude])
  }

  @Test("In place, with or without slopes, alone or among others, the bits are the same")
  func inPlace() {
    let u: [Float] = grid(20, Float.self).enumerated().filter { $0.offset % 97 == 0 }.map(\.element)
    for activation in Activation.allCases {
      let (h, slope) = apply(activation, u)
      var matrix = Matrix(rows: 1, columns: u.count, elements: u)
      activation.apply(inPlace: &matrix)
      #expect(matrix.elements == h)
      for index in stride(from: 0, to: u.count, by: 131) {
        let alone = apply(activation, [u[index]])
        #expect(alone.h[0] == h[index] && alone.slope[0] == slope[index])
      }
      for count in [0, 1, 63, 64, 65] {
        #expect(apply(activation, Array(u.prefix(count))).h == Array(h.prefix(count)))
      }
    }
  }

  @Test("Slopes are the derivatives of the outputs")
  func slopes() {
    // Central differences with step 2⁻¹⁷ err by step²/6·φ‴ < 2·10⁻¹¹ and by rounding of
    // 4·ulp(φ)/step: at most 5·10⁻⁹ for φ below 8.
    let step = 0x1p-17
    let u = (0..<4000).map { Double($0) / 250 - 8 + 1e-3 }
    for activation in Activation.allCases {
      let above = apply(activation, u.map { $0 + step }).h
      let below = apply(activation, u.map { $0 - step }).h
      let slope = apply(activation, u).slope
      for index in u.indices {
        let difference = (above[index] - below[index]) / (2 * step)
        #expect(abs(slope[index] - difference) < 6e-9, "\(activation) at \(u[index])")
      }
    }
  }
}
