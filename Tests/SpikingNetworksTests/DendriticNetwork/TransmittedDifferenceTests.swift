// SPDX-License-Identifier: GPL-3.0-or-later

@testable import LearningRules
import LinearAlgebra
import RandomStreams
import SpikingNetworks
import Substrates
import TestSupport
import Testing

/// What spiking layers sent in one pass more than in the other, and what it says of the loss.
@Suite struct TransmittedDifferenceTests {
  private static let widths = [30, 40, 20, 5]
  private static let noise = Noise(site: .potential, standardDeviation: 0.05)

  private func network() throws -> DendriticNetwork<Double> {
    try TrialFixture.network(
      TrialFixture.trial(
        spiking: true, steps: 80, settling: 30, noise: TrialFixture.pushPull(resting: 0.2),
        output: .sigmoid),
      widths: Self.widths, topology: .layered)
  }

  private func record(
    _ comparison: Presentation.Comparison?, from source: Presentation.ActivitySource = .clean,
    trials: Int = 3
  ) throws -> TrialRecord<Double> {
    try #require(
      SubstrateLaws.record(
        network(), TrialFixture.batch(trials: trials, widths: Self.widths),
        comparison.map {
          .perturbed(by: Self.noise, comparedWith: $0, activityFrom: source)
        } ?? .quiet, step: 0))
  }

  @Test("Δx is what the perturbed pass sent less what the pass sent that it is compared with")
  func differences() throws {
    let clean = try record(nil)
    let perturbed = try record(Presentation.Comparison.none, from: .perturbed)
    let compared = try record(.clean)
    let mirrored = try record(.antithetic)
    let mean = try record(.antithetic, from: .mean)
    for index in 0..<2 {
      #expect(clean.layers[index].transmittedDifference == nil)
      let sent = try #require(perturbed.layers[index].transmitted)
      #expect(perturbed.layers[index].transmittedDifference == sent)
      var expected = sent
      expected.subtract(try #require(clean.layers[index].transmitted))
      #expect(compared.layers[index].transmittedDifference == expected)
      #expect(expected.frobeniusNorm > 0)
      // 2·(x₊ − x̄), with x̄ the mean of the two.
      expected = sent
      expected.subtract(try #require(mean.layers[index].transmitted))
      expected.scale(by: 2)
      let difference = try #require(mirrored.layers[index].transmittedDifference)
      #expect(difference.largestDifference(from: expected) < 1e-14)
      #expect(difference.frobeniusNorm > 0)
    }
  }

  /// Surprises of every layer with B = W, and the advantages.
  private func surprises(
    _ eligibility: Eligibility, _ work: (inout TrialRecord<Double>) -> Void = { _ in }
  ) throws -> (surprises: [[Double]], record: TrialRecord<Double>) {
    let network = try network()
    var pathway = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .layered)
    for index in 0..<2 { pathway.weights[index] = network.connection(index + 1).weights }
    var record = try record(.clean, trials: 400)
    var (baseline, past) = (Baseline.State(), Eligibility.State())
    Baseline.pass.apply(to: &record, state: &baseline)
    eligibility.apply(to: &record, state: &past)
    work(&record)
    CreditRule.feedback.assign(to: &record, pathway: pathway) { network.connection($0).weights }
    return (record.surprises(controlVariate: true, pathway), record)
  }

  private func power(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 } }

  @Test("What the last hidden layer sent explains the loss; the noise leaves most unexplained")
  func explained() throws {
    let (knowing, record) = try surprises(.transmittedDifference)
    let (guessing, _) = try surprises(.noise)
    let all = power(record.advantage)
    // 0.24 % and 0.27 % of the squares are left in the two layers, and 88 % from the noise.
    #expect(power(knowing[1]) / all < 0.01, "\(power(knowing[1]) / all)")
    #expect(power(knowing[0]) / all < 0.01, "\(power(knowing[0]) / all)")
    #expect(power(guessing[1]) / all > 0.5, "\(power(guessing[1]) / all)")
  }

  @Test("What began above is no part of what a layer learns from: B is of the right length")
  func unbiased() throws {
    /// What is left of the loss for layer 1 along what it predicts, E[a·p] / E[p²] with B = W, and its
    /// standard error.
    func along(
      _ work: (inout TrialRecord<Double>) -> Void = { _ in }
    ) throws -> (slope: Double, error: Double) {
      let (surprises, record) = try surprises(.transmittedDifference, work)
      let predictions = (0..<record.trials).map { trial in
        zip(
          record.layers[0].teaching.row(trial), record.layers[0].perturbation.values.row(trial)
        ).reduce(0) { $0 + $1.0 * $1.1 }
      }
      let all = power(predictions)
      let slope = 1 + zip(surprises[0], predictions).reduce(0) { $0 + $1.0 * $1.1 } / all
      let errors = zip(surprises[0], predictions).map { ($0 - (slope - 1) * $1) * $1 }
      return (slope, power(errors).squareRoot() / all)
    }
    let right = try along()
    // Four standard errors of 0.0175, and x lags behind h at the window's edges.
    #expect(abs(right.slope - 1) < 0.08 && right.error < 0.02, "\(right)")
    // All of Δx above in the place of what began there leaves nothing to learn.
    let wrong = try along { record in
      record.layers[1].ownDifference = record.layers[1].perturbation.values
    }
    #expect(abs(wrong.slope) < 4 * wrong.error, "\(wrong)")
  }
}
