// SPDX-License-Identifier: GPL-3.0-or-later

import LearningRules
import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport

/// A linear network with one hidden layer of n units and m outputs, shown targets that make its
/// output errors white: target = prediction − e with e drawn from N(0, 1). Then λ = e·Wᵀ exactly,
/// the setting of spiking-model notes §4.5.
struct WhiteErrors {
  /// m.
  let outputs: Int
  let deviate: Deviate
  /// Small enough that the loss's curvature in the noise, of order c·‖W‖², adds less than
  /// 10⁻¹⁰ to a squared relative error; rounding, 2⁻⁵³·L/c, less than 10⁻¹⁸.
  let noiseLevel = 1e-6
  let key = RandomKey(seed: 45).purpose(.test)
  let network: RateNetwork<Double>
  /// W, row after row.
  private let truth: [Double]
  /// ŷ for an input of zero: W·b₀ + b₁.
  private let prediction: [Double]

  init(hidden: Int, outputs: Int, deviate: Deviate) {
    self.outputs = outputs
    self.deviate = deviate
    network = RateNetwork(
      connections: Fixture.connections([1, hidden, outputs], seed: 33), activations: [.identity],
      output: .identity)
    let (lower, upper) = (network.connection(0), network.connection(1))
    truth = upper.weights.elements
    prediction = (0..<outputs).map { k in
      (0..<hidden).reduce(upper.biases[k]) { $0 + lower.biases[$1] * upper.weights[$1, k] }
    }
  }

  /// The trainer of B from zero.
  func trainer<Learner: FeedbackLearner>(
    _ learner: Learner, trials: Int, repetition: Int = 0
  ) -> Trainer<RateNetwork<Double>, Learner> {
    let noise = Noise(distribution: deviate, standardDeviation: noiseLevel)
    return Trainer(
      network,
      plan: LearningPlan(
        credit: .feedback, presentation: .perturbed(by: noise), descent: nil),
      learner: learner,
      pathway: FeedbackPathway(zeroFor: network.architecture, topology: .direct), trials: trials,
      random: key.child(repetition))
  }

  /// Batch number `step` of a repetition.
  func batch(trials: Int, step: Int, repetition: Int = 0) -> Batch<Double> {
    let errors = key.child(repetition).child(9).doubles(
      .gaussian, count: trials * outputs, step: step)
    return Batch(
      inputs: .dense(Matrix(rows: trials, columns: 1)),
      targets: Matrix(
        rows: trials, columns: outputs,
        elements: errors.indices.map { prediction[$0 % outputs] - errors[$0] }))
  }

  /// ‖B − W‖² / ‖W‖².
  func squaredError<Learner: FeedbackLearner>(
    _ trainer: borrowing Trainer<RateNetwork<Double>, Learner>
  ) -> Double {
    let b = trainer.state.pathway.weights[0].elements
    var (difference, norm) = (0.0, 0.0)
    for index in truth.indices {
      difference += (b[index] - truth[index]) * (b[index] - truth[index])
      norm += truth[index] * truth[index]
    }
    return difference / norm
  }
}
