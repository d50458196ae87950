// SPDX-License-Identifier: GPL-3.0-or-later

internal import Datasets
internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import RateNetworks
internal import SpikingNetworks
internal import Substrates

/// The training loop of `apical run`, nothing else: for timing.
///
/// A step is the very step of a run, by the same code: the next minibatch is gathered from the
/// shuffled training examples, shown, credited and learned from. Evaluation, recording and files
/// take no part. Deliberately a class that is not `Sendable`: one thread steps it, the one that
/// is timed.
public final class StepBenchmark {
  /// The number of images that steps learn from.
  public let trainingCount: Int
  /// Trials per step.
  public let batch: Int
  private let steps: any Steps

  /// A network at step 0, its data loaded.
  ///
  /// - Parameters:
  ///   - document: an experiment in `float32`.
  ///   - seed: the seed of everything random.
  ///   - folder: as `--data` of `apical run`.
  public init(_ document: SpecDocument, seed: UInt64, folder: String?) throws(RunFailure) {
    do {
      LinearAlgebraRuntime.useOneThread()
      let (spec, _) = try document.read(ExperimentSpec.init(reading:))
      guard spec.network.precision == .float32 else {
        throw RunFailure.usage("\(document.file): a step is timed in float32 only")
      }
      let random = RandomKey(seed: seed)
      let images = try ExperimentImages(spec.data, random: random, folder: folder, threads: 1)
      trainingCount = images.training.count
      batch = spec.data.batch
      let data = ExperimentData<Float>(images, target: spec.data.target)
      func open<Network: TrainableNetwork, Learner: FeedbackLearner>(
        _: Network.Type, _ learner: Learner
      ) throws -> any Steps where Network.Scalar == Float {
        SessionSteps(
          try TrainingSession<Network, Learner>(
            spec, learner: learner, data: data, random: random, threads: 1))
      }
      steps =
        spec.network.dendritic == nil
        ? try open(RateNetwork<Float>.self, spec.feedback.makeLearner())
        : try open(DendriticNetwork<Float>.self, spec.feedback.makeLearner())
    } catch {
      throw RunFailure(error)
    }
  }

  /// Takes `count` steps, at least one; the loss of the last one's minibatch, a sum over trials.
  public func run(_ count: Int) throws(RunFailure) -> Double {
    precondition(count > 0, "\(count) steps")
    do { return try steps.run(count) } catch { throw RunFailure(error) }
  }

  /// The mean output of the first hidden layer in the last step's batch.
  var hiddenOutput: Double { steps.hiddenOutput }
}

/// A training session whose learner no longer shows in its type.
private protocol Steps: AnyObject {
  func run(_ count: Int) throws -> Double
  var hiddenOutput: Double { get }
}

private final class SessionSteps<Network: TrainableNetwork, Learner: FeedbackLearner>: Steps {
  private var session: TrainingSession<Network, Learner>

  init(_ session: consuming TrainingSession<Network, Learner>) {
    self.session = session
  }

  func run(_ count: Int) throws -> Double {
    for _ in 0..<count { try session.step() }
    return session.trainer.lastLosses.loss
  }

  var hiddenOutput: Double {
    guard let layer = session.trainer.record.layers.first else { return 0 }
    let values = layer.output.elements
    return values.reduce(0) { $0 + Double($1) } / Double(values.count)
  }
}
