// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Integration

@Suite struct PropagatorKnownAnswerTests {
  private func expectEqual(
    _ found: [Double], _ expected: [Double], within tolerance: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found.count == expected.count, sourceLocation: sourceLocation)
    for (a, b) in zip(found, expected) {
      #expect(abs(a - b) <= tolerance, "\(found)", sourceLocation: sourceLocation)
    }
  }

  @Test func `One leaky membrane`() throws {
    let step = try LinearPropagator([-0.1], interval: 2.5)
    // Rounding of a handful of operations on numbers of size 1 to 10.
    expectEqual(step.propagator, [exponential(-0.25)], within: 4e-16)
    expectEqual(step.response, [10 * (1 - exponential(-0.25))], within: 1e-15)
  }

  @Test func `An alpha function, whose matrix has one eigenvector`() throws {
    let (tau, h) = (2.0, 0.7)
    let step = try LinearPropagator([-1 / tau, 1, 0, -1 / tau], interval: h)
    let e = exponential(-h / tau)
    expectEqual(step.propagator, [e, h * e, 0, e], within: 4e-16)
    let (first, second) = (tau * (1 - e), tau * tau * (1 - e) - tau * h * e)
    expectEqual(step.response, [first, second, 0, first], within: 2e-15)
  }

  @Test func `A rotation`() throws {
    for angle in [0.1, 1, 10, 100] {
      let step = try LinearPropagator([0, -1, 1, 0], interval: angle)
      let (c, s) = (cosine(angle), sine(angle))
      // Squaring k times doubles the error k times: 2^k ≈ angle/5 units of rounding.
      expectEqual(step.propagator, [c, -s, s, c], within: 1e-15 * max(1, angle))
      expectEqual(step.response, [s, c - 1, 1 - c, s], within: 1e-15 * max(1, angle * angle))
    }
  }

  @Test func `A singular matrix: nothing, a shift, a perfect integrator`() throws {
    let still = try LinearPropagator([0, 0, 0, 0], interval: 3)
    expectEqual(still.propagator, [1, 0, 0, 1], within: 0)
    expectEqual(still.response, [3, 0, 0, 3], within: 1e-15)
    let shift = try LinearPropagator([0, 1, 0, 0], interval: 3)
    expectEqual(shift.propagator, [1, 3, 0, 1], within: 1e-15)
    expectEqual(shift.response, [3, 4.5, 0, 3], within: 2e-15)
    // ∫V of a leaky V.
    let sum = try LinearPropagator([-0.5, 0, 1, 0], interval: 2)
    let e = exponential(-1)
    expectEqual(sum.propagator, [e, 0, 2 * (1 - e), 1], within: 1e-15)
    expectEqual(sum.response, [2 * (1 - e), 0, 4 * e, 2], within: 2e-15)
  }

  @Test func `A matrix with eigenvalues far apart`() throws {
    // Diffusion between two compartments at 10⁴ per ms over 1 ms: the sum decays, the difference
    // is gone. 2^12 squarings' worth of rounding on a number of size 1.
    let (g, k) = (0.1, 1e4)
    let step = try LinearPropagator([-g - k, k, k, -g - k], interval: 1)
    let half = exponential(-g) / 2
    expectEqual(step.propagator, [half, half, half, half], within: 4096 * 2.3e-16)
  }

  @Test func `Forty components agree with Taylor's series, and with the driver`() throws {
    let n = 40
    // Nearest-neighbour coupling with uneven rates: a long cable.
    var a = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      let g = 0.5 + 0.02 * Double(i)
      if i > 0 { a[i * n + i - 1] = g }
      if i < n - 1 { a[i * n + i + 1] = 0.9 * g }
      a[i * n + i] = -0.05 - (i > 0 ? g : 0) - (i < n - 1 ? 0.9 * g : 0)
    }
    let step = try LinearPropagator(a, interval: 1)
    expectEqual(step.propagator, taylor(a, n, 1), within: 1e-14)
    let b = (0..<n).map { sine(Double($0)) }
    var y = [Double](repeating: 0, count: n)
    var driver = try ODEDriver(
      Systems.linear(a, b), stepper: .rk8pd, tolerance: try ODETolerance(absolute: 1e-13))
    try driver.advance(&y, from: 0, to: 1)
    expectEqual(step.offset(b), y, within: 1e-11)
  }

  /// exp(A h) as the power series of A h/64, squared six times: no Padé, no solve.
  private func taylor(_ a: [Double], _ n: Int, _ h: Double) -> [Double] {
    var scaled = SquareMatrix(size: n)
    for i in 0..<n { for j in 0..<n { scaled[i, j] = a[i * n + j] * h / 64 } }
    var (sum, term) = (SquareMatrix.identity(n), SquareMatrix.identity(n))
    for k in 1...30 {
      term = 1 / Double(k) * (term * scaled)
      sum = sum + term
    }
    for _ in 0..<6 { sum = sum * sum }
    return sum.elements
  }

  @Test func `What makes no propagator is refused`() {
    func message(_ matrix: [Double], _ interval: Double) -> String? {
      #expect(throws: IntegrationSetupError.self) {
        try LinearPropagator(matrix, interval: interval)
      }?.description
    }
    #expect(
      message([1, 2, 3], 1) == "the matrix of a linear system has 3 numbers where 1 are needed")
    #expect(message([], 1) == "the matrix of a linear system has 0 numbers where 1 are needed")
    #expect(
      message([1], 0) == "the interval of a propagator is 0.0; give a finite number above 0")
    #expect(
      message([.infinity], 1)
        == "the matrix of a linear system holds inf; give finite numbers")
    #expect(
      message([1000], 1)
        == "the solution grows beyond double precision within 1.0 ms; "
        + "take a shorter step, or check the signs of the rates")
  }
}
