// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
@testable import LearningRules
import LinearAlgebra
import RandomStreams
import Substrates
import TestSupport
import Testing

/// Records of one hidden layer of n units and m outputs in which rewards are linear in the noise, with
/// an addition of long tails: a = Σ ξ·(W·s) + ν.
private struct LinearRewards {
  enum Tails { case studentT, gaussian }

  let units = 20
  let outputs = 4
  /// What makes a filter expect W, of standard deviation 1, as it is: 1 in units of √(2 / n).
  static let prior = 10.0.squareRoot()
  let key: RandomKey
  /// The scale of ν.
  var noise = 3.0
  var tails = Tails.studentT
  /// The standard deviation of what is added to every entry of W per trial, over t + 1000.
  var walk = 0.0

  /// W after `trials` trials, and B that a learner makes of the records meanwhile.
  ///
  /// - Parameter watch: sees a, ξ and s of every trial.
  func learn<Learner: FeedbackLearner>(
    _ learner: Learner, trials: Int, watch: (Double, [Double], [Double]) -> Void = { _, _, _ in }
  ) throws -> (w: Matrix<Double>, b: Matrix<Double>, state: Learner.State) {
    let architecture = Architecture(widths: [1, units, outputs])
    var pathway = FeedbackPathway<Double>(zeroFor: architecture, topology: .direct)
    var state = learner.makeState(for: pathway)
    var record = TrialRecord<Double>(
      architecture: architecture, trials: 1,
      presentation: .perturbed(by: Noise(standardDeviation: 1)))
    var w = Matrix<Double>(
      rows: units, columns: outputs,
      elements: key.child(0).doubles(.gaussian, count: units * outputs, step: 0))
    for step in 0..<trials {
      let xi = key.child(1).doubles(.gaussian, count: units, step: step)
      // Errors differ in size from trial to trial and from output to output.
      let z = key.child(2).doubles(.gaussian, count: outputs, step: step)
      let s = z.enumerated().map { $1 * ($0 == 0 ? 2 : 0.5) }
      let draws = key.child(3).doubles(.gaussian, count: 4, step: step)
      let chi = (draws[1] * draws[1] + draws[2] * draws[2] + draws[3] * draws[3]) / 3
      let norm = s.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let nu = noise * norm * draws[0] / (tails == .studentT ? chi.squareRoot() : 1)
      var advantage = nu
      for j in 0..<units {
        record.layers[0].perturbation.values[0, j] = xi[j]
        for k in 0..<outputs { advantage += xi[j] * w[j, k] * s[k] }
      }
      for k in 0..<outputs { record.outputError[0, k] = s[k] }
      record.advantage = [advantage]
      watch(advantage, xi, s)
      CreditRule.feedback.assign(to: &record, pathway: pathway) { _ in w }
      try learner.update(&pathway, from: &record, scale: 1, state: &state)
      if walk > 0 {
        let size = walk / Double(step + 1_000).squareRoot()
        let steps = key.child(4).doubles(.gaussian, count: units * outputs, step: step)
        w.update { j, k, value in value + size * steps[j * outputs + k] }
      }
    }
    return (w, pathway.weights[0], state)
  }

  static func meanSquare(_ w: Matrix<Double>, _ b: Matrix<Double>) -> Double {
    var difference = w
    difference.subtract(b)
    return difference.frobeniusNorm * difference.frobeniusNorm / Double(w.rows * w.columns)
  }
}

@Suite struct KalmanFeedbackStatisticsTests {
  private static let key = RandomKey(seed: 71).purpose(.test)

  /// Squared errors of B per output in standard units, Σ_j (W − B)²_jk / (n·P_kk), over repetitions.
  private func standardErrors(_ rewards: (RandomKey) -> LinearRewards) throws -> [Double] {
    let learner = KalmanFeedback(prior: LinearRewards.prior, drift: 0, normalisation: 1e-4)
    return try (0..<12).flatMap { repetition in
      let rewards = rewards(Self.key.child(repetition))
      let (w, b, state) = try rewards.learn(learner, trials: 6_000)
      return (0..<w.columns).map { k in
        let squares = (0..<w.rows).reduce(0) { $0 + (w[$1, k] - b[$1, k]) * (w[$1, k] - b[$1, k]) }
        return squares / (Double(w.rows) * state.covariance[0][k, k])
      }
    }
  }

  /// How far the mean of `ratios` lies from 1 in standard errors of a mean of χ²_n / n.
  private func score(_ ratios: [Double]) -> Double {
    let mean = ratios.reduce(0, +) / Double(ratios.count)
    return (mean - 1) / (2 / (20 * Double(ratios.count))).squareRoot()
  }

  @Test("The filter knows how far B is from W: squared errors are as large as P says")
  func calibration() throws {
    #expect(StatisticalCheck.accepts(score(try standardErrors { LinearRewards(key: $0) })))
    // A W that walks while the filter takes it to stand still is far from where P says.
    #expect(
      !StatisticalCheck.accepts(
        score(try standardErrors { LinearRewards(key: $0, walk: 0.3) })))
  }

  @Test("Under long tails B comes nearer than by weighted least squares, by Fisher's information")
  func efficiency() throws {
    var (filtered, squares) = (0.0, 0.0)
    for repetition in 0..<6 {
      let rewards = LinearRewards(key: Self.key.child(100 + repetition))
      let size = rewards.units * rewards.outputs
      var gram = Matrix<Double>(rows: size, columns: size)
      var cross = Matrix<Double>(rows: 1, columns: size)
      var row = cross
      let (w, b, _) = try rewards.learn(
        KalmanFeedback(prior: LinearRewards.prior, drift: 0, normalisation: 1e-4), trials: 6_000
      ) { advantage, xi, s in
        let weight = 1 / s.reduce(0) { $0 + $1 * $1 }
        row.update { _, index, _ in xi[index / s.count] * s[index % s.count] }
        gram.accumulateProduct(row, .transposed, row, .plain, alpha: weight, beta: 1)
        cross.scaleAndAdd(weight * advantage, row)
      }
      filtered += LinearRewards.meanSquare(w, b)
      let solution = Matrix(
        rows: rewards.units, columns: rewards.outputs,
        elements: Oracle.solve(cross, timesInverseOf: gram).elements)
      squares += LinearRewards.meanSquare(w, solution)
    }
    // A Student t of 3 degrees of freedom has variance 3 and information 2/3: a ratio of 1/2.
    #expect(filtered / squares < 0.65)
    #expect(filtered / squares > 0.35)
  }

  @Test("A prior that is far too large costs little: the noise is found all the same")
  func priors() throws {
    func error(prior: Double) throws -> Double {
      try (0..<6).reduce(0) { sum, repetition in
        let rewards = LinearRewards(key: Self.key.child(300 + repetition), tails: .gaussian)
        let result = try rewards.learn(
          KalmanFeedback(prior: prior, drift: 0, normalisation: 1e-4), trials: 6_000)
        return sum + LinearRewards.meanSquare(result.w, result.b)
      }
    }
    let (right, large) = (
      try error(prior: LinearRewards.prior), try error(prior: 10 * LinearRewards.prior)
    )
    #expect(large < 1.5 * right, "\(large) instead of \(right)")
  }

  @Test("With drift B follows a W that moves; without, it stays behind")
  func following() throws {
    func error(drift: Double) throws -> Double {
      try (0..<6).reduce(0) { sum, repetition in
        let rewards = LinearRewards(key: Self.key.child(200 + repetition), walk: 0.55)
        let result = try rewards.learn(
          KalmanFeedback(prior: LinearRewards.prior, drift: drift, normalisation: 1e-4),
          trials: 6_000)
        return sum + LinearRewards.meanSquare(result.w, result.b)
      }
    }
    let (none, right, wild) = (
      try error(drift: 0), try error(drift: 0.3), try error(drift: 30)
    )
    #expect(right < 0.8 * none)
    #expect(right < 0.8 * wild)
  }
}
