// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra
public import RandomStreams

/// One forward pass, as a substrate leaves it for `TrialRecord.compose`.
public struct Pass<Scalar: NetworkScalar>: Sendable {
  /// h of every hidden layer, noise included.
  public var outputs: [Matrix<Scalar>]
  /// φ′(u) of every hidden layer.
  public var slopes: [Matrix<Scalar>]
  /// The noise on every hidden layer, `[trials, units]`; unused in a clean pass.
  public var noise: [Matrix<Scalar>]
  /// Var of that noise, `[trials, units]` per hidden layer, where a substrate knows it better than
  /// the presentation does; else empty. Where it is kept, it is set in every noisy pass.
  public var noiseVariance: [Matrix<Scalar>] = []
  /// What every hidden layer sent to the layer above, where that is not h itself; else empty.
  public var transmitted: [Matrix<Scalar>] = []
  /// The noise on every layer's constant unit, `[trials, 1]`; zero-sized unless perturbed.
  public var constantNoise: [Matrix<Scalar>]
  /// ŷ.
  public var prediction: Matrix<Scalar>
  /// e^{N+1}.
  public var error: Matrix<Scalar>
  /// L per trial.
  public var loss: [Double]

  /// Room for a pass.
  public init(architecture: Architecture, trials: Int) {
    outputs = architecture.hidden.map { Matrix(rows: trials, columns: $0) }
    slopes = outputs
    noise = outputs
    constantNoise = architecture.hidden.map { _ in Matrix(rows: trials, columns: 1) }
    prediction = Matrix(rows: trials, columns: architecture.outputs)
    error = prediction
    loss = Array(repeating: 0, count: trials)
  }

  /// Draws this pass's noise: unit j of trial i in hidden layer l reads deviate i·units + j of
  /// (random, l, step).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func drawNoise(_ noise: Noise, random: RandomKey, step: Int) {
    for layer in self.noise.indices {
      let key = random.child(layer)
      self.noise[layer].fill(noise, key: key, step: step)
      if noise.perturbsConstantUnit {
        constantNoise[layer].fill(noise, key: key.child(0), step: step)
      }
    }
  }

  /// The noise of `other` with its sign turned.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func mirrorNoise(of other: Pass) {
    for layer in noise.indices {
      noise[layer].scaleAndAdd(-1, other.noise[layer], scalingSelfBy: 0)
      constantNoise[layer].scaleAndAdd(-1, other.constantNoise[layer], scalingSelfBy: 0)
    }
  }
}
