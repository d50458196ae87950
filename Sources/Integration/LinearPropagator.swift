// SPDX-License-Identifier: GPL-3.0-or-later

/// The exact step of a linear system with constant coefficients over one fixed interval h:
///
///     x′ = A x + u   ⇒   x(t + h) = P x(t) + Q u,   P = exp(A h),   Q = ∫₀ʰ exp(A s) ds,
///
/// with u held over the interval. It holds for singular A as well (P and Q are blocks of one
/// exponential, exp([[A, 1], [0, 0]] h), Van Loan 1978), has no step-size error and no stability
/// limit. A nonlinear system is none of its business.
///
/// Source: Rotter & Diesmann 1999, Biol Cybern 81:381, for neurons; Van Loan 1978, IEEE TAC
/// 23:395; the exponential by Higham 2005, SIAM J Matrix Anal Appl 26:1179.
public struct LinearPropagator: Sendable, Hashable {
  /// The number n of components.
  public let dimension: Int
  /// h, in ms.
  public let interval: Double
  /// P, row-major [n, n].
  public let propagator: [Double]
  /// Q in ms, row-major [n, n]: what one held unit of u does to each component.
  public let response: [Double]

  /// The step over `interval` ms of x′ = A x + u, A row-major [n, n] in 1/ms.
  ///
  /// - Throws: `IntegrationSetupError`: a length that is no square, an interval that is not
  ///   positive, numbers that are not finite, or a system that explodes within the interval.
  public init(_ matrix: [Double], interval: Double) throws(IntegrationSetupError) {
    let n = Int(Double(matrix.count).squareRoot())
    guard n > 0, n * n == matrix.count else {
      throw .wrongCount(
        name: "matrix of a linear system", expected: max(n, 1) * max(n, 1), found: matrix.count)
    }
    try IntegrationSetupError.requirePositive(interval, "interval of a propagator")
    if let odd = matrix.first(where: { !$0.isFinite }) {
      throw .notFinite(name: "matrix of a linear system", value: odd)
    }
    // In units of h the unit block is of the size of A h, so that it costs no squarings.
    var augmented = SquareMatrix(size: 2 * n)
    for i in 0..<n {
      for j in 0..<n { augmented[i, j] = matrix[i * n + j] * interval }
      augmented[i, n + i] = 1
    }
    let exponential = augmented.exponential()
    let rows = (0..<n).map { i in (0..<2 * n).map { exponential[i, $0] } }
    guard rows.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      throw .overflow(interval: interval)
    }
    dimension = n
    self.interval = interval
    propagator = rows.flatMap { $0[..<n] }
    response = rows.flatMap { $0[n...].map { $0 * interval } }
  }

  /// Q b, what a constant right-hand side b adds in one step: x ← P x + q for x′ = A x + b.
  ///
  /// - Precondition: b has n components.
  public func offset(_ b: [Double]) -> [Double] {
    precondition(b.count == dimension, "\(b.count) inputs for \(dimension) components")
    return inputMatrix(b, columns: 1)
  }

  /// Q B, row-major [n, m], for inputs v that act through B [n, m]: x ← P x + (Q B) v.
  ///
  /// - Precondition: B has n·m elements.
  public func inputMatrix(_ b: [Double], columns m: Int) -> [Double] {
    precondition(b.count == dimension * m, "\(b.count) elements for \(dimension) by \(m)")
    var product = [Double](repeating: 0, count: dimension * m)
    for i in 0..<dimension {
      for k in 0..<dimension {
        for j in 0..<m { product[i * m + j] += response[i * dimension + k] * b[k * m + j] }
      }
    }
    return product
  }

  /// `next` = P `x` + Q `input`. Allocates nothing.
  ///
  /// - Precondition: all three have n components; `next` is another memory than `x`.
  public func step(_ x: Span<Double>, input: Span<Double>, into next: inout MutableSpan<Double>) {
    let n = dimension
    precondition(
      x.count == n && input.count == n && next.count == n,
      "\(x.count), \(input.count) and \(next.count) components for \(n)")
    for i in 0..<n {
      var sum = 0.0
      for j in 0..<n { sum += propagator[i * n + j] * x[j] + response[i * n + j] * input[j] }
      next[i] = sum
    }
  }
}
