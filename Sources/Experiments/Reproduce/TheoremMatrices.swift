// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import LinearAlgebra

extension Matrix {
  /// The rows with the given indices, in that order.
  func rows(_ indices: [Int]) -> Matrix {
    var chosen: [Scalar] = []
    chosen.reserveCapacity(indices.count * columns)
    for index in indices {
      chosen.append(contentsOf: elements[index * columns..<(index + 1) * columns])
    }
    return Matrix(rows: indices.count, columns: columns, elements: chosen)
  }

  /// A·B; for set-up, not for hot loops.
  func times(_ other: Matrix) -> Matrix {
    var result = Matrix(rows: rows, columns: other.columns)
    result.accumulateProduct(self, .plain, other, .plain)
    return result
  }

  /// Aᵀ·B / rows: the mean over rows of their outer products.
  func meanOuterProduct(_ other: Matrix) -> Matrix {
    var result = Matrix(rows: columns, columns: other.columns)
    result.accumulateProduct(self, .transposed, other, .plain, alpha: 1 / Scalar(rows))
    return result
  }

  /// A without the part of every row that is the same for all columns: A·(I − 𝟙𝟙ᵀ/m).
  var withoutRowMeans: Matrix {
    var result = self
    for i in 0..<rows {
      let mean = row(i).reduce(0, +) / Scalar(columns)
      for k in 0..<columns { result[i, k] -= mean }
    }
    return result
  }

  /// A + α·I.
  func addingToDiagonal(_ alpha: Scalar) -> Matrix {
    var result = self
    for k in 0..<rows { result[k, k] += alpha }
    return result
  }
}

extension Matrix where Scalar == Double {
  /// S·V⁻¹ for the receiver S, or nil where V is not positive definite.
  func timesInverse(of v: Matrix) -> Matrix? {
    var solver = PositiveDefiniteSolver()
    var result = self
    return solver.solve(self, timesInverseOf: v, into: &result) ? result : nil
  }

  /// The eigenvalues of a symmetric matrix, ascending, by Jacobi's cyclic rotations: relative to
  /// the largest they are exact to rounding, which is what judging a rank needs.
  var symmetricEigenvalues: [Double] {
    precondition(rows == columns, "[\(rows), \(columns)] has no eigenvalues")
    var a = self
    // Convergence is quadratic; matrices this small need fewer than ten sweeps.
    for _ in 0..<30 {
      for p in 0..<rows {
        for q in (p + 1)..<rows where a[p, q] != 0 {
          let theta = (a[q, q] - a[p, p]) / (2 * a[p, q])
          let sign: Double = theta < 0 ? -1 : 1
          let t = sign / (abs(theta) + (theta * theta + 1).squareRoot())
          let cosine = 1 / (t * t + 1).squareRoot()
          a.rotate(p, q, cosine, t * cosine)
        }
      }
    }
    return (0..<rows).map { a[$0, $0] }.sorted()
  }

  /// The smallest over the largest eigenvalue of E[eᵀ·e], for errors e in rows: 0 where A3 fails.
  var eigenvalueRatio: Double {
    let values = meanOuterProduct(self).symmetricEigenvalues
    guard let smallest = values.first, let largest = values.last else { return .nan }
    return abs(smallest) / largest
  }

  private mutating func rotate(_ p: Int, _ q: Int, _ cosine: Double, _ sine: Double) {
    for k in 0..<rows {
      let (x, y) = (self[k, p], self[k, q])
      self[k, p] = cosine * x - sine * y
      self[k, q] = sine * x + cosine * y
    }
    for k in 0..<rows {
      let (x, y) = (self[p, k], self[q, k])
      self[p, k] = cosine * x - sine * y
      self[q, k] = sine * x + cosine * y
    }
  }
}

/// The straight line through points (log x, log y), by least squares: y ≈ factor·x^slope.
struct LogLogFit {
  /// The exponent.
  let slope: Double

  /// - Parameters:
  ///   - x: two positive values or more, not all the same.
  ///   - y: as many positive values.
  init(_ x: [Double], _ y: [Double]) {
    precondition(x.count == y.count && x.count > 1, "\(x.count) and \(y.count) values")
    let (u, v) = (x.map { log($0) }, y.map { log($0) })
    let (meanU, meanV) = (u.reduce(0, +) / Double(u.count), v.reduce(0, +) / Double(v.count))
    var (uu, uv) = (0.0, 0.0)
    for (a, b) in zip(u, v) {
      uu += (a - meanU) * (a - meanU)
      uv += (a - meanU) * (b - meanV)
    }
    slope = uv / uu
  }
}

/// `count` values from `first` to `last`, equally far apart in their logarithms.
func geometricSequence(from first: Double, to last: Double, count: Int) -> [Double] {
  (0..<count).map { first * pow(last / first, Double($0) / Double(count - 1)) }
}
