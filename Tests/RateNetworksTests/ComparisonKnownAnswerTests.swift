// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport
import Testing

/// Every comparison and activity source against the oracle's passes run alone. The two noises
/// are taken from what the records say: ξ from a single noisy pass, ξ′ from `secondNoisy`.
@Suite struct ComparisonKnownAnswerTests {
  private static let widths = [5, 6, 4, 3]
  private let connections: [Connection<Double>] = Fixture.connections(widths, seed: 61)
  private let activations: [Activation] = [.tanh, .softplus]
  private let batch: Batch<Double> = Fixture.batch(trials: 6, inputs: 5, outputs: 3, seed: 62)

  private func record(
    _ noise: Noise, _ comparison: Presentation.Comparison,
    _ source: Presentation.ActivitySource = .clean
  ) throws -> TrialRecord<Double> {
    let network = RateNetwork(
      connections: connections, activations: activations, output: .sigmoid)
    return try #require(
      SubstrateLaws.record(
        network, batch, .perturbed(by: noise, comparedWith: comparison, activityFrom: source)))
  }

  private func pass(_ trial: Int, _ noise: [[Double]], _ site: Noise.Site) -> OracleNetwork.Result {
    OracleNetwork(connections, activations: activations, output: .sigmoid).run(
      batch.inputs.dense.row(trial), target: batch.targets.row(trial), loss: .squaredError,
      noise: noise, site: site)
  }

  @Test("ΔL, ξ, Δh, Δŷ and the activity of each presentation are what its passes give alone")
  func passes() throws {
    for site in Noise.Site.added {
      let noise = Noise(site: site, standardDeviation: 0.4)
      let (alone, apart) = (try record(noise, .none), try record(noise, .secondNoisy))
      for comparison in Presentation.Comparison.allCases {
        for source in Presentation.ActivitySource.allCases {
          let record = try record(noise, comparison, source)
          for trial in 0..<6 {
            let xi = alone.layers.map { $0.perturbation.values.row(trial) }
            let difference = apart.layers.map { $0.perturbation.values.row(trial) }
            let other = zip(xi, difference).map { zip($0, $1).map { $0 - $1 } }
            let (first, clean) = (pass(trial, xi, site), pass(trial, [], site))
            let second: OracleNetwork.Result? =
              switch comparison {
              case .none: nil
              case .clean: clean
              case .antithetic: pass(trial, xi.map { $0.map { -$0 } }, site)
              case .secondNoisy, .noisyBaseline: pass(trial, other, site)
              }
            check(record, trial, first, second, clean, source)
          }
        }
      }
    }
  }

  private func check(
    _ record: TrialRecord<Double>, _ trial: Int, _ first: OracleNetwork.Result,
    _ second: OracleNetwork.Result?, _ clean: OracleNetwork.Result,
    _ source: Presentation.ActivitySource
  ) {
    let name = "\(record.presentation.comparison), \(source), trial \(trial)"
    // Some hundred roundings of numbers below 5.
    func expect(_ got: [Double], _ expected: [Double], _ what: String) {
      let worst = zip(got, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(got.count == expected.count && worst < 1e-13, "\(what): \(name)")
    }
    let shown: [OracleNetwork.Result] =
      switch source {
      case .clean: [clean]
      case .perturbed: [first]
      case .mean: [first, second ?? first]
      }
    func mean(_ values: (OracleNetwork.Result) -> [Double]) -> [Double] {
      let sums = zip(values(shown[0]), values(shown[shown.count - 1])).map { $0 + $1 }
      return sums.map { $0 / 2 }
    }
    expect([record.lossDifference[trial]], [first.loss - (second?.loss ?? 0)], "ΔL")
    expect([record.perturbedLoss[trial]], [first.loss], "L̃")
    expect([record.loss[trial]], mean { [$0.loss] }, "L")
    expect(record.prediction.row(trial), mean { $0.prediction }, "ŷ")
    let answer = second?.prediction ?? first.prediction.map { _ in 0 }
    expect(
      record.predictionDifference.row(trial), zip(first.prediction, answer).map { $0 - $1 }, "Δŷ")
    for (index, layer) in record.layers.enumerated() {
      expect(layer.output.row(trial), mean { $0.outputs[index] }, "h")
      expect(layer.slope.row(trial), mean { $0.slopes[index] }, "slope")
      let site = record.presentation.noise?.site
      let gain =
        site == .potential ? mean { $0.slopes[index] } : layer.slope.row(trial).map { _ in 1 }
      expect(layer.perturbation.gain.row(trial), gain, "gain")
      #expect(layer.perturbation.gainIsOne == (site == .output))
      // A single noisy pass is compared with nothing, whether or not a clean pass ran beside it.
      let compared = second?.outputs[index] ?? first.outputs[index].map { _ in 0 }
      expect(
        layer.outputDifference.row(trial), zip(first.outputs[index], compared).map { $0 - $1 },
        "Δh")
    }
  }

  @Test("The two noises of two noisy passes are independent, and both of their layers")
  func independence() throws {
    let wide = RateNetwork<Double>(
      connections: Fixture.connections([2, 200, 200, 2], seed: 1), activations: [.tanh, .tanh],
      output: .identity)
    let batch: Batch<Double> = Fixture.batch(trials: 100, inputs: 2, outputs: 2, seed: 1)
    func noises(_ comparison: Presentation.Comparison) throws -> [[Double]] {
      let record = try #require(
        SubstrateLaws.record(
          wide, batch,
          .perturbed(by: Noise(standardDeviation: 0.1), comparedWith: comparison)))
      return record.layers.map { $0.perturbation.values.elements }
    }
    let first = try noises(.none)
    let second = zip(first, try noises(.secondNoisy)).map { zip($0, $1).map { $0 - $1 } }
    let all = first + second
    for (a, x) in all.enumerated() {
      for y in all[..<a] {
        #expect(StatisticalCheck.accepts(StatisticalCheck.correlationScore(x, y)))
      }
      let moments = SampleMoments(x)
      #expect(StatisticalCheck.accepts(moments.varianceScore(expected: 0.01)))
      #expect(!StatisticalCheck.accepts(StatisticalCheck.correlationScore(x, x)))
    }
  }
}
