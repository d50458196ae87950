// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import TestSupport
import TraceExport
import Testing

@testable import Experiments

/// Small versions of the reproductions on spiking networks, and the rows that they write.
@Suite struct DendriticReproductionKnownAnswerTests {
  private let request = ReproductionRequest(
    budget: .full, seeds: 2, firstSeed: 1, threads: 1, dataFolder: nil, output: "")

  /// A result whose runs have these rows after `steps` steps.
  private func result(
    _ name: String, _ header: String, _ rows: [String], steps: Int
  ) throws -> ConditionResult {
    let tables = try rows.map { try RunFixture.metrics([header, "\(steps),\($0)"]) }
    return ConditionResult(name: name, runs: tables)
  }

  @Test("Every condition is a specification without mistakes")
  func conditions() throws {
    var count = 0
    for network in LearnedFeedback.networks + [LearnedFeedback.narrow, LearnedFeedback.measured] {
      for condition in try LearnedFeedback.conditions(network, steps: 600_000) {
        let (spec, _) = try condition.document.read(ExperimentSpec.init(reading:))
        #expect(spec.network.layers == network.layers)
        #expect((spec.network.dendritic?.teaching == .measured) == network.isMeasured)
        count += 1
      }
    }
    for network in Guerguiev2017.networks {
      for (preset, law) in [
        ("authors", "designed"), ("authors", "designedTwice"), ("exact", "designed"),
      ] {
        let document = try Condition(
          "x", Guerguiev2017.preset,
          Guerguiev2017.overrides(network, preset: preset, initialization: law)
        ).document
        let (spec, _) = try document.read(ExperimentSpec.init(reading:))
        #expect(spec.network.layers == network.layers)
        #expect(spec.network.dendritic?.carryState == (preset == "authors"))
        count += 1
      }
    }
    #expect(count == 21)
  }

  @Test("The rows of learned feedback are differences and shares, seed by seed")
  func rows() throws {
    let header = "step,test_error,angle_1"
    let network = LearnedFeedback.Network(name: "x", layers: [784, 5, 10])
    let rows = LearnedFeedback(request, StopFlag()).rows(
      network,
      [
        try result("fixed", header, ["0.10,40", "0.12,50"], steps: 600_000),
        try result("symmetric", header, ["0.05,0", "0.06,10"], steps: 600_000),
        try result("learned", header, ["0.06,20", "0.09,20"], steps: 600_000),
      ], 600_000, isJudged: true)
    func measured(_ start: String) throws -> Double {
      let row = rows.first { $0.quantity.hasPrefix(start) }
      return try #require(row?.measured)
    }
    // (40 − 20, 50 − 20), (20/40, 30/40), (4/5, 3/6).
    #expect(try measured("angle, fixed minus learned, layer 1") == 25)
    #expect(try measured("share of the way") == 0.625)
    #expect(abs(try measured("share of the gap in error") - 0.65) < 1e-12)
    #expect(abs(try measured("test error, x, 600000 images, learned") - 7.5) < 1e-12)
    #expect(rows.filter { $0.band != nil }.map(\.verdict) == ["pass"])
  }

  @Test("In a small spiking network learned feedback aligns far better than fixed feedback")
  func small() throws {
    let network = LearnedFeedback.Network(
      name: "784-20-10", layers: [784, 20, 10])
    let conditions = try LearnedFeedback.conditions(
      network, steps: 6_000,
      more: [
        "data={syntheticDigits: {batch: 1, train: 3000, test: 200, validation: 200}}",
        "substrate.dendritic.testPhase=80", "metrics.examples=100",
      ])
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("learned-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let angles = try conditions.map { condition in
      let path = "\(folder)/\(condition.name)"
      try ExperimentRunner.run(
        RunRequest(condition.document, seed: 1, threads: 1, output: path), stop: StopFlag()
      ) { _ in }
      let metrics = try CSVTable(reading: "\(path)/metrics.csv")
      return try #require(metrics.number("angle_1", at: 6_000))
    }
    let (fixed, symmetric, learned) = (angles[0], angles[1], angles[2])
    #expect(symmetric < 1e-3, "\(symmetric)")
    #expect(learned < fixed - 15, "learned \(learned), fixed \(fixed)")
  }
}
