// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LearningRules
import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport
import Testing

/// Ridge least squares against sums in plain loops and a plain solve.
@Suite struct RidgeFeedbackKnownAnswerTests {
  private let architecture = PerturbedRecords.architecture

  /// 1 / (κ + ‖s‖²), or 1.
  private func weight(_ input: [Double], _ normalisation: Double?) -> Double {
    normalisation.map { 1 / ($0 + input.reduce(0) { $0 + $1 * $1 }) } ?? 1
  }

  /// What one unit's row of B should be after `records`: the whole history in one sum.
  private func solution(
    _ records: [TrialRecord<Double>], _ topology: FeedbackPathway<Double>.Topology, layer: Int,
    unit: Int, by learner: RidgeFeedback
  ) -> [Double] {
    let width = FeedbackPathway<Double>.inputWidths(architecture, topology)[layer]
    var v = Matrix<Double>(rows: width, columns: width)
    var s = Matrix<Double>(rows: 1, columns: width)
    for (age, record) in records.reversed().enumerated() {
      let input = record.feedbackInput(ofLayer: layer, topology)
      let here = record.layers[layer]
      for trial in 0..<record.trials {
        let weight =
          pow(learner.forgetting, Double(age)) * weight(input.row(trial), learner.normalisation)
        let gain = here.perturbation.gain[trial, unit]
        let (xi, variance) = (
          here.perturbation.values[trial, unit], here.perturbation.variance[trial, unit]
        )
        var scalar = record.advantage[trial]
        if learner.controlVariate {
          for other in record.layers {
            for k in 0..<other.output.columns {
              scalar -=
                other.perturbation.gain[trial, k] * other.teaching[trial, k]
                * other.perturbation.values[trial, k]
            }
          }
        }
        var estimate = scalar * xi / variance
        if learner.controlVariate { estimate += gain * here.teaching[trial, unit] }
        for a in 0..<width {
          s[0, a] += weight * gain * estimate * input[trial, a]
          for b in 0..<width {
            v[a, b] += weight * gain * gain * input[trial, a] * input[trial, b]
          }
        }
      }
    }
    for a in 0..<width { v[a, a] += learner.ridge }
    return Oracle.solve(s, timesInverseOf: v).elements
  }

  @Test("B is S·(V + ridge)⁻¹ of the whole history, forgotten and weighted as the formula says")
  func formula() throws {
    for site in Noise.Site.added {
      for topology in FeedbackPathway<Double>.Topology.allCases {
        for (forgetting, controlVariate, normalisation) in [
          (1.0, false, nil), (0.8, false, nil), (0.9, true, nil), (0.8, false, 0.3),
          (0.9, true, 2.0),
        ] {
          let learner = RidgeFeedback(
            ridge: 0.5, forgetting: forgetting, controlVariate: controlVariate,
            normalisation: normalisation)
          var pathway = FeedbackPathway<Double>(zeroFor: architecture, topology: topology)
          var state = learner.makeState(for: pathway)
          var history: [TrialRecord<Double>] = []
          for index in 0..<6 {
            var record = try PerturbedRecords.record(
              index, Noise(site: site, standardDeviation: 0.1), pathway)
            history.append(record)
            try learner.update(&pathway, from: &record, scale: 1, state: &state)
            for layer in 0..<2 {
              for unit in 0..<PerturbedRecords.widths[layer + 1] {
                let expected = solution(
                  history, topology, layer: layer, unit: unit, by: learner)
                let got = pathway.weights[layer].row(unit)
                // Eigenvalues of V + ridge lie between 0.5 and about 10²: a condition number
                // of 200, times some tens of roundings.
                let size = expected.reduce(1) { max($0, abs($1)) }
                for (a, b) in zip(got, expected) { #expect(abs(a - b) < 1e-11 * size) }
              }
            }
          }
          #expect(pathway.weights.allSatisfy { $0.frobeniusNorm > 1e-3 })
        }
      }
    }
  }

  @Test("The constant unit's row of B is the same least squares on that unit's own noise")
  func constantRow() throws {
    for (controlVariate, normalisation) in [(false, nil), (true, nil), (true, 0.3)] {
      let learner = RidgeFeedback(
        ridge: 0.5, forgetting: 0.9, controlVariate: controlVariate, normalisation: normalisation)
      let noise = Noise(standardDeviation: 0.1, perturbsConstantUnit: true)
      var pathway = FeedbackPathway<Double>(zeroFor: architecture, topology: .layered)
      var state = learner.makeState(for: pathway)
      var sums = [4, 3].map {
        (v: Matrix<Double>(rows: $0, columns: $0), s: Matrix<Double>(rows: 1, columns: $0))
      }
      for index in 0..<4 {
        var record = try PerturbedRecords.record(index, noise, pathway)
        let before = pathway
        try learner.update(&pathway, from: &record, scale: 1, state: &state)
        for layer in 0..<2 {
          let input = record.feedbackInput(ofLayer: layer, .layered)
          let width = input.columns
          sums[layer].v.update { _, _, value in 0.9 * value }
          sums[layer].s.update { _, _, value in 0.9 * value }
          for trial in 0..<record.trials {
            // λ of a constant unit is s·B₀ᵀ with the B₀ before this batch.
            func lambda(_ l: Int) -> Double {
              zip(
                record.feedbackInput(ofLayer: l, .layered).row(trial),
                before.constantRows[l].row(0)
              ).reduce(0) { $0 + $1.0 * $1.1 }
            }
            var scalar = record.advantage[trial]
            if controlVariate {
              for (l, other) in record.layers.enumerated() {
                scalar -= lambda(l) * other.constantUnit!.values[trial, 0]
                for k in 0..<other.output.columns {
                  scalar -= other.teaching[trial, k] * other.perturbation.values[trial, k]
                }
              }
            }
            let xi = record.layers[layer].constantUnit!.values[trial, 0]
            let estimate = scalar * xi / 0.01 + (controlVariate ? lambda(layer) : 0)
            let weight = weight(input.row(trial), normalisation)
            for a in 0..<width {
              sums[layer].s[0, a] += weight * estimate * input[trial, a]
              for b in 0..<width {
                sums[layer].v[a, b] += weight * input[trial, a] * input[trial, b]
              }
            }
          }
          var v = sums[layer].v
          for a in 0..<width { v[a, a] += 0.5 }
          let expected = Oracle.solve(sums[layer].s, timesInverseOf: v)
          // As in `formula`.
          let size = expected.elements.reduce(1) { max($0, abs($1)) }
          #expect(pathway.constantRows[layer].largestDifference(from: expected) < 1e-11 * size)
        }
      }
      #expect(pathway.constantRows.allSatisfy { $0.frobeniusNorm > 1e-3 })
    }
  }

  @Test("What a ridge learner leaves as residual is the weighed surprise of its estimate")
  func residual() throws {
    for site in Noise.Site.added {
      for controlVariate in [false, true] {
        let noise = Noise(site: site, standardDeviation: 0.1)
        let pathway = FeedbackPathway<Double>(
          zeroFor: architecture, topology: .direct)
        var ridgePathway = pathway
        for index in 0..<2 {
          ridgePathway.weights[index] = Fixture.matrix(
            PerturbedRecords.widths[index + 1], 3, seed: 90)
        }
        var gradientPathway = ridgePathway
        var record = try PerturbedRecords.record(1, noise, ridgePathway)
        var other = record
        let ridge = RidgeFeedback(ridge: 0.5, controlVariate: controlVariate)
        var state = ridge.makeState(for: ridgePathway)
        try ridge.update(&ridgePathway, from: &record, scale: 1, state: &state)
        let gradient = GradientFeedback(rate: 0.01, controlVariate: controlVariate)
        var none = gradient.makeState(for: gradientPathway)
        gradient.update(&gradientPathway, from: &other, scale: 1, state: &none)
        for (a, b) in zip(record.layers, other.layers) {
          #expect(a.residual.hasSameBits(as: b.residual))
          #expect(a.residual.frobeniusNorm > 0)
        }
      }
    }
  }

  @Test("The B in use never contains the present batch: credit comes before the update")
  func present() throws {
    let learner = RidgeFeedback(ridge: 0.5)
    func run(lastTarget: Double) throws -> (teaching: Matrix<Double>, b: Matrix<Double>) {
      let network = RateNetwork<Double>(
        connections: Fixture.connections([5, 6, 3], seed: 1), activations: [.sigmoid],
        output: .identity)
      let plan = LearningPlan(
        credit: .feedback, presentation: .perturbed(by: Noise(standardDeviation: 0.1)),
        descent: nil)
      var trainer = Trainer(
        network, plan: plan, learner: learner,
        pathway: FeedbackPathway(zeroFor: network.architecture, topology: .layered), trials: 7,
        random: RandomKey(seed: 2))
      var before = trainer.state.pathway
      for step in 0..<4 {
        var batch: Batch<Double> = Fixture.batch(
          trials: 7, inputs: 5, outputs: 3, seed: UInt64(step))
        if step == 3 { batch.targets.fill(lastTarget) }
        before = trainer.state.pathway
        try trainer.step(batch)
        if step == 0 { #expect(trainer.record.layers[0].teaching.frobeniusNorm == 0) }
      }
      var expected = trainer.record.layers[0].teaching
      expected.accumulateProduct(
        trainer.record.outputError, .plain, before.weights[0], .transposed)
      #expect(expected.hasSameBits(as: trainer.record.layers[0].teaching))
      return (before.weights[0], trainer.state.pathway.weights[0])
    }
    let (first, second) = (try run(lastTarget: 0), try run(lastTarget: 5))
    #expect(first.teaching.hasSameBits(as: second.teaching))
    #expect(!first.b.hasSameBits(as: second.b))
  }

  @Test("A state that went through a checkpoint continues bit for bit")
  func checkpoint() throws {
    for site in Noise.Site.added {
      func run(checkpointAt: Int?) throws -> FeedbackPathway<Double> {
        let learner = RidgeFeedback(ridge: 0.5, forgetting: 0.9, normalisation: 0.3)
        let noise = Noise(
          site: site, standardDeviation: 0.1, perturbsConstantUnit: site == .output)
        var pathway = FeedbackPathway<Double>(zeroFor: architecture, topology: .layered)
        var state = learner.makeState(for: pathway)
        for index in 0..<5 {
          if index == checkpointAt {
            state = try JSONDecoder().decode(
              RidgeFeedback.State.self, from: JSONEncoder().encode(state))
            pathway = try JSONDecoder().decode(
              FeedbackPathway<Double>.self, from: JSONEncoder().encode(pathway))
          }
          var record = try PerturbedRecords.record(index, noise, pathway)
          try learner.update(&pathway, from: &record, scale: 1, state: &state)
        }
        return pathway
      }
      #expect(try run(checkpointAt: 3) == run(checkpointAt: nil))
    }
  }

  @Test("Errors that are not finite stop learning and name the layer")
  func degenerate() throws {
    let learner = RidgeFeedback(ridge: 0.5)
    var pathway = FeedbackPathway<Double>(zeroFor: architecture, topology: .direct)
    var state = learner.makeState(for: pathway)
    var record = try PerturbedRecords.record(0, Noise(standardDeviation: 0.1), pathway)
    record.outputError[2, 1] = .nan
    let before = pathway
    #expect(throws: LearningError.degenerateErrors(layer: 1)) {
      try learner.update(&pathway, from: &record, scale: 1, state: &state)
    }
    #expect(pathway == before)
  }

  @Test("Gradient feedback is the formula: B + rate·scale·Σ w·γ(ê − γλ)·s")
  func gradient() throws {
    for site in Noise.Site.added {
      for (controlVariate, normalisation) in [
        (false, nil), (true, nil), (false, 0.3), (true, 2.0),
      ] {
        let learner = GradientFeedback(
          rate: 0.01, controlVariate: controlVariate, normalisation: normalisation)
        var pathway = FeedbackPathway<Double>(zeroFor: architecture, topology: .direct)
        for index in 0..<2 {
          pathway.weights[index] = Fixture.matrix(PerturbedRecords.widths[index + 1], 3, seed: 90)
        }
        var record = try PerturbedRecords.record(
          1, Noise(site: site, standardDeviation: 0.1), pathway)
        let before = pathway
        var state = learner.makeState(for: pathway)
        learner.update(&pathway, from: &record, scale: 0.5, state: &state)
        for (index, layer) in record.layers.enumerated() {
          for unit in 0..<layer.output.columns {
            for k in 0..<3 {
              var sum = before.weights[index][unit, k]
              for trial in 0..<7 {
                let (gain, xi) = (
                  layer.perturbation.gain[trial, unit], layer.perturbation.values[trial, unit]
                )
                var scalar = record.advantage[trial]
                if controlVariate {
                  for other in record.layers {
                    for j in 0..<other.output.columns {
                      scalar -=
                        other.perturbation.gain[trial, j] * other.teaching[trial, j]
                        * other.perturbation.values[trial, j]
                    }
                  }
                }
                let estimate = scalar * xi / 0.01
                let residual =
                  weight(record.outputError.row(trial), normalisation) * gain
                  * (estimate - (controlVariate ? 0 : gain * layer.teaching[trial, unit]))
                sum += 0.01 * 0.5 * residual * record.outputError[trial, k]
              }
              // Estimates of size 100 times 0.005, some tens of roundings.
              #expect(abs(pathway.weights[index][unit, k] - sum) < 1e-13)
            }
          }
        }
      }
    }
  }
}
