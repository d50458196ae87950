// SPDX-License-Identifier: GPL-3.0-or-later

internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import Substrates

/// Softmax outputs: Σ_k e_k = 0 in every trial, so that A3 fails along 𝟙 = (1, …, 1).
extension Theorems {
  func softmax() throws -> TheoremSection {
    let parts = try [Loss.Kind.crossEntropy, .squaredError].map(softmax)
    return TheoremSection(
      rows: parts.flatMap(\.rows),
      note:
        "Softmax outputs: 6-7-4, sigmoid hidden units, classes as targets, Gaussian noise, c = 0.01, batches of 100. "
        + parts.map(\.note).joined(separator: " ")
        + " B along 𝟙 multiplies nothing, so what it is there does no harm to the teaching signal."
    )
  }

  private func softmax(_ loss: Loss.Kind) throws -> TheoremSection {
    let samplings = try perNetwork { key in
      TheoremSampling(
        problem: .shallow(output: .softmax, loss: loss, random: key), topology: .layered,
        noise: Self.paperNoise, trials: 100,
        checkpoints: Self.checkpoints(from: 10, to: isFull ? 10_000 : 300))
    }
    let weights = samplings.map { $0.problem.weights(1) }
    let shares = weights.map(\.constantShare)
    let estimates = try trajectories(samplings).map { $0.map { $0.ofLayer(0) } }
    let projected = zip(estimates, weights).map { sequences, target in
      TheoremErrors(
        sequences.map { $0.map(\.withoutRowMeans) }, to: target.withoutRowMeans
      ).relative
    }
    let whole = zip(estimates, weights).map { TheoremErrors($0, to: $1).relative }
    let errors = try samplings.map { try $0.problem.truth().outputError }
    let (samples, name) = (samplings[0].samples, "softmax, \(loss.rawValue)")
    let fails = "A3 fails: E[e eᵀ] is singular along 𝟙, and B is not determined there"
    let holds = "Theorem 1 where A3 holds: with 𝟙 projected out of B and W, B converges to W"
    return TheoremSection(
      rows: [
        row(
          "\(name): smallest over largest eigenvalue of E[eᵀe]", "0, to rounding",
          errors.map(\.eigenvalueRatio), 0...1e-12, fails),
        row(
          "\(name): ‖B̂ along 𝟙‖/‖B̂‖ at T = \(Int(samples[6])), the largest",
          "0, the ridge's value",
          estimates.map { $0.compactMap { $0.last?.constantShare }.max() ?? .nan }, 0...1e-6,
          fails + "; it stays where the ridge puts it"),
        row(
          "\(name): ‖B̂ − W‖ over ‖W along 𝟙‖ at T = \(Int(samples[6]))", "1, not 0",
          zip(whole, shares).map { ($0.last ?? .nan) / $1 }, 0.99...1.05,
          fails + "; what B lacks of W in the end is W along 𝟙"),
        samplingSlopeRow(name, "‖B̂_T − W‖, 𝟙 projected out", samples, projected, holds),
        lastErrorRow(name, "relative error, 𝟙 projected out", samples, projected, holds),
      ],
      note:
        "\(loss.rawValue): with 𝟙 left out, smallest over largest eigenvalue \(Self.conditions(errors.map(\.withoutConstantDirection)))."
    )
  }
}

extension Matrix where Scalar == Double {
  /// ‖A·𝟙‖ / (√m·‖A‖): the share of the norm that lies along 𝟙.
  fileprivate var constantShare: Double {
    var along = self
    along.subtract(withoutRowMeans)
    return along.frobeniusNorm / frobeniusNorm
  }

  /// Rows in an orthonormal basis of what is orthogonal to 𝟙, `[rows, columns − 1]`: Helmert's.
  fileprivate var withoutConstantDirection: Matrix {
    var basis = Matrix(rows: columns, columns: columns - 1)
    for k in 1..<columns {
      let norm = Double(k * (k + 1)).squareRoot()
      for i in 0..<k { basis[i, k - 1] = 1 / norm }
      basis[k, k - 1] = -Double(k) / norm
    }
    return times(basis)
  }
}
