// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import RateNetworks
internal import SpikingNetworks
internal import TraceExport

/// Runs an experiment into a run directory: what `apical run` does.
///
/// Same build, specification and seed give the same metrics (but for `wall_seconds`), traces and
/// weights, for any number of threads, with or without recordings, and however often the run was
/// interrupted and resumed.
public enum ExperimentRunner {
  /// Runs to the end, or throws a `RunFailure`; nothing written before is lost then.
  ///
  /// - Parameters:
  ///   - stop: set from outside to stop with a checkpoint.
  ///   - tell: called with what happens, from the calling thread.
  public static func run(
    _ request: RunRequest, stop: StopFlag, tell: (RunEvent) -> Void
  ) throws(RunFailure) {
    do {
      LinearAlgebraRuntime.useOneThread()
      let (spec, resolved) = try request.document.read(ExperimentSpec.init(reading:))
      switch (spec.network.precision, spec.network.dendritic) {
      case (.float32, nil):
        try run(RateNetwork<Float>.self, spec, resolved, request, stop, tell)
      case (.float64, nil):
        try run(RateNetwork<Double>.self, spec, resolved, request, stop, tell)
      case (.float32, _):
        try run(DendriticNetwork<Float>.self, spec, resolved, request, stop, tell)
      case (.float64, _):
        try run(DendriticNetwork<Double>.self, spec, resolved, request, stop, tell)
      }
    } catch {
      throw RunFailure(error)
    }
  }

  private static func run<Network: TrainableNetwork>(
    _: Network.Type, _ spec: ExperimentSpec, _ resolved: ResolvedSpec, _ request: RunRequest,
    _ stop: StopFlag, _ tell: (RunEvent) -> Void
  ) throws {
    // The choice of learner is opened here, once; all below is one generic body.
    func open<Learner: FeedbackLearner>(_ learner: Learner) throws {
      var run = try FiledRun<Network, Learner>(spec, resolved, learner, request, tell)
      try run.execute(stop, tell)
    }
    try open(spec.feedback.makeLearner())
  }
}

extension FeedbackSpec {
  /// The learner that the spec names.
  func makeLearner() -> any FeedbackLearner {
    switch learner {
    case .fixed: FixedFeedback()
    case .symmetric: SymmetricFeedback()
    case .gradient(let rate, let controlVariate):
      GradientFeedback(rate: rate, controlVariate: controlVariate)
    case .ridge(let ridge, let forgetting, let controlVariate, let solveEvery):
      RidgeFeedback(
        ridge: ridge, forgetting: forgetting, controlVariate: controlVariate,
        solveEvery: solveEvery)
    }
  }
}
