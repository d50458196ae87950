// SPDX-License-Identifier: GPL-3.0-or-later

import Experiments
import LearningRules
import SpikingNetworks
import Substrates
import Testing

/// Dendritic networks in a specification: what is read, what is refused, word for word.
@Suite struct DendriticSpecKnownAnswerTests {
  private static let dendritic =
    "substrate={dendritic: {layers: [784, 50, 20, 10], output: identity}}"

  private func read(_ overrides: [String]) throws -> (ExperimentSpec, ResolvedSpec) {
    let read = try SpecDocument(
      text: ExperimentSpecKnownAnswerTests.designExample, file: "x.yaml",
      overrides: [Self.dendritic] + overrides
    ).read(ExperimentSpec.init(reading:))
    return (read.value, read.resolved)
  }

  private func mistakes(_ overrides: [String]) -> [String] {
    RunFixture.mistakes { _ = try read(overrides) }
  }

  @Test("`rate` becomes `dendritic` and nothing below changes")
  func replacement() throws {
    let (spec, resolved) = try read([])
    let dendritic = try #require(spec.network.dendritic)
    #expect(dendritic.mode == .spiking && dendritic.preset == .paper)
    #expect(dendritic.teaching == .transported && dendritic.carryState == false)
    #expect(spec.network.architecture.widths == [784, 50, 20, 10])
    #expect(spec.feedback.presentation.noise?.site == .output)
    let again = try SpecDocument(text: resolved.yaml, file: "resolved.yaml")
      .read(ExperimentSpec.init(reading:)).resolved
    #expect(again.yaml == resolved.yaml)
    #expect(spec.summary.contains("segregated dendrites, preset paper, Poisson spikes"))
  }

  @Test("Noise of a site becomes a conductance that moves a settled soma by as much")
  func noise() throws {
    let (spec, _) = try read([
      "feedback.perturbation.noise={site: potential, standardDeviation: 0.3}"
    ])
    let trial = try #require(spec.network.dendritic).trial(
      perturbedBy: spec.feedback.presentation.noise, output: .identity)
    #expect(trial.circuit.noise?.form == .pushPull(resting: 0.05))
    // c_V = σ_g·16/(2·0.8), §7.1.
    #expect(abs(trial.circuit.settledResponse() - 16 / 1.6) < 1e-12)
  }

  @Test("Learning rates may differ from connection to connection, and for biases")
  func rates() throws {
    let (spec, _) = try read([
      "descent={sgd: {rate: 0.1, rateFactors: [1, 2, 0.5], biasFactor: 25}}"
    ])
    #expect(spec.rateFactors == [1, 2, 0.5] && spec.biasFactor == 25)
  }

  @Test(
    "What a dendritic network cannot do is refused with the reason and what would work",
    arguments: [
      (
        ["substrate.dendritic.teaching=measured"],
        "with apicalConductance 0 hidden layers do not change while outputs are taught, so nothing would be measured below them; use topology direct, an apicalConductance above 0, or teaching transported"
      ),
      (
        ["substrate.dendritic.teaching=measured", "feedback.perturbation.topology=activity"],
        "teaching measured needs B between layers; use topology direct, or teaching transported"
      ),
      (
        ["substrate.dendritic.teaching=measured", "feedback={backpropagation: {}}"],
        "teaching measured reads apical synapses, and this feedback has none; use teaching transported"
      ),
      (
        [
          "substrate.dendritic.teaching=measured", "substrate.dendritic.readout=plateau",
          "feedback.perturbation.topology=direct",
        ],
        "a plateau is not linear in B, which ridge least squares needs; use estimator sgd, or readout linear"
      ),
      (
        ["substrate.dendritic.readout=plateau", "feedback={alignment: {}}"],
        "readout plateau reads apical dendrites; use teaching measured"
      ),
      (
        ["substrate.dendritic.outputTargets=measured"],
        "outputTargets measured compares rates, and output identity is none; use output sigmoid"
      ),
      (
        ["feedback.perturbation.noise.constantUnit=true"],
        "a dendritic network has no constant unit to perturb; use constantUnit false"
      ),
      (
        ["substrate.dendritic.conductance={form: current}"],
        "noise at the output site perturbs rates, not conductances; use noise site potential, or leave out conductance"
      ),
      (
        ["substrate.dendritic.carryState=true"],
        "activity carries over from one image to the next, and a batch has 32 at once; use batch 1, or carryState false"
      ),
      (
        ["metrics={trajectory: true}"],
        "trajectory shows test images in training; leave it out"
      ),
      (
        ["feedback.perturbation.noise={site: potential, standardDeviation: 2}"],
        "conductance.resting is 0.05; it must be at least 0.25 per ms, so that the pair can carry noise of this strength"
      ),
      (
        [
          "substrate.dendritic.conductance={form: singleSided, resting: 0.05}",
          "feedback.perturbation.noise={site: potential, standardDeviation: 2}",
        ],
        "conductance.resting is 0.05; it must be at least 0.1875 per ms, the standard deviation of a single conductance for noise of this strength: it stops at 0, and what lies beyond its mean carries V to the reversal potential, where it moves nothing; weaker noise would do too, or form pushPull or current"
      ),
      (
        [
          "substrate.dendritic.conductance={course: poisson, rate: 0.01}",
          "feedback.perturbation.noise={site: potential, standardDeviation: 0.2}",
        ],
        "conductance.resting is 0.05; it must be at least 0.06975549304301476 per ms, so that the pair can carry one arrival of the noise; more arrivals would be smaller ones"
      ),
      (
        [
          "substrate.dendritic.conductance={timeConstant: 5}",
          "feedback.perturbation.noise.site=potential",
        ],
        "it does nothing: the course is frozen, and ornsteinUhlenbeck and poisson have a correlation time"
      ),
      (
        [
          "substrate.dendritic.conductance={course: white, rate: 2}",
          "feedback.perturbation.noise.site=potential",
        ],
        "it does nothing: the course is white, and poisson has arrivals"
      ),
      (
        [
          "substrate.dendritic.conductance={reversal: 5}",
          "feedback.perturbation.noise.site=potential",
        ],
        "it does nothing: the form is pushPull, and singleSided has a reversal potential"
      ),
      (
        [
          "substrate.dendritic.conductance={form: singleSided, reversal: 0}",
          "feedback.perturbation.noise.site=potential",
        ],
        "0 is the resting potential, where a conductance moves nothing: give another"
      ),
      (
        [
          "substrate.dendritic.conductance={course: poisson}",
          "feedback.perturbation.noise={site: potential, distribution: uniform}",
        ],
        "distribution uniform does nothing where the course is poisson, whose arrivals have a law of their own; leave it out"
      ),
      (
        ["substrate.dendritic.forwardPhase=30"],
        "forwardPhase is 30.0; it must be longer than the settling before its window, 30.0 ms"
      ),
      (
        [
          "substrate.dendritic.conductance={compartment: apical}",
          "feedback.perturbation.noise={site: potential, standardDeviation: 0.1}",
        ],
        "hidden[0].apical is 0.0; it must be above 0 where noise enters the apical dendrite"
      ),
      (
        ["descent={sgd: {rate: 0.1, rateFactors: [1, 2]}}"], "2 rateFactors for 3 connections"
      ),
    ])
  func refusals(_ overrides: [String], _ message: String) {
    let found = mistakes(overrides)
    #expect(found.contains { $0.hasSuffix(": \(message)") }, "\(found)")
  }

  @Test(
    "A design of dendritic weights is refused on a rate network, and a copy of activity anywhere")
  func laws() {
    func mistakes(_ overrides: [String]) -> [String] {
      RunFixture.mistakes {
        _ = try SpecDocument(
          text: ExperimentSpecKnownAnswerTests.designExample, file: "x.yaml", overrides: overrides
        ).read(ExperimentSpec.init(reading:))
      }
    }
    #expect(
      mistakes(["feedback={alignment: {initialization: designed}}"]).contains {
        $0.hasSuffix("initialization designed is a law of dendritic networks; use gaussian")
      })
    #expect(
      mistakes(["feedback={symmetric: {topology: activity}}"]).contains {
        $0.hasSuffix("feedback from activity has no counterpart in W; use direct")
      })
    #expect(mistakes(["feedback={symmetric: {topology: direct}}"]) == [])
  }
}
