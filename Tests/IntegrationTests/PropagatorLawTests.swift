// SPDX-License-Identifier: GPL-3.0-or-later

import Integration
import RandomStreams
import TestSupport
import Testing

@Suite struct PropagatorLawTests {
  /// A stable matrix of size n: random couplings, and a diagonal that outweighs its row.
  private func matrix(_ n: Int, _ trial: Int) -> [Double] {
    let key = RandomKey(seed: 11).purpose(.test)
    var a = key.doubles(.gaussian, count: n * n, step: trial)
    for i in 0..<n {
      a[i * n + i] = -0.01 - (0..<n).reduce(0) { $0 + ($1 == i ? 0 : abs(a[i * n + $1])) }
    }
    return a
  }

  private func product(_ a: [Double], _ b: [Double], _ n: Int) -> [Double] {
    var c = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for k in 0..<n { for j in 0..<n { c[i * n + j] += a[i * n + k] * b[k * n + j] } }
    }
    return c
  }

  private func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test("Two steps are one longer step", arguments: [1, 2, 3, 5, 9, 20])
  func semigroup(_ n: Int) throws {
    for trial in 0..<5 {
      let a = matrix(n, trial)
      let first = try LinearPropagator(a, interval: 0.3)
      let second = try LinearPropagator(a, interval: 1.1)
      let both = try LinearPropagator(a, interval: 1.4)
      // P is at most 1 in the row-sum norm and Q at most h, so n products of rounded numbers.
      let tolerance = 1e-15 * Double(n + 10)
      #expect(
        distance(both.propagator, product(second.propagator, first.propagator, n)) < tolerance)
      let later = product(second.propagator, first.response, n)
      let sum = zip(later, second.response).map { $0 + $1 }
      #expect(distance(both.response, sum) < 2 * tolerance)
    }
  }

  @Test("A Q is P − 1", arguments: [1, 2, 3, 5, 9, 20])
  func consistency(_ n: Int) throws {
    for trial in 5..<10 {
      let a = matrix(n, trial)
      let step = try LinearPropagator(a, interval: 0.5)
      var change = step.propagator
      for i in 0..<n { change[i * n + i] -= 1 }
      let size = a.map { abs($0) }.max() ?? 0
      #expect(distance(product(a, step.response, n), change) < 1e-15 * Double(n + 10) * (1 + size))
    }
  }

  @Test func `A step over spans is the matrix form, and allocates nowhere to look for`() throws {
    let n = 5
    let step = try LinearPropagator(matrix(n, 20), interval: 0.1)
    let (x, u) = ([1.0, -2, 3, 0.5, 4], [0.1, 0.2, -0.3, 0, 1])
    var next = [Double](repeating: .nan, count: n)
    var span = next.mutableSpan
    step.step(x.span, input: u.span, into: &span)
    let offset = step.offset(u)
    let columns = step.inputMatrix([1, 0, 0, 1, 0, 0, 0, 0, 0, 0], columns: 2)
    for i in 0..<n {
      let row = (0..<n).reduce(0.0) { $0 + step.propagator[i * n + $1] * x[$1] }
      #expect(abs(next[i] - row - offset[i]) < 1e-14)
      #expect(columns[2 * i] == step.response[i * n])
      #expect(columns[2 * i + 1] == step.response[i * n + 1])
    }
  }

  @Test func `A step by Euler, forward or backward, breaks the law`() throws {
    let a = matrix(3, 30)
    func euler(_ h: Double) -> [Double] {
      var p = a.map { $0 * h }
      for i in 0..<3 { p[i * 3 + i] += 1 }
      return p
    }
    #expect(distance(euler(1.4), product(euler(1.1), euler(0.3), 3)) > 1e-2)
  }
}
