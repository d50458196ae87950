// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import RandomStreams
import Substrates
import Testing

@testable import Experiments

/// Expectations without sampling, eigenvalues and slopes: what the theorems are judged by.
@Suite struct TheoremQuadratureKnownAnswerTests {
  @Test(
    "the nodes have the moments of the distribution",
    arguments: Deviate.allCases)
  func moments(distribution: Deviate) {
    let rule = NoiseQuadrature(distribution)
    func moment(_ power: Int) -> Double {
      zip(rule.nodes, rule.weights).reduce(0) { sum, pair in
        sum + pair.1 * (0..<power).reduce(1) { product, _ in product * pair.0 }
      }
    }
    let fifth = distribution == .skewed ? 0.2 * 32 - 0.8 / 32 : 0
    let expected = [1, 0, 1, distribution.skewness, distribution.kurtosis, fifth]
    for (power, value) in expected.enumerated() {
      #expect(abs(moment(power) - value) < 1e-12, "E ξ^\(power) = \(moment(power))")
    }
    if distribution == .gaussian { #expect(abs(moment(6) - 15) < 1e-12) }
  }

  @Test("patterns are all combinations, and their probabilities add up to 1")
  func patterns() {
    let (values, probabilities) = NoiseQuadrature(.skewed).patterns(units: 5)
    #expect(values.rows == 32)
    #expect(Set((0..<32).map { values.row($0) }).count == 32)
    #expect(abs(probabilities.reduce(0, +) - 1) < 1e-14)
    let mean = (0..<32).reduce(0) { $0 + probabilities[$1] * values[$1, 3] }
    #expect(abs(mean) < 1e-15)
  }

  @Test("eigenvalues of a matrix with known ones, one of them zero")
  func eigenvalues() {
    // Second differences on a ring of five: 2 − 2 cos(2πk/5).
    var ring = Matrix<Double>(rows: 5, columns: 5)
    for k in 0..<5 {
      ring[k, k] = 2
      ring[k, (k + 1) % 5] = -1
      ring[(k + 1) % 5, k] = -1
    }
    let golden = 5.0.squareRoot()
    let known = [0, (5 - golden) / 2, (5 - golden) / 2, (5 + golden) / 2, (5 + golden) / 2]
    for (value, expected) in zip(ring.symmetricEigenvalues, known) {
      #expect(abs(value - expected) < 1e-14)
    }
  }

  @Test("the slope of a power law is its exponent")
  func slope() {
    let x = geometricSequence(from: 0.01, to: 7, count: 5)
    #expect(abs(LogLogFit(x, x.map { 3 * $0 * $0 * $0 }).slope - 3) < 1e-12)
    #expect(abs(x[4] - 7) < 1e-12)
  }

  @Test(
    "Theorem 1: the bias falls as c², as c where noise is skewed",
    arguments: Deviate.allCases)
  func biasOrder(distribution: Deviate) throws {
    let problem = Theorems.sigmoidProblem(RandomKey(seed: 3))
    let biases = try Theorems.biases(problem, distribution)
    let slope = LogLogFit(Theorems.noiseLevels, biases).slope
    let order = distribution == .skewed ? 1.0 : 2.0
    #expect(abs(slope - order) < 0.1, "slope \(slope)")
  }

  @Test("Theorem 1: the bias has the coefficient that third derivatives give it")
  func biasCoefficient() throws {
    // (c²/6)·[3 Σ_k L_jkk + (κ − 3) L_jjj] differs between distributions by L_jjj alone: Gaussian and
    // uniform noise lie on the line through κ = 1 and 3 (spiking-model notes §4.3).
    let problem = Theorems.sigmoidProblem(RandomKey(seed: 4))
    let c = 0.01
    func bias(_ distribution: Deviate) throws -> Matrix<Double> {
      var result = try #require(
        try problem.populationFeedback(distribution, standardDeviation: c))
      result.subtract(problem.weights(1))
      return result
    }
    var predicted = try bias(.rademacher)
    predicted.scaleAndAdd(0.4, try bias(.gaussian), scalingSelfBy: 0.6)
    let uniform = try bias(.uniform)
    predicted.subtract(uniform)
    #expect(predicted.frobeniusNorm < 1e-3 * uniform.frobeniusNorm)
  }

  @Test("least squares on the true gradient returns W, on another network's error it does not")
  func limit() throws {
    let problem = Theorems.sigmoidProblem(RandomKey(seed: 5))
    let record = try problem.truth()
    let lambda = record.layers[0].teaching
    let weights = problem.weights(1)
    let exact = try #require(TheoremProblem.leastSquares(lambda, on: record.outputError))
    #expect(relativeError(exact, weights) < 1e-12)
    // Without the outputs' slope, e is not ∂L/∂u and λ is not W e.
    var difference = record.prediction
    difference.subtract(problem.examples.targets)
    let wrong = try #require(TheoremProblem.leastSquares(lambda, on: difference))
    #expect(relativeError(wrong, weights) > 0.1)
  }
}

/// ‖a − b‖/‖b‖.
func relativeError(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
  var difference = a
  difference.subtract(b)
  return difference.frobeniusNorm / b.frobeniusNorm
}
