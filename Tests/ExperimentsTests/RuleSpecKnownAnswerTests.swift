// SPDX-License-Identifier: GPL-3.0-or-later

import Experiments
import LearningRules
import Substrates
import Testing

/// Rules that need something of the rest of an experiment: what is read, what is refused and what
/// would work, word for word.
@Suite struct RuleSpecKnownAnswerTests {
  private func read(_ overrides: [String]) throws -> (ExperimentSpec, ResolvedSpec) {
    let read = try SpecDocument(
      text: ExperimentSpecKnownAnswerTests.designExample, file: "x.yaml", overrides: overrides
    ).read(ExperimentSpec.init(reading:))
    return (read.value, read.resolved)
  }

  private func mistakes(_ overrides: [String]) -> [String] {
    RunFixture.mistakes { _ = try read(overrides) }
  }

  static let decaying = "descent={sgd: {rate: 0.01, weightDecay: 0.1}}"

  @Test("A weight mirror is read with its noise and the passes it compares")
  func weightMirror() throws {
    let (spec, resolved) = try read([
      "feedback={weightMirror: {topology: direct, rate: 0.5, decay: 0.01, baseline: antithetic, warmup: 7, noise: {standardDeviation: 0.02}}}"
    ])
    #expect(spec.feedback.learner == .weightMirror(WeightMirror(rate: 0.5, decay: 0.01)))
    #expect(spec.feedback.topology == .direct && spec.feedback.warmup == 7)
    #expect(spec.feedback.presentation.comparison == .antithetic)
    // 0.5·32·4·0.02² / 0.01.
    #expect(
      spec.summary.contains(
        "feedback     B mirrors W (weight mirror), rate 0.5, decay 0.01: comes to 2.56 W times mean slopes"
      ))
    let (endless, _) = try read(["feedback={weightMirror: {rate: 0.001, decay: 0}}"])
    #expect(
      endless.summary.contains(
        "B mirrors W (weight mirror), rate 0.001, decay 0.0: grows for ever along W times mean slopes"
      ))
    let (spiking, _) = try read([
      "substrate={dendritic: {layers: [784, 50, 20, 10], output: identity, commonRandomNumbers: false}}",
      "feedback={weightMirror: {rate: 0.5, noise: {site: spikes}}}",
    ])
    #expect(
      spiking.summary.contains("comes to W times mean slopes and variances of spikes"))
    let again = try SpecDocument(text: resolved.yaml, file: "resolved.yaml")
      .read(ExperimentSpec.init(reading:)).resolved
    #expect(again.yaml == resolved.yaml)
  }

  @Test("Kolen–Pollack feedback has no number of its own")
  func kolenPollack() throws {
    let (spec, resolved) = try read(["feedback={kolenPollack: {}}", Self.decaying])
    #expect(spec.feedback.learner == .kolenPollack && spec.feedback.topology == .layered)
    #expect(spec.descent == .sgd(rate: 0.01, weightDecay: 0.1))
    #expect(spec.feedback.presentation == .quiet)
    #expect(
      spec.summary.contains(
        "feedback     B takes the steps of W and decays with it (Kolen–Pollack): B − W shrinks by 0.001 of itself per step"
      ))
    let again = try SpecDocument(text: resolved.yaml, file: "resolved.yaml")
      .read(ExperimentSpec.init(reading:)).resolved
    #expect(again.yaml == resolved.yaml)
  }

  @Test("Eligibilities and rewards are read, for B and for W")
  func arrivals() throws {
    let (late, resolved) = try read([
      "feedback.perturbation.eligibility=activityDifference",
      "feedback.perturbation.reward={binarised: true, delay: 10}",
    ])
    #expect(late.feedback.eligibility == .activityDifference)
    #expect(late.feedback.reward == Reward(binarised: 0.01, delay: 10))
    for line in [
      "eligibility  measured differences of activity stand for the noise",
      "reward       a sign, times a running mean of magnitudes, rate 0.01",
      "reward       arrives 10 steps late; B learns then, W at once",
    ] {
      #expect(late.summary.contains(line))
    }
    let again = try SpecDocument(text: resolved.yaml, file: "resolved.yaml")
      .read(ExperimentSpec.init(reading:)).resolved
    #expect(again.yaml == resolved.yaml)
    let (mean, _) = try read([
      "feedback={nodePerturbation: {baseline: runningMean, eligibility: runningMean, eligibilityRate: 0.2, eligibilityFloor: 0.03, reward: {binarised: true, magnitudeRate: 0.3}}}"
    ])
    #expect(mean.feedback.eligibility == .runningMean(rate: 0.2, floor: 0.03))
    #expect(mean.feedback.reward == Reward(binarised: 0.3))
    #expect(
      mean.summary.contains(
        "eligibility  activity minus its running mean stands for the noise, rate 0.2"))
    let (plain, _) = try read([])
    #expect(plain.feedback.eligibility == .noise && plain.feedback.reward == .plain)
    #expect(!plain.summary.contains("eligibility") && !plain.summary.contains("reward "))
  }

  @Test(
    "A rule that the rest of an experiment cannot serve is refused with what would work",
    arguments: [
      (
        ["feedback={weightMirror: {rate: 1, baseline: runningMean}}"],
        "--set feedback={weightMirror: {rate: 1, baseline: runningMean}}: feedback.weightMirror.baseline: a weight mirror without a mirror phase: baseline runningMean shows a single noisy pass, and a mirror sees what noise does by comparing two; use clean, antithetic, secondNoisy or noisyBaseline"
      ),
      (
        ["feedback={weightMirror: {rate: 1, topology: activity}}"],
        "--set feedback={weightMirror: {rate: 1, topology: activity}}: feedback.weightMirror.topology: feedback from activity has no W to mirror; use layered or direct"
      ),
      (
        ["feedback={kolenPollack: {topology: direct}}", RuleSpecKnownAnswerTests.decaying],
        "--set feedback={kolenPollack: {topology: direct}}: feedback.kolenPollack.topology: kolenPollack lets B take the steps of W of the layer above, and topology direct has no such W; use layered, or feedback weightMirror"
      ),
      (
        ["feedback={kolenPollack: {decay: 0.1}}", RuleSpecKnownAnswerTests.decaying],
        "--set feedback={kolenPollack: {decay: 0.1}}: feedback.kolenPollack.decay: kolenPollack takes it from descent, so that B and W cannot disagree"
      ),
      (
        ["feedback={kolenPollack: {}}", "descent={fixed: {}}"],
        "--set feedback={kolenPollack: {}}: feedback: kolenPollack learns by the steps of W, and descent fixed takes none; use descent sgd or momentum with a weightDecay, or feedback weightMirror"
      ),
      (
        ["feedback={kolenPollack: {}}", "descent={adam: {rate: 0.001}}"],
        "--set feedback={kolenPollack: {}}: feedback: kolenPollack needs W and B to decay alike, and descent adam has no weightDecay; use descent sgd or momentum with one"
      ),
      (
        ["feedback={kolenPollack: {}}"],
        "--set feedback={kolenPollack: {}}: feedback: without weightDecay B − W stays what it is and B never comes to W; give descent a weightDecay, such as 0.1, or use feedback weightMirror"
      ),
      (
        [
          "feedback={kolenPollack: {}}",
          "descent={momentum: {rate: 0.01, weightDecay: 0.1, rateFactors: [1, 0, 1]}}",
        ],
        "--set feedback={kolenPollack: {}}: feedback: kolenPollack learns by the steps of W, and rateFactors has a 0 above a hidden layer; use factors above 0 there"
      ),
      (
        ["descent={sgd: {rate: 0.5, weightDecay: 1, rateFactors: [1, 4, 1]}}"],
        "--set descent={sgd: {rate: 0.5, weightDecay: 1, rateFactors: [1, 4, 1]}}: descent: rate × weightDecay × the largest of rateFactors is 2.0, and 1 leaves nothing of W; use less"
      ),
      (
        [
          "feedback.perturbation.eligibility=activityDifference",
          "feedback.perturbation.baseline=critic",
        ],
        "--set feedback.perturbation.eligibility=activityDifference: feedback.perturbation.eligibility: activityDifference compares the activity of two passes, and this baseline shows a single one; use baseline clean, antithetic or secondNoisy, or eligibility runningMean"
      ),
      (
        [
          "feedback.perturbation.eligibility=transmittedDifference",
          "feedback.perturbation.baseline=none",
        ],
        "--set feedback.perturbation.eligibility=transmittedDifference: feedback.perturbation.eligibility: transmittedDifference compares the activity of two passes, and this baseline shows a single one; use baseline clean, antithetic or secondNoisy, or eligibility runningMean"
      ),
      (
        [
          "feedback.perturbation.eligibility=transmittedDifference",
          "feedback.perturbation.baseline=noisyBaseline",
        ],
        "--set feedback.perturbation.eligibility=transmittedDifference: feedback.perturbation.eligibility: transmittedDifference has to know all noise that there is, and noisyBaseline does not say what the second pass had; use baseline secondNoisy, clean or antithetic"
      ),
      (
        [
          "feedback={perturbation: {estimator: kalman, eligibility: transmittedDifference, reward: {binarised: true}}}"
        ],
        "--set feedback={perturbation: {estimator: kalman, eligibility: transmittedDifference, reward: {binarised: true}}}: feedback: transmittedDifference says how large the loss difference should be, and of a binarised reward only its sign arrives; use binarised false, or eligibility noise"
      ),
      (
        ["feedback.perturbation.eligibility=runningMean"],
        "--set feedback.perturbation.eligibility=runningMean: feedback.perturbation.eligibility: runningMean estimates the perturbation of a single noisy pass from its past, and this baseline compares two passes, whose difference is at hand; use eligibility activityDifference or transmittedDifference, or baseline none, runningMean, classMean or critic"
      ),
      (
        ["feedback.perturbation.eligibilityFloor=0.1"],
        "--set feedback.perturbation.eligibilityFloor=0.1: feedback.perturbation.eligibilityFloor: eligibility noise divides by no running variance"
      ),
      (
        ["feedback.perturbation.eligibilityRate=0.1"],
        "--set feedback.perturbation.eligibilityRate=0.1: feedback.perturbation.eligibilityRate: eligibility noise has no rate"
      ),
      (
        [
          "feedback.perturbation.eligibility=activityDifference",
          "feedback.perturbation.noise={constantUnit: true}",
        ],
        "--set feedback.perturbation.eligibility=activityDifference: feedback.perturbation.eligibility: the constant unit has no activity but its noise; use constantUnit false, or eligibility noise"
      ),
      (
        [
          "feedback.perturbation.eligibility=activityDifference",
          "feedback.perturbation.controlVariate=true",
        ],
        "x.yaml:5:3: feedback: the control variate subtracts what every layer's own noise did, and measured activity holds that of the layers below again; use estimator ridge or sgd without controlVariate, eligibility noise or transmittedDifference, or one hidden layer"
      ),
      (
        ["feedback={nodePerturbation: {reward: {delay: 3}}}"],
        "--set feedback={nodePerturbation: {reward: {delay: 3}}}: feedback.nodePerturbation.reward.delay: under nodePerturbation W itself would have to wait, with all inputs of every trial held till then; use delay 0, or feedback perturbation, where only B waits"
      ),
      (
        ["feedback.perturbation.reward={magnitudeRate: 0.1}"],
        "--set feedback.perturbation.reward={magnitudeRate: 0.1}: feedback.perturbation.reward.magnitudeRate: belongs to binarised true"
      ),
    ])
  func refusals(overrides: [String], message: String) {
    #expect(mistakes(overrides) == [message])
  }

  @Test("With one hidden layer the control variate goes with measured activity")
  func oneLayer() {
    #expect(
      mistakes([
        "substrate.rate.layers=[784, 30, 10]",
        "feedback.perturbation.eligibility=activityDifference",
        "feedback.perturbation.controlVariate=true",
      ]) == [])
  }

  @Test("What layers transmit goes with the control variate in networks of any depth")
  func transmitted() throws {
    for estimator in ["ridge, controlVariate: true", "kalman", "controlVariate, rate: 0.1"] {
      let set =
        "feedback={perturbation: {eligibility: transmittedDifference, estimator: \(estimator)}}"
      #expect(mistakes([set]) == [])
      #expect(try read([set]).0.feedback.eligibility == .transmittedDifference)
    }
  }

  @Test("`apical list` names every rule, eligibility and reward")
  func catalogue() {
    for name in ["feedback.weightMirror", "feedback.kolenPollack"] {
      #expect(Catalogue.rules.text.contains(name))
    }
    for name in ["noise", "activityDifference", "transmittedDifference", "runningMean"] {
      #expect(Catalogue.eligibilities.text.contains(name))
    }
    for name in ["binarised: true", "delay: D"] { #expect(Catalogue.rewards.text.contains(name)) }
    #expect(Catalogue.optimizers.text.contains("weightDecay"))
  }
}
