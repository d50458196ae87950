// SPDX-License-Identifier: GPL-3.0-or-later

internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import RateNetworks
internal import Substrates

/// The learning of B at fixed W from T perturbed trials, by the trainer that every experiment uses.
struct TheoremSampling: Sendable {
  /// The case.
  let problem: TheoremProblem
  /// What B multiplies.
  let topology: FeedbackPathway<Double>.Topology
  /// The noise.
  let noise: Noise
  /// Trials per step.
  let trials: Int
  /// The steps after which B is kept, ascending.
  let checkpoints: [Int]

  /// T at each checkpoint.
  var samples: [Double] { checkpoints.map { Double($0 * trials) } }

  /// What was learned from one sequence of trials.
  struct Trajectory: Sendable {
    /// B of every hidden layer, at each checkpoint.
    var feedback: [[Matrix<Double>]] = []
    /// Σ eᵀ·e of the output errors, at each checkpoint.
    var outputGram: [Matrix<Double>] = []

    /// B of one hidden layer (from 0), at each checkpoint.
    func ofLayer(_ layer: Int) -> [Matrix<Double>] { feedback.map { $0[layer] } }
  }

  /// Runs the learner on the examples and the noise that live at `random`.
  func trajectory<Learner: FeedbackLearner>(
    _ learner: Learner, random: RandomKey
  ) throws -> Trajectory {
    let plan = LearningPlan(
      credit: .feedback, presentation: .perturbed(by: noise), descent: nil, loss: problem.loss)
    let architecture = problem.network.architecture
    var trainer = Trainer(
      problem.network, plan: plan, learner: learner,
      pathway: FeedbackPathway(zeroFor: architecture, topology: topology), trials: trials,
      random: random)
    var gram = Matrix<Double>(rows: architecture.outputs, columns: architecture.outputs)
    var result = Trajectory()
    for step in 0..<(checkpoints.last ?? 0) {
      try trainer.step(problem.batch(trials: trials, random: random, step: step))
      let error = trainer.record.outputError
      gram.accumulateProduct(error, .transposed, error, .plain, beta: 1)
      if checkpoints.contains(step + 1) {
        result.feedback.append(trainer.state.pathway.weights)
        result.outputGram.append(gram)
      }
    }
    return result
  }

  /// T·E ‖B̂_T − B‖² of a hidden layer (from 0) for large T: what independent trials leave.
  ///
  /// With s the exact feedback input, V = E[sᵀ·s], and B fitted to s itself, it is
  /// Σ_j E[ s V⁻² sᵀ·v_j ] with v_j = Var λ̂_j = ‖λ‖² + (κ − 2) λ_j², ‖λ‖² over all perturbed
  /// units (spiking-model notes §4.5).
  ///
  /// Where s came through a B of the layer above that was itself being estimated, its error adds
  /// to the noise: unit j then carries λ̂_j − q·(W λ̂_above)_j, q being 1 if all trials are read again
  /// through the last B̂, and log(T/t) for trial t if each was read through the B̂ of its own
  /// time, whose error is a mean over the trials before. With E q = 1 in both, Gaussian noise, and
  /// a linear layer (λ_j = (W λ_above)_j),
  ///
  ///     v_j = ‖λ‖²·(1 + E q²·‖W_j‖²) + λ_j²·(E q² − 1),  E q² = 1 or 2.
  ///
  /// Curvature, which adds a term of order c² to v, is left out. Nil where V is singular: A3 fails.
  func scaledError(layer: Int, inputs: InputHistory = .exact) throws -> Double? {
    let record = try problem.truth()
    let input = record.feedbackInput(ofLayer: layer, topology)
    guard let whitened = input.timesInverse(of: input.meanOuterProduct(input)) else { return nil }
    let weights = problem.weights(layer + 1)
    let norms = (0..<weights.rows).map { weights.row($0).reduce(0) { $0 + $1 * $1 } }
    let excess = noise.distribution.kurtosis - 2
    var total = 0.0
    for trial in 0..<record.trials {
      let all = record.layers.reduce(0.0) { sum, layer in
        layer.teaching.row(trial).reduce(sum) { $0 + $1 * $1 }
      }
      let own = record.layers[layer].teaching.row(trial)
      var variance = 0.0
      for (lambda, norm) in zip(own, norms) {
        switch inputs {
        case .exact: variance += all + excess * lambda * lambda
        case .final: variance += all * (1 + norm)
        case .ofTheirTime: variance += all * (1 + 2 * norm) + lambda * lambda
        }
      }
      total += whitened.row(trial).reduce(0) { $0 + $1 * $1 } * variance
    }
    return total / Double(record.trials)
  }

  /// Through which B of the layer above a layered feedback input came.
  enum InputHistory {
    /// None, or one that is exact.
    case exact
    /// The last: all trials are read again.
    case final
    /// The one of its time, as learning on line has it.
    case ofTheirTime
  }
}

/// The error of B against what it should become, over several sequences of trials.
struct TheoremErrors {
  /// √(mean ‖B̂_T − B‖²) / ‖B‖ over the sequences, at each checkpoint.
  let relative: [Double]

  /// - Parameters:
  ///   - estimates: B̂ at each checkpoint, of each sequence of trials.
  ///   - target: B.
  init(_ estimates: [[Matrix<Double>]], to target: Matrix<Double>) {
    relative = (0..<(estimates.first?.count ?? 0)).map { index in
      let squares = estimates.map { sequence in
        let error = Alignment.relativeError(of: sequence[index], to: target)
        return error * error
      }
      return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    }
  }

  /// T·E ‖B̂_T − B‖² over its prediction: the mean over the last three checkpoints, where what is
  /// of higher order in 1/T has faded most.
  func level(
    _ sampling: TheoremSampling, layer: Int, norm: Double,
    inputs: TheoremSampling.InputHistory = .exact
  ) throws -> Double {
    guard let predicted = try sampling.scaledError(layer: layer, inputs: inputs) else {
      return .nan
    }
    let ratios = zip(relative, sampling.samples).suffix(3).map { error, samples in
      error * error * norm * norm * samples / predicted
    }
    return ratios.reduce(0, +) / Double(ratios.count)
  }
}
