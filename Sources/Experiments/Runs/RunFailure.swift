// SPDX-License-Identifier: GPL-3.0-or-later

public import Datasets
internal import LearningRules
internal import SpikingNetworks
internal import Substrates
internal import TraceExport

/// Why a command ended without its result, and the code it ends with.
public enum RunFailure: Error, Sendable, CustomStringConvertible {
  /// Mistakes in the specification.
  case spec(SpecError)
  /// A mistake in the arguments.
  case usage(String)
  /// Data missing or damaged.
  case data(DatasetError)
  /// A file that the specification names is missing or damaged: file, line and key.
  case file(String)
  /// A simulation stopped: population, cell, variable or solver, and time.
  case stopped(String)
  /// Numbers diverged at a step; `checkpoint` is the last good one, where there is one.
  case diverged(step: Int, culprit: String, checkpoint: String?)
  /// Output could not be written.
  case output(String)
  /// Stopped by the user, with a checkpoint.
  case interrupted(step: Int, resume: String)
  /// A study was stopped by the user; its runs have checkpoints.
  case studyInterrupted(done: Int, of: Int, resume: String)
  /// Runs of a study failed; the code is that of the first.
  case runsFailed(String, exitCode: Int32)

  /// 2 spec or arguments, 3 data, 4 numbers, 5 output, 75 interrupted.
  public var exitCode: Int32 {
    switch self {
    case .spec, .usage: 2
    case .data, .file: 3
    case .diverged, .stopped: 4
    case .output: 5
    case .interrupted, .studyInterrupted: 75
    case .runsFailed(_, let code): code
    }
  }

  /// The sentence a person reads.
  public var description: String {
    switch self {
    case .spec(let error): error.description
    case .usage(let text): text
    case .data(let error): error.description
    case .file(let text), .stopped(let text): text
    case .diverged(let step, let culprit, let checkpoint):
      "step \(step): \(culprit). Smaller learning rates or less noise may help. "
        + (checkpoint.map { "The last good checkpoint is \($0)." }
          ?? "There is no checkpoint to go back to.")
    case .output(let text): text
    case .interrupted(let step, let resume):
      "interrupted at step \(step); a checkpoint was written. Continue with: \(resume)"
    case .studyInterrupted(let done, let total, let resume):
      "interrupted with \(done) of \(total) runs done; those under way have checkpoints. Continue with: \(resume)"
    case .runsFailed(let text, _): text
    }
  }

  /// What an error of the layers below means to a person who ran a command.
  public init(_ error: any Error, step: Int = 0, checkpoint: String? = nil) {
    switch error {
    case let failure as RunFailure: self = failure
    case let error as SpecError: self = .spec(error)
    case DatasetError.unknownDataset: self = .usage("\(error)")
    case let error as DatasetError: self = .data(error)
    case let error as ExportError: self = .output(error.description)
    case let error as ModelError: self = .usage(error.description)
    case let error as SimulationError: self = .stopped(error.description)
    case SubstrateError.diverged(let quantity, let trial):
      self = .diverged(
        step: step, culprit: "the \(quantity) of trial \(trial) is not a finite number",
        checkpoint: checkpoint)
    case LearningError.degenerateErrors(let layer):
      self = .diverged(
        step: step,
        culprit:
          "the errors that teach hidden layer \(layer) have a covariance that cannot be inverted, or the estimates are not finite numbers",
        checkpoint: checkpoint)
    case LearningError.infiniteSurprise(let trial):
      self = .diverged(
        step: step,
        culprit:
          "what the loss of trial \(trial) differed by, or what B predicts of it, is not a finite number",
        checkpoint: checkpoint)
    default: self = .output("\(error)")
    }
  }
}
