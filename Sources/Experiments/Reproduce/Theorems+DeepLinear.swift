// SPDX-License-Identifier: GPL-3.0-or-later

internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import Substrates

/// Theorem 2 and Corollary 1: a deep linear network with squared error.
extension Theorems {
  /// The sampling of the deep linear network of one key. The first batch of layered feedback
  /// is the worst: it is big enough for B to be of the right order before it is passed on.
  func deepLinearSampling(
    _ random: RandomKey, _ topology: FeedbackPathway<Double>.Topology
  ) -> TheoremSampling {
    TheoremSampling(
      problem: .deepLinear(random: random), topology: topology, noise: Self.paperNoise,
      trials: 1_000, checkpoints: Self.checkpoints(from: 20, to: isFull ? 2_000 : 200))
  }

  func deepLinear() throws -> TheoremSection {
    let layered = try perNetwork { deepLinearSampling($0, .layered) }
    let direct = try perNetwork { deepLinearSampling($0, .direct) }
    let onLine = try trajectories(layered)
    let fromOutput = try trajectories(direct)
    let lower = layered.map { $0.problem.weights(1) }
    let upper = layered.map { $0.problem.weights(2) }
    // Stored weights are transposes, so the paper's (W³W²)ᵀ is W²·W³ here, and in the rows.
    let eq5 =
      "Theorem 2, eq. (5): layered least squares converges to W^n, n = 2, by induction from the layer above (eq. 15)"
    var rows = try estimateRows(
      "Theorem 2, upper layer", "‖B̂_T − W³‖", layered, onLine.map { $0.map { $0.ofLayer(1) } },
      upper,
      layer: 1, .exact,
      "Theorem 2: layered least squares converges to W^n, n = N + 1 = 3, where it is Theorem 1")
    rows += try estimateRows(
      "Theorem 2, lower layer, all trials read through the last B̂", "‖B̂_T − W²‖", layered,
      fromOutput.map { $0.map(\.layeredLowerFeedback) }, lower, layer: 0, .final,
      eq5 + ", every ẽ of the sum through the same B̂")
    rows += try estimateRows(
      "Theorem 2, lower layer, each trial through the B̂ of its time", "‖B̂_T − W²‖", layered,
      onLine.map { $0.map { $0.ofLayer(0) } }, lower, layer: 0, .ofTheirTime,
      eq5 + ", as learning on line has it: the theorem does not speak of this sum")
    rows += try estimateRows(
      "Corollary 1, upper layer", "‖B̂_T − W³‖", direct,
      fromOutput.map { $0.map { $0.ofLayer(1) } }, upper, layer: 1, .exact,
      "Corollary 1, eq. (6), n = N + 1: the product of one factor")
    rows += try estimateRows(
      "Corollary 1, lower layer", "‖B̂_T − W²W³‖", direct,
      fromOutput.map { $0.map { $0.ofLayer(0) } }, zip(lower, upper).map { $0.times($1) },
      layer: 0, .exact,
      "Corollary 1, eq. (6): direct least squares converges to the product of the W above")
    return TheoremSection(rows: rows, note: try deepLinearNote(layered))
  }

  /// Slope, last error, and the squared error over what T independent trials leave.
  private func estimateRows(
    _ name: String, _ quantity: String, _ samplings: [TheoremSampling],
    _ estimates: [[[Matrix<Double>]]], _ targets: [Matrix<Double>], layer: Int,
    _ inputs: TheoremSampling.InputHistory,
    _ claim: String
  ) throws -> [ReproductionTable.Row] {
    let errors = zip(estimates, targets).map { TheoremErrors($0, to: $1) }
    let levels = try zip(errors, zip(samplings, targets)).map { error, pair in
      try error.level(pair.0, layer: layer, norm: pair.1.frobeniusNorm, inputs: inputs)
    }
    let samples = samplings[0].samples
    return [
      samplingSlopeRow(name, quantity, samples, errors.map(\.relative), claim),
      lastErrorRow(name, "relative error", samples, errors.map(\.relative), claim),
      row(
        "\(name): squared error over that of T independent trials", "1 ± 0.15", levels,
        Self.levelBand, claim),
    ]
  }

  private func deepLinearNote(_ samplings: [TheoremSampling]) throws -> String {
    let records = try samplings.map { try $0.problem.truth() }
    let (top, middle, bottom) = (
      Self.conditions(records.map(\.outputError)),
      Self.conditions(records.map { $0.layers[1].error }),
      Self.conditions(records.map { $0.layers[0].error })
    )
    let samples = samplings[0].samples
    return
      "Theorem 2 and Corollary 1: 20-12-8-10, identity, squared error, 250 examples with normal inputs and targets; Gaussian noise, c = 0.01 (the loss is quadratic in h: no bias at any c); batches of \(samplings[0].trials), T from \(Int(samples[0])) to \(Int(samples[6])). W^n is counted as in the paper: W³ leads to the outputs, W² from 12 to 8 units. A3: smallest over largest eigenvalue of E[eᵀe] \(top) for e³ and \(middle) for e², the errors that B multiplies. For e¹ it is \(bottom): A3 as written asks it for n ≥ 1, which fails wherever a layer is wider than the one above it; but no B multiplies e¹, for inputs are not perturbed, and the theorem's n = 1 is not tried. \"Read through the last B̂\" recomputes B̂² from the moments of the same trials, the estimator that the proof is about. On line, old terms keep the ẽ of their time; this costs a constant factor of the squared error (1 + 2‖W_j‖² in place of 1 + ‖W_j‖² per unit, TheoremSampling.scaledError) and not the rate."
  }
}

extension TheoremSampling.Trajectory {
  /// The layered estimate of the lower of two hidden layers with every trial read through the last
  /// B̂ of the layer above, from what direct feedback has gathered: with V = Σ eᵀ·e and
  /// S = Σ λ̂ᵀ·e of the lower layer, ẽ = e·B̂ᵀ gives Σ λ̂ᵀ·ẽ = S·B̂ᵀ and Σ ẽᵀ·ẽ = B̂·V·B̂ᵀ.
  var layeredLowerFeedback: [Matrix<Double>] {
    zip(feedback, outputGram).map { layers, gram in
      let cross = layers[0].times(gram.addingToDiagonal(Theorems.ridge))
      let above = layers[1]
      let estimate = cross.times(above.transposed)
        .timesInverse(of: above.times(gram).times(above.transposed))
      return estimate ?? Matrix(rows: cross.rows, columns: above.rows, repeating: .nan)
    }
  }
}
