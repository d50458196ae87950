// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LearningRules
import LinearAlgebra
import RandomStreams
import SpikingNetworks
import Substrates
import TestSupport
import Testing

@Suite struct DendriticNetworkLawTests {
  private typealias Laws = SubstrateLaws<DendriticNetwork<Double>>

  @Test("A rate twin keeps every law of a substrate, at both sites")
  func rateTwin() throws {
    let batch: Batch<Double> = TrialFixture.batch()
    for (site, trial) in [
      (Noise.Site.output, try TrialFixture.trial()), (.potential, try TrialFixture.trial()),
      (.potential, try TrialFixture.trial(noise: TrialFixture.pushPull(resting: 10))),
    ] {
      let network: DendriticNetwork<Double> = try TrialFixture.network(trial)
      #expect(Laws.sameAddressSameBits(network, batch, site: site, constantUnits: false) == [])
      #expect(Laws.cleanPartIgnoresNoise(network, batch, site: site, constantUnits: false) == [])
      // Phases settle for 400 ms; the slowest membrane keeps e^{−0.7·400} of its start, nothing.
      // What is left are the roundings of a sum over 450 steps, twice.
      #expect(
        Laws.comparisonsAreTheirPasses(network, batch, site: site, varianceTolerance: 1e-12) == [])
      #expect(Laws.replicasAreIndependent(network, batch) == [])
      // Trials run one after the other through the same code: exactly.
      #expect(Laws.batchComposition(network, batch, tolerance: 0) == [])
    }
    let network: DendriticNetwork<Double> = try TrialFixture.network(TrialFixture.trial())
    #expect(Laws.divergenceIsAnError(network, batch, trial: 2) == [])
  }

  @Test("A spiking network keeps the laws of addresses, comparisons and replicas")
  func spiking() throws {
    let batch: Batch<Double> = TrialFixture.batch(trials: 3)
    for shares in [true, false] {
      let trial = try TrialFixture.trial(
        spiking: true, steps: 60, settling: 30, sharesSpikes: shares)
      let network: DendriticNetwork<Double> = try TrialFixture.network(trial)
      for site in Noise.Site.added {
        #expect(Laws.sameAddressSameBits(network, batch, site: site, constantUnits: false) == [])
        #expect(Laws.cleanPartIgnoresNoise(network, batch, site: site, constantUnits: false) == [])
        // A frozen perturbation has been there for 30 ms when the window begins: 1 − e^{−21}.
        #expect(
          Laws.comparisonsAreTheirPasses(network, batch, site: site, varianceTolerance: 1e-8)
            == [])
      }
      #expect(Laws.replicasAreIndependent(network, batch) == [])
    }
  }

  @Test("Single and double precision tell the same story of a rate twin")
  func precisions() throws {
    let trial = try TrialFixture.trial(noise: TrialFixture.pushPull())
    let one: DendriticNetwork<Float> = try TrialFixture.network(trial)
    let two: DendriticNetwork<Double> = try TrialFixture.network(trial)
    let a = try #require(SubstrateLaws.record(one, TrialFixture.batch(), .quiet))
    let b = try #require(SubstrateLaws.record(two, TrialFixture.batch(), .quiet))
    // Filters and membranes forget their roundings within ten steps or a hundred: some hundred
    // roundings of numbers of about 3.
    let tolerance = 300 * Double(Float.ulpOfOne)
    // Deviates of the two precisions are different sequences: the clean passes are compared.
    for (x, y) in zip(a.layers, b.layers) {
      #expect(x.output.converted().largestDifference(from: y.output) < tolerance)
      #expect(x.slope.converted().largestDifference(from: y.slope) < tolerance)
    }
    #expect(a.prediction.converted().largestDifference(from: b.prediction) < 3 * tolerance)
  }

  @Test("With common random numbers input spikes of all passes are the same, without they differ")
  func commonRandomNumbers() throws {
    let batch: Batch<Double> = TrialFixture.batch(trials: 2)
    let noise = Noise(site: .potential, standardDeviation: 1e-9)
    for shares in [true, false] {
      let trial = try TrialFixture.trial(
        spiking: true, steps: 60, settling: 30, sharesSpikes: shares)
      let network: DendriticNetwork<Double> = try TrialFixture.network(trial)
      func record(_ source: Presentation.ActivitySource) throws -> TrialRecord<Double> {
        try #require(
          Laws.record(
            network, batch, .perturbed(by: noise, comparedWith: .clean, activityFrom: source)))
      }
      let (clean, perturbed) = (try record(.clean), try record(.perturbed))
      #expect((clean.inputs == perturbed.inputs) == shares)
      // Noise of 1e-9 turns no threshold at this key: all that differs is chance.
      let difference = clean.lossDifference.map { abs($0) }.max() ?? 0
      #expect((difference < 1e-7) == shares, "\(difference)")
    }
  }

  @Test("Activity carries over at batch 1 where it is told to, and a saved one goes on")
  func carrying() throws {
    let trial = try TrialFixture.trial(
      spiking: true, steps: 60, settling: 30, carriesState: true)
    func show(
      _ network: inout DendriticNetwork<Double>, _ step: Int, _ presentation: Presentation = .quiet
    ) throws -> TrialRecord<Double> {
      var record = network.makeRecord(trials: 1, presentation: presentation)
      try network.present(
        TrialFixture.batch(trials: 1, seed: UInt64(step + 10)), loss: Loss(.squaredError),
        random: RandomKey(seed: 3), step: step, into: &record)
      return record
    }
    var network: DendriticNetwork<Double> = try TrialFixture.network(trial)
    let first = try show(&network, 0).prediction
    let saved = try JSONDecoder().decode(
      DendriticNetwork<Double>.Carried.self, from: JSONEncoder().encode(network.carried))
    let second = try show(&network, 1).prediction
    var resumed: DendriticNetwork<Double> = try TrialFixture.network(trial)
    resumed.carried = saved
    #expect(try show(&resumed, 1).prediction == second)
    var rested: DendriticNetwork<Double> = try TrialFixture.network(trial)
    #expect(try show(&rested, 1).prediction != second)
    // A perturbed pass and a test leave the activity where the clean pass had it.
    var perturbed: DendriticNetwork<Double> = try TrialFixture.network(trial)
    let noisy = Presentation.perturbed(by: Noise(site: .potential, standardDeviation: 1))
    #expect(try show(&perturbed, 0, noisy).prediction == first)
    _ = try show(&perturbed, 5, .test)
    #expect(try show(&perturbed, 1).prediction == second)
  }

  @Test("A learning step is the same whatever was presented before, and resumes to the same bits")
  func trainer() throws {
    let trial = try TrialFixture.trial(
      spiking: true, steps: 60, settling: 30, output: .sigmoid, outputTargets: .measured)
    var presentation = Presentation.perturbed(by: Noise(site: .potential, standardDeviation: 0.3))
    presentation.measuresTeaching = true
    let plan = LearningPlan(
      credit: .measured, presentation: presentation, descent: .sgd(rate: 0.1))
    func trainer() throws -> Trainer<DendriticNetwork<Double>, GradientFeedback> {
      Trainer(
        try TrialFixture.network(trial), plan: plan, learner: GradientFeedback(rate: 0.01),
        pathway: TrialFixture.pathway(), trials: 2, random: RandomKey(seed: 8))
    }
    func batch(_ step: Int) -> Batch<Double> {
      TrialFixture.batch(trials: 2, seed: UInt64(step + 40))
    }
    var whole = try trainer()
    for step in 0..<4 { try whole.step(batch(step)) }
    var half = try trainer()
    for step in 0..<2 { try half.step(batch(step)) }
    var resumed = try trainer()
    for k in 0..<3 { resumed.network.withConnection(k) { $0 = half.network.connection(k) } }
    resumed.restore(half.state)
    for step in 2..<4 { try resumed.step(batch(step)) }
    #expect(resumed.state.pathway == whole.state.pathway)
    for k in 0..<3 { #expect(resumed.network.connection(k) == whole.network.connection(k)) }
    #expect(whole.state.pathway != TrialFixture.pathway())
  }
}
