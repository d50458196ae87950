// SPDX-License-Identifier: GPL-3.0-or-later

internal import LearningRules
internal import RandomStreams
internal import Substrates

extension FeedbackSpec {
  /// The estimators of `feedback.perturbation`.
  enum Estimator: String, Sendable, CaseIterable { case sgd, ridge, controlVariate, kalman }

  /// The baselines, as a spec names them: some are a comparison of passes, some a value.
  enum BaselineName: String, Sendable, CaseIterable {
    case clean, none, runningMean, classMean, critic, antithetic, secondNoisy, noisyBaseline
  }

  static var variants: [SpecObject.Variant<FeedbackSpec>] {
    [
      ("perturbation", { FeedbackSpec(readingPerturbation: $0) }),
      ("backpropagation", { _ in FeedbackSpec(credit: .backpropagation) }),
      (
        "alignment",
        { spec in
          var result = FeedbackSpec(credit: .feedback)
          result.topology = spec.value(
            "topology", .choice, default: .layered,
            about: "layered: feedback alignment; direct: direct feedback alignment")
          result.initialization = spec.value(
            "initialization", .choice, default: .gaussian,
            about: "where B stays: the law of W, drawn independently")
          return result
        }
      ),
      (
        "symmetric",
        { spec in
          var result = FeedbackSpec(credit: .feedback)
          result.learner = .symmetric
          result.initialization = .zero
          result.topology = spec.value(
            "topology", .choice, default: .layered,
            about: "layered: B = W of the layer above; direct: the product of all W above")
          return result
        }
      ),
      ("weightMirror", { FeedbackSpec(readingWeightMirror: $0) }),
      ("kolenPollack", { FeedbackSpec(readingKolenPollack: $0) }),
      (
        "nodePerturbation",
        { spec in
          var result = FeedbackSpec(credit: .nodePerturbation)
          result.readPresentation(spec)
          result.readEligibility(spec)
          result.readReward(spec)
          return result
        }
      ),
    ]
  }

  /// Feedback that needs nothing: no noise, B fixed.
  init(credit: CreditRule) {
    self.credit = credit
    topology = .layered
    initialization = .gaussian
    learner = .fixed
    presentation = .quiet
    baseline = .pass
    eligibility = .noise
    reward = .plain
    warmup = 0
  }

  init(readingPerturbation spec: SpecObject) {
    self.init(credit: .feedback)
    topology = spec.value(
      "topology", .choice, default: .layered,
      about: "what B multiplies: ẽ of the layer above, e of the outputs, or h itself")
    let estimator: Estimator = spec.value(
      "estimator", .choice, default: .ridge, about: "how B is fitted to the estimate (eq. 3)")
    let controlVariate = estimator == .controlVariate
    switch estimator {
    case .ridge:
      learner = .ridge(
        RidgeFeedback(
          ridge: spec.value(
            "ridge", .real(.greaterThan(0)), default: 0.1,
            about: "γ of eq. (18), on the sum over samples; 0.1 in the paper's C.3"),
          forgetting: spec.value(
            "forgetting", .real(.greaterThan(0, atMost: 1)), default: 1,
            about: "factor on the past per batch, for a moving W; 1 forgets nothing"),
          controlVariate: spec.value(
            "controlVariate", .boolean, default: false,
            about: "fit to the control-variate estimate"),
          solveEvery: spec.value(
            "solveEvery", .integer(.from(1, to: 1_000_000)), default: 1, unit: "steps",
            about: "steps from one solution to the next; more than 1 saves time at small batches"),
          normalisation: Self.normalisation(spec)))
      reject(["rate"], of: spec, "estimator ridge solves exactly and has no learning rate")
    case .kalman:
      learner = .kalman(
        KalmanFeedback(
          prior: spec.value(
            "prior", .real(.greaterThan(0)), default: 2,
            about: "standard deviation of what B has to become less where it starts, over √(2/n)"),
          drift: spec.value(
            "drift", .real(.atLeast(0)), default: 0.3,
            about: "share of its mean square by which W moves while trials grow e-fold"),
          normalisation: spec.value(
            "normalisation", .real(.greaterThan(0)), default: 1e-3,
            about: "κ: what the noise of a reward has beside ‖e‖² of the outputs")))
      reject(["rate"], of: spec, "estimator kalman finds its steps and has no learning rate")
    case .sgd, .controlVariate:
      learner = .gradient(
        GradientFeedback(
          rate: spec.value(
            "rate", .real(.greaterThan(0)), default: 5e-4,
            about: "learning rate of B per trial; 5e-4 in the paper's C.1"),
          controlVariate: controlVariate, normalisation: Self.normalisation(spec)))
    }
    for (owner, keys) in [
      (Estimator.ridge, ["ridge", "forgetting", "controlVariate", "solveEvery"]),
      (.kalman, ["prior", "drift"]),
    ] where estimator != owner {
      reject(
        keys, of: spec,
        "belongs to estimator \(owner.rawValue), and the estimator is \(estimator.rawValue)")
    }
    initialization = spec.value(
      "initialization", .choice,
      default: estimator == .ridge || estimator == .kalman ? .zero : .gaussian,
      about: "where B starts; ridge overwrites it with its first solution")
    warmup = spec.value(
      "warmup", .integer(.atLeast(0)), default: 0, unit: "steps",
      about: "first steps in which only B learns")
    readPresentation(spec)
    readEligibility(spec)
    readReward(spec)
  }

  private static func normalisation(_ spec: SpecObject) -> Double? {
    spec.optional(
      "normalisation", .real(.greaterThan(0)),
      about: "κ: a trial with feedback input s weighs 1 / (κ + ‖s‖²); without it all weigh 1")
  }

  /// Names keys that the chosen estimator does not have; they are asked for here so that the
  /// mistake is this one and not "unknown key".
  func reject(_ keys: [String], of spec: SpecObject, _ reason: String) {
    for key in keys where spec.has(key) {
      _ = spec.optional(key, .text, about: "")
      spec.report(key, reason)
    }
  }

  /// Reads how batches are shown and what is subtracted; returns the baseline's name.
  @discardableResult
  mutating func readPresentation(_ spec: SpecObject) -> BaselineName {
    let noise = spec.objectOrDefaults("noise") { Noise(reading: $0) }
    let name: BaselineName = spec.value(
      "baseline", .choice, default: .clean,
      about: "what the perturbed loss is compared with, or minus what")
    let rate: Double
    switch name {
    case .runningMean, .classMean, .critic:
      rate = spec.value(
        "baselineRate", .real(.greaterThan(0, atMost: 1)), default: 0.01,
        about: "step of the running mean per trial, or of the critic per batch")
    default:
      rate = 0
      reject(["baselineRate"], of: spec, "baseline \(name.rawValue) has no rate")
    }
    let source: Presentation.ActivitySource = spec.value(
      "activityFrom", .choice, default: .clean,
      about: "which pass W learns from; clean in the paper")
    let comparison: Presentation.Comparison
    switch name {
    case .clean: (comparison, baseline) = (.clean, .pass)
    case .antithetic: (comparison, baseline) = (.antithetic, .pass)
    case .secondNoisy: (comparison, baseline) = (.secondNoisy, .pass)
    case .noisyBaseline: (comparison, baseline) = (.noisyBaseline, .pass)
    case .none: (comparison, baseline) = (.none, .zero)
    case .runningMean: (comparison, baseline) = (.none, .runningMean(rate: rate))
    case .classMean: (comparison, baseline) = (.none, .classMean(rate: rate))
    case .critic: (comparison, baseline) = (.none, .critic(rate: rate))
    }
    presentation = .perturbed(by: noise, comparedWith: comparison, activityFrom: source)
    return name
  }
}

extension Noise {
  init(reading spec: SpecObject) {
    let site: Noise.Site = spec.value(
      "site", .choice, default: .output,
      about: "after (output) or before (potential) φ, or the spikes of the network itself")
    let constantUnit = spec.value(
      "constantUnit", .boolean, default: false,
      about: "whether the constant unit of the biases is perturbed, as in the paper's code")
    if spec.isSound, constantUnit, site != .output {
      spec.report(
        "constantUnit", "the constant unit has no \(site.rawValue) to perturb; use site output")
    }
    let isOwn = site == .spikes
    self.init(
      site: site,
      distribution: spec.value(
        "distribution", .choice, default: .gaussian, about: "of ξ: mean 0, variance 1"),
      standardDeviation: spec.value(
        "standardDeviation", .real(isOwn ? .atLeast(0) : .greaterThan(0)),
        default: isOwn ? 0 : 0.01,
        about: "c, in the units of the site; 0.01 in the paper's C.1"),
      perturbsConstantUnit: constantUnit && site == .output,
      margin: isOwn
        ? spec.value(
          "margin", .real(.greaterThan(0, atMost: 1)), default: 1,
          about: "how near to its threshold a neuron must come, as a probability; 1: anywhere") : 1)
  }
}
