// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra
public import RandomStreams

/// Why a presentation could not be carried out.
public enum SubstrateError: Error, Sendable, Equatable {
  /// A number stopped being finite: `quantity` in trial `trial`.
  case diverged(quantity: String, trial: Int)
}

/// A network, as a learning rule meets it: something that can be shown a batch and reports what
/// happened in a record.
///
/// The substrate owns physics and fills the record; the rule owns credit and reads it. Neither
/// imports the other. Conformers: `LinearSubstrate` (the plain null object), `RateNetwork`,
/// `DendriticNetwork`.
///
/// Laws, tested over every conformer: the same batch, presentation, key and step give the same
/// record; a record's clean part does not depend on the noise; with B = W the teaching signal is
/// backpropagation's; ΔL of every comparison is what its two passes give when run alone.
public protocol Substrate: ~Copyable {
  /// `Float` or `Double`.
  associatedtype Scalar: NetworkScalar
  /// What a network carries from one presentation to the next beside its weights.
  associatedtype Carried: Codable & Sendable = NothingCarried

  /// The shape.
  var architecture: Architecture { get }

  /// The weights and biases from layer k to layer k + 1, copied.
  func connection(_ k: Int) -> Connection<Scalar>

  /// Lets `body` change connection k in place.
  mutating func withConnection<R>(
    _ k: Int, _ body: (inout Connection<Scalar>) throws -> R
  ) rethrows -> R

  /// Shows `batch` as `record.presentation` says and overwrites `record`, all but `teaching`,
  /// `error` and `advantage`.
  ///
  /// - Parameters:
  ///   - random: where the noise lives; deviates are addressed by (random, pass, layer, step,
  ///     trial, unit).
  ///   - step: the training step, part of the address.
  /// - Throws: `SubstrateError.diverged` where a loss is not finite.
  ///
  /// Does not allocate once it has been called with the same number of trials.
  mutating func present(
    _ batch: Batch<Scalar>, loss: Loss, random: RandomKey, step: Int,
    into record: inout TrialRecord<Scalar>
  ) throws(SubstrateError)

  /// Another substrate with the same parameters, for another thread.
  borrowing func replica() -> Self

  /// What is carried from one presentation to the next: part of a checkpoint.
  var carried: Carried { get set }

  /// Gives the network its feedback synapses: read where teaching is measured at apical dendrites,
  /// and nowhere else.
  mutating func install(_ feedback: FeedbackPathway<Scalar>)

  /// The same weights in a network without chance, whose gradient is the true one; nil where the
  /// network itself has no chance but its noise.
  borrowing func deterministicTwin() -> Self?
}

/// The memory of a substrate that has none.
public struct NothingCarried: Codable, Sendable {
  /// Nothing.
  public init() {}
}

extension Substrate where Self: ~Copyable, Carried == NothingCarried {
  /// Nothing.
  public var carried: NothingCarried {
    get { NothingCarried() }
    set {}
  }
}

extension Substrate where Self: ~Copyable {
  /// Does nothing: a network without apical dendrites.
  public mutating func install(_ feedback: FeedbackPathway<Scalar>) {}

  /// None: the network has no chance but its noise.
  public borrowing func deterministicTwin() -> Self? { nil }
}

extension Substrate where Self: ~Copyable {
  /// An empty record for batches of `trials`.
  public borrowing func makeRecord(
    trials: Int, presentation: Presentation
  ) -> TrialRecord<Scalar> {
    TrialRecord(architecture: architecture, trials: trials, presentation: presentation)
  }
}

extension TrialRecord {
  /// Throws where a loss is not a finite number.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func checkFinite() throws(SubstrateError) {
    for trial in 0..<trials {
      if !loss[trial].isFinite { throw .diverged(quantity: "loss", trial: trial) }
      if !perturbedLoss[trial].isFinite {
        throw .diverged(quantity: "perturbed loss", trial: trial)
      }
    }
  }
}
