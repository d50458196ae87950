// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra
public import RandomStreams
public import Substrates

/// Initial weights designed for dendritic potentials of mean V̄ = 3 and standard deviation 3 at a
/// mean presynaptic rate ν = φ_max/4 (Guerguiev et al. 2017 and their code):
///
///     W̄ = (V̄ − b̄)/(ν·N·V̄),  E[W²] = (S + ν²(N − N²)W̄²V̄² − 2Nν·b̄·V̄·W̄ − b̄²)/(N·ν²·S),
///     S = σ_V² + V̄²,  b̄ = 0.8,  σ_b = 0.001
///
/// with N inputs and ν in spikes per ms. Weights are uniform about W̄.
public struct DesignedInitialization: Sendable, Equatable {
  /// How wide the uniform distribution is.
  public enum Width: String, Sendable, CaseIterable {
    /// Standard deviation √(E[W²] − W̄²), as designed.
    case designed
    /// ± 3.465 of it, as in the authors' last commit: twice the deviation intended (2√3 = 3.464
    /// is the whole width, not the half).
    case authors
  }

  /// φ_max, 1/ms.
  public let maximumRate: Double
  /// How wide.
  public let width: Width

  private static let (meanPotential, deviation) = (3.0, 3.0)
  private static let (meanBias, biasDeviation) = (0.8, 0.001)

  /// An initialization.
  public init(maximumRate: Double = 0.2, width: Width = .designed) {
    self.maximumRate = maximumRate
    self.width = width
  }

  /// W̄ and √(E[W²] − W̄²) for N inputs.
  public func moments(inputs count: Int) -> (mean: Double, standardDeviation: Double) {
    let (v, b, n, rate) = (Self.meanPotential, Self.meanBias, Double(count), maximumRate / 4)
    let mean = (v - b) / (rate * n * v)
    let square = Self.deviation * Self.deviation + v * v
    let second =
      (square + rate * rate * (n - n * n) * mean * mean * v * v - 2 * n * rate * b * v * mean
        - b * b) / (n * rate * rate * square)
    return (mean, (second - mean * mean).squareRoot())
  }

  /// W `[inputs, outputs]` and b of a connection.
  public func connection<Scalar>(
    inputs: Int, outputs: Int, random: RandomKey
  ) -> Connection<Scalar> {
    let biases = random.child(1).deviates(.uniform, count: outputs)
    return Connection(
      weights: matrix(rows: inputs, columns: outputs, fanIn: inputs, random: random.child(0)),
      biases: biases.map { Scalar(Self.meanBias + Self.biasDeviation * $0) })
  }

  /// Feedback Y `[sources, units]`, uniform about W̄ of `fanIn` inputs.
  public func feedback<Scalar>(
    sources: Int, units: Int, fanIn: Int, random: RandomKey
  ) -> Matrix<Scalar> {
    matrix(rows: sources, columns: units, fanIn: fanIn, random: random)
  }

  private func matrix<Scalar>(
    rows: Int, columns: Int, fanIn: Int, random: RandomKey
  ) -> Matrix<Scalar> {
    let (mean, deviation) = moments(inputs: fanIn)
    // `Deviate.uniform` has variance 1, so it spans ±√3.
    let scale = width == .designed ? deviation : 3.465 / 3.0.squareRoot() * deviation
    return Matrix(
      rows: rows, columns: columns,
      elements: random.deviates(.uniform, count: rows * columns).map { Scalar(mean + scale * $0) })
  }
}
