// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import RandomStreams
import SpikingNetworks
import Substrates
import TestSupport
import Testing

/// A presentation that is watched step by step: the same bits, and every step in its place.
@Suite struct WatchedTrialLawTests {
  private typealias Step = DendriticTrialStep<Double>

  private static let noise = Noise(site: .potential, standardDeviation: 0.3)

  private static func presentation(
    _ comparison: Presentation.Comparison?, measures: Bool
  ) -> Presentation {
    var result =
      comparison.map { Presentation.perturbed(by: noise, comparedWith: $0) } ?? .quiet
    result.measuresTeaching = measures
    return result
  }

  /// A batch of two trials, watched and not, on networks that carry activity or not.
  private func show(
    _ presentation: Presentation, trials: Int = 2, carries: Bool = false,
    shares: Bool = true
  ) throws -> (
    records: [TrialRecord<Double>], carried: [DendriticNetwork<Double>.Carried], steps: [Step]
  ) {
    let trial = try TrialFixture.trial(
      spiking: true, steps: 40, settling: 15, noise: TrialFixture.pushPull(resting: 0.5),
      output: .sigmoid, sharesSpikes: shares, carriesState: carries)
    var unwatched: DendriticNetwork<Double> = try TrialFixture.network(trial)
    unwatched.install(TrialFixture.pathway())
    var watched = unwatched
    let batch: Batch<Double> = TrialFixture.batch(trials: trials)
    var records = [watched, unwatched].map {
      $0.makeRecord(trials: trials, presentation: presentation)
    }
    let random = RandomKey(seed: 12)
    var steps: [Step] = []
    for step in 0..<2 {
      try unwatched.present(
        batch, loss: Loss(.squaredError), random: random, step: step, into: &records[0])
      try watched.present(
        batch, loss: Loss(.squaredError), random: random, step: step, into: &records[1]
      ) { seen in if step == 1 { steps.append(seen) } }
    }
    return (records, [unwatched.carried, watched.carried], steps)
  }

  @Test(
    "Watching changes no bit of the record, nor of what is carried over",
    arguments: [nil] + Presentation.Comparison.allCases)
  func watching(_ comparison: Presentation.Comparison?) throws {
    for measures in [false, true] {
      let presentation = Self.presentation(comparison, measures: measures)
      for (trials, carries, shares) in [(2, false, true), (1, true, false)] {
        let (records, carried, steps) = try show(
          presentation, trials: trials, carries: carries, shares: shares)
        for (a, b) in zip(records[0].layers, records[1].layers) {
          #expect(a.output == b.output && a.slope == b.slope)
          #expect(a.outputDifference == b.outputDifference)
          #expect(a.perturbation.values == b.perturbation.values)
          #expect(a.perturbation.variance == b.perturbation.variance)
          #expect((a.apical != nil) == measures && a.apical?.input == b.apical?.input)
          #expect(a.apical?.teaching == b.apical?.teaching)
        }
        #expect(records[0].prediction == records[1].prediction)
        #expect(records[0].lossDifference == records[1].lossDifference)
        #expect(records[0].inputs == records[1].inputs)
        #expect(carried[0] == carried[1])
        #expect(steps.count == 40 * trials * (presentation.passCount + (measures ? 1 : 0)))
      }
    }
  }

  @Test("Phases come trial by trial in the order in which they run, each step once")
  func order() throws {
    let steps = try show(Self.presentation(.antithetic, measures: true)).steps
    let expected = (0..<2).flatMap { trial in
      [Step.Phase.clean, .target, .perturbed, .second].flatMap { phase in
        (0..<40).map { "\(trial) \(phase) \($0)" }
      }
    }
    #expect(steps.map { "\($0.trial) \($0.phase) \($0.view.step)" } == expected)
    #expect(steps.allSatisfy { $0.window == 15..<40 })
    // The other half of an antithetic pair has the same process, with its sign turned.
    #expect(steps.allSatisfy { $0.noiseSign == ($0.phase == .second ? -1 : 1) })
    func noise(_ phase: Step.Phase) -> [Double] {
      steps.first { $0.phase == phase }?.view.state.values(.noise, ofLayer: 0) ?? []
    }
    #expect(noise(.perturbed) == noise(.second) && noise(.perturbed).contains { $0 != 0 })
    #expect(noise(.clean).allSatisfy { $0 == 0 })
  }

  @Test("Means over the watched window are those of the record")
  func means() throws {
    let (records, _, steps) = try show(Self.presentation(.clean, measures: true))
    for trial in 0..<2 {
      for layer in 0..<2 {
        let own = steps.filter {
          $0.trial == trial && $0.phase == .clean && $0.window.contains($0.view.step)
        }
        let units = TrialFixture.widths[layer + 1]
        for unit in 0..<units {
          let mean =
            own.reduce(0) { $0 + $1.view.state.values(.rate, ofLayer: layer)[unit] }
            / Double(own.count)
          // 25 additions of numbers of at most 1, in the engine's own order.
          #expect(abs(mean - records[0].layers[layer].output[trial, unit]) < 25e-16)
        }
      }
    }
    // The taught phase goes on where the clean one ended; the perturbed one begins anew.
    func counts(_ phase: Step.Phase) -> [Int] {
      steps.filter { $0.trial == 0 && $0.phase == phase }.map(\.view.state.step)
    }
    #expect(counts(.clean) == Array(1...40) && counts(.perturbed) == Array(1...40))
    #expect(counts(.target) == Array(41...80))
  }
}
