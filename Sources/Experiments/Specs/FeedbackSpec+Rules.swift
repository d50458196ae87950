// SPDX-License-Identifier: GPL-3.0-or-later

internal import LearningRules
internal import RandomStreams
internal import Substrates

/// The weight mirror and Kolen–Pollack feedback, as written.
extension FeedbackSpec {
  init(readingWeightMirror spec: SpecObject) {
    self.init(credit: .feedback)
    topology = spec.value(
      "topology", .choice, default: .layered,
      about: "layered: B mirrors W of the layer above; direct: the product of all W above")
    if spec.isSound, topology == .activity {
      spec.report(
        "topology", "feedback from activity has no W to mirror; use layered or direct")
    }
    learner = .weightMirror(
      WeightMirror(
        rate: spec.required(
          "rate", .real(.greaterThan(0)),
          about: "learning rate of B per trial; B comes to W for decay / (trials · Var ξ)"),
        decay: spec.value(
          "decay", .real(.from(0, below: 1)), default: 1e-3,
          about: "share of B that is lost per batch; with 0 B grows for ever")))
    initialization = spec.value(
      "initialization", .choice, default: .gaussian, about: "where B starts")
    warmup = spec.value(
      "warmup", .integer(.atLeast(0)), default: 0, unit: "steps",
      about: "first steps in which only B learns")
    let name = readPresentation(spec)
    if !presentation.comparesPasses {
      spec.report(
        "baseline",
        "a weight mirror without a mirror phase: baseline \(name.rawValue) shows a single noisy pass, and a mirror sees what noise does by comparing two; use clean, antithetic, secondNoisy or noisyBaseline"
      )
    }
  }

  init(readingKolenPollack spec: SpecObject) {
    self.init(credit: .feedback)
    learner = .kolenPollack
    topology = spec.value(
      "topology", .choice, default: .layered,
      about: "layered: B goes along with W of the layer above")
    if spec.isSound, topology != .layered {
      spec.report(
        "topology",
        "kolenPollack lets B take the steps of W of the layer above, and topology \(topology.rawValue) has no such W; use layered, or feedback weightMirror"
      )
    }
    initialization = spec.value(
      "initialization", .choice, default: .gaussian,
      about: "where B starts; what differs from W decays")
    reject(
      ["rate", "decay", "weightDecay", "momentum"], of: spec,
      "kolenPollack takes it from descent, so that B and W cannot disagree")
  }
}

/// Eligibilities and rewards, as written.
extension FeedbackSpec {
  /// The eligibilities.
  enum EligibilityName: String, Sendable, CaseIterable {
    case noise, activityDifference, transmittedDifference, runningMean
  }

  /// Reads the eligibility; after the presentation.
  mutating func readEligibility(_ spec: SpecObject) {
    let name: EligibilityName = spec.value(
      "eligibility", .choice, default: .noise,
      about: "what a unit takes for its perturbation: its noise, Δh, Δx, or h̃ − its running mean"
    )
    switch name {
    case .noise: eligibility = .noise
    case .activityDifference: eligibility = .activityDifference
    case .transmittedDifference: eligibility = .transmittedDifference
    case .runningMean:
      eligibility = .runningMean(
        rate: spec.value(
          "eligibilityRate", .real(.greaterThan(0, atMost: 1)), default: 0.01,
          about: "step of the running mean and variance of activity, per trial"),
        floor: spec.value(
          "eligibilityFloor", .real(.from(0, to: 1)), default: 0.01,
          about: "share of its layer's mean variance below which a unit's own is not taken"))
    }
    if name != .runningMean {
      reject(["eligibilityRate"], of: spec, "eligibility \(name.rawValue) has no rate")
      reject(
        ["eligibilityFloor"], of: spec,
        "eligibility \(name.rawValue) divides by no running variance"
      )
    }
    guard spec.isSound else { return }
    if !eligibility.accepts(presentation) {
      spec.report("eligibility", refusal(of: name))
    }
    if eligibility != .noise, presentation.noise?.perturbsConstantUnit == true {
      spec.report(
        "eligibility",
        "the constant unit has no activity but its noise; use constantUnit false, or eligibility noise"
      )
    }
  }

  /// Why an eligibility does not go with this presentation.
  private func refusal(of name: EligibilityName) -> String {
    switch name {
    case .transmittedDifference where presentation.comparesPasses:
      "transmittedDifference has to know all noise that there is, and noisyBaseline does not say what the second pass had; use baseline secondNoisy, clean or antithetic"
    case .runningMean:
      "runningMean estimates the perturbation of a single noisy pass from its past, and this baseline compares two passes, whose difference is at hand; use eligibility activityDifference or transmittedDifference, or baseline none, runningMean, classMean or critic"
    default:
      "\(name.rawValue) compares the activity of two passes, and this baseline shows a single one; use baseline clean, antithetic or secondNoisy, or eligibility runningMean"
    }
  }

  /// Reads the reward.
  mutating func readReward(_ spec: SpecObject) {
    let isNodePerturbation = credit == .nodePerturbation
    reward = spec.objectOrDefaults("reward") { inner in
      let isBinarised = inner.value(
        "binarised", .boolean, default: false,
        about: "whether only the sign of the advantage arrives, times its mean magnitude")
      var rate: Double?
      if isBinarised {
        rate = inner.value(
          "magnitudeRate", .real(.greaterThan(0, atMost: 1)), default: 0.01,
          about: "step of the running mean of magnitudes, per trial")
      } else if inner.has("magnitudeRate") {
        _ = inner.optional("magnitudeRate", .text, about: "")
        inner.report("magnitudeRate", "belongs to binarised true")
      }
      let delay = inner.value(
        "delay", .integer(.from(0, to: 1_000_000)), default: 0, unit: "steps",
        about: "how late the reward arrives; B then learns from the trials as they were")
      if inner.isSound, isNodePerturbation, delay > 0 {
        inner.report(
          "delay",
          "under nodePerturbation W itself would have to wait, with all inputs of every trial held till then; use delay 0, or feedback perturbation, where only B waits"
        )
      }
      return Reward(binarised: rate, delay: inner.isSound ? delay : 0)
    }
  }
}

extension Optimizer {
  /// Its rate and decay as those of plain descent; nil for Adam, which has no decay.
  fileprivate var withoutMomentum: Optimizer? {
    switch self {
    case .sgd: self
    case .momentum(let rate, _, let weightDecay): .sgd(rate: rate, weightDecay: weightDecay)
    case .adam: nil
    }
  }
}

extension ExperimentSpec {
  /// Whether something is left of W.
  func checkWeightDecay(_ spec: SpecObject) {
    guard case .sgd(let rate, let decay) = descent?.withoutMomentum else { return }
    let share = rate * decay * (rateFactors.max() ?? 1)
    if share >= 1 {
      spec.report(
        "descent",
        "rate × weightDecay × the largest of rateFactors is \(share), and 1 leaves nothing of W; use less"
      )
    }
  }

  /// Whether B can take the steps of W, and comes to W by them.
  func checkKolenPollack(_ spec: SpecObject) {
    switch descent {
    case nil:
      spec.report(
        "feedback",
        "kolenPollack learns by the steps of W, and descent fixed takes none; use descent sgd or momentum with a weightDecay, or feedback weightMirror"
      )
    case .adam:
      spec.report(
        "feedback",
        "kolenPollack needs W and B to decay alike, and descent adam has no weightDecay; use descent sgd or momentum with one"
      )
    case .sgd(_, let weightDecay), .momentum(_, _, let weightDecay):
      if weightDecay == 0 {
        spec.report(
          "feedback",
          "without weightDecay B − W stays what it is and B never comes to W; give descent a weightDecay, such as 0.1, or use feedback weightMirror"
        )
      } else if rateFactors.dropFirst().contains(0) {
        spec.report(
          "feedback",
          "kolenPollack learns by the steps of W, and rateFactors has a 0 above a hidden layer; use factors above 0 there"
        )
      }
    }
  }

  /// Whether what units take for their perturbations goes with the rest.
  func checkEligibility(_ spec: SpecObject) {
    let usesControlVariate =
      switch feedback.learner {
      case .gradient(let learner): learner.controlVariate
      case .ridge(let learner): learner.controlVariate
      case .kalman: true
      default: false
      }
    guard usesControlVariate else { return }
    switch feedback.eligibility {
    case .noise: break
    case .transmittedDifference:
      guard feedback.reward.binarised != nil else { return }
      spec.report(
        "feedback",
        "transmittedDifference says how large the loss difference should be, and of a binarised reward only its sign arrives; use binarised false, or eligibility noise"
      )
    case .activityDifference, .runningMean:
      guard network.layers.count > 3 else { return }
      spec.report(
        "feedback",
        "the control variate subtracts what every layer's own noise did, and measured activity holds that of the layers below again; use estimator ridge or sgd without controlVariate, eligibility noise or transmittedDifference, or one hidden layer"
      )
    }
  }
}
