// SPDX-License-Identifier: GPL-3.0-or-later

/// A small dense square matrix for propagators, made once per kind of cell. Clarity before speed:
/// an exponential of size n costs about 20 n³ flops.
public struct SquareMatrix: Sendable {
  /// The number of rows, and of columns.
  public let size: Int
  /// Row after row.
  public private(set) var elements: [Double]

  /// Zeros.
  public init(size: Int) {
    self.size = size
    elements = Array(repeating: 0, count: size * size)
  }

  /// A matrix of the given elements, row after row.
  ///
  /// - Precondition: `elements` has `size`² numbers.
  public init(size: Int, elements: [Double]) {
    precondition(elements.count == size * size, "\(elements.count) elements of a square")
    self.size = size
    self.elements = elements
  }

  /// Ones on the diagonal.
  public static func identity(_ size: Int) -> SquareMatrix {
    var one = SquareMatrix(size: size)
    for i in 0..<size { one[i, i] = 1 }
    return one
  }

  /// Element (row, column).
  public subscript(row: Int, column: Int) -> Double {
    get { elements[row * size + column] }
    set { elements[row * size + column] = newValue }
  }

  /// The matrix product.
  public static func * (a: SquareMatrix, b: SquareMatrix) -> SquareMatrix {
    var product = SquareMatrix(size: a.size)
    for i in 0..<a.size {
      for k in 0..<a.size where a[i, k] != 0 {
        for j in 0..<a.size { product[i, j] += a[i, k] * b[k, j] }
      }
    }
    return product
  }

  /// Every element times `factor`.
  public static func * (factor: Double, a: SquareMatrix) -> SquareMatrix {
    var scaled = a
    for i in scaled.elements.indices { scaled.elements[i] *= factor }
    return scaled
  }

  /// The sum.
  public static func + (a: SquareMatrix, b: SquareMatrix) -> SquareMatrix {
    var sum = a
    for i in sum.elements.indices { sum.elements[i] += b.elements[i] }
    return sum
  }

  /// Rows and columns exchanged.
  public var transposed: SquareMatrix {
    var result = SquareMatrix(size: size)
    for i in 0..<size {
      for j in 0..<size { result[j, i] = self[i, j] }
    }
    return result
  }

  /// The matrix times a vector [size].
  public func applied(to x: [Double]) -> [Double] {
    precondition(x.count == size, "\(x.count) components for \(size)")
    return (0..<size).map { i in (0..<size).reduce(0) { $0 + self[i, $1] * x[$1] } }
  }

  /// A⁻¹.
  public var inverse: SquareMatrix { solve(.identity(size)) }

  /// The largest column sum of absolute values.
  var oneNorm: Double {
    (0..<size).map { j in (0..<size).reduce(0) { $0 + abs(self[$1, j]) } }.max() ?? 0
  }

  /// exp(A) by scaling and squaring with the diagonal Padé approximant of degree 13: A is halved
  /// until its norm is at most 5.37, where the backward error is below 2⁻⁵³ (Higham 2005, table
  /// 2.3 and algorithm 2.3). Not finite where the exponential is not.
  func exponential() -> SquareMatrix {
    let norm = oneNorm
    guard norm.isFinite else { return Double.nan * self }
    let halvings = norm > Self.largestNorm ? Int((norm / Self.largestNorm).exponent) + 1 : 0
    var result = (Double(sign: .plus, exponent: -halvings, significand: 1) * self).pade13()
    for _ in 0..<halvings { result = result * result }
    return result
  }

  private static let largestNorm = 5.371920351148152

  /// The numerator of the approximant is U + V, its denominator V − U, with U odd and V even in A.
  private func pade13() -> SquareMatrix {
    let one = Self.identity(size)
    let a2 = self * self
    let a4 = a2 * a2
    let a6 = a4 * a2
    let b = Self.padeCoefficients
    func even(_ from: Int) -> SquareMatrix {
      let high = b[from + 12] * a6 + b[from + 10] * a4 + b[from + 8] * a2
      return a6 * high + b[from + 6] * a6 + b[from + 4] * a4 + b[from + 2] * a2 + b[from] * one
    }
    let (u, v) = (self * even(1), even(0))
    return (v + -1 * u).solve(v + u)
  }

  /// The coefficients of the numerator, b_k = (26 − k)! 13! / (26! k! (13 − k)!).
  private static let padeCoefficients: [Double] = {
    var b = [1.0]
    for k in 1...13 { b.append(b[k - 1] * Double(14 - k) / (Double(27 - k) * Double(k))) }
    return b
  }()

  /// X in A X = B, by Gaussian elimination with row exchanges.
  public func solve(_ right: SquareMatrix) -> SquareMatrix {
    var (a, x) = (self, right)
    for pivot in 0..<size {
      let best = (pivot..<size).max { abs(a[$0, pivot]) < abs(a[$1, pivot]) } ?? pivot
      a.exchange(pivot, best)
      x.exchange(pivot, best)
      for row in (pivot + 1)..<max(size, pivot + 1) {
        let factor = a[row, pivot] / a[pivot, pivot]
        guard factor != 0 else { continue }
        for j in pivot..<size { a[row, j] -= factor * a[pivot, j] }
        for j in 0..<size { x[row, j] -= factor * x[pivot, j] }
      }
    }
    for row in (0..<size).reversed() {
      for k in (row + 1)..<max(size, row + 1) {
        for j in 0..<size { x[row, j] -= a[row, k] * x[k, j] }
      }
      for j in 0..<size { x[row, j] /= a[row, row] }
    }
    return x
  }

  private mutating func exchange(_ a: Int, _ b: Int) {
    guard a != b else { return }
    for j in 0..<size { elements.swapAt(a * size + j, b * size + j) }
  }
}
