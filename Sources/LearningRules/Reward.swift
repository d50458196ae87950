// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra
public import Substrates

/// How the one scalar reaches the synapses (after Fiete & Seung 2006; Fiete, Fee & Seung 2007):
/// as it is, as a sign, late.
///
/// - `binarised`: what arrives is the sign of the advantage, times a running mean of its
///   magnitude, from the trials before this batch; nothing arrives with the first batch. For small
///   Gaussian noise the mean estimate is 2/π of what the full advantage gives, in the same
///   direction: E[sign(a)·ξ] = √(2/π)·c·λ/‖λ‖ and E|a| = √(2/π)·c·‖λ‖.
/// - `delay` of D steps: what a step earned arrives D steps later. B learns then, from the trials as
///   they were: their noise, their errors and the teaching signals that the B of that time gave
///   (the eligibilities that its synapses have kept). Until the first reward arrives B does not
///   learn. W, which reads no reward, descends at once. With W fixed, a learner that reads no
///   teaching signal (ridge without control variate, on `direct` feedback or one hidden layer) has
///   learned after T + D steps exactly what it would have learned without delay after T.
///
/// The baseline sits where the reward is made: it has seen all trials up to the present one, and
/// what travels is the advantage.
public struct Reward: Sendable, Codable, Equatable {
  /// Whether only the sign arrives, and the rate of the running mean of magnitudes per trial.
  public let binarised: Double?
  /// D, in steps.
  public let delay: Int

  /// The advantage as it is, at once.
  public static let plain = Reward()

  /// A way for rewards to arrive.
  ///
  /// - Parameter binarised: the rate of the running mean, in (0, 1], or nil for the full advantage.
  public init(binarised: Double? = nil, delay: Int = 0) {
    precondition(binarised.map { $0 > 0 && $0 <= 1 } ?? true, "a rate of \(binarised ?? 0)")
    precondition(delay >= 0, "a reward \(delay) steps late")
    self.binarised = binarised
    self.delay = delay
  }

  /// What is remembered of magnitudes.
  public struct State: Sendable, Codable, Equatable {
    /// The running mean of |advantage|.
    public var magnitude = 0.0
    /// The number of trials behind it.
    public var count = 0

    /// Nothing yet.
    public init() {}
  }

  /// advantage ← sign(advantage)·magnitude, where it is binarised.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func apply<Scalar>(to record: inout TrialRecord<Scalar>, state: inout State) {
    guard let rate = binarised else { return }
    let magnitude = Scalar(state.magnitude)
    for trial in 0..<record.trials {
      let advantage = record.advantage[trial]
      state.count += 1
      state.magnitude +=
        max(rate, 1 / Double(state.count)) * (Double(abs(advantage)) - state.magnitude)
      record.advantage[trial] = advantage > 0 ? magnitude : advantage < 0 ? -magnitude : 0
    }
  }
}

/// What synapses keep of a batch until its reward arrives.
public struct EligibleTrials<Scalar: NetworkScalar>: Sendable, Codable {
  /// Every hidden layer as it was.
  public private(set) var layers: [LayerRecord<Scalar>]
  /// e^{N+1}.
  public private(set) var outputError: Matrix<Scalar>
  /// Δŷ.
  public private(set) var predictionDifference: Matrix<Scalar>
  /// What the batch earned.
  public private(set) var advantage: [Scalar]

  /// Keeps what a feedback learner may read of `record`.
  @usableFromInline
  init(_ record: TrialRecord<Scalar>) {
    layers = record.layers
    // An eligibility has read it.
    for index in layers.indices { layers[index].transmittedDifference = nil }
    outputError = record.outputError
    predictionDifference = record.predictionDifference
    advantage = record.advantage
  }

  /// Puts it in the place of what `record` holds.
  @usableFromInline
  consuming func recall(into record: inout TrialRecord<Scalar>) {
    record.layers = layers
    record.outputError = outputError
    record.predictionDifference = predictionDifference
    record.advantage = advantage
  }
}
