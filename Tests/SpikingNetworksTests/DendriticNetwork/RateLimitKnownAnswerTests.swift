// SPDX-License-Identifier: GPL-3.0-or-later

import LearningRules
import LinearAlgebra
import RandomStreams
import RateNetworks
import RealModule
import SpikingNetworks
import Substrates
import TestSupport
import Testing

/// In the rate limit a dendritic network is the rate network of the same weights: rates travel,
/// noise is frozen and additive, phases settle for 400 ms, steps are exact.
@Suite struct RateLimitKnownAnswerTests {
  private typealias Laws = SubstrateLaws<DendriticNetwork<Double>>
  private let batch: Batch<Double> = TrialFixture.batch(trials: 6)

  private func rateNetwork(_ output: OutputFunction = .identity) -> RateNetwork<Double> {
    RateNetwork(
      connections: Fixture.connections(TrialFixture.widths, seed: 3),
      activations: [.sigmoid, .sigmoid], output: output)
  }

  /// What a kernel leaves unsettled after `time` ms, in the first layer and in those above.
  ///
  /// The slow filter keeps e^{−t/10}: 4e-18 at 400 ms. Every further layer convolves with it once
  /// more, which multiplies by less than (1 + t/10) = 41: 2e-16 and 7e-15 in layers 2 and 3.
  private let firstTolerance = 1e-12
  private let tolerance = 1e-11

  @Test("First-layer rates are the rate network's to 1e-12, all others to the settling error")
  func clean() throws {
    for noise in [nil, try TrialFixture.pushPull()] {
      for parameters in [
        try TrialFixture.trial(noise: noise), try cutKernel(noise: noise),
      ] {
        let network: DendriticNetwork<Double> = try TrialFixture.network(parameters)
        let a = try #require(Laws.record(network, batch, .quiet))
        let b = try #require(SubstrateLaws.record(rateNetwork(), batch, .quiet))
        for index in 0..<2 {
          let bound = index == 0 ? firstTolerance : tolerance
          #expect(a.layers[index].output.largestDifference(from: b.layers[index].output) < bound)
          #expect(a.layers[index].slope.largestDifference(from: b.layers[index].slope) < bound)
          #expect(
            (a.layers[index].transmitted ?? Matrix(rows: 0, columns: 0))
              .largestDifference(from: b.layers[index].output) < tolerance)
        }
        #expect(a.inputs.dense.largestDifference(from: b.inputs.dense) < firstTolerance)
        #expect(a.prediction.largestDifference(from: b.prediction) < tolerance)
        #expect(a.outputError.largestDifference(from: b.outputError) < tolerance)
      }
    }
  }

  /// The authors' kernel of half the area, which the units of W take out.
  private func cutKernel(noise: ConductanceNoise?) throws -> DendriticTrial {
    let whole = try TrialFixture.trial(noise: noise)
    return try DendriticTrial(
      circuit: whole.circuit.with(kernel: SynapticKernel(truncation: 10, isNormalised: false)),
      output: whole.output, forward: whole.forward, target: whole.target, testSteps: 450)
  }

  @Test("The estimates of all layers are the rate network's, on the same realised noise")
  func estimates() throws {
    let oracle = OracleNetwork(
      Fixture.connections(TrialFixture.widths, seed: 3) as [Connection<Double>],
      activations: [.sigmoid, .sigmoid], output: .identity)
    for site in Noise.Site.added {
      // Resting conductances of 10 keep |δg| far from its limit.
      let trial = try TrialFixture.trial(
        noise: site == .output ? nil : TrialFixture.pushPull(resting: 10))
      let network: DendriticNetwork<Double> = try TrialFixture.network(trial)
      let record = try #require(
        Laws.record(network, batch, .perturbed(by: Noise(site: site, standardDeviation: 0.3))))
      for row in 0..<batch.trials {
        func run(_ noise: [[Double]]) -> OracleNetwork.Result {
          oracle.run(
            batch.inputs.dense.row(row), target: batch.targets.row(row), loss: .squaredError,
            noise: noise, site: site)
        }
        let noise = record.layers.map { $0.perturbation.values.row(row) }
        let (noisy, clean) = (run(noise), run([]))
        let change = noisy.loss - clean.loss
        #expect(abs(record.lossDifference[row] - change) < tolerance)
        // What weight mirrors and activity differences read.
        for (unit, answer) in record.predictionDifference.row(row).enumerated() {
          #expect(abs(answer - (noisy.prediction[unit] - clean.prediction[unit])) < tolerance)
        }
        for (index, layer) in record.layers.enumerated() {
          for (unit, answer) in layer.outputDifference.row(row).enumerated() {
            let expected = noisy.outputs[index][unit] - clean.outputs[index][unit]
            #expect(abs(answer - expected) < tolerance)
          }
          for unit in 0..<layer.output.columns {
            let estimate =
              record.lossDifference[row] * layer.perturbation.values[row, unit]
              / layer.perturbation.variance[row, unit]
            let expected = change * layer.perturbation.values[row, unit] / 0.09
            // ξ/Var ξ is below 4·0.3/0.09 = 13.
            #expect(abs(estimate - expected) < 13 * tolerance)
          }
        }
      }
    }
  }

  @Test("Measured linear teaching is s·Bᵀ with s from the outputs' rates, both settled")
  func measured() throws {
    for topology in [FeedbackPathway<Double>.Topology.direct, .layered] {
      let trial = try TrialFixture.trial(output: .sigmoid)
      var network: DendriticNetwork<Double> = try TrialFixture.network(trial, topology: topology)
      let pathway: FeedbackPathway<Double> = TrialFixture.pathway(topology)
      network.install(pathway)
      var presentation = Presentation.quiet
      presentation.measuresTeaching = true
      var record = try #require(Laws.record(network, batch, presentation))
      CreditRule.measured.assign(to: &record, pathway: pathway) { _ in
        Matrix(rows: 0, columns: 0)
      }
      for index in 0..<2 {
        let apical = try #require(record.layers[index].apical)
        var expected = record.layers[index].teaching
        Connection.adjoint(
          of: apical.input, through: pathway.weights[index], into: &expected)
        #expect(record.layers[index].teaching.largestDifference(from: expected) < tolerance)
      }
      // Taught outputs settle to σ((g_d·V^b ± 8)/1.7) with V^b = u/k_d, k_d = 6/7.
      let rate = try #require(SubstrateLaws.record(rateNetwork(), batch, .quiet))
      let input = try #require(record.layers[1].apical?.input)
      var s = rate.prediction
      s.update { row, unit, u in
        let y = batch.targets[row, unit]
        let taught = (0.7 * u + 8 * y - 8 * (1 - y)) / 1.7
        return OracleNetwork.value(.sigmoid, u).h - OracleNetwork.value(.sigmoid, taught).h
      }
      #expect(input.largestDifference(from: s) < tolerance)
      // With g_a = 0 hidden layers do not feel that outputs are taught.
      if topology == .layered {
        let below = try #require(record.layers[0].apical?.input)
        #expect(below.elements.allSatisfy { abs($0) < tolerance })
      }
    }
  }

  @Test("A plateau read-out is the difference of two sigmoids, and its slope is theirs")
  func plateau() throws {
    let linear = try TrialFixture.trial(output: .sigmoid)
    let curved = try TrialFixture.trial(output: .sigmoid, readout: .plateau)
    var presentation = Presentation.quiet
    presentation.measuresTeaching = true
    func apical(_ trial: DendriticTrial, _ scale: Double) throws -> ApicalRecord<Double> {
      var network: DendriticNetwork<Double> = try TrialFixture.network(trial)
      var pathway: FeedbackPathway<Double> = TrialFixture.pathway()
      for index in 0..<2 { pathway.weights[index].update { _, _, b in scale * b } }
      network.install(pathway)
      let record = try #require(Laws.record(network, batch, presentation))
      return try #require(record.layers[0].apical)
    }
    // Slope at the mean of two plateaus a distance d apart: exact to d² /12·σ‴/σ′ ≤ d²/24 … relative.
    let (a, b) = (try apical(linear, 0.01), try apical(curved, 0.01))
    let slope = try #require(b.slope)
    for row in 0..<batch.trials {
      for unit in 0..<a.teaching.columns {
        let expected = slope[row, unit] * a.teaching[row, unit]
        #expect(abs(b.teaching[row, unit] - expected) < 1e-4 * abs(expected) + 1e-12)
      }
    }
  }

  @Test("Outputs that learn from their own taught rates have the error of those")
  func measuredTargets() throws {
    let trial = try TrialFixture.trial(output: .sigmoid, outputTargets: .measured)
    let network: DendriticNetwork<Double> = try TrialFixture.network(trial)
    var presentation = Presentation.quiet
    presentation.measuresTeaching = true
    let record = try #require(Laws.record(network, batch, presentation))
    let rate = try #require(SubstrateLaws.record(rateNetwork(), batch, .quiet))
    for row in 0..<batch.trials {
      for unit in 0..<3 {
        let u = rate.prediction[row, unit]
        let y = batch.targets[row, unit]
        let (h, slope) = OracleNetwork.value(.sigmoid, u)
        let taught = OracleNetwork.value(.sigmoid, (0.7 * u + 16 * y - 8) / 1.7).h
        #expect(abs(record.outputError[row, unit] - (h - taught) * slope) < tolerance)
        #expect(abs(record.prediction[row, unit] - h) < tolerance)
      }
    }
  }

  @Test("The deterministic twin of a spiking network is the rate network of its weights")
  func twin() throws {
    let trial = try TrialFixture.trial(spiking: true, steps: 60, settling: 30)
    let network: DendriticNetwork<Double> = try TrialFixture.network(trial)
    let twin = try #require(network.deterministicTwin())
    let a = try #require(Laws.record(twin, batch, .quiet))
    let b = try #require(SubstrateLaws.record(rateNetwork(), batch, .quiet))
    // 250 ms leave e^{−25}·26² = 9e-9 of what the third layer begins with, a few units.
    #expect(a.prediction.largestDifference(from: b.prediction) < 1e-7)
    let noisy = try #require(Laws.record(network, batch, .quiet))
    #expect(noisy.prediction.largestDifference(from: b.prediction) > 0.01)
  }

  @Test("A single conductance's variance follows the squared driving force of each unit")
  func drivingForce() throws {
    let noise = try ConductanceNoise(
      form: .singleSided(mean: 0.05, reversal: 8), standardDeviation: 1)
    let trial = try TrialFixture.trial(noise: noise)
    let network: DendriticNetwork<Double> = try TrialFixture.network(trial)
    let c = 0.01
    let record = try #require(
      Laws.record(
        network, batch, .perturbed(by: Noise(site: .potential, standardDeviation: c))))
    for layer in record.layers {
      for row in 0..<batch.trials {
        for unit in 0..<layer.output.columns {
          // V̄ from h̄ = σ(V̄): settled.
          let h = layer.output[row, unit]
          let v = Double.log(h / (1 - h))
          let expected = c * c * (8 - v) * (8 - v) / 64
          #expect(abs(layer.perturbation.variance[row, unit] / expected - 1) < 1e-9)
        }
      }
    }
  }
}
