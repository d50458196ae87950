// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
public import Substrates

/// Feedback learned by online ridge least squares: the exact solution of the paper's eq. (18), as
/// its code accumulates it.
///
/// With s the feedback input `[trials, m]` and λ̂ the estimate `[trials, n]`, per layer
///
///     V ← f·V + sᵀ·s,   S ← f·S + λ̂ᵀ·s,   B = S·(V + ridge·I)⁻¹
///
/// from V = 0, S = 0; B starts at zero, so that a layer below hears nothing until the layer
/// above has learned something. The ridge multiplies the identity of the *sum*, so that its
/// effect fades as 1/T (the literal eq. 18 would shrink B for ever). f is the forgetting factor
/// per batch; 1 keeps everything, also while W moves. History is never recomputed: old rows of
/// V and S hold ẽ as it was. V and S are kept in `Double`.
///
/// For noise at the potential site the estimate is ê = γ·λ̂ with a gain γ that differs from unit to
/// unit and trial to trial; unit j then solves its own weighted problem,
/// V_j ← f·V_j + Σ γ²·sᵀs and S_j ← f·S_j + Σ γ·ê·s, and a saturated unit adds no noise.
///
/// With a `normalisation` κ every trial weighs w = 1 / (κ + ‖s‖²) in both sums, as in normalised
/// least mean squares. Errors shrink by orders of magnitude while W learns, and the noise of an
/// estimate shrinks with them: plain sums are ruled by early trials and by the few with large errors,
/// whose λ̂ is no better known; weighed ones are not (weighted least squares with weights near the
/// inverse variance). κ, in squared units of s, is where chance begins to outweigh the error.
///
/// Solving costs more than adding up where batches are small: `solveEvery` batches share one
/// solution.
public struct RidgeFeedback: FeedbackLearner, Equatable {
  /// V and S of every layer.
  public struct State: Codable, Sendable {
    /// V of every layer: `[m, m]`, or where gains differ one row per unit with the lower triangle of
    /// its own V, `[n, m(m + 1)/2]`.
    var gram: [Matrix<Double>]
    /// S, `[n, m]`.
    var cross: [Matrix<Double>]
    /// S of the constant unit, `[1, m]`.
    var constantCross: [Matrix<Double>]
    /// The number of batches taken in.
    var batches = 0
    /// Buffers; never saved.
    var workspace = RidgeWorkspace()

    private enum CodingKeys: String, CodingKey { case gram, cross, constantCross, batches }
  }

  /// γ of eq. (18), here per sum; positive.
  public let ridge: Double
  /// f, in (0, 1].
  public let forgetting: Double
  /// Whether the estimate is the control-variate one.
  public let controlVariate: Bool
  /// The number of batches from one solution to the next.
  public let solveEvery: Int
  /// κ; nil weighs all trials alike.
  public let normalisation: Double?

  /// A learner.
  public init(
    ridge: Double, forgetting: Double = 1, controlVariate: Bool = false, solveEvery: Int = 1,
    normalisation: Double? = nil
  ) {
    precondition(normalisation.map { $0 > 0 } ?? true, "a normalisation of \(normalisation ?? 0)")
    self.normalisation = normalisation
    precondition(solveEvery > 0, "a solution every \(solveEvery) batches")
    self.solveEvery = solveEvery
    precondition(ridge > 0 && ridge.isFinite, "a ridge of \(ridge)")
    precondition(forgetting > 0 && forgetting <= 1, "a forgetting factor of \(forgetting)")
    self.ridge = ridge
    self.forgetting = forgetting
    self.controlVariate = controlVariate
  }

  /// Whether a batch must be shown with noise.
  public var needsPerturbation: Bool { true }

  /// The state before the first batch.
  public func makeState<Scalar>(for pathway: FeedbackPathway<Scalar>) -> State {
    State(
      gram: pathway.weights.map { Matrix(rows: $0.columns, columns: $0.columns) },
      cross: pathway.weights.map { Matrix(rows: $0.rows, columns: $0.columns) },
      constantCross: pathway.weights.map { Matrix(rows: 1, columns: $0.columns) })
  }

  /// Improves B from one batch; the equations stand above.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func update<Scalar>(
    _ pathway: inout FeedbackPathway<Scalar>, from record: inout TrialRecord<Scalar>,
    scale: Double, state: inout State
  ) throws(LearningError) {
    let scalars = record.surprises(controlVariate: controlVariate, pathway)
    state.batches += 1
    let isDue = state.batches.isMultiple(of: solveEvery)
    state.workspace.prepare(pathway.weights, trials: record.trials)
    for index in record.layers.indices {
      var buffers = state.workspace.take(index)
      buffers.input.assign(converting: record.feedbackInput(ofLayer: index, pathway.topology))
      buffers.weigh(normalisation)
      record.layers[index].setEstimate(scalars[index])
      let solved =
        record.layers[index].perturbation.gainIsOne
        ? updateLayer(&pathway, record, scalars[index], index, isDue, &buffers, &state)
        : updatePerUnit(
          &pathway.weights[index], record.layers[index], index, isDue, &buffers, &state)
      state.workspace.layers[index] = buffers
      record.layers[index].turnEstimateIntoResidual(controlVariate: controlVariate)
      guard solved else { throw .degenerateErrors(layer: index + 1) }
    }
  }

  /// sum ← f·sum + aᵀ·b.
  private func accumulate(
    _ a: Matrix<Double>, _ b: Matrix<Double>, into sum: inout Matrix<Double>
  ) {
    sum.accumulateProduct(a, .transposed, b, .plain, beta: forgetting)
  }

  /// One problem for the whole layer, where the noise's gain is 1. The layer's residual holds the
  /// estimate; with the control variate λ is added to it.
  private func updateLayer<Scalar>(
    _ pathway: inout FeedbackPathway<Scalar>, _ record: TrialRecord<Scalar>, _ scalar: [Scalar],
    _ index: Int, _ isDue: Bool, _ buffers: inout RidgeWorkspace.Layer, _ state: inout State
  ) -> Bool {
    let layer = record.layers[index]
    buffers.targets.assign(converting: layer.residual)
    if controlVariate {
      buffers.targets.update { trial, unit, _ in
        Double(layer.residual[trial, unit] + layer.teaching[trial, unit])
      }
    }
    accumulate(buffers.input, buffers.weighted, into: &state.gram[index])
    accumulate(buffers.targets, buffers.weighted, into: &state.cross[index])
    let solved =
      !isDue
      || state.workspace.solve(
        state.cross[index], state.gram[index], ridge: ridge, &buffers,
        into: &pathway.weights[index])
    guard let constant = layer.constantUnit else { return solved }
    let teaching = controlVariate ? record.constantTeaching(index, pathway) : nil
    for trial in 0..<record.trials {
      let quotient = constant.values[trial, 0] / constant.variance[trial, 0]
      let estimate = scalar[trial] * quotient + (teaching?[trial, 0] ?? 0)
      buffers.column[trial, 0] = Double(estimate)
    }
    accumulate(buffers.column, buffers.weighted, into: &state.constantCross[index])
    guard isDue else { return true }
    return state.workspace.solve(
      state.constantCross[index], state.gram[index], ridge: ridge, &buffers,
      into: &pathway.constantRows[index]) && solved
  }

  /// One weighted problem per unit: V_j += Σ γ²·w·sᵀs, S_j += Σ γ·w·ê·s with ê the estimate of
  /// ∂L/∂site, or γλ + a′ξ / Var ξ with the control variate. All units' sums are one product each:
  /// (γ∘γ)ᵀ·(s ⊗ s) and (γ∘ê)ᵀ·s.
  private func updatePerUnit<Scalar>(
    _ weights: inout Matrix<Scalar>, _ layer: LayerRecord<Scalar>, _ index: Int, _ isDue: Bool,
    _ buffers: inout RidgeWorkspace.Layer, _ state: inout State
  ) -> Bool {
    let (units, width) = (weights.rows, weights.columns)
    let pairs = width * (width + 1) / 2
    if state.gram[index].rows != units || state.gram[index].columns != pairs {
      state.gram[index] = Matrix(rows: units, columns: pairs)
    }
    buffers.setPairs()
    let hasControl = controlVariate
    buffers.targets.update { trial, unit, _ in
      let gain = Double(layer.perturbation.gain[trial, unit])
      let estimate = Double(layer.residual[trial, unit])
      return gain * (hasControl ? estimate + gain * Double(layer.teaching[trial, unit]) : estimate)
    }
    accumulate(buffers.targets, buffers.weighted, into: &state.cross[index])
    buffers.targets.update { trial, unit, _ in
      let gain = Double(layer.perturbation.gain[trial, unit])
      return gain * gain
    }
    accumulate(buffers.targets, buffers.pairs, into: &state.gram[index])
    guard isDue else { return true }
    for unit in 0..<units {
      guard
        state.workspace.solveRow(
          unit, state.cross[index], state.gram[index], ridge: ridge, &buffers)
      else { return false }
      for k in 0..<width { weights[unit, k] = Scalar(buffers.solution[0, k]) }
    }
    return true
  }
}
