// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra

/// Linear algebra in plain loops and double precision, to test the fast against.
public enum Oracle {
  /// op(A)·op(B), and the same with every element replaced by its magnitude: the scale of the
  /// rounding error of any order of summation.
  public static func product<Scalar>(
    _ a: Matrix<Scalar>, _ orientationA: Orientation, _ b: Matrix<Scalar>,
    _ orientationB: Orientation = .plain
  ) -> (value: Matrix<Double>, magnitude: Matrix<Double>) {
    let rows = orientationA == .plain ? a.rows : a.columns
    let inner = orientationA == .plain ? a.columns : a.rows
    let columns = orientationB == .plain ? b.columns : b.rows
    var value = Matrix<Double>(rows: rows, columns: columns)
    var magnitude = value
    let (wideA, wideB) = (a.converted(to: Double.self), b.converted(to: Double.self))
    let x = orientationA == .plain ? wideA.elements : wideA.transposed.elements
    let y = orientationB == .plain ? wideB.transposed.elements : wideB.elements
    for i in 0..<rows {
      for j in 0..<columns {
        var (sum, size) = (0.0, 0.0)
        for k in 0..<inner {
          let term = x[i * inner + k] * y[j * inner + k]
          sum += term
          size += abs(term)
        }
        value[i, j] = sum
        magnitude[i, j] = size
      }
    }
    return (value, magnitude)
  }

  /// The largest |result − expected| in units of `scale`'s elements: at most `scale` times a
  /// bound means 1 or less. Infinite where a result is NaN, or wrong where the scale is zero.
  public static func largestRatio<Scalar>(
    _ result: Matrix<Scalar>, _ expected: Matrix<Double>, scale: Matrix<Double>
  ) -> Double {
    guard result.rows == expected.rows, result.columns == expected.columns else { return .infinity }
    let values = result.converted(to: Double.self).elements
    var largest = 0.0
    for index in values.indices {
      let difference = abs(values[index] - expected.elements[index])
      if difference == 0 { continue }
      let ratio = difference / scale.elements[index]
      largest = ratio.isNaN ? .infinity : max(largest, ratio)
    }
    return largest
  }

  /// X = S·V⁻¹ by Gauss's elimination with partial pivoting.
  public static func solve(_ s: Matrix<Double>, timesInverseOf v: Matrix<Double>) -> Matrix<Double>
  {
    // X V = S, so Vᵀ xᵀ = sᵀ for each row x of X.
    let n = v.rows
    var a = (0..<n).map { i in (0..<n).map { v[$0, i] } }
    var right = (0..<n).map { i in (0..<s.rows).map { s[$0, i] } }
    for pivot in 0..<n {
      let best = (pivot..<n).max { abs(a[$0][pivot]) < abs(a[$1][pivot]) } ?? pivot
      a.swapAt(pivot, best)
      right.swapAt(pivot, best)
      for row in 0..<n where row != pivot {
        let factor = a[row][pivot] / a[pivot][pivot]
        for k in pivot..<n { a[row][k] -= factor * a[pivot][k] }
        for k in 0..<s.rows { right[row][k] -= factor * right[pivot][k] }
      }
    }
    var result = Matrix<Double>(rows: s.rows, columns: n)
    result.update { i, j, _ in right[j][i] / a[j][j] }
    return result
  }
}
