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
/// V_j ← f·V_j + Σ γ²·sᵀs and S_j ← f·S_j + Σ γ·ê·s, and a saturated unit adds no noise. The V_j of
/// a layer are the rows of one matrix, so that a batch adds to all by one product.
///
/// Solving costs more than adding up where batches are small: `solveEvery` batches share one
/// solution.
public struct RidgeFeedback: FeedbackLearner {
  /// V and S of every layer.
  public struct State: Codable, Sendable {
    /// V of each layer, `[m, m]`, or, where gains differ, one V per unit, `[n, m·m]`.
    var gram: [Matrix<Double>]
    /// S, `[n, m]`.
    var cross: [Matrix<Double>]
    /// S of the constant unit, `[1, m]`.
    var constantCross: [Matrix<Double>]
    /// The number of batches taken in.
    var batches = 0
  }

  /// γ of eq. (18), here per sum; positive.
  public let ridge: Double
  /// f, in (0, 1].
  public let forgetting: Double
  /// Whether the estimate is the control-variate one.
  public let controlVariate: Bool
  /// The number of batches from one solution to the next.
  public let solveEvery: Int

  /// A learner.
  public init(
    ridge: Double, forgetting: Double = 1, controlVariate: Bool = false, solveEvery: Int = 1
  ) {
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
    let before = pathway
    let scalar = record.surprise(controlVariate: controlVariate, before)
    state.batches += 1
    let isDue = state.batches.isMultiple(of: solveEvery)
    var solver = PositiveDefiniteSolver()
    for index in record.layers.indices {
      let input = record.feedbackInput(ofLayer: index, pathway.topology)
        .converted(to: Double.self)
      let layer = record.layers[index]
      guard layer.perturbation.gainIsOne else {
        accumulatePerUnit(layer, scalar, input, &state.gram[index], &state.cross[index])
        guard
          !isDue
            || solvePerUnit(
              state.gram[index], state.cross[index], into: &pathway.weights[index], &solver)
        else { throw .degenerateErrors(layer: index + 1) }
        continue
      }
      accumulate(input, input, into: &state.gram[index])
      accumulate(
        targets(layer.perturbation, scalar, layer.teaching), input, into: &state.cross[index])
      if let constant = layer.constantUnit {
        let teaching = record.constantTeaching(index, before)
        accumulate(
          targets(constant, scalar, teaching), input, into: &state.constantCross[index])
      }
      guard isDue else { continue }
      let gram = regularised(state.gram[index])
      var solved = solver.solve(
        state.cross[index], timesInverseOf: gram, into: &pathway.weights[index])
      if layer.constantUnit != nil {
        solved =
          solver.solve(
            state.constantCross[index], timesInverseOf: gram,
            into: &pathway.constantRows[index]) && solved
      }
      guard solved else { throw .degenerateErrors(layer: index + 1) }
    }
  }

  /// sum ← f·sum + aᵀ·b.
  private func accumulate(
    _ a: Matrix<Double>, _ b: Matrix<Double>, into sum: inout Matrix<Double>
  ) {
    sum.accumulateProduct(a, .transposed, b, .plain, beta: forgetting)
  }

  private func regularised(_ gram: Matrix<Double>) -> Matrix<Double> {
    var result = gram
    for i in 0..<gram.rows { result[i, i] += ridge }
    return result
  }

  /// λ̂, or its control-variate form, for noise whose gain is 1.
  private func targets<Scalar>(
    _ perturbation: Perturbation<Scalar>, _ scalar: [Scalar], _ teaching: Matrix<Scalar>
  ) -> Matrix<Double> {
    var estimate = Matrix<Scalar>(rows: teaching.rows, columns: teaching.columns)
    estimate.setEstimate(
      scalar: scalar, perturbation: perturbation.values, variance: perturbation.variance)
    if controlVariate { estimate.add(teaching) }
    return estimate.converted()
  }

  /// One weighted problem per unit: V_j += Σ γ²·sᵀs, S_j += Σ γ·ê·s with ê the estimate of
  /// ∂L/∂site, or γλ + a′ξ / Var ξ with the control variate.
  private func accumulatePerUnit<Scalar>(
    _ layer: LayerRecord<Scalar>, _ scalar: [Scalar], _ input: Matrix<Double>,
    _ gram: inout Matrix<Double>, _ cross: inout Matrix<Double>
  ) {
    let (trials, units, width) = (input.rows, cross.rows, input.columns)
    if gram.rows != units || gram.columns != width * width {
      gram = Matrix(rows: units, columns: width * width)
    }
    var estimate = Matrix<Scalar>(rows: trials, columns: units)
    estimate.setEstimate(
      scalar: scalar, perturbation: layer.perturbation.values,
      variance: layer.perturbation.variance)
    if controlVariate {
      var predicted = layer.teaching
      predicted.multiply(by: layer.perturbation.gain)
      estimate.add(predicted)
    }
    estimate.multiply(by: layer.perturbation.gain)
    var squaredGain = layer.perturbation.gain
    squaredGain.multiply(by: layer.perturbation.gain)
    var squares = Matrix<Double>(rows: trials, columns: width * width)
    for trial in 0..<trials {
      for a in 0..<width {
        for b in 0..<width {
          squares[trial, a * width + b] = input[trial, a] * input[trial, b]
        }
      }
    }
    accumulate(squaredGain.converted(), squares, into: &gram)
    accumulate(estimate.converted(), input, into: &cross)
  }

  private func solvePerUnit<Scalar>(
    _ gram: Matrix<Double>, _ cross: Matrix<Double>, into weights: inout Matrix<Scalar>,
    _ solver: inout PositiveDefiniteSolver
  ) -> Bool {
    let width = weights.columns
    var solution = Matrix<Scalar>(rows: 1, columns: width)
    for unit in 0..<weights.rows {
      let own = regularised(
        Matrix(rows: width, columns: width, elements: gram.row(unit)))
      let row = Matrix(rows: 1, columns: width, elements: cross.row(unit))
      guard solver.solve(row, timesInverseOf: own, into: &solution) else { return false }
      for k in 0..<width { weights[unit, k] = solution[0, k] }
    }
    return true
  }
}
