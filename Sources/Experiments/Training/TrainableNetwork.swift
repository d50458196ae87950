// SPDX-License-Identifier: GPL-3.0-or-later

internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import RateNetworks
internal import SpikingNetworks
internal import Substrates

/// A network that a specification can name: how it and its feedback weights start.
protocol TrainableNetwork: Substrate, Sendable, Copyable {
  /// The network at step 0.
  static func make(_ spec: ExperimentSpec, random: RandomKey) throws -> Self
  /// B before the first step.
  static func pathway(
    _ spec: ExperimentSpec, random: RandomKey
  ) throws -> FeedbackPathway<Scalar>
  /// Shows a trial to a replica and looks at its every step; only where trials have time.
  func frames(of trial: WatchedTrial<Scalar>) throws -> [TrialFrame]
  /// The kurtosis of ξ as records have it.
  func kurtosis(of noise: Noise) -> Double
}

extension RateNetwork: TrainableNetwork {
  static func make(_ spec: ExperimentSpec, random: RandomKey) -> RateNetwork {
    RateNetwork(
      spec.network.architecture, activations: spec.network.activations,
      output: spec.network.output, initialization: spec.network.initialization, random: random)
  }

  static func pathway(
    _ spec: ExperimentSpec, random: RandomKey
  ) -> FeedbackPathway<Scalar> {
    spec.feedback.pathway(spec.network.architecture, random: random)
  }

  func kurtosis(of noise: Noise) -> Double { noise.distribution.kurtosis }
}

extension DendriticNetwork: TrainableNetwork {
  func kurtosis(of noise: Noise) -> Double { trial.perturbationKurtosis(noise) }

  static func make(_ spec: ExperimentSpec, random: RandomKey) throws -> DendriticNetwork {
    let (trial, law) = try spec.dendriticTrial()
    let architecture = spec.network.architecture
    let connections: [Connection<Scalar>]
    if let width = law.design {
      connections = designedConnections(trial, architecture, width: width, random: random)
    } else {
      let initialization = law.initialization ?? .gaussian
      let key = random.purpose(.initialWeights)
      connections = (0..<architecture.connectionCount).map { k in
        initialization.connection(
          inputs: architecture.widths[k], outputs: architecture.widths[k + 1],
          random: key.child(k))
      }
    }
    return try DendriticNetwork(
      trial, connections: connections, topology: .init(spec.feedback.topology))
  }

  static func pathway(
    _ spec: ExperimentSpec, random: RandomKey
  ) throws -> FeedbackPathway<Scalar> {
    guard spec.feedback.credit == .feedback, let width = spec.feedback.initialization.design
    else { return spec.feedback.pathway(spec.network.architecture, random: random) }
    return designedFeedback(
      try spec.dendriticTrial().trial, spec.network.architecture,
      topology: .init(spec.feedback.topology), width: width, random: random)
  }
}

extension FeedbackPathway.Topology {
  /// The same word for another scalar.
  init(_ topology: FeedbackSpec.Topology) {
    self =
      switch topology {
      case .layered: .layered
      case .direct: .direct
      case .activity: .activity
      }
  }
}

extension ExperimentSpec {
  /// How hidden layers come by their teaching signal.
  var credit: CreditRule {
    feedback.credit == .feedback && network.dendritic?.teaching == .measured
      ? .measured : feedback.credit
  }

  /// How a batch is shown in training.
  var presentation: Presentation {
    var result = feedback.presentation
    result.measuresTeaching =
      credit == .measured || network.dendritic?.outputTargets == .measured
    return result
  }

  /// What is learned, and how.
  var plan: LearningPlan {
    var plan = LearningPlan(
      credit: credit, presentation: presentation, baseline: feedback.baseline, descent: descent,
      loss: loss, warmup: feedback.warmup, learnsBiases: network.learnsBiases)
    plan.eligibility = feedback.eligibility
    plan.reward = feedback.reward
    plan.rateFactors = rateFactors
    plan.biasFactor = biasFactor
    return plan
  }

  /// The trial of a dendritic network, and where its weights start.
  func dendriticTrial() throws -> (trial: DendriticTrial, law: WeightLaw) {
    guard let dendritic = network.dendritic else {
      preconditionFailure("a rate network has no dendrites")
    }
    return (
      try dendritic.trial(
        perturbedBy: feedback.presentation.noise, output: network.output),
      dendritic.initialization
    )
  }
}
