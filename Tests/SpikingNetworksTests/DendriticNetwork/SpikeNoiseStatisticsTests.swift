// SPDX-License-Identifier: GPL-3.0-or-later

import LearningRules
import LinearAlgebra
import RandomStreams
import RealModule
@testable import SpikingNetworks
import Substrates
import TestSupport
import Testing

/// A network's own spikes as the perturbation, and perturbations that neurons share.
@Suite struct SpikeNoiseStatisticsTests {
  private typealias Network = DendriticNetwork<Double>
  private static let widths = [30, 20, 5]

  /// One input shown in many trials.
  private func repeated(_ trials: Int) -> Batch<Double> {
    let one: Batch<Double> = TrialFixture.batch(trials: 1, widths: Self.widths)
    func copies(_ matrix: Matrix<Double>) -> Matrix<Double> {
      Matrix(rowsOf: Array(repeating: matrix.row(0), count: trials))
    }
    return Batch(inputs: .dense(copies(one.inputs.dense)), targets: copies(one.targets))
  }

  private func network(noise: ConductanceNoise? = nil) throws -> Network {
    try TrialFixture.network(
      TrialFixture.trial(
        spiking: true, steps: 150, settling: 100, noise: noise, output: .sigmoid,
        sharesSpikes: false), widths: Self.widths)
  }

  private func record(
    _ network: Network, _ batch: Batch<Double>, _ presentation: Presentation
  ) throws -> TrialRecord<Double> {
    try #require(
      SubstrateLaws.record(network, batch, presentation, key: RandomKey(seed: 31), step: 2))
  }

  /// ∂L/∂V of the hidden layer without chance.
  private func truth(_ network: Network) throws -> [Double] {
    let twin = try #require(network.deterministicTwin())
    var record = try self.record(twin, repeated(1), .quiet)
    let none = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .direct)
    CreditRule.backpropagation.assign(to: &record, pathway: none) {
      network.connection($0).weights
    }
    return record.layers[0].error.row(0)
  }

  /// Mean of ΔL·ξ / Var ξ over trials.
  private func estimate(_ record: TrialRecord<Double>) -> [Double] {
    let noise = record.layers[0].perturbation
    return (0..<noise.values.columns).map { unit in
      (0..<record.trials).reduce(0.0) {
        $0 + record.lossDifference[$1] * noise.values[$1, unit] / noise.variance[$1, unit]
      } / Double(record.trials)
    }
  }

  @Test(
    "What spikes were beside what was expected has mean 0 and the variance that the record says",
    arguments: [1.0, 0.3, 0.05])
  func moments(margin: Double) throws {
    let noise = Noise(site: .spikes, standardDeviation: 0, margin: margin)
    let record = try record(
      network(), repeated(2_000), .perturbed(by: noise, comparedWith: .none))
    let layer = record.layers[0]
    for unit in 0..<20 {
      var (mean, squares) = (SampleMoments(), SampleMoments(center: 1))
      for row in 0..<record.trials {
        let (xi, variance) = (
          layer.perturbation.values[row, unit], layer.perturbation.variance[row, unit]
        )
        mean.add(xi / variance.squareRoot())
        squares.add(xi * xi / variance)
      }
      #expect(StatisticalCheck.accepts(mean.meanScore(expected: 0)), "unit \(unit)")
      #expect(StatisticalCheck.accepts(squares.meanScore(expected: 1)), "unit \(unit)")
      // 2,000 squares of deviation about √2 to √3: a standard error of 4 %.
      #expect(!StatisticalCheck.accepts(squares.meanScore(expected: 1.4)), "unit \(unit)")
    }
  }

  @Test("Estimates from spikes point along ∂L/∂V, against a mean and against a second pass")
  func estimates() throws {
    let network = try network()
    let truth = try truth(network)
    // Sampling makes atan √(20/T·…): all of ΔL's chance is in it, not this layer's alone.
    for (margin, comparison, limit) in [
      (1.0, Presentation.Comparison.secondNoisy, 25.0), (1.0, .clean, 30), (0.1, .secondNoisy, 35),
    ] {
      let noise = Noise(site: .spikes, standardDeviation: 0, margin: margin)
      let record = try record(
        network, repeated(8_000), .perturbed(by: noise, comparedWith: comparison))
      let estimate = estimate(record)
      let angle = try #require(Alignment.angle(estimate, truth))
      #expect(angle < limit, "margin \(margin), \(comparison): \(angle)")
      let shifted = Array(estimate.dropFirst()) + [estimate[0]]
      let wrong = try #require(Alignment.angle(shifted, truth))
      #expect(wrong > 45, "\(wrong)")
    }
  }

  @Test("Steps near the threshold are read from the deviates that decided about the spikes")
  func sameDeviates() throws {
    let network = try network()
    func values(margin: Double) throws -> [Double] {
      try record(
        network, repeated(200),
        .perturbed(
          by: Noise(site: .spikes, standardDeviation: 0, margin: margin), comparedWith: .none)
      ).layers[0].perturbation.values.elements
    }
    // A margin of nearly 1 counts all steps; two spikes in one step, in 2 % of steps at most, are
    // counted once.
    let (all, near) = (try values(margin: 1), try values(margin: 1 - 1e-12))
    let own = all.reduce(0) { $0 + $1 * $1 }
    let both = zip(all, near).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(both / own > 0.85 && both / own < 1.05, "\(both / own)")
  }

  @Test("The sizes of estimates from spikes are those of ∂L/∂V")
  func size() throws {
    let network = try network()
    let truth = try truth(network)
    let record = try record(
      network, repeated(8_000),
      .perturbed(by: Noise(site: .spikes, standardDeviation: 0), comparedWith: .secondNoisy))
    let estimate = estimate(record)
    let dot = zip(estimate, truth).reduce(0) { $0 + $1.0 * $1.1 }
    let size = dot / truth.reduce(0) { $0 + $1 * $1 }
    // The filter of 10 ms carries some spikes out of a window of 50 ms and loses others: a factor
    // of 1 − 13/50, about.
    #expect(size > 0.6 && size < 1.15, "\(size)")
  }

  @Test("Any two neurons of a layer share the fraction of their noise that was asked for")
  func sharing() throws {
    for (fraction, course) in [
      (0.0, ConductanceNoise.Course.frozen), (0.4, .frozen), (0.4, .white),
      (0.7, .poisson(rate: 1, timeConstant: 3)),
    ] {
      let noise = try ConductanceNoise(
        form: .pushPull(resting: 5), course: course, standardDeviation: 1,
        sharedFraction: fraction)
      let record = try record(
        network(noise: noise), repeated(3_000),
        .perturbed(by: Noise(site: .potential, standardDeviation: 0.3), comparedWith: .none))
      let xi = record.layers[0].perturbation
      var products = SampleMoments()
      for row in 0..<record.trials {
        products.add(xi.values[row, 3] * xi.values[row, 11] / xi.variance[row, 3])
      }
      #expect(StatisticalCheck.accepts(products.meanScore(expected: fraction)), "\(course)")
      // A correlation of 3,000 pairs is known to 2 %; 0.15 are more than six of its errors.
      #expect(!StatisticalCheck.accepts(products.meanScore(expected: fraction + 0.15)))
    }
  }

  @Test(
    "Where neurons share their noise its estimates are confounded, and those from spikes are not")
  func confounding() throws {
    let shared = try ConductanceNoise(
      form: .pushPull(resting: 0.5), standardDeviation: 1, sharedFraction: 0.95)
    let network = try network(noise: shared)
    let truth = try truth(network)
    func angle(_ noise: Noise) throws -> Double {
      let record = try record(
        network, repeated(8_000), .perturbed(by: noise, comparedWith: .secondNoisy))
      return try #require(Alignment.angle(estimate(record), truth))
    }
    let conductance = try angle(Noise(site: .potential, standardDeviation: 0.5))
    let spikes = try angle(Noise(site: .spikes, standardDeviation: 0.5))
    let marginal = try angle(Noise(site: .spikes, standardDeviation: 0.5, margin: 0.1))
    #expect(spikes < 35, "\(spikes)")
    #expect(conductance > spikes + 15, "\(conductance) and \(spikes)")
    #expect(conductance > marginal, "\(conductance) and \(marginal)")
  }

  @Test("Counts by inversion are the Poisson distribution's")
  func poisson() {
    func word(_ u: Double) -> UInt32 { UInt32(u * 0x1p32) }
    let table = PoissonCounts(mean: 1)
    // e⁻¹·(1, 2, 2.5): the distribution function at 0, 1 and 2.
    let bounds = [1.0, 2, 2.5].map { $0 * Double.exp(-1) }
    for (count, bound) in bounds.enumerated() {
      #expect(table.count(word(bound - 1e-9)) == count)
      #expect(table.count(word(bound + 1e-9)) == count + 1)
    }
    let wide = PoissonCounts(mean: 50)
    let quantiles = (0..<100_000).map { Double(wide.count(word((Double($0) + 0.5) / 100_000))) }
    let mean = quantiles.reduce(0, +) / 100_000
    let variance = quantiles.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 100_000
    #expect(abs(mean - 50) < 1e-3 && abs(variance - 50) < 0.02, "\(mean), \(variance)")
  }
}
