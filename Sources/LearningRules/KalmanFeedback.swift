// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
public import Substrates

/// Feedback learned by a Kalman filter that listens to the surprise: every trial moves B by as much as
/// the uncertainty that is left and the noise of that trial warrant.
///
/// The surprise a′ = a − Σ γλξ measures how far B is from what it is to become, D = B* − B, along one
/// random direction: a′ = Σ_l x_lᵀ·D_l·s_l + ν with x = γ ∘ ξ, s the feedback input, and ν what else
/// moved the loss. All units of a layer are taken to be equally uncertain, with one covariance P_l
/// `[m, m]` of the rows of D_l, so that a filter costs m² numbers and not (n·m)². Per trial, with e the
/// error of the outputs,
///
///     v = Σ_l ‖x_l‖²·s_lᵀ·P_l·s_l               the variance that D gives a′
///     r = ρ·(κ + ‖e‖²)                          that of ν
///     w = (τ + 1) / (τ + a′² / (v + r))
///     B_l ← B_l + w·a′ / (v + r)·x_l·(P_l·s_l)ᵀ
///     P_l ← P_l − (τ + 1) / (τ + 3)·‖x_l‖² / (n_l·(v + r))·P_l·s_l·s_lᵀ·P_l
///               + drift / (t + t₀)·‖B_l‖² / (n_l·m_l)·I
///     ρ = max(q − u, q / 2)
///     q ← q + max(η, 1 / t)·((τ + 1) / (τ + a″ / q)·a″ − q),  a″ = a′² / (κ + ‖e‖²)
///     u ← u + max(η, 1 / t)·(v / (κ + ‖e‖²) − u)
///
/// from P_l = prior²·(2 / n_l)·I, u = 0 and q = a″ of the first trial whose surprise is not 0; nothing is learned
/// before it. A layer's constant unit is one unit more, but in the mean square that W drifts by, which is
/// that before the batch.
///
/// - The noise follows the outputs' error: single spikes that flip move the loss by as much as it
///   depends on the outputs. Its size is found on the way, as the mean size q of surprises less the
///   mean u of what they were expected to be, η = 0.001. At least half of a surprise is taken for
///   noise: a prior that is far too large would otherwise leave a filter that is sure of what it
///   does not know.
/// - Flips are rare and large, so that ν has long tails: it is taken for a Student t of τ = 3
///   degrees of freedom, under which a surprise far beyond its size counts little (w; the second factor
///   is Fisher's information). Where ν is symmetric whatever x, as with many flips per trial, that
///   leaves no bias. Where noise is so weak that a flip happens in few trials, flips are what carries
///   the gradient; w then takes signal for outliers and B stays short. Use stronger noise there, or
///   another estimator.
/// - The last term of P lets B follow a moving W, which is taken to walk at random by a share `drift` of
///   its own mean square as the number t of trials grows by a factor e: quickly at first and ever more
///   slowly, as weights under gradient descent do. t₀ = 1000. 0 takes W to stand still, as does B = 0.
///
/// Where perturbations are what layers sent, Δx (`Eligibility.transmittedDifference`), every layer
/// has a surprise of its own, a′_l, and with it its own v = ‖x_l‖²·s_lᵀ·P_l·s_l, r, w, q, u and t. Trials
/// in which a layer sent nothing else than before count in q, u and t, so that r is too small by
/// their share: use noise that flips something in most trials.
///
/// Surprises are those of the present B: of the trials before in a batch, and where rewards are late.
/// Only where λ was measured at apical dendrites is it the B of then.
///
/// Where λ was measured through a read-out that is not linear (`ApicalRecord.slope`), x has the slope
/// of that read-out as a factor.
///
/// A trial costs m² for every layer beside a product of B with s and a step of B, n·m each; a batch of
/// M trials M²·(n + m) / 2.
///
/// Not in Lansdell et al. (2020): their eq. (18) with these weights and this memory. The scalars that all
/// units must hear are Σ γλξ, as for every control variate, and w / (v + r); both for every layer where
/// layers have surprises of their own.
public struct KalmanFeedback: FeedbackLearner, Equatable {
  /// What is known of B, and how noisy surprises are.
  public struct State: Codable, Sendable {
    /// P of every layer, `[m, m]`.
    var covariance: [Matrix<Double>]
    /// How large surprises are: the first that of all layers together, or each that of a layer.
    var scales: [SurpriseScale]
    /// Buffers; never saved.
    var workspace: [KalmanWorkspace] = []

    private enum CodingKeys: String, CodingKey { case covariance, scales }
  }

  /// How large surprises were so far.
  struct SurpriseScale: Codable, Sendable {
    /// q; 0 until a surprise was not 0.
    var squaredSurprise = 0.0
    /// u.
    var predictedSquare = 0.0
    /// t.
    var trials = 0
  }

  /// What the filter takes for the standard deviation of an entry of B* − B before the first trial, in
  /// units of √(2 / n), that of Gaussian initial weights which n units send on; positive.
  public let prior: Double
  /// The share of its mean square by which W moves as t grows by a factor e; 0 or more.
  public let drift: Double
  /// κ, in squared units of the outputs' error; positive.
  public let normalisation: Double

  /// τ, the degrees of freedom of ν.
  static let tails = 3.0
  /// t₀.
  static let firstTrials = 1_000.0
  /// η, the least step of running means per trial.
  static let meanRate = 1e-3
  /// The least share of surprises that is taken for noise.
  static let leastNoise = 0.5

  /// A learner.
  public init(prior: Double, drift: Double, normalisation: Double) {
    precondition(prior > 0 && prior.isFinite, "a prior of \(prior)")
    precondition(drift >= 0 && drift.isFinite, "a drift of \(drift)")
    precondition(normalisation > 0 && normalisation.isFinite, "a normalisation of \(normalisation)")
    self.prior = prior
    self.drift = drift
    self.normalisation = normalisation
  }

  /// Whether a batch must be shown with noise.
  public var needsPerturbation: Bool { true }

  /// The state before the first batch.
  public func makeState<Scalar>(for pathway: FeedbackPathway<Scalar>) -> State {
    State(
      covariance: pathway.weights.map { weights in
        var covariance = Matrix<Double>(rows: weights.columns, columns: weights.columns)
        for k in 0..<weights.columns {
          covariance[k, k] = prior * prior * 2 / Double(weights.rows)
        }
        return covariance
      },
      scales: Array(repeating: SurpriseScale(), count: pathway.weights.count))
  }

  /// Improves B from one batch; the equations stand above.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func update<Scalar>(
    _ pathway: inout FeedbackPathway<Scalar>, from record: inout TrialRecord<Scalar>,
    scale: Double, state: inout State
  ) throws(LearningError) {
    let isMeasured = record.layers.contains { $0.apical != nil }
    let surprises = record.surprises(controlVariate: isMeasured, pathway)
    let isLayered = record.holdsEffectsFromBelow
    var layers = state.takeWorkspace(record, pathway)
    defer { state.workspace = layers }
    let drifts = layers.map { drift * $0.weights.meanSquare }
    // Layers that share a surprise.
    let groups = isLayered ? layers.indices.map { $0..<($0 + 1) } : [layers.indices]
    for trial in 0..<record.trials {
      let unit = normalisation + record.outputError.squaredNorm(ofRow: trial)
      // What began above a group is no surprise to it.
      var began = 0.0
      for group in groups.reversed() {
        var variance = 0.0
        var surprise = Double(surprises[group.lowerBound][trial]) - began
        for index in group {
          variance += layers[index].filter(trial, through: state.covariance[index])
          surprise -= layers[index].prediction(trial, isMeasured: isMeasured)
          if isLayered {
            began += layers[index].predictionOfOwn(trial, isMeasured: isMeasured)
          }
        }
        let scale = isLayered ? group.lowerBound : 0
        let step = state.scales[scale].step(surprise, variance, unit: unit)
        guard step.size.isFinite, step.information.isFinite else {
          throw .infiniteSurprise(trial: trial)
        }
        let drifting = 1 / (Double(state.scales[scale].trials) + Self.firstTrials)
        for index in group where step.information > 0 {
          layers[index].steps[trial] = step.size
          layers[index].learn(
            trial, step.information, drifts[index] * drifting, &state.covariance[index])
        }
      }
    }
    for index in layers.indices {
      layers[index].move(&pathway.weights[index], &pathway.constantRows[index])
    }
  }
}

extension KalmanFeedback.SurpriseScale {
  /// Takes in a surprise. What B moves by, w·a′ / (v + r), and what P shrinks by,
  /// (τ + 1) / (τ + 3) / (v + r); 0 for both as long as no surprise was other than 0, for nothing is
  /// known of the noise then.
  ///
  /// - Parameters:
  ///   - variance: v.
  ///   - unit: κ + ‖e‖².
  fileprivate mutating func step(
    _ surprise: Double, _ variance: Double, unit: Double
  ) -> (size: Double, information: Double) {
    let square = surprise * surprise / unit
    if squaredSurprise == 0 { squaredSurprise = square }
    guard squaredSurprise != 0 else { return (0, 0) }
    let tails = KalmanFeedback.tails
    let noise = max(
      squaredSurprise - predictedSquare, KalmanFeedback.leastNoise * squaredSurprise)
    let all = variance + noise * unit
    let weight = (tails + 1) / (tails + surprise * surprise / all)
    trials += 1
    let rate = max(KalmanFeedback.meanRate, 1 / Double(trials))
    let sizeWeight = (tails + 1) / (tails + square / squaredSurprise)
    squaredSurprise += rate * (sizeWeight * square - squaredSurprise)
    predictedSquare += rate * (variance / unit - predictedSquare)
    return (weight * surprise / all, (tails + 1) / (tails + 3) / all)
  }
}

extension KalmanFeedback.State {
  /// The buffers, filled from a record, taken out so that they change beside the rest of the state;
  /// they are to be put back.
  fileprivate mutating func takeWorkspace<Scalar>(
    _ record: TrialRecord<Scalar>, _ pathway: FeedbackPathway<Scalar>
  ) -> [KalmanWorkspace] {
    var layers: [KalmanWorkspace] = []
    swap(&layers, &workspace)
    if layers.count != record.layers.count || layers.first?.steps.count != record.trials {
      layers = pathway.weights.map {
        KalmanWorkspace(trials: record.trials, units: $0.rows, width: $0.columns)
      }
    }
    for index in layers.indices {
      layers[index].fill(
        record.layers[index], input: record.feedbackInput(ofLayer: index, pathway.topology),
        pathway.weights[index], pathway.constantRows[index])
    }
    return layers
  }
}

extension Matrix {
  /// ‖row‖².
  fileprivate func squaredNorm(ofRow row: Int) -> Double {
    (0..<columns).reduce(0) { $0 + Double(self[row, $1]) * Double(self[row, $1]) }
  }
}
