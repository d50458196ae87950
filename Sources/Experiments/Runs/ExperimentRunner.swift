// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import RateNetworks
internal import SpikingNetworks
internal import TraceExport

/// Runs an experiment or a simulation into a run directory: what `apical run` does.
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
      if request.document.has("study") {
        throw RunFailure.usage(
          "\(request.document.file) is a study of many runs: start it with apical sweep run \(request.document.file)"
        )
      }
      if request.document.has("simulation") {
        return try SimulationRunner.run(request, stop: stop, tell: tell)
      }
      let (spec, resolved) = try request.document.read(ExperimentSpec.init(reading:))
      try spec.checkFits(inMemory: Double(ProcessInfo.processInfo.physicalMemory))
      if let directory = completeRun(request, resolved) {
        tell(.noticed("this run is complete: nothing is left to do"))
        tell(.finished(directory: directory, last: nil))
        return
      }
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

  /// Brings a run to its end of which nothing, a part or everything is in the folder
  /// `request.output`, which must be named.
  static func complete(
    _ request: RunRequest, stop: StopFlag, tell: (RunEvent) -> Void
  ) throws(RunFailure) {
    let manifest = request.output.flatMap { try? Manifest.read(RunDirectory(path: $0)) }
    guard manifest?.status != .done else { return }
    var request = request
    request.resumes = manifest != nil
    try run(request, stop: stop, tell: tell)
  }

  /// The folder of the run that is to be resumed, where it has come to its end already.
  private static func completeRun(_ request: RunRequest, _ resolved: ResolvedSpec) -> String? {
    guard request.resumes, let output = request.output,
      let manifest = try? Manifest.read(RunDirectory(path: output)), manifest.status == .done,
      manifest.resolvedSpecSHA256 == Data(resolved.yaml.utf8).sha256,
      request.seed == nil || request.seed == manifest.seed
    else { return nil }
    return output
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
    case .gradient(let learner): learner
    case .ridge(let learner): learner
    case .kalman(let learner): learner
    case .weightMirror(let learner): learner
    case .kolenPollack: KolenPollack()
    }
  }
}
