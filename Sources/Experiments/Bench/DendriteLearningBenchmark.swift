// SPDX-License-Identifier: GPL-3.0-or-later

/// Learning of a segregated-dendrite network 784-500-10, image by image, in `Float`: the very steps
/// of `apical run`.
public final class DendriteLearningBenchmark: SimulationWork {
  /// How feedback comes about, and with it what a step consists of.
  public enum Feedback: Sendable {
    /// `reproduce guerguiev2017`, preset `authors`: forward and target phase of 50 ms and their
    /// jitter, update of W. What the peer transcribes.
    case fixed
    /// `reproduce learned-feedback`: a clean and a perturbed phase of 80 ms, updates of W and B.
    case learned
  }

  private let steps: StepBenchmark
  /// φ_max in Hz.
  private let maximumRate: Double
  /// Hidden and output cells times steps, about.
  public let cellSteps: Int
  /// Images of one run.
  public let length = 200

  /// The network at step 0, its data loaded.
  ///
  /// - Throws: `RunFailure` where data are missing.
  public init(_ feedback: Feedback, folder: String) throws {
    let condition: Condition
    let milliseconds: Int
    switch feedback {
    case .fixed:
      condition = try Guerguiev2017.condition(
        Guerguiev2017.networks[1], preset: "authors", initialization: "designed", schedule: [])
      milliseconds = 2 * 51
    case .learned:
      condition = try LearnedFeedback.conditions(LearnedFeedback.networks[0], steps: 1)[2]
      milliseconds = 2 * 80
    }
    maximumRate = 200
    steps = try StepBenchmark(condition.document, seed: 1, folder: folder)
    cellSteps = length * milliseconds * 510
  }

  /// Nothing: a run goes on learning where the last one ended.
  public func reset() {}

  /// Learns from the next images; the hidden units' rate in the last steps of forward phases.
  public func run() throws -> (rate: Double, figures: [String: Double]) {
    var hidden = 0.0
    for _ in 0..<length {
      _ = try steps.run(1)
      hidden += steps.hiddenOutput
    }
    return (maximumRate * hidden / Double(length), [:])
  }
}
