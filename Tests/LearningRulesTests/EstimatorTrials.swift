// SPDX-License-Identifier: GPL-3.0-or-later

import LearningRules
import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport

/// Many trials of one stimulus, as a network, its noise and a baseline make them, and the moments
/// of the node-perturbation estimate λ̂ of every hidden unit, all layers in a row.
struct EstimatorTrials<Network: Substrate & Copyable> where Network.Scalar == Double {
  let network: Network
  let input: [Double]
  let target: [Double]
  var loss = Loss(.squaredError)
  var key = RandomKey(seed: 2020).purpose(.test)
  var batch = 4000

  /// The true gradient ∂L/∂h of every hidden unit, by backpropagation, and L.
  func truth() throws -> (lambda: [Double], loss: Double) {
    var record = network.makeRecord(trials: 1, presentation: .quiet)
    var copy = network
    try copy.present(shown(1), loss: loss, random: key, step: 0, into: &record)
    let empty = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .direct)
    CreditRule.backpropagation.assign(to: &record, pathway: empty) {
      network.connection($0).weights
    }
    return (record.layers.flatMap { $0.teaching.row(0) }, record.loss[0])
  }

  private func shown(_ trials: Int) -> Batch<Double> {
    Batch(
      inputs: .dense(Matrix(rowsOf: Array(repeating: input, count: trials))),
      targets: Matrix(rowsOf: Array(repeating: target, count: trials)))
  }

  /// Moments about `centers` of the estimates of `trials` trials, after `skipping` batches in which
  /// baselines, eligibilities and rewards have settled.
  func moments(
    _ presentation: Presentation, baseline: Baseline = .pass, eligibility: Eligibility = .noise,
    reward: Reward = .plain, trials: Int, centers: [Double], skipping: Int = 0
  ) throws -> [SampleMoments] {
    var network = network
    var record = network.makeRecord(trials: batch, presentation: presentation)
    let shown = shown(batch)
    let empty = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .direct)
    var (state, eligibilityState) = (Baseline.State(), Eligibility.State())
    var rewardState = Reward.State()
    var result = centers.map { SampleMoments(center: $0) }
    for step in 0..<trials / batch + skipping {
      try network.present(shown, loss: loss, random: key, step: step, into: &record)
      baseline.apply(to: &record, state: &state)
      eligibility.apply(to: &record, state: &eligibilityState)
      reward.apply(to: &record, state: &rewardState)
      guard step >= skipping else { continue }
      CreditRule.nodePerturbation.assign(to: &record, pathway: empty) { _ in empty.weights[0] }
      var unit = 0
      for layer in record.layers {
        let columns = layer.teaching.columns
        for (index, value) in layer.teaching.elements.enumerated() {
          result[unit + index % columns].add(value)
        }
        unit += columns
      }
    }
    return result
  }
}
