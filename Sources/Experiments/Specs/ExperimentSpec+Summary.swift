// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import LearningRules
internal import RandomStreams
internal import SpikingNetworks
internal import Substrates

extension ExperimentSpec {
  /// The experiment in a few lines: architecture, what the rule reads, what a step costs.
  public var summary: String {
    let architecture = network.architecture
    let widths = network.layers.map(String.init).joined(separator: "-")
    let presentation = feedback.presentation
    var lines = [
      "network      \(widths), \(architecture.parameterCount) parameters, \(network.precision.rawValue)",
      "credit       \(creditSentence)",
      "feedback     \(learnerSentence)",
      "passes       \(presentation.passCount) per batch of \(data.batch)",
      "cost         \(cost); \(schedule.steps) steps",
      "memory       \(Self.bytes(memory)) or more",
    ]
    if let noise = presentation.noise {
      lines.append(
        "noise        \(noise.distribution.rawValue), standard deviation \(noise.standardDeviation) at the \(noise.site.rawValue); \(presentation.comparison.rawValue) comparison"
      )
    }
    lines += feedback.arrivalSentences
    if let dendritic = network.dendritic { lines += dendritic.summary(presentation) }
    if recordingSpace > 0 {
      lines.append("recordings   about \(Int(recordingSpace) / 1_000_000 + 1) MB")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var creditSentence: String {
    switch credit {
    case .measured: "feedback through B, measured at the apical dendrites; never W"
    case .backpropagation: "backpropagation: reads W of the layers above (weight transport)"
    case .feedback:
      switch feedback.topology {
      case .layered: "feedback through B, reads ẽ of the layer above; never W"
      case .direct: "feedback through B, reads e of the outputs; never W"
      case .activity: "feedback through B, reads the layer's own activity; no error, never W"
      }
    case .nodePerturbation: "node perturbation of W: reads one scalar and the unit's own noise"
    }
  }

  private var learnerSentence: String {
    switch feedback.learner {
    case .fixed: feedback.credit == .feedback ? "B is fixed and random" : "no B"
    case .symmetric: "B is a copy of W (weight transport)"
    case .gradient(let learner):
      "B learns by stochastic gradient, rate \(learner.rate)"
        + (learner.controlVariate ? ", on the surprise (control variate)" : "")
        + (learner.normalisation.map { ", normalised, floor \($0)" } ?? "")
    case .kalman(let learner):
      "B is a Kalman filter's, on the surprise (control variate), prior \(learner.prior)·√(2/n), drift \(learner.drift)"
    case .ridge(let learner):
      "B is the ridge least-squares solution, ridge \(learner.ridge), forgetting \(learner.forgetting)"
        + (learner.normalisation.map { ", trials normalised, floor \($0)" } ?? "")
    case .weightMirror(let learner): mirrorSentence(learner)
    case .kolenPollack: kolenPollackSentence
    }
  }

  private func mirrorSentence(_ learner: WeightMirror) -> String {
    let start = "B mirrors W (weight mirror), rate \(learner.rate), decay \(learner.decay)"
    guard let noise = feedback.presentation.noise, noise.site != .spikes else {
      return "\(start): comes to W times mean slopes and variances of spikes"
    }
    let deviation = noise.standardDeviation
    let variance = deviation * deviation * feedback.presentation.varianceFactor
    guard
      let factor = learner.fixedPoint(
        trials: data.batch, variance: variance, scale: loss.gradientScale(trials: data.batch))
    else { return "\(start): grows for ever along W times mean slopes" }
    return "\(start): comes to \(String(format: "%.3g", factor)) W times mean slopes"
  }

  private var kolenPollackSentence: String {
    switch descent {
    case .sgd(let rate, let weightDecay), .momentum(let rate, _, let weightDecay):
      "B takes the steps of W and decays with it (Kolen–Pollack): B − W shrinks by \(rate * weightDecay) of itself per step"
    case .adam, nil: "B takes the steps of W (Kolen–Pollack)"
    }
  }

  /// What a step takes: of a network in time its milliseconds, for it computes where spikes are.
  private var cost: String {
    guard let dendritic = network.dendritic else {
      return String(format: "%.0f", operations) + " floating-point operations per step, dense"
    }
    let presentation = feedback.presentation
    let phases =
      presentation.passCount * dendritic.forwardPhase
      + (presentation.measuresTeaching ? dendritic.targetPhase : 0)
    return "\(data.batch * phases) ms of network time per step"
  }

  /// Multiplications and additions of the matrix products of one step.
  private var operations: Double {
    let widths = network.layers.map(Double.init)
    let forward = zip(widths, widths.dropFirst()).reduce(0) { $0 + 2 * $1.0 * $1.1 }
    let first = 2 * widths[0] * widths[1]
    let presentation = feedback.presentation
    let passes = forward + Double(presentation.passCount - 1) * (forward - first)
    let backward = forward - first
    let updates = descent == nil ? 0 : forward
    let feedbackUpdates =
      switch feedback.learner {
      case .fixed, .symmetric: 0.0
      case .kalman:
        FeedbackPathway<Float>.inputWidths(network.architecture, feedback.topology)
          .reduce(2 * backward) { $0 + 4 * Double($1) * Double($1) }
      default: backward
      }
    return Double(data.batch) * (passes + backward + updates + feedbackUpdates)
  }
}

extension FeedbackSpec {
  /// What units take for their perturbations and how rewards arrive, where that is not the plain way.
  var arrivalSentences: [String] {
    var lines: [String] = []
    switch eligibility {
    case .noise: break
    case .activityDifference:
      lines.append("eligibility  measured differences of activity stand for the noise")
    case .transmittedDifference:
      lines.append("eligibility  differences of what layers sent stand for the noise")
    case .runningMean(let rate, _):
      lines.append(
        "eligibility  activity minus its running mean stands for the noise, rate \(rate)")
    }
    if let rate = reward.binarised {
      lines.append("reward       a sign, times a running mean of magnitudes, rate \(rate)")
    }
    if reward.delay > 0 {
      lines.append("reward       arrives \(reward.delay) steps late; B learns then, W at once")
    }
    return lines
  }
}

extension DendriticSpec {
  /// The circuit and the trial in a line or two.
  func summary(_ presentation: Presentation) -> [String] {
    let signal = mode == .spiking ? "Poisson spikes" : "rates"
    return [
      "circuit      segregated dendrites, preset \(preset.rawValue), \(signal), g_a \(apicalConductance) per ms",
      "trial        \(presentation.passCount) forward \(presentation.passCount == 1 ? "phase" : "phases") of \(forwardPhase) ms"
        + (teaching == .measured || outputTargets == .measured
          ? ", then \(targetPhase) ms with taught outputs" : "")
        + "; teaching \(teaching.rawValue); a test lasts \(testPhase) ms",
    ]
  }
}
