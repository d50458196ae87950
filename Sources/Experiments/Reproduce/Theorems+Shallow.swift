// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import Substrates

/// Theorem 1: one hidden layer, loss analytic and not quadratic in h.
extension Theorems {
  /// Noise levels from the paper's own to where the next term of the remainder begins to show.
  static let noiseLevels = geometricSequence(from: 0.01, to: 0.2, count: 8)

  static func sigmoidProblem(_ random: RandomKey) -> TheoremProblem {
    .shallow(output: .sigmoid, loss: .squaredError, random: random)
  }

  /// ‖B(c) − W‖/‖W‖ at each noise level, sampling left out.
  static func biases(_ problem: TheoremProblem, _ distribution: Deviate) throws -> [Double] {
    try noiseLevels.map { c in
      let feedback = try problem.populationFeedback(distribution, standardDeviation: c)
      return feedback.map { Alignment.relativeError(of: $0, to: problem.weights(1)) } ?? .nan
    }
  }

  /// The bias of the population estimator B(c).
  func shallowBias() throws -> TheoremSection {
    let errors = try perNetwork { try Self.sigmoidProblem($0).truth().outputError }
    var rows = [
      row(
        "Theorem 1: ‖B − W‖/‖W‖, B by least squares on the true λ", "0, to rounding",
        try perNetwork { key in
          let problem = Self.sigmoidProblem(key)
          let record = try problem.truth()
          let limit = TheoremProblem.leastSquares(
            record.layers[0].teaching, on: record.outputError)
          return limit.map { Alignment.relativeError(of: $0, to: problem.weights(1)) } ?? .nan
        }, 0...1e-10,
        "eq. (10), (12): without remainder and residual, least squares on e returns W")
    ]
    let judged: [(Deviate, String, Double, String)] = [
      (
        .rademacher, "all patterns", 2,
        "Theorem 1: the limit for c → 0 is W. Eq. (11) bounds the bias by O(c); symmetric noise has no odd moments and makes it O(c²)"
      ),
      (
        .gaussian, "Gauss–Hermite", 2,
        "Theorem 1 with the paper's own noise: the limit for c → 0 is W, at O(c²)"
      ),
      (
        .skewed, "all patterns", 1,
        "Theorem 1 asks for no symmetry; eq. (11): O(c) is the true order where noise is skewed"
      ),
    ]
    for (distribution, method, slope, claim) in judged {
      let biases = try perNetwork { try Self.biases(Self.sigmoidProblem($0), distribution) }
      rows.append(
        row(
          "Theorem 1: slope in c of ‖B(c) − W‖, \(distribution.rawValue), \(method)",
          "\(Int(slope)) ± 0.1", biases.map { LogLogFit(Self.noiseLevels, $0).slope },
          slope - 0.1...slope + 0.1, claim))
      rows.append(
        row(
          "Theorem 1: ‖B(c) − W‖/‖W‖ at c = 0.01, \(distribution.rawValue)", "–",
          biases.map { $0[0] }, nil, "Theorem 1: its size at the paper's c"))
    }
    return TheoremSection(
      rows: rows,
      note:
        "Theorem 1: 6-7-4, sigmoid hidden and output units, squared error, 64 examples. B(c) = E[λ̂ᵀe] E[eᵀe]⁻¹, the expectation over the noise by summation over all 2⁷ patterns or a product of quadrature rules; c from \(Self.noiseLevels[0]) to \(Self.noiseLevels[7]). With e the error at u, λ = W e exactly, so B(0) = W. A3: smallest over largest eigenvalue of E[eᵀe] \(Self.conditions(errors))."
    )
  }

  /// B̂_T against B(c), at noise strong enough for B(c) to be told from W.
  func shallowSampling() throws -> TheoremSection {
    let c = 0.3
    let samplings = try perNetwork { key in
      TheoremSampling(
        problem: Self.sigmoidProblem(key), topology: .layered,
        noise: Noise(standardDeviation: c), trials: 100,
        checkpoints: Self.checkpoints(from: 10, to: isFull ? 10_000 : 300))
    }
    let limits = try samplings.map { sampling in
      let limit = try sampling.problem.populationFeedback(.gaussian, standardDeviation: c)
      // A network on which A3 fails would fill its row with NaN, which no band contains.
      return limit ?? Matrix(rows: 7, columns: 4, repeating: .nan)
    }
    let estimates = try trajectories(samplings).map { $0.map { $0.ofLayer(0) } }
    let errors = zip(estimates, limits).map { TheoremErrors($0, to: $1) }
    let toWeights = zip(estimates, samplings).map { TheoremErrors($0, to: $1.problem.weights(1)) }
    let levels = try zip(errors, zip(samplings, limits)).map { error, pair in
      try error.level(pair.0, layer: 0, norm: pair.1.frobeniusNorm)
    }
    let (samples, name) = (samplings[0].samples, "Theorem 1, c = \(c)")
    let claim =
      "Theorem 1: for T → ∞ the estimator tends to W plus remainder; the residual averages out (eq. 13, WLLN)"
    return TheoremSection(
      rows: [
        samplingSlopeRow(
          name, "‖B̂_T − B(c)‖", samples, errors.map(\.relative), claim),
        lastErrorRow(name, "‖B̂_T − B(c)‖/‖B(c)‖", samples, errors.map(\.relative), claim),
        lastErrorRow(name, "‖B̂_T − W‖/‖W‖", samples, toWeights.map(\.relative), claim),
        row(
          "\(name): ‖B(c) − W‖/‖W‖, where that ends for T → ∞", "–",
          zip(limits, samplings).map {
            Alignment.relativeError(of: $0, to: $1.problem.weights(1))
          }, nil, claim),
        row(
          "\(name): squared error over that of T independent trials", "1 + O(c²)", levels, nil,
          "the same; not judged, for the formula leaves curvature out"),
      ],
      note:
        "Sampling: Gaussian noise, c = \(c), batches of 100, T from \(Int(samples[0])) to \(Int(samples[6])); B(c) by Gauss–Hermite quadrature."
    )
  }
}
