// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra

/// What is shown to a network at once: M trials.
public struct Batch<Scalar: NetworkScalar>: Sendable {
  /// The inputs, `[trials, inputs]`.
  public var inputs: Activity<Scalar>
  /// What the outputs should be, `[trials, outputs]`.
  public var targets: Matrix<Scalar>
  /// The class of each trial, from 0, or empty where the task has none. Read by per-class
  /// baselines and by error rates, never by a network.
  public var labels: [Int]

  /// - Parameters as the properties; all must agree on the number of trials.
  public init(inputs: Activity<Scalar>, targets: Matrix<Scalar>, labels: [Int] = []) {
    precondition(
      inputs.trials == targets.rows && (labels.isEmpty || labels.count == targets.rows),
      "\(inputs.trials) inputs, \(targets.rows) targets, \(labels.count) labels")
    self.inputs = inputs
    self.targets = targets
    self.labels = labels
  }

  /// The number of trials.
  public var trials: Int { targets.rows }
}
