// SPDX-License-Identifier: GPL-3.0-or-later

/// What a watcher of a trial sees at the end of every step: `DendriticNetwork.present(_:loss:random:step:into:watchedBy:)`.
public struct DendriticTrialStep<Scalar: DendriteScalar>: Sendable {
  /// The phases of a trial, named after their part in it.
  public enum Phase: String, Sendable, CaseIterable {
    /// The forward phase without perturbation.
    case clean
    /// The phase with taught outputs, which goes on from the end of the clean one (of the perturbed
    /// one, where none is clean).
    case target
    /// The forward phase under noise.
    case perturbed
    /// The forward phase under the mirrored or the second noise.
    case second
  }

  /// The trial of the batch.
  public let trial: Int
  /// The phase.
  public let phase: Phase
  /// The steps of the phase over which averages are taken.
  public let window: Range<Int>
  /// −1 where the phase has the perturbation of the first with its sign turned; else 1.
  public let noiseSign: Scalar
  /// The step, the network's state after it, and its spikes.
  public let view: DendriteStepView<Scalar>
}
