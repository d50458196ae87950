// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
public import Substrates

/// Feedback learned by a Kalman filter that listens to the surprise: every trial moves B by as much as
/// the uncertainty that is left and the noise of that trial warrant.
///
/// The surprise a′ = a − Σ γλξ measures how far B is from what it is to become, D = B* − B, along one
/// random direction: a′ = Σ_l x_lᵀ·D_l·s_l + ν with x = γ ∘ ξ, s the feedback input, and ν what else
/// moved the loss. All units of a layer are taken to be equally uncertain, with one covariance P_l
/// `[m, m]` of the rows of D_l, so that a filter costs m² numbers and not (n·m)². Per trial
///
///     v = Σ_l ‖x_l‖²·s_lᵀ·P_l·s_l               the variance that D gives a′
///     r = ρ·(κ + ‖s_N‖²)                        that of ν
///     w = (τ + 1) / (τ + a′² / (v + r))
///     B_l ← B_l + w·a′ / (v + r)·x_l·(P_l·s_l)ᵀ
///     P_l ← P_l − (τ + 1) / (τ + 3)·‖x_l‖² / (n_l·(v + r))·P_l·s_l·s_lᵀ·P_l
///               + drift / (t + t₀)·‖B_l‖² / (n_l·m_l)·I
///
/// from P_l = prior²·I. A layer's constant unit is one unit more.
///
/// - The noise follows the outputs' error s_N: single spikes that flip move the loss by as much as it
///   depends on the outputs. ρ is found on the way, as the running mean of w·a′² / (κ + ‖s_N‖²) less
///   that of v / (κ + ‖s_N‖²).
/// - Flips are rare and large, so that ν has long tails: it is taken for a Student t of τ = 3
///   degrees of freedom, under which a surprise far beyond its size counts little (w; the second factor
///   is Fisher's information). ξ and −ξ are equally likely, so ν is symmetric and w leaves no bias.
/// - The last term lets B follow a moving W, which is taken to walk at random by a share `drift` of its
///   own mean square as the number t of trials grows by a factor e: quickly at first and ever more
///   slowly, as weights under gradient descent do. t₀ = 1000. 0 takes W to stand still.
///
/// Surprises within a batch are those of the B that the trials before them left.
///
/// Where λ was measured through a read-out that is not linear (`ApicalRecord.slope`), x has the slope
/// of that read-out as a factor.
///
/// Not in Lansdell et al. (2020): their eq. (18) with these weights and this memory. The scalars that all
/// units must hear are Σ γλξ, as for every control variate, and w / (v + r).
public struct KalmanFeedback: FeedbackLearner, Equatable {
  /// What is known of B, and how noisy surprises are.
  public struct State: Codable, Sendable {
    /// P of every layer, `[m, m]`.
    var covariance: [Matrix<Double>]
    /// The running mean of w·a′² / (κ + ‖s_N‖²).
    var squaredSurprise = 0.0
    /// The running mean of v / (κ + ‖s_N‖²).
    var predictedSquare = 0.0
    /// t.
    var trials = 0
    /// Buffers; never saved.
    var workspace: [Workspace] = []

    private enum CodingKeys: String, CodingKey {
      case covariance, squaredSurprise, predictedSquare, trials
    }
  }

  /// What the filter takes for the standard deviation of an entry of B* − B before the first trial;
  /// positive.
  public let prior: Double
  /// The share of its mean square by which W moves as t grows by a factor e; 0 or more.
  public let drift: Double
  /// κ, in squared units of s; positive.
  public let normalisation: Double

  /// τ, the degrees of freedom of ν.
  static let tails = 3.0
  /// t₀.
  static let firstTrials = 1_000.0
  /// The least step of running means, per trial.
  static let meanRate = 1e-3
  /// The least share of surprises that is taken for noise.
  static let leastNoise = 0.05

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
        for k in 0..<weights.columns { covariance[k, k] = prior * prior }
        return covariance
      })
  }

  /// Improves B from one batch; the equations stand above.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func update<Scalar>(
    _ pathway: inout FeedbackPathway<Scalar>, from record: inout TrialRecord<Scalar>,
    scale: Double, state: inout State
  ) throws(LearningError) {
    let surprises = record.surprise(controlVariate: true, pathway)
    var layers = state.takeWorkspace(record, pathway)
    defer { state.workspace = layers }
    let drifts = layers.map { drift * $0.weights.meanSquare }
    for trial in 0..<record.trials {
      var predicted = 0.0
      var surprise = Double(surprises[trial])
      for index in layers.indices {
        predicted += layers[index].filter(trial, through: state.covariance[index])
        surprise -= layers[index].movedPrediction(trial)
      }
      let step = state.step(
        surprise, predicted, unit: normalisation + layers[layers.count - 1].squaredInput(trial))
      for index in layers.indices {
        guard step.information.isFinite, step.size.isFinite else {
          throw .degenerateErrors(layer: index + 1)
        }
        layers[index].steps[trial] = step.size
        layers[index].learn(
          trial, step.information, drifts[index] / (Double(state.trials) + Self.firstTrials),
          &state.covariance[index])
      }
    }
    for index in layers.indices {
      layers[index].move(&pathway.weights[index], &pathway.constantRows[index])
      record.layers[index].setEstimate(surprises)
      record.layers[index].turnEstimateIntoResidual(controlVariate: true)
    }
  }
}

extension KalmanFeedback.State {
  /// Takes in a surprise. What B moves by, w·a′ / (v + r), and what P shrinks by,
  /// (τ + 1) / (τ + 3) / (v + r); 0 for both where nothing moved and nothing is uncertain.
  ///
  /// - Parameters:
  ///   - predicted: v.
  ///   - unit: κ + ‖s_N‖².
  fileprivate mutating func step(
    _ surprise: Double, _ predicted: Double, unit: Double
  ) -> (size: Double, information: Double) {
    let square = surprise * surprise / unit
    if trials == 0 { squaredSurprise = square }
    let noise = max(
      squaredSurprise - predictedSquare, KalmanFeedback.leastNoise * squaredSurprise)
    let variance = predicted + noise * unit
    let tails = KalmanFeedback.tails
    let weight = variance > 0 ? (tails + 1) / (tails + surprise * surprise / variance) : 1
    trials += 1
    let rate = max(KalmanFeedback.meanRate, 1 / Double(trials))
    squaredSurprise += rate * (weight * square - squaredSurprise)
    predictedSquare += rate * (predicted / unit - predictedSquare)
    guard variance != 0 else { return (0, 0) }
    return (weight * surprise / variance, (tails + 1) / (tails + 3) / variance)
  }

  /// The buffers, filled from a record, taken out so that they change beside the rest of the state;
  /// they are to be put back.
  fileprivate mutating func takeWorkspace<Scalar>(
    _ record: TrialRecord<Scalar>, _ pathway: FeedbackPathway<Scalar>
  ) -> [KalmanFeedback.Workspace] {
    var layers: [KalmanFeedback.Workspace] = []
    swap(&layers, &workspace)
    if layers.count != record.layers.count || layers.first?.steps.count != record.trials {
      layers = pathway.weights.map {
        KalmanFeedback.Workspace(trials: record.trials, units: $0.rows, width: $0.columns)
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

extension KalmanFeedback {
  /// The buffers of one hidden layer of n units with a feedback input of width m. Never saved: a batch
  /// overwrites all of them.
  struct Workspace: Sendable {
    /// x, `[trials, n]`.
    private var regressors: Matrix<Double>
    /// x of the constant unit, `[trials, 1]`; 0 where there is none.
    private var constants: Matrix<Double>
    /// s, `[trials, m]`.
    private var inputs: Matrix<Double>
    /// P·s, `[trials, m]`, with P as it was in that trial.
    private var filtered: Matrix<Double>
    /// ‖x‖² of every trial, the constant unit's included.
    private var powers: [Double]
    /// w·a′ / (v + r) of every trial.
    var steps: [Double]
    /// γ, or the slope of a read-out, `[trials, n]`.
    private var factors: Matrix<Double>
    /// B, `[n, m]`, and the constant unit's row of it, `[1, m]`.
    private(set) var weights: Matrix<Double>
    private var constantRow: Matrix<Double>
    /// n, the constant unit included.
    private var units = 0.0

    init(trials: Int, units: Int, width: Int) {
      regressors = Matrix(rows: trials, columns: units)
      constants = Matrix(rows: trials, columns: 1)
      inputs = Matrix(rows: trials, columns: width)
      filtered = inputs
      powers = Array(repeating: 0, count: trials)
      steps = powers
      factors = regressors
      weights = Matrix(rows: units, columns: width)
      constantRow = Matrix(rows: 1, columns: width)
    }

    fileprivate mutating func fill<Scalar>(
      _ layer: LayerRecord<Scalar>, input: Matrix<Scalar>, _ weights: Matrix<Scalar>,
      _ constantRow: Matrix<Scalar>
    ) {
      regressors.assign(converting: layer.perturbation.values)
      if !layer.perturbation.gainIsOne {
        factors.assign(converting: layer.perturbation.gain)
        regressors.multiply(by: factors)
      }
      if let slope = layer.apical?.slope {
        factors.assign(converting: slope)
        regressors.multiply(by: factors)
      }
      inputs.assign(converting: input)
      self.weights.assign(converting: weights)
      self.constantRow.assign(converting: constantRow)
      if let constant = layer.constantUnit {
        for trial in steps.indices {
          constants[trial, 0] = Double(constant.values[trial, 0] * constant.gain[trial, 0])
        }
      } else {
        constants.fill(0)
      }
      units = Double(regressors.columns + (layer.constantUnit == nil ? 0 : 1))
      for trial in steps.indices {
        powers[trial] = regressorProduct(trial, trial)
        steps[trial] = 0
      }
    }

    /// P·s of a trial; ‖x‖²·sᵀ·P·s.
    fileprivate mutating func filter(_ trial: Int, through covariance: Matrix<Double>) -> Double {
      for k in 0..<inputs.columns {
        var sum = 0.0
        for j in 0..<inputs.columns { sum += covariance[k, j] * inputs[trial, j] }
        filtered[trial, k] = sum
      }
      return powers[trial] * inputs.rowProduct(trial, filtered, trial)
    }

    /// xᵀ·ΔB·s of a trial with ΔB what the trials before it have moved B by.
    fileprivate func movedPrediction(_ trial: Int) -> Double {
      (0..<trial).reduce(0) { sum, earlier in
        sum + steps[earlier] * regressorProduct(earlier, trial)
          * filtered.rowProduct(earlier, inputs, trial)
      }
    }

    /// ‖s‖².
    fileprivate func squaredInput(_ trial: Int) -> Double {
      inputs.rowProduct(trial, inputs, trial)
    }

    /// P ← P − information·‖x‖² / n·P·s·sᵀ·P + drift·I.
    fileprivate func learn(
      _ trial: Int, _ information: Double, _ drift: Double, _ covariance: inout Matrix<Double>
    ) {
      let factor = information * powers[trial] / units
      for j in 0..<covariance.rows {
        for k in 0...j {
          let change = factor * (filtered[trial, j] * filtered[trial, k])
          covariance[j, k] -= change
          if j != k { covariance[k, j] -= change }
        }
        covariance[j, j] += drift
      }
    }

    /// B ← B + Σ_trials step·x·(P·s)ᵀ.
    fileprivate mutating func move<Scalar>(
      _ weights: inout Matrix<Scalar>, _ constantRow: inout Matrix<Scalar>
    ) {
      for trial in steps.indices {
        for k in 0..<filtered.columns { filtered[trial, k] *= steps[trial] }
      }
      self.weights.accumulateProduct(regressors, .transposed, filtered, .plain, beta: 1)
      weights.assign(converting: self.weights)
      self.constantRow.accumulateProduct(constants, .transposed, filtered, .plain, beta: 1)
      constantRow.assign(converting: self.constantRow)
    }

    /// x of one trial times x of another.
    private func regressorProduct(_ first: Int, _ second: Int) -> Double {
      regressors.rowProduct(first, regressors, second)
        + constants[first, 0] * constants[second, 0]
    }
  }
}

extension Matrix<Double> {
  /// The inner product of a row with another's row.
  fileprivate func rowProduct(_ row: Int, _ other: Matrix, _ otherRow: Int) -> Double {
    var sum = 0.0
    for k in 0..<columns { sum += self[row, k] * other[otherRow, k] }
    return sum
  }

  /// The mean of squared elements.
  fileprivate var meanSquare: Double {
    var sum = 0.0
    for i in 0..<rows { sum += rowProduct(i, self, i) }
    return sum / Double(max(1, rows * columns))
  }
}
