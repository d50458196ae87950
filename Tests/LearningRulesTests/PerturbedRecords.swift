// SPDX-License-Identifier: GPL-3.0-or-later

import LearningRules
import LinearAlgebra
import RateNetworks
import Substrates
import TestSupport
import Testing

/// Records of a small rate network with two hidden layers, seven trials each, for learners that are
/// compared with plain loops.
enum PerturbedRecords {
  static let widths = [5, 6, 4, 3]
  static let architecture = Architecture(widths: widths)

  /// The record of batch `index` with credit assigned through `pathway`. Where an eligibility may read
  /// what layers sent, that is not h, as on spiking networks.
  static func record(
    _ index: Int, _ noise: Noise, _ pathway: FeedbackPathway<Double>,
    eligibility: Eligibility = .noise
  ) throws -> TrialRecord<Double> {
    let network = RateNetwork<Double>(
      connections: Fixture.connections(widths, seed: 1), activations: [.sigmoid, .tanh],
      output: .identity)
    let batch: Batch<Double> = Fixture.batch(trials: 7, inputs: 5, outputs: 3, seed: UInt64(index))
    var record = try #require(
      SubstrateLaws.record(network, batch, .perturbed(by: noise), step: index))
    var state = Baseline.State()
    Baseline.pass.apply(to: &record, state: &state)
    if eligibility == .transmittedDifference {
      for layer in record.layers.indices {
        var sent: Matrix<Double> = Fixture.matrix(
          7, widths[layer + 1], seed: UInt64(900 + 10 * index + layer), scale: 0.05)
        sent.add(record.layers[layer].outputDifference)
        record.layers[layer].transmittedDifference = sent
      }
    }
    var past = Eligibility.State()
    eligibility.apply(to: &record, state: &past)
    CreditRule.feedback.assign(to: &record, pathway: pathway) { network.connection($0).weights }
    return record
  }
}
