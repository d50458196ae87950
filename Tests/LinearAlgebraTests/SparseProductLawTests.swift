// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import TestSupport
import Testing

/// Columns are computed in groups of up to four vectors of 16 floats or 8 doubles, the rest of a
/// row in a whole, half or quarter vector that overlaps its neighbour: every width from 1 to 150
/// is tried. Rows walk in teams of 64 through bands of weights of 40 KiB; outer products with
/// weights of four vectors or more go by columns, in troops of 32 rows and strips of 512 columns.
@Suite struct SparseProductLawTests {
  private enum Pattern: CaseIterable { case usual, emptyRows, allZero, full }

  private func inputs<Scalar: NetworkScalar>(
    _ rows: Int, _ columns: Int, _ pattern: Pattern
  ) -> Matrix<Scalar> {
    switch pattern {
    case .usual: return Fixture.sparseMatrix(rows, columns, zeros: 0.7, seed: 21)
    case .full: return Fixture.matrix(rows, columns, seed: 22)
    case .allZero: return Matrix(rows: rows, columns: columns)
    case .emptyRows:
      var result: Matrix<Scalar> = Fixture.sparseMatrix(rows, columns, zeros: 0.4, seed: 23)
      // The first, the last and every third row, and one whole column.
      result.update { i, j, value in i % 3 == 0 || i == rows - 1 || j == 4 ? 0 : value }
      return result
    }
  }

  /// Both products' largest errors in units of the bound of ProductLawTests.
  private func errors<Scalar: NetworkScalar>(
    _ rows: Int, _ columns: Int, width: Int, _ pattern: Pattern, _: Scalar.Type
  ) -> (product: Double, outer: Double) {
    let x: Matrix<Scalar> = inputs(rows, columns, pattern)
    let sparse = SparseRows(x)
    let weights: Matrix<Scalar> = Fixture.matrix(columns, width, seed: 24)
    let bias: [Scalar] = Fixture.matrix(1, width, seed: 25).row(0)
    var out = Matrix<Scalar>(rows: rows, columns: width, repeating: .nan)
    sparse.product(weights, bias: bias, into: &out)
    let unit = 2 * Double(Scalar.ulpOfOne)
    var (expected, scale) = Oracle.product(x, .plain, weights)
    expected.update { _, j, value in value + Double(bias[j]) }
    scale.update { _, j, value in Double(columns + 3) * unit * (value + abs(Double(bias[j]))) }
    let product = Oracle.largestRatio(out, expected, scale: scale)

    let delta: Matrix<Scalar> = Fixture.matrix(rows, width, seed: 26)
    var updated = weights
    let alpha = -0.375
    sparse.accumulateOuterProduct(delta, alpha: Scalar(alpha), into: &updated)
    (expected, scale) = Oracle.product(x, .transposed, delta)
    expected.update { i, j, value in Double(weights[i, j]) + alpha * value }
    scale.update { i, j, value in
      Double(rows + 3) * unit * (abs(Double(weights[i, j])) + abs(alpha) * value)
    }
    return (product, Oracle.largestRatio(updated, expected, scale: scale))
  }

  private func check<Scalar: NetworkScalar>(_ type: Scalar.Type) {
    for width in 1...150 {
      for pattern in Pattern.allCases {
        for rows in [0, 1, 33] {
          let errors = errors(rows, 13, width: width, pattern, type)
          #expect(errors.product <= 1, "product: width \(width), \(rows) rows, \(pattern)")
          #expect(errors.outer <= 1, "outer product: width \(width), \(rows) rows, \(pattern)")
        }
      }
    }
    // Around the edges of a team and a troop of rows, of a strip, and of a band of floats (161, 204, 1280 columns) and of
    // doubles (80, 102, 640).
    for rows in [5, 31, 32, 33, 64, 65, 130] {
      for (columns, width) in [
        (79, 64), (80, 64), (81, 128), (103, 50), (160, 64), (161, 64), (205, 50), (240, 200),
        (641, 8), (1281, 8), (512, 70), (513, 33), (1025, 64),
      ] {
        let errors = errors(rows, columns, width: width, .usual, type)
        #expect(errors.product <= 1 && errors.outer <= 1, "\(rows) rows, \(columns) × \(width)")
      }
    }
  }

  @Test("Sparse products are the dense ones, floats") func float() { check(Float.self) }
  @Test("Sparse products are the dense ones, doubles") func double() { check(Double.self) }

  private func checkBits<Scalar: NetworkScalar>(_: Scalar.Type) {
    // No contraction, no reassociation: each column's sum is one chain of roundings.
    for width in [1, 3, 4, 5, 8, 9, 15, 16, 20, 31, 50, 65, 72, 73, 100] {
      let x: Matrix<Scalar> = inputs(130, 200, .usual)
      let weights: Matrix<Scalar> = Fixture.matrix(200, width, seed: 27)
      let bias: [Scalar] = Fixture.matrix(1, width, seed: 28).row(0)
      var out = Matrix<Scalar>(rows: 130, columns: width)
      SparseRows(x).product(weights, bias: bias, into: &out)
      let delta: Matrix<Scalar> = Fixture.matrix(130, width, seed: 29)
      var updated = weights
      SparseRows(x).accumulateOuterProduct(delta, alpha: 0.7, into: &updated)
      var (expected, sums) = (out, weights)
      expected.setRows(to: bias)
      for i in 0..<130 {
        for k in 0..<200 where x[i, k] != 0 {
          for j in 0..<width {
            expected[i, j] += x[i, k] * weights[k, j]
            sums[k, j] += x[i, k] * (0.7 * delta[i, j])
          }
        }
      }
      #expect(out.hasSameBits(as: expected), "width \(width)")
      #expect(updated.hasSameBits(as: sums), "width \(width)")
    }
  }

  @Test("Entries are added in ascending order: the bits are those of the plain loop")
  func exact() {
    checkBits(Float.self)
    checkBits(Double.self)
  }

  @Test("Gathered rows are the rows chosen, in the order chosen, and so are their products")
  func gather() {
    let x: Matrix<Double> = inputs(33, 13, .emptyRows)
    let whole = SparseRows(x)
    let weights: Matrix<Double> = Fixture.matrix(13, 9, seed: 31)
    let bias = Array(repeating: 0.5, count: 9)
    for choice in [[], [5], [0], [32, 0, 7, 7, 1], Array((0..<33).reversed()), [0, 3, 6]] {
      var gathered = SparseRows<Double>(columns: 13)
      gathered.gather(choice, from: whole)
      let dense = Matrix(
        rows: choice.count, columns: 13, elements: choice.flatMap { x.row($0) })
      #expect(gathered == SparseRows(dense))
      #expect(gathered.entryCount == dense.elements.filter { $0 != 0 }.count)
      #expect(Activity.sparse(gathered).dense == dense)
      var (first, second) = (
        Matrix<Double>(rows: choice.count, columns: 9),
        Matrix<Double>(rows: choice.count, columns: 9)
      )
      gathered.product(weights, bias: bias, into: &first)
      SparseRows(dense).product(weights, bias: bias, into: &second)
      #expect(first.hasSameBits(as: second))
      var (a, b) = (weights, weights)
      gathered.accumulateOuterProduct(first, alpha: 0.1, into: &a)
      SparseRows(dense).accumulateOuterProduct(second, alpha: 0.1, into: &b)
      #expect(a.hasSameBits(as: b))
      gathered.append(ArraySlice(x.row(1)))
      #expect(Activity.sparse(gathered).dense.row(choice.count) == x.row(1))
    }
  }

  @Test("The sparse form and the dense form of a block are each other's")
  func roundTrip() {
    checkRoundTrip(Float.self)
    checkRoundTrip(Double.self)
  }

  private func checkRoundTrip<Scalar: NetworkScalar>(_: Scalar.Type) {
    for pattern in Pattern.allCases {
      for rows in [0, 1, 33] {
        let x: Matrix<Scalar> = inputs(rows, 13, pattern)
        let sparse = SparseRows(x)
        var dense = Matrix<Scalar>(rows: rows, columns: 13, repeating: .nan)
        dense.setRows(from: sparse)
        #expect(dense == x)
        #expect(Activity.sparse(sparse).dense == x)
        #expect(sparse.rows == rows && Activity.sparse(sparse).trials == rows)
        let entries = x.elements.filter { $0 != 0 }.count
        #expect(sparse.entryCount == entries)
        #expect(sparse.density == (rows == 0 ? 0 : Double(entries) / Double(13 * rows)))
        #expect((sparse == SparseRows(inputs(33, 13, .usual))) == (pattern == .usual && rows == 33))
      }
    }
  }
}
