// SPDX-License-Identifier: GPL-3.0-or-later

import LearningRules
import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport
import Testing

/// The weight mirror against plain loops, and against what it should converge to.
@Suite struct WeightMirrorKnownAnswerTests {
  private static let widths = [5, 6, 4, 3]
  private let network = RateNetwork<Double>(
    connections: Fixture.connections(widths, seed: 1), activations: [.sigmoid, .tanh],
    output: .sigmoid)

  private func pathway(_ topology: FeedbackPathway<Double>.Topology) -> FeedbackPathway<Double> {
    var pathway = FeedbackPathway<Double>(zeroFor: network.architecture, topology: topology)
    for index in pathway.weights.indices {
      let b = pathway.weights[index]
      pathway.weights[index] = Fixture.matrix(b.rows, b.columns, seed: UInt64(90 + index))
      pathway.constantRows[index] = Fixture.matrix(1, b.columns, seed: UInt64(95 + index))
    }
    return pathway
  }

  @Test("B is (1 − decay)·B + rate·scale·Σ (γξ)ᵀ·Δy, entry by entry")
  func formula() throws {
    for site in Noise.Site.added {
      for comparison in Presentation.Comparison.allCases where comparison != .none {
        for topology in [FeedbackPathway<Double>.Topology.layered, .direct] {
          let noise = Noise(
            site: site, standardDeviation: 0.1, perturbsConstantUnit: site == .output)
          let batch: Batch<Double> = Fixture.batch(trials: 7, inputs: 5, outputs: 3, seed: 2)
          var record = try #require(
            SubstrateLaws.record(network, batch, .perturbed(by: noise, comparedWith: comparison)))
          let learner = WeightMirror(rate: 0.7, decay: 0.25)
          let before = pathway(topology)
          var after = before
          var state = learner.makeState(for: after)
          learner.update(&after, from: &record, scale: 0.5, state: &state)
          for index in 0..<2 {
            let response =
              topology == .direct || index == 1
              ? record.predictionDifference : record.layers[1].outputDifference
            let here = record.layers[index]
            for k in 0..<response.columns {
              for unit in 0..<here.output.columns {
                var sum = 0.75 * before.weights[index][unit, k]
                for trial in 0..<7 {
                  sum +=
                    0.35 * here.perturbation.gain[trial, unit]
                    * here.perturbation.values[trial, unit] * response[trial, k]
                }
                // A few roundings of numbers below 10.
                #expect(abs(after.weights[index][unit, k] - sum) < 1e-14)
              }
              guard let constant = here.constantUnit else { continue }
              var sum = 0.75 * before.constantRows[index][0, k]
              for trial in 0..<7 {
                sum += 0.35 * constant.values[trial, 0] * response[trial, k]
              }
              #expect(abs(after.constantRows[index][0, k] - sum) < 1e-14)
            }
            #expect(!after.weights[index].hasSameBits(as: before.weights[index]))
          }
        }
      }
    }
  }

  @Test("Losses, rewards, errors and teaching signals that are not numbers leave a mirror unmoved")
  func locality() throws {
    let batch: Batch<Double> = Fixture.batch(trials: 7, inputs: 5, outputs: 3, seed: 2)
    let shown = Presentation.perturbed(by: Noise(site: .potential, standardDeviation: 0.1))
    var record = try #require(SubstrateLaws.record(network, batch, shown))
    let learner = WeightMirror(rate: 0.7, decay: 0.25)
    var (clear, secret) = (pathway(.layered), pathway(.layered))
    var state = learner.makeState(for: clear)
    learner.update(&clear, from: &record, scale: 1, state: &state)
    record.loss = record.loss.map { _ in .nan }
    record.perturbedLoss = record.loss
    record.lossDifference = record.loss
    record.advantage = record.advantage.map { _ in .nan }
    record.outputError.fill(.nan)
    for index in 0..<2 {
      record.layers[index].teaching.fill(.nan)
      record.layers[index].error.fill(.nan)
    }
    learner.update(&secret, from: &record, scale: 1, state: &state)
    #expect(clear == secret)
  }

  @Test("After many trials on a linear network B points along W, and its size is the fixed point's")
  func convergence() throws {
    let connections: [Connection<Double>] = Fixture.connections([4, 6, 5, 3], seed: 4)
    let linear = LinearSubstrate(connections: connections)
    for (comparison, topology) in [
      (Presentation.Comparison.clean, FeedbackPathway<Double>.Topology.layered),
      (.antithetic, .direct), (.secondNoisy, .layered), (.noisyBaseline, .direct),
    ] {
      let presentation = Presentation.perturbed(
        by: Noise(standardDeviation: 0.3), comparedWith: comparison)
      let variance = 0.09 * presentation.varianceFactor
      let decay = 0.002
      let learner = WeightMirror(rate: decay / (50 * variance), decay: decay)
      #expect(learner.fixedPoint(trials: 50, variance: variance, scale: 1) == 1)
      let plan = LearningPlan(credit: .feedback, presentation: presentation, descent: nil)
      var pathway = FeedbackPathway<Double>(zeroFor: linear.architecture, topology: topology)
      for index in 0..<2 {
        let b = pathway.weights[index]
        pathway.weights[index] = Fixture.matrix(b.rows, b.columns, seed: UInt64(80 + index))
      }
      var trainer = Trainer(
        linear, plan: plan, learner: learner, pathway: pathway, trials: 50,
        random: RandomKey(seed: 6))
      for step in 0..<5_000 {
        try trainer.step(
          Fixture.batch(trials: 50, inputs: 4, outputs: 3, seed: UInt64(step % 5)))
      }
      let upper = connections[2].weights
      var lower = connections[1].weights
      if topology == .direct {
        lower = Oracle.product(connections[1].weights, .plain, upper, .plain).value
      }
      for (index, w) in [lower, upper].enumerated() {
        let b = trainer.state.pathway.weights[index]
        // The start has decayed to e⁻¹⁰ of itself. 2/decay = 1,000 batches of 50 trials are in the
        // mean, and a trial's product has a deviation of some 2 (W's columns are of norm 1, and the
        // noise of the layer above adds 1): 0.01 per entry, √30 of which are 2° to a W of norm 2.
        let angle = try #require(Alignment.angle(b.elements, w.elements))
        #expect(angle < 5, "\(comparison), \(topology), layer \(index + 1): \(angle)°")
        #expect(abs(Alignment.normRatio(b, w) - 1) < 0.05)
        let start = try #require(
          Alignment.angle(pathway.weights[index].elements, w.elements))
        #expect(start > 30)
      }
    }
  }

  @Test("The mean increment is Var ξ·γ_i²·φ′_j·W_ij, summed over trials, to first order in c")
  func mean() throws {
    // A stimulus shown 200 times in each of 300 batches, noise on u and on h.
    let one: Batch<Double> = Fixture.batch(trials: 1, inputs: 5, outputs: 3, seed: 8)
    let batch = Batch<Double>(
      inputs: .dense(Matrix(rowsOf: Array(repeating: one.inputs.dense.row(0), count: 200))),
      targets: Matrix(rowsOf: Array(repeating: one.targets.row(0), count: 200)))
    let quiet = try #require(SubstrateLaws.record(network, batch.trial(0), .quiet))
    let w = network.connection(1).weights
    for site in Noise.Site.added {
      let c = 0.01
      var rejected = 0
      var moments = w.elements.map { _ in SampleMoments() }
      for step in 0..<300 {
        var record = try #require(
          SubstrateLaws.record(
            network, batch, .perturbed(by: Noise(site: site, standardDeviation: c)), step: step))
        let learner = WeightMirror(rate: 1 / (200 * c * c), decay: 0)
        var pathway = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .layered)
        var state = learner.makeState(for: pathway)
        learner.update(&pathway, from: &record, scale: 1, state: &state)
        for (index, value) in pathway.weights[0].elements.enumerated() { moments[index].add(value) }
      }
      for i in 0..<6 {
        let gain = site == .output ? 1 : quiet.layers[0].slope[0, i]
        for j in 0..<4 {
          let slope = quiet.layers[1].slope[0, j]
          let here = moments[i * 4 + j]
          // The next order in c is 10⁻⁴ of the mean, the standard error 10⁻².
          #expect(
            StatisticalCheck.accepts(here.meanScore(expected: gain * gain * slope * w[i, j])))
          if !StatisticalCheck.accepts(here.meanScore(expected: w[i, j])) { rejected += 1 }
        }
      }
      // W itself, without the slopes, is not what it comes to.
      #expect(rejected > 3)
    }
  }
}
