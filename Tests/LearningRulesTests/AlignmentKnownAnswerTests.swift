// SPDX-License-Identifier: GPL-3.0-or-later

import LearningRules
import LinearAlgebra
import Testing

@Suite struct AlignmentKnownAnswerTests {
  @Test("Angles run from 0 to 180 degrees and are not folded")
  func angles() throws {
    let known: [([Double], [Double], Double)] = [
      ([1, 0], [2, 0], 0), ([1, 0], [1, 1], 45), ([1, 0], [0, 3], 90), ([1, 0], [-1, 1], 135),
      ([1, 0], [-2, 0], 180), ([1, 1, 1, 1], [1, 1, 1, -1], 60), ([0.1, 0.2], [0.2, -0.1], 90),
    ]
    for (a, b, degrees) in known {
      for scale in [1, 1e-12, 1e12] {
        let angle = try #require(Alignment.angle(a.map { $0 * scale }, b))
        // acos near 1 turns a rounding of 2⁻⁵³ into √(2·2⁻⁵²) rad = 1.2·10⁻⁶ degrees.
        #expect(abs(angle - degrees) < 2e-6, "\(a), \(b): \(angle)")
      }
    }
    // Rounding may not push the cosine past 1.
    let long = (0..<1000).map { Float($0) * 0.1 }
    #expect(try #require(Alignment.angle(long, long)) < 2e-6)
    #expect(try #require(Alignment.angle(long, long.map { -$0 })) > 180 - 2e-6)
  }

  @Test("Vectors without a direction have no angle")
  func noAngle() {
    #expect(Alignment.angle([0.0, 0], [1, 0]) == nil)
    #expect(Alignment.angle([1.0, 0], [0, 0]) == nil)
    #expect(Alignment.angle([Double.nan, 0], [1, 0]) == nil)
    #expect(Alignment.angle([Double.infinity, 0], [1, 0]) == nil)
    #expect(Alignment.angle([Double](), []) == nil)
  }

  @Test("The mean angle is over rows, without those that have none")
  func meanAngle() throws {
    let a = Matrix<Double>(rowsOf: [[1, 0], [1, 0], [0, 0], [1, 0]])
    let b = Matrix<Double>(rowsOf: [[0, 1], [-1, 0], [1, 0], [0, 0]])
    #expect(abs(try #require(Alignment.meanAngle(a, b)) - 135) < 2e-6)
    #expect(Alignment.meanAngle(Matrix<Double>(rows: 2, columns: 2), b.firstRows(2)) == nil)
    // The angle of the sum is not the mean of the angles.
    #expect(abs(try #require(Alignment.angle(a.elements, b.elements)) - 135) > 10)
  }

  @Test("Relative errors and norm ratios are Frobenius norms over W's")
  func norms() {
    let w = Matrix<Double>(rowsOf: [[3, 0], [0, 4]])
    let b = Matrix<Double>(rowsOf: [[3, 0], [0, 0]])
    #expect(Alignment.relativeError(of: b, to: w) == 0.8)
    #expect(Alignment.relativeError(of: w, to: w) == 0)
    #expect(Alignment.normRatio(b, w) == 0.6)
    #expect(Alignment.relativeError(of: w, to: b) == 4.0 / 3)
  }

  @Test("Signs that agree count one, zeros one half")
  func signs() {
    let w = Matrix<Double>(rowsOf: [[1, -1, 2, 0], [-3, 0, 1, 1]])
    #expect(Alignment.signCongruence(w, w) == 7.0 / 8)
    var b = w
    b[0, 0] = -5
    #expect(Alignment.signCongruence(b, w) == 6.0 / 8)
    b[0, 1] = 0
    #expect(Alignment.signCongruence(b, w) == 5.5 / 8)
    b.update { _, _, value in -value }
    #expect(Alignment.signCongruence(b, w) == 2.5 / 8)
    b.fill(-0.0)
    #expect(Alignment.signCongruence(b, w) == 0.5)
  }

  @Test("A row is stacked under a matrix")
  func stacked() {
    let stacked = Alignment.stacked(Matrix<Float>(rowsOf: [[1, 2], [3, 4]]), [5, 6])
    #expect(stacked == Matrix(rowsOf: [[1, 2], [3, 4], [5, 6]]))
  }
}

extension Matrix {
  fileprivate func firstRows(_ count: Int) -> Matrix {
    Matrix(rows: count, columns: columns, elements: Array(elements.prefix(count * columns)))
  }
}
