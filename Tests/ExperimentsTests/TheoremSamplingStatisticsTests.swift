// SPDX-License-Identifier: GPL-3.0-or-later

import LearningRules
import LinearAlgebra
import RandomStreams
import Substrates
import Testing

@testable import Experiments

/// What a wrong estimator hears in place of the advantage.
private enum Mistake: Sendable {
  /// The scalar times Var ξ: the division by the variance was forgotten.
  case notDividedByVariance
  /// The sum over the batch, for every trial: one reward for all.
  case sharedByBatch
}

/// Ridge least squares with a mistake built in.
private struct MistakenFeedback: FeedbackLearner {
  let ridge: RidgeFeedback
  let mistake: Mistake
  var needsPerturbation: Bool { true }

  func makeState<Scalar>(for pathway: FeedbackPathway<Scalar>) -> RidgeFeedback.State {
    ridge.makeState(for: pathway)
  }

  func update<Scalar>(
    _ pathway: inout FeedbackPathway<Scalar>, from record: inout TrialRecord<Scalar>,
    scale: Double, state: inout RidgeFeedback.State
  ) throws(LearningError) {
    switch mistake {
    case .notDividedByVariance:
      let variance = record.layers[0].perturbation.variance[0, 0]
      for trial in 0..<record.trials { record.advantage[trial] *= variance }
    case .sharedByBatch:
      let sum = record.advantage.reduce(0, +)
      for trial in 0..<record.trials { record.advantage[trial] = sum }
    }
    try ridge.update(&pathway, from: &record, scale: scale, state: &state)
  }
}

/// The slopes in T, and what spoils them.
@Suite struct TheoremSamplingStatisticsTests {
  private static let seed = RandomKey(seed: 21)

  /// Sequences for the deep networks. The error lies mostly along the smallest eigenvalue of the
  /// errors: about five numbers a sequence, so that a root mean square over n sequences scatters
  /// by 1/√(2·5·n) and a slope over a decade by √2/ln 10 of that: 0.02 for 96.
  private static let deepSequences = 96

  /// √E‖B̂_T − target‖² / ‖target‖, over twelve sequences of trials.
  private func errors<Learner: FeedbackLearner>(
    _ sampling: TheoremSampling, _ learner: Learner, layer: Int, to target: Matrix<Double>,
    sequences: Int = 12
  ) throws -> TheoremErrors {
    let runs = try (0..<sequences).map {
      try sampling.trajectory(learner, random: Self.seed.child($0)).ofLayer(layer)
    }
    return TheoremErrors(runs, to: target)
  }

  private func slope(_ errors: TheoremErrors, _ sampling: TheoremSampling) -> Double {
    LogLogFit(sampling.samples, errors.relative).slope
  }

  private func shallow(
    _ output: (TheoremProblem), c: Double, last: Int = 200
  ) -> TheoremSampling {
    TheoremSampling(
      problem: output, topology: .layered, noise: Noise(standardDeviation: c), trials: 100,
      checkpoints: Theorems.checkpoints(from: 10, to: last))
  }

  /// Square below the outputs, so that a product of weights has its shape in either order.
  private func deep(_ topology: FeedbackPathway<Double>.Topology) -> TheoremSampling {
    TheoremSampling(
      problem: .deepLinear(widths: [6, 5, 5, 5], random: Self.seed), topology: topology,
      noise: Theorems.paperNoise, trials: 500,
      checkpoints: Theorems.checkpoints(from: 10, to: 100))
  }

  @Test("Theorem 1: B̂_T tends to B(c) as T^−½, and not to W")
  func shallowSampling() throws {
    let c = 0.5
    let problem = Theorems.sigmoidProblem(Self.seed)
    let sampling = shallow(problem, c: c)
    let limit = try #require(
      try problem.populationFeedback(.gaussian, standardDeviation: c))
    let toLimit = try errors(sampling, Theorems.learner, layer: 0, to: limit)
    #expect(abs(slope(toLimit, sampling) + 0.5) < 0.05, "\(toLimit.relative)")
    let long = shallow(problem, c: c, last: 4_000)
    let one = try errors(long, Theorems.learner, layer: 0, to: limit, sequences: 1)
    let bias = relativeError(limit, problem.weights(1))
    #expect(try #require(one.relative.last) < bias / 3, "bias \(bias), \(one.relative)")
  }

  @Test("an estimate that is not divided by the variance does not converge")
  func forgottenVariance() throws {
    let problem = Theorems.sigmoidProblem(Self.seed)
    let sampling = shallow(problem, c: 0.1)
    let wrong = MistakenFeedback(ridge: Theorems.learner, mistake: .notDividedByVariance)
    let result = try errors(sampling, wrong, layer: 0, to: problem.weights(1), sequences: 4)
    #expect(abs(slope(result, sampling)) < 0.05)
    #expect(try #require(result.relative.last) > 0.9)
  }

  @Test("Theorem 2 and Corollary 1: slope and level, in both layers")
  func deepLinear() throws {
    let (layered, direct) = (deep(.layered), deep(.direct))
    let (lower, upper) = (layered.problem.weights(1), layered.problem.weights(2))
    let cases: [(TheoremSampling, Int, Matrix<Double>, TheoremSampling.InputHistory)] = [
      (layered, 1, upper, .exact), (layered, 0, lower, .ofTheirTime),
      (direct, 0, lower.times(upper), .exact),
    ]
    for (sampling, layer, target, history) in cases {
      let result = try errors(
        sampling, Theorems.learner, layer: layer, to: target, sequences: Self.deepSequences)
      let slope = slope(result, sampling)
      #expect(abs(slope + 0.5) < 0.05, "\(sampling.topology), layer \(layer): \(slope)")
      let level = try result.level(
        sampling, layer: layer, norm: target.frobeniusNorm, inputs: history)
      // A mean square over these sequences scatters by about √(2/(5·96)) = 0.065.
      #expect(abs(level - 1) < 0.25, "\(sampling.topology), layer \(layer): \(level)")
    }
  }

  @Test("Theorem 2: the estimate through the last B̂ converges too")
  func readAgain() throws {
    let sampling = deep(.direct)
    let runs = try (0..<Self.deepSequences).map {
      try sampling.trajectory(Theorems.learner, random: Self.seed.child($0)).layeredLowerFeedback
    }
    let weights = sampling.problem.weights(1)
    let result = TheoremErrors(runs, to: weights)
    #expect(abs(slope(result, sampling) + 0.5) < 0.05, "\(result.relative)")
    let layered = deep(.layered)
    let level = try result.level(
      layered, layer: 0, norm: weights.frobeniusNorm, inputs: .final)
    #expect(abs(level - 1) < 0.25, "\(level)")
  }

  @Test("Corollary 1: the product in the other order is not the limit")
  func otherOrder() throws {
    let sampling = deep(.direct)
    let product = sampling.problem.weights(2).times(sampling.problem.weights(1))
    let result = try errors(sampling, Theorems.learner, layer: 0, to: product, sequences: 2)
    #expect(abs(slope(result, sampling)) < 0.1)
    #expect(try #require(result.relative.last) > 0.5)
  }

  @Test("one reward for a whole batch costs a factor of about the batch size")
  func sharedReward() throws {
    let sampling = TheoremSampling(
      problem: .deepLinear(widths: [6, 5, 5, 5], random: Self.seed), topology: .direct,
      noise: Theorems.paperNoise, trials: 20, checkpoints: Theorems.checkpoints(from: 50, to: 500))
    let target = sampling.problem.weights(2)
    let wrong = MistakenFeedback(ridge: Theorems.learner, mistake: .sharedByBatch)
    let result = try errors(sampling, wrong, layer: 1, to: target)
    let level = try result.level(sampling, layer: 1, norm: target.frobeniusNorm)
    #expect(level > 10 && level < 30, "\(level)")
  }

  @Test("softmax: along 𝟙, B stays at the ridge's value; across it, B converges to W")
  func softmax() throws {
    let problem = TheoremProblem.shallow(
      output: .softmax, loss: .crossEntropy, random: Self.seed)
    #expect(try problem.truth().outputError.eigenvalueRatio < 1e-12)
    let sampling = shallow(problem, c: 0.01)
    let runs = try (0..<12).map {
      try sampling.trajectory(Theorems.learner, random: Self.seed.child($0)).ofLayer(0)
    }
    let weights = problem.weights(1)
    for run in runs {
      let feedback = try #require(run.last)
      #expect(relativeError(feedback.withoutRowMeans, feedback) < 1e-8)
    }
    #expect(relativeError(weights.withoutRowMeans, weights) > 0.1)
    let projected = TheoremErrors(
      runs.map { $0.map(\.withoutRowMeans) }, to: weights.withoutRowMeans)
    #expect(abs(slope(projected, sampling) + 0.5) < 0.05, "\(projected.relative)")
    #expect(abs(slope(TheoremErrors(runs, to: weights), sampling)) < 0.2)
    // And the population estimator exists only where that direction is left out.
    #expect(
      try problem.populationFeedback(.rademacher, standardDeviation: 0.01, projected: true) != nil)
  }

  @Test("the table of the quick budget has no gaps and is the same on one thread and on two")
  func table() throws {
    func table(threads: Int) throws -> ReproductionTable {
      var theorems = Theorems(
        ReproductionRequest(
          budget: .quick, seeds: 2, firstSeed: 5, threads: threads, dataFolder: nil, output: ""))
      theorems.sequences = 4
      return try theorems.table { _ in }
    }
    let one = try table(threads: 1)
    #expect(one.markdown == (try table(threads: 2)).markdown)
    #expect(one.rows.allSatisfy { $0.measured?.isFinite == true })
  }
}
