// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import TestSupport
import Testing

@Suite struct ProductLawTests {
  /// rows, inner, columns.
  private static let shapes: [(Int, Int, Int)] = {
    let widths = [1, 7, 8, 9, 10, 50, 57, 64, 65, 66, 200]
    var result: [(Int, Int, Int)] = []
    for (index, width) in widths.enumerated() {
      let next = widths[(index + 3) % widths.count]
      result += [(1, width, next), (width, 1, next), (33, width, next), (width, next, 1)]
    }
    return result + [(2, 3, 4), (5, 5, 5), (200, 200, 200), (32, 784, 50)]
  }()

  /// The largest error of α·op(A)·op(B) + β·C, in units of its bound.
  ///
  /// Any order of summing `inner` products errs by at most (inner + 3)·u·(|α|·Σ|a·b| + |β·c|) to
  /// first order, u half a unit in the last place; twice that covers the double-precision
  /// oracle's own error and second-order terms.
  private func error<Scalar: NetworkScalar>(
    _: Scalar.Type, _ shape: (Int, Int, Int), _ a: Orientation, _ b: Orientation,
    alpha: Double, beta: Double, wrongElement: Bool = false
  ) -> Double {
    let (rows, inner, columns) = shape
    let seed = UInt64(rows * 1_000_000 + inner * 1000 + columns)
    let x: Matrix<Scalar> = Fixture.matrix(
      a == .plain ? rows : inner, a == .plain ? inner : rows, seed: seed)
    let y: Matrix<Scalar> = Fixture.matrix(
      b == .plain ? inner : columns, b == .plain ? columns : inner, seed: seed + 1)
    let before: Matrix<Scalar> = Fixture.matrix(rows, columns, seed: seed + 2)
    var result = before
    result.accumulateProduct(x, a, y, b, alpha: Scalar(alpha), beta: Scalar(beta))
    if wrongElement {
      result[rows - 1, columns - 1] = result[rows - 1, columns - 1].nextUp.nextUp * 1.001
    }
    let oracle = Oracle.product(x, a, y, b)
    var (expected, scale) = (oracle.value, oracle.magnitude)
    let unit = Double(Scalar.ulpOfOne) * Double(inner + 3)
    expected.update { i, j, value in alpha * value + beta * Double(before[i, j]) }
    scale.update { i, j, value in
      unit * (abs(alpha) * value + abs(beta * Double(before[i, j])))
    }
    return Oracle.largestRatio(result, expected, scale: scale)
  }

  private func check<Scalar: NetworkScalar>(_ type: Scalar.Type) {
    for shape in Self.shapes {
      for a in [Orientation.plain, .transposed] {
        for b in [Orientation.plain, .transposed] {
          for (alpha, beta) in [(1.0, 0.0), (1, 1), (-0.25, 0.5)] {
            let error = error(type, shape, a, b, alpha: alpha, beta: beta)
            #expect(error <= 1, "\(shape), \(a), \(b), α \(alpha), β \(beta)")
          }
        }
      }
    }
  }

  @Test("Products are those of three loops, in single precision") func float() { check(Float.self) }
  @Test("Products are those of three loops, in double precision") func double() {
    check(Double.self)
  }

  @Test("The bound is tight enough to notice one element that is off by a thousandth")
  func rejection() {
    #expect(
      error(Float.self, (33, 200, 50), .plain, .plain, alpha: 1, beta: 0, wrongElement: true) > 1)
    #expect(
      error(Double.self, (33, 200, 50), .plain, .plain, alpha: 1, beta: 0, wrongElement: true) > 1)
  }

  @Test("A product with β = 0 does not read what was there, NaN included")
  func overwrites() {
    var result = Matrix<Float>(rows: 2, columns: 2, repeating: .nan)
    result.accumulateProduct(Matrix(rowsOf: [[1], [2]]), .plain, Matrix(rowsOf: [[3, 4]]), .plain)
    #expect(result == Matrix(rowsOf: [[3, 4], [6, 8]]))
  }

  @Test("Products with an empty side do nothing, or give the empty sum")
  func empty() {
    var nothing = Matrix<Double>(rows: 0, columns: 3)
    nothing.accumulateProduct(
      Matrix(rows: 0, columns: 2), .plain, Matrix(rows: 2, columns: 3), .plain)
    #expect(nothing.elements.isEmpty)
    var sum = Matrix<Double>(rows: 2, columns: 2, repeating: 7)
    let (a, b) = (Matrix<Double>(rows: 2, columns: 0), Matrix<Double>(rows: 0, columns: 2))
    sum.accumulateProduct(a, .plain, b, .plain, beta: 1)
    #expect(sum == Matrix(rows: 2, columns: 2, repeating: 7))
    sum.accumulateProduct(a, .plain, b, .plain, beta: 0.5)
    #expect(sum == Matrix(rows: 2, columns: 2, repeating: 3.5))
    sum.accumulateProduct(a, .plain, b, .plain)
    #expect(sum == Matrix(rows: 2, columns: 2))
  }

  @Test("The same product gives the same bits again, and alone or beside other rows")
  func repeatable() {
    let a: Matrix<Float> = Fixture.matrix(32, 50, seed: 1)
    let b: Matrix<Float> = Fixture.matrix(50, 20, seed: 2)
    var first = Matrix<Float>(rows: 32, columns: 20)
    var second = first
    first.accumulateProduct(a, .plain, b, .plain)
    second.accumulateProduct(a, .plain, b, .plain)
    #expect(first.hasSameBits(as: second))
  }

  @Test("Rows are set, and column sums added in ascending order, exactly")
  func rows() {
    for columns in [1, 7, 8, 9, 64, 65] {
      let x: Matrix<Float> = Fixture.matrix(33, columns, seed: 8)
      let start: [Float] = Fixture.matrix(1, columns, seed: 9).row(0)
      var sums = start
      x.addColumnSums(to: &sums, alpha: -0.3)
      var expected = start
      for i in 0..<33 {
        for j in 0..<columns { expected[j] += -0.3 * x[i, j] }
      }
      #expect(sums == expected)
      var block = x
      block.setRows(to: start)
      #expect((0..<33).allSatisfy { block.row($0) == start })
    }
  }

  @Test("A row's square is added as loops add it, and what was symmetric stays so to the last bit")
  func squares() {
    var sum: Matrix<Double> = Fixture.matrix(9, 9, seed: 5)
    let mirror = sum
    for i in 0..<9 { for j in 0..<i { sum[i, j] = mirror[j, i] } }
    let start = sum
    let rows: Matrix<Double> = Fixture.matrix(4, 9, seed: 6)
    sum.addSquare(ofRow: 2, in: rows, times: -0.3, diagonal: 0.7)
    for i in 0..<9 {
      for j in 0..<9 {
        let expected = start[i, j] - 0.3 * (rows[2, i] * rows[2, j]) + (i == j ? 0.7 : 0)
        #expect(abs(sum[i, j] - expected) < 1e-14)
        #expect(sum[i, j] == sum[j, i])
      }
    }
  }
}
