// SPDX-License-Identifier: GPL-3.0-or-later

import LearningRules
import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport
import Testing

/// How well B is known after T samples, in the linear network with white Gaussian errors.
@Suite struct FeedbackErrorStatisticsTests {
  @Test(
    "Least squares errs by (m + 2)(n + κ − 2)/T, for three noise distributions",
    arguments: [Deviate.gaussian, .uniform, .rademacher])
  func leastSquares(_ deviate: Deviate) throws {
    // (V/T)⁻² differs from 1 by O(m/T): with m = 4 and T = 2,000 about 0.5 %. A repetition's
    // error spreads by some 20 % around its mean, so 800 of them give it to 0.7 %.
    let (n, m, batches, trials) = (20, 4, 4, 500)
    let white = WhiteErrors(hidden: n, outputs: m, deviate: deviate)
    var errors = SampleMoments()
    for repetition in 0..<800 {
      var trainer = white.trainer(
        RidgeFeedback(ridge: 1e-9), trials: trials, repetition: repetition)
      for step in 0..<batches {
        try trainer.step(white.batch(trials: trials, step: step, repetition: repetition))
      }
      errors.add(white.squaredError(trainer))
    }
    let expected =
      Double(m + 2) * (Double(n) + deviate.kurtosis - 2) / Double(batches * trials)
    #expect(4 * errors.meanStandardError < 0.05 * expected, "too few repetitions")
    let ratio = errors.mean / expected
    #expect(abs(ratio - 1) < 0.05, "\(deviate): \(ratio)")
    // Without the 2 of (m + 2), or with one output more, it would be rejected.
    #expect(abs(ratio * Double(m + 2) / Double(m) - 1) > 0.05)
    #expect(abs(ratio * Double(m + 2) / Double(m + 3) - 1) > 0.05)
  }

  @Test("The control variate's least squares errs far less: its noise is that of B's own error")
  func controlVariate() throws {
    let white = WhiteErrors(hidden: 20, outputs: 4, deviate: .gaussian)
    func error(_ controlVariate: Bool) throws -> Double {
      var trainer = white.trainer(
        RidgeFeedback(ridge: 1e-9, controlVariate: controlVariate), trials: 500)
      for step in 0..<12 { try trainer.step(white.batch(trials: 500, step: step)) }
      return white.squaredError(trainer)
    }
    // After the first batch B is known to 25 %, so that the later eleven bring noise whose
    // variance is 25 % or less of the plain form's.
    #expect(try error(true) < 0.5 * error(false))
  }

  /// Means of the squared relative error over blocks of steps, after a burn-in.
  private func level(
    _ white: WhiteErrors, rate: Double, burnIn: Int, blocks: Int, length: Int
  ) throws -> SampleMoments {
    var trainer = white.trainer(GradientFeedback(rate: rate), trials: 1)
    var moments = SampleMoments()
    // Errors of many steps are drawn at once; a step is one trial.
    let chunk = 1000
    var shown = white.batch(trials: chunk, step: 0)
    var sum = 0.0
    for step in 0..<burnIn + blocks * length {
      if step % chunk == 0 { shown = white.batch(trials: chunk, step: step / chunk) }
      try trainer.step(
        Batch(
          inputs: .dense(Matrix(rows: 1, columns: 1)),
          targets: Matrix(
            rows: 1, columns: white.outputs, elements: shown.targets.row(step % chunk))))
      guard step >= burnIn else { continue }
      sum += white.squaredError(trainer)
      if (step - burnIn + 1) % length == 0 {
        moments.add(sum / Double(length))
        sum = 0
      }
    }
    return moments
  }

  @Test(
    "Plain descent stays at its floor, rate·(m + 2)(n + κ − 2) / (2 − rate·(m + 2))",
    arguments: [Deviate.gaussian, .rademacher])
  func floor(_ deviate: Deviate) throws {
    // The mean square is forgotten by 1 − 2·rate + rate²·(m + 2) per step: in 170 steps at this
    // rate. Blocks of 5,000 steps are independent to 3 %; the burn-in leaves e⁻²³.
    let (n, m, rate) = (20, 4, 3e-3)
    let white = WhiteErrors(hidden: n, outputs: m, deviate: deviate)
    let moments = try level(white, rate: rate, burnIn: 4000, blocks: 80, length: 5000)
    let product = rate * Double(m + 2)
    let expected = product * (Double(n) + deviate.kurtosis - 2) / (2 - product)
    #expect(StatisticalCheck.accepts(moments.meanScore(expected: expected)))
    #expect(4 * moments.meanStandardError < 0.05 * expected, "too few steps")
    // A floor 10 % higher or lower is rejected.
    #expect(!StatisticalCheck.accepts(moments.meanScore(expected: 1.1 * expected)))
    #expect(!StatisticalCheck.accepts(moments.meanScore(expected: 0.9 * expected)))
  }

  @Test("The control variate has no floor: B reaches W where plain descent stays away")
  func noFloor() throws {
    // At rate 1/((m + 2)(n + 2)) = 1/132 the mean square falls by 1 − 1/132 per step, to e⁻⁴⁵ of
    // itself in 6,000 steps; what is left is curvature, below 10⁻⁵.
    let white = WhiteErrors(hidden: 20, outputs: 4, deviate: .gaussian)
    func error(_ controlVariate: Bool) throws -> Double {
      var trainer = white.trainer(
        GradientFeedback(rate: 1.0 / 132, controlVariate: controlVariate), trials: 1)
      let shown = white.batch(trials: 6000, step: 0)
      for step in 0..<6000 {
        try trainer.step(
          Batch(
            inputs: .dense(Matrix(rows: 1, columns: 1)),
            targets: Matrix(rows: 1, columns: 4, elements: shown.targets.row(step))))
      }
      return white.squaredError(trainer).squareRoot()
    }
    #expect(try error(true) < 1e-5)
    // Plain descent's floor at this rate is √0.49 = 0.7.
    #expect(try error(false) > 0.3)
  }
}
