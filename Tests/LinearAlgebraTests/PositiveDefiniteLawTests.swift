// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import TestSupport
import Testing

@Suite struct PositiveDefiniteLawTests {
  /// AᵀA + I for normal A: eigenvalues from 1 to about 1 + 4n, condition number below 5n.
  private func gram(_ n: Int, seed: UInt64) -> Matrix<Double> {
    let a: Matrix<Double> = Fixture.matrix(n, n, seed: seed)
    var v = Oracle.product(a, .transposed, a, .plain).value
    for i in 0..<n { v[i, i] += 1 }
    return v
  }

  /// Up to order 64 by the kernel, eight right-hand sides at a time; then by LAPACK.
  @Test("Solutions are those of plain elimination", arguments: [1, 2, 4, 10, 20, 57, 64, 65, 90])
  func oracle(_ n: Int) {
    var solver = PositiveDefiniteSolver()
    for rows in [1, 3, 8, 50] {
      let v = gram(n, seed: UInt64(n))
      let s: Matrix<Double> = Fixture.matrix(rows, n, seed: UInt64(n + rows))
      let expected = Oracle.solve(s, timesInverseOf: v)
      var x = Matrix<Double>(rows: rows, columns: n)
      #expect(solver.solve(s, timesInverseOf: v, into: &x))
      // Backward stability: relative error up to a few n·u times the condition number, 5n.
      let bound = 20 * Double(n * n) * 0x1p-52 * expected.frobeniusNorm
      #expect(x.largestDifference(from: expected) <= bound)
      var single = Matrix<Float>(rows: rows, columns: n)
      #expect(solver.solve(s, timesInverseOf: v, into: &single))
      #expect(single == x.converted())
    }
  }

  @Test("An unsymmetric right-hand side is not transposed by mistake")
  func orientation() {
    var solver = PositiveDefiniteSolver()
    let v = Matrix<Double>(rowsOf: [[2, 1], [1, 3]])
    let x = Matrix<Double>(rowsOf: [[1, 2], [3, -4], [0, 5]])
    let s = Oracle.product(x, .plain, v, .plain).value
    var solution = Matrix<Double>(rows: 3, columns: 2)
    #expect(solver.solve(s, timesInverseOf: v, into: &solution))
    #expect(solution.largestDifference(from: x) < 1e-14)
  }

  @Test("What is not positive definite or not finite is refused, and X left untouched")
  func refusals() {
    var solver = PositiveDefiniteSolver()
    let s = Matrix<Double>(rowsOf: [[1, 2], [3, 4]])
    let bad: [Matrix<Double>] = [
      Matrix(rowsOf: [[1, 2], [2, 1]]), Matrix(rowsOf: [[0, 0], [0, 0]]),
      Matrix(rowsOf: [[1, 1], [1, 1]]), Matrix(rowsOf: [[-1, 0], [0, 1]]),
      Matrix(rowsOf: [[.nan, 0], [0, 1]]), Matrix(rowsOf: [[1, .nan], [.nan, 1]]),
      Matrix(rowsOf: [[1, 0], [0, .nan]]), Matrix(rowsOf: [[.infinity, 0], [0, 1]]),
      Matrix(rowsOf: [[1, .infinity], [.infinity, 1]]),
    ]
    for v in bad {
      var x = Matrix<Double>(rows: 2, columns: 2, repeating: 7)
      #expect(!solver.solve(s, timesInverseOf: v, into: &x), "\(v.elements)")
      #expect(x == Matrix(rows: 2, columns: 2, repeating: 7), "\(v.elements)")
    }
    for n in [20, 80] {
      // Positive definite but for the last pivot.
      var v = gram(n, seed: 3)
      v[n - 1, n - 1] = 0
      var x = Matrix<Double>(rows: 2, columns: n, repeating: 7)
      let s: Matrix<Double> = Fixture.matrix(2, n, seed: 4)
      #expect(!solver.solve(s, timesInverseOf: v, into: &x), "order \(n)")
      #expect(x == Matrix(rows: 2, columns: n, repeating: 7), "order \(n)")
    }
    let identity = Matrix<Double>(rowsOf: [[1, 0], [0, 1]])
    for bad: [[Double]] in [[[1, .nan], [3, 4]], [[1, 2], [-.infinity, 4]]] {
      let s = Matrix(rowsOf: bad)
      var x = Matrix<Double>(rows: 2, columns: 2, repeating: 7)
      #expect(!solver.solve(s, timesInverseOf: identity, into: &x), "\(s.elements)")
      #expect(x == Matrix(rows: 2, columns: 2, repeating: 7), "\(s.elements)")
    }
    // A solution beyond the largest float is none in single precision.
    let large = Matrix<Double>(rowsOf: [[1e39, 2]])
    var single = Matrix<Float>(rows: 1, columns: 2, repeating: 7)
    #expect(!solver.solve(large, timesInverseOf: identity, into: &single))
    #expect(single == Matrix(rows: 1, columns: 2, repeating: 7))
    var x = Matrix<Double>(rows: 2, columns: 2)
    #expect(solver.solve(s, timesInverseOf: identity, into: &x))
    #expect(x == s)
  }
}
