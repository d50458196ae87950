// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LearningRules
import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport
import Testing

/// What units take for their perturbation, against plain loops.
@Suite struct EligibilityKnownAnswerTests {
  private static let widths = [5, 6, 4, 3]
  private let network = RateNetwork<Double>(
    connections: Fixture.connections(widths, seed: 1), activations: [.sigmoid, .tanh],
    output: .identity)

  private func record(
    _ site: Noise.Site, _ comparison: Presentation.Comparison, step: Int = 0
  ) throws -> TrialRecord<Double> {
    try #require(
      SubstrateLaws.record(
        network, Fixture.batch(trials: 7, inputs: 5, outputs: 3, seed: UInt64(step)),
        .perturbed(by: Noise(site: site, standardDeviation: 0.1), comparedWith: comparison),
        step: step))
  }

  @Test("The noise itself is left as it was realised")
  func noise() throws {
    let before = try record(.potential, .clean)
    var after = before
    var state = Eligibility.State()
    Eligibility.noise.apply(to: &after, state: &state)
    #expect(state == Eligibility.State())
    for (a, b) in zip(before.layers, after.layers) {
      #expect(a.perturbation.values.hasSameBits(as: b.perturbation.values))
      #expect(a.perturbation.variance.hasSameBits(as: b.perturbation.variance))
      #expect(a.perturbation.gain.hasSameBits(as: b.perturbation.gain))
    }
  }

  @Test("A measured difference of activity stands for ξ, ‖Δh‖²/n for its variance, 1 for the gain")
  func activityDifference() throws {
    for site in Noise.Site.added {
      for comparison in Presentation.Comparison.allCases where comparison != .none {
        var record = try record(site, comparison)
        let before = record
        // What the noise was may not be read.
        for index in 0..<2 {
          record.layers[index].perturbation.values.fill(.nan)
          record.layers[index].perturbation.variance.fill(.nan)
        }
        var state = Eligibility.State()
        Eligibility.activityDifference.apply(to: &record, state: &state)
        #expect(state == Eligibility.State())
        for (layer, old) in zip(record.layers, before.layers) {
          #expect(layer.perturbation.values.hasSameBits(as: old.outputDifference))
          #expect(layer.perturbation.gainIsOne)
          for trial in 0..<7 {
            let squares = old.outputDifference.row(trial).reduce(0) { $0 + $1 * $1 }
            for unit in 0..<layer.output.columns {
              #expect(layer.perturbation.gain[trial, unit] == 1)
              let variance = layer.perturbation.variance[trial, unit]
              #expect(abs(variance / (squares / Double(layer.output.columns)) - 1) < 1e-14)
            }
          }
        }
      }
    }
  }

  @Test("What layers sent: Δx stands for ξ, and Δx − Δh + γξ is what began in the layer")
  func transmittedDifference() throws {
    for site in Noise.Site.added {
      for isSent in [false, true] {
        var record = try record(site, .clean)
        for index in 0..<2 where isSent {
          record.layers[index].transmittedDifference = Fixture.matrix(
            7, Self.widths[index + 1], seed: UInt64(40 + index), scale: 0.2)
        }
        let before = record
        var state = Eligibility.State()
        Eligibility.transmittedDifference.apply(to: &record, state: &state)
        #expect(state == Eligibility.State())
        for (layer, old) in zip(record.layers, before.layers) {
          let sent = old.transmittedDifference ?? old.outputDifference
          #expect(layer.perturbation.values.hasSameBits(as: sent))
          #expect(layer.perturbation.gainIsOne)
          let own = try #require(layer.ownDifference)
          for trial in 0..<7 {
            let squares = sent.row(trial).reduce(0) { $0 + $1 * $1 }
            for unit in 0..<layer.output.columns {
              #expect(layer.perturbation.gain[trial, unit] == 1)
              let variance = layer.perturbation.variance[trial, unit]
              #expect(abs(variance / (squares / Double(layer.output.columns)) - 1) < 1e-14)
              let expected =
                sent[trial, unit] - old.outputDifference[trial, unit]
                + old.perturbation.gain[trial, unit] * old.perturbation.values[trial, unit]
              // Three roundings of numbers below 2.
              #expect(abs(own[trial, unit] - expected) < 1e-15)
            }
          }
        }
        // The first hidden layer of a rate network has nothing below that would move it.
        guard !isSent, site == .output else { continue }
        let distances = try (0..<2).map {
          try #require(record.layers[$0].ownDifference).largestDifference(
            from: before.layers[$0].outputDifference)
        }
        #expect(distances[0] < 1e-15 && distances[1] > 1e-3)
      }
    }
  }

  @Test("Where chance in spikes is the perturbation, what began in a layer is Δx − Δh")
  func chance() throws {
    let noise = Noise(site: .spikes, standardDeviation: 0)
    var record = TrialRecord<Double>(
      architecture: network.architecture, trials: 7,
      presentation: .perturbed(by: noise, comparedWith: .secondNoisy))
    for index in 0..<2 {
      let units = Self.widths[index + 1]
      record.layers[index].transmittedDifference = Fixture.matrix(7, units, seed: 50, scale: 0.2)
      record.layers[index].outputDifference = Fixture.matrix(7, units, seed: 51, scale: 0.2)
      record.layers[index].perturbation.values.fill(.nan)
    }
    let before = record
    var state = Eligibility.State()
    Eligibility.transmittedDifference.apply(to: &record, state: &state)
    for (layer, old) in zip(record.layers, before.layers) {
      var expected = try #require(old.transmittedDifference)
      expected.subtract(old.outputDifference)
      #expect(layer.ownDifference?.largestDifference(from: expected) == 0)
    }
  }

  @Test("A layer that did not move has no estimate, and no division by zero")
  func still() throws {
    var record = try record(.output, .clean)
    record.layers[0].outputDifference.fill(0)
    var state = Eligibility.State()
    Eligibility.activityDifference.apply(to: &record, state: &state)
    var baseline = Baseline.State()
    Baseline.pass.apply(to: &record, state: &baseline)
    CreditRule.nodePerturbation.assign(
      to: &record, pathway: FeedbackPathway(zeroFor: network.architecture, topology: .direct)
    ) { network.connection($0).weights }
    #expect(record.layers[0].teaching.frobeniusNorm == 0)
    #expect(record.layers[1].teaching.frobeniusNorm > 0)
  }

  @Test("No unit is taken to vary by less than the floor's share of its layer's mean variance")
  func floor() throws {
    for (floor, expected) in [(0.0, 1e-12), (0.01, 0.01 * (2 + 1e-12) / 3), (0.5, 1.0 / 3)] {
      var record = try record(.output, .none)
      record.layers[0].outputDifference = Matrix(
        rows: 7, columns: 3, elements: Array(repeating: 0.3, count: 21))
      record.layers[0].perturbation = Perturbation(trials: 7, units: 3)
      var state = Eligibility.State()
      // A unit that was silent so far, and two that were not.
      state.means = [[0, 0, 0], Array(repeating: 0, count: 4)]
      state.variances = [[1e-12, 1, 1], Array(repeating: 1, count: 4)]
      state.count = 1_000
      Eligibility.runningMean(rate: 1e-3, floor: floor).apply(to: &record, state: &state)
      let noise = record.layers[0].perturbation
      #expect(noise.values.elements.allSatisfy { $0 == 0.3 })
      for trial in 0..<7 {
        #expect(abs(noise.variance[trial, 0] / expected - 1) < 1e-9, "floor \(floor)")
        // Above the floor v is what it was.
        #expect(noise.variance[trial, 1] == 1 && noise.variance[trial, 2] == 1)
      }
    }
  }

  @Test("A running mean says how far each unit is from its past, trials before this batch alone")
  func runningMean() throws {
    let rate = 0.05
    for site in Noise.Site.added {
      var state = Eligibility.State()
      var (mean, variance) = ([0.0, 0], [0.0, 0])
      var count = 0
      for step in 0..<6 {
        var record = try record(site, .none, step: step)
        for index in 0..<2 {
          record.layers[index].perturbation.values.fill(.nan)
          record.layers[index].perturbation.variance.fill(.nan)
        }
        Eligibility.runningMean(rate: rate).apply(to: &record, state: &state)
        // One unit of each layer, in plain loops.
        for (index, unit) in [3, 2].enumerated() {
          let layer = record.layers[index]
          for trial in 0..<7 {
            let (xi, v) = (
              layer.perturbation.values[trial, unit], layer.perturbation.variance[trial, unit]
            )
            if step == 0 {
              #expect(xi == 0 && v == 1)
            } else {
              let expected = layer.outputDifference[trial, unit] - mean[index]
              // Numbers below 2, some roundings each.
              #expect(abs(xi - expected) < 1e-14 && abs(v - variance[index]) < 1e-14)
            }
          }
          #expect(layer.perturbation.gainIsOne)
          #expect(layer.perturbation.gain.elements.allSatisfy { $0 == 1 })
        }
        for trial in 0..<7 {
          count += 1
          let weight = count < 20 ? 1 / Double(count) : rate
          for (index, unit) in [3, 2].enumerated() {
            let old = mean[index]
            let h = record.layers[index].outputDifference[trial, unit]
            mean[index] = (1 - weight) * old + weight * h
            variance[index] =
              (1 - weight) * variance[index] + weight * (1 - weight) * (h - old) * (h - old)
          }
        }
      }
    }
  }

  @Test("Until 1 / rate trials were seen, the moments are the plain ones of all trials")
  func plainMoments() throws {
    var state = Eligibility.State()
    var seen: [Double] = []
    for step in 0..<5 {
      var record = try record(.output, .none, step: step)
      Eligibility.runningMean(rate: 1e-3).apply(to: &record, state: &state)
      seen += (0..<7).map { record.layers[0].outputDifference[$0, 4] }
    }
    let moments = SampleMoments(seen)
    #expect(abs(state.means[0][4] - moments.mean) < 1e-14)
    #expect(abs(state.variances[0][4] - moments.variance) < 1e-14)
    #expect(state.count == 35)
  }

  @Test("A running mean that went through a checkpoint continues bit for bit")
  func checkpoint() throws {
    func run(_ interrupted: Bool) throws -> Eligibility.State {
      var state = Eligibility.State()
      for step in 0..<6 {
        if interrupted, step == 3 {
          state = try JSONDecoder().decode(
            Eligibility.State.self, from: JSONEncoder().encode(state))
        }
        var record = try record(.output, .none, step: step)
        Eligibility.runningMean(rate: 0.05).apply(to: &record, state: &state)
      }
      return state
    }
    #expect(try run(true) == run(false))
  }

  @Test("Each eligibility takes the presentations that hold what it reads")
  func presentations() {
    let noise = Noise(standardDeviation: 0.1)
    #expect(Eligibility.noise.accepts(.quiet))
    #expect(!Eligibility.activityDifference.accepts(.quiet))
    #expect(!Eligibility.runningMean(rate: 0.1).accepts(.quiet))
    for comparison in Presentation.Comparison.allCases {
      let shown = Presentation.perturbed(by: noise, comparedWith: comparison)
      #expect(Eligibility.noise.accepts(shown))
      #expect(Eligibility.activityDifference.accepts(shown) == (comparison != .none))
      #expect(Eligibility.runningMean(rate: 0.1).accepts(shown) == (comparison == .none))
    }
  }
}
