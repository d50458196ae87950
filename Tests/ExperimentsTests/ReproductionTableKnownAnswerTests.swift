// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LearningRules
import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport
import Testing

@testable import Experiments

/// From runs to the verdicts of a table.
@Suite struct ReproductionTableKnownAnswerTests {
  @Test func `A mean has a standard error where there are several values`() {
    let several = MeanAndError([1, 2, 6])
    #expect(several.mean == 3)
    // Deviations −2, −1, 3: variance 14/2, over 3 values.
    #expect(abs((several.standardError ?? 0) - (7.0 / 3).squareRoot()) < 1e-15)
    #expect(MeanAndError([4]).mean == 4)
    #expect(MeanAndError([4]).standardError == nil)
    #expect(MeanAndError([]).mean == nil)
  }

  private func row(_ measured: Double?, _ band: ClosedRange<Double>?) -> ReproductionTable.Row {
    ReproductionTable.Row(
      quantity: "q", target: "t", measured: measured, standardError: nil, band: band, claim: "c")
  }

  @Test func `A row passes inside its band and at its ends, and nowhere else`() {
    #expect(row(1, 1...2).verdict == "pass")
    #expect(row(2, 1...2).verdict == "pass")
    #expect(row(2.000_001, 1...2).verdict == "MISS")
    #expect(row(0.999_999, 1...2).verdict == "MISS")
    #expect(row(.nan, 1...2).verdict == "MISS")
    #expect(row(nil, 1...2).verdict == "missing")
    #expect(row(5, nil).verdict == "reported")
  }

  @Test func `A table counts passes among judged rows`() {
    var withError = row(0.012_344, nil)
    withError.standardError = 0.001
    let table = ReproductionTable(
      title: "T", notes: ["n"],
      rows: [
        row(1, 1...2), row(7, -Double.infinity...3), row(250, 20...Double.infinity), withError,
        row(nil, nil),
      ])
    #expect(
      table.markdown == """
        # T

        n

        | quantity | target | measured | pass band | verdict | stands for |
        | --- | --- | --- | --- | --- | --- |
        | q | t | 1.00 | 1.00 … 2.00 | pass | c |
        | q | t | 7.00 | ≤ 3.00 | MISS | c |
        | q | t | 250.0 | ≥ 20.00 | pass | c |
        | q | t | 0.01234 ± 0.001 | – | reported | c |
        | q | t | – | – | reported | c |

        2 of 3 judged rows pass.

        """)
  }

  @Test func `Metrics read back by column and step; an empty cell is no number`() throws {
    let table = try RunFixture.metrics(["step,a,b", "0,,2", "10,-0.5,"])
    #expect(table.number("a", at: 0) == nil)
    #expect(table.number("b", at: 0) == 2)
    #expect(table.number("a", at: 10) == -0.5)
    #expect(table.number("b", at: 10) == nil)
    #expect(table.number("a", at: 5) == nil)
    #expect(table.number("c", at: 0) == nil)
    let result = ConditionResult(name: "x", runs: [table, table])
    #expect(result.value("a", at: 10).mean == -0.5)
    #expect(result.value("a", at: 10).standardError == 0)
    #expect(result.values("a", at: 0).isEmpty)
  }

  @Test func `Figure 2's rows take their columns, in per cent, and gaps seed by seed`() throws {
    func result(_ name: String, _ rows: [String]) throws -> ConditionResult {
      let header = "step,test_error,angle_1,angle_2,relative_error_1,relative_error_2"
      let tables = try rows.map { try RunFixture.metrics([header, "7,\($0)"]) }
      return ConditionResult(name: name, runs: tables)
    }
    let named = [
      "backpropagation": try result("bp", ["0.068,,,,", "0.070,,,,"]),
      "feedback-alignment": try result("fa", ["0.088,45,50,1,1", "0.090,47,54,1,1"]),
      "node-perturbation-1.0e-2": try result("np", ["0.069,10,20,1.5,0.4", "0.071,14,20,1.7,0.6"]),
    ]
    let request = ReproductionRequest(
      budget: .quick, seeds: 2, firstSeed: 1, threads: 1, dataFolder: nil, output: "")
    let rows = Figure2(request, StopFlag()).quickRows(named, 7)
    func measured(_ start: String) throws -> Double {
      let row = rows.first { $0.quantity.hasPrefix(start) }
      return try #require(row?.measured)
    }
    let expected = [
      ("test error, backpropagation", 6.9), ("test error, feedback alignment", 8.9),
      ("test error, node perturbation", 7.0), ("angle, node perturbation, layer 1", 12),
      ("angle, node perturbation, layer 2", 20),
      ("angle, feedback alignment minus node perturbation, layer 1", 34),
      ("angle, feedback alignment minus node perturbation, layer 2", 32),
      ("relative error, node perturbation, layer 1", 1.6),
      ("relative error, node perturbation, layer 2", 0.5),
    ]
    for (quantity, value) in expected {
      #expect(abs(try measured(quantity) - value) < 1e-12, "\(quantity)")
    }
    #expect(rows.filter { $0.band != nil }.allSatisfy { $0.verdict == "pass" })
    // The preset of the text was not run: nothing is made up for it.
    #expect(rows.filter { $0.quantity.contains("`paper`") }.allSatisfy { $0.measured == nil })
  }

  // Two statements of one formula, made apart: by blocks of an example set, and over a theorem's
  // examples, whose own version is tried against sampled estimates.
  @Test(arguments: [Deviate.gaussian, .rademacher])
  func `The least-squares prediction is that of the theorems`(distribution: Deviate) throws {
    let images = MeasurementKnownAnswerTests.images(803)
    let set = ExampleSet<Double>(images, target: .labels)
    let network = MeasurementKnownAnswerTests.network()
    let noise = Noise(distribution: distribution, standardDeviation: 0.01)
    let prediction = try LeastSquaresPrediction(
      network, noise: noise, loss: Loss(.squaredError), examples: set)
    let sampling = TheoremSampling(
      problem: TheoremProblem(
        network: network, loss: Loss(.squaredError), examples: set.batch(Array(0..<set.count))),
      topology: .layered, noise: noise, trials: 1, checkpoints: [1])
    let samples = 5_000
    for layer in 0..<2 {
      let scaled = try #require(try sampling.scaledError(layer: layer))
      let norm = network.connection(layer + 1).weights.frobeniusNorm
      let expected = (scaled / Double(samples)).squareRoot() / norm
      let relative = prediction.relativeError(layer: layer, samples: samples)
      #expect(abs(relative / expected - 1) < 1e-9)
    }
  }

  @Test func `Noise on constant units adds their slopes to the predicted error`() throws {
    let set = ExampleSet<Double>(MeasurementKnownAnswerTests.images(300), target: .labels)
    let network = MeasurementKnownAnswerTests.network()
    func scaled(_ perturbsConstantUnit: Bool) throws -> Double {
      let prediction = try LeastSquaresPrediction(
        network,
        noise: Noise(standardDeviation: 0.01, perturbsConstantUnit: perturbsConstantUnit),
        loss: Loss(.squaredError), examples: set)
      let relative = prediction.relativeError(layer: 1, samples: 1)
      let norm = network.connection(2).weights.frobeniusNorm
      return relative * relative * norm * norm
    }
    // Σ_j E[eᵀV⁻²e · Σ_l (b^{l+1}·e^{l+1})²] over the four units j, in plain loops.
    let batch = set.batch(Array(0..<set.count))
    var record = network.makeRecord(trials: 300, presentation: .quiet)
    var shown = network
    try shown.present(
      batch, loss: Loss(.squaredError), random: RandomKey(seed: 0), step: 0, into: &record)
    let none = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .layered)
    CreditRule.backpropagation.assign(to: &record, pathway: none) { network.connection($0).weights }
    var moment = Oracle.product(record.outputError, .transposed, record.outputError).value
    moment.update { _, _, value in value / 300 }
    let whitened = Oracle.solve(record.outputError, timesInverseOf: moment)
    var total = 0.0
    for trial in 0..<300 {
      let weight = whitened.row(trial).reduce(0) { $0 + $1 * $1 }
      for connection in 1...2 {
        let error = record.error(aboveConnection: connection).row(trial)
        let slope = zip(network.connection(connection).biases, error).reduce(0) { $0 + $1.0 * $1.1 }
        total += 4 * weight * slope * slope
      }
    }
    #expect(abs((try scaled(true) - scaled(false)) / (total / 300) - 1) < 1e-9)
  }
}
