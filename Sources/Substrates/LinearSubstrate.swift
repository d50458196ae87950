// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra
public import RandomStreams

/// A deep linear network in plain loops: h = x·W + b, nothing else.
///
/// The null object of the waist. It computes in the obvious way, without BLAS, sparse forms or
/// shared work, so it is the oracle against which faster substrates are tested, and the network
/// of Theorem 2 and Corollary 1. Squared error only makes it quadratic in its noise: the
/// node-perturbation estimator is then unbiased at any noise level.
public struct LinearSubstrate<Scalar: NetworkScalar>: Substrate, Sendable {
  /// The shape.
  public let architecture: Architecture
  private var connections: [Connection<Scalar>]

  /// A network with the given connections, input side first.
  public init(connections: [Connection<Scalar>]) {
    architecture = Architecture(
      widths: [connections[0].weights.rows] + connections.map { $0.weights.columns })
    for (k, connection) in connections.enumerated() {
      precondition(
        connection.weights.rows == architecture.widths[k],
        "connection \(k) takes \(connection.weights.rows) inputs from \(architecture.widths[k])")
    }
    self.connections = connections
  }

  /// The weights and biases from layer k to layer k + 1, copied.
  public func connection(_ k: Int) -> Connection<Scalar> { connections[k] }

  /// Lets `body` change connection k in place.
  public mutating func withConnection<R>(
    _ k: Int, _ body: (inout Connection<Scalar>) throws -> R
  ) rethrows -> R {
    try body(&connections[k])
  }

  /// Another network with the same parameters and buffers of its own.
  public borrowing func replica() -> LinearSubstrate { LinearSubstrate(connections: connections) }

  /// Shows a batch; see `Substrate.present`.
  public mutating func present(
    _ batch: Batch<Scalar>, loss: Loss, random: RandomKey, step: Int,
    into record: inout TrialRecord<Scalar>
  ) throws(SubstrateError) {
    let presentation = record.presentation
    record.inputs = batch.inputs
    record.labels = batch.labels
    var clean = Pass<Scalar>(architecture: architecture, trials: batch.trials)
    var first = clean
    var second = clean
    if presentation.needsCleanPass { run(batch, noise: nil, loss: loss, &clean) }
    if let noise = presentation.noise {
      first.drawNoise(noise, random: random.purpose(.perturbation), step: step)
      run(batch, noise: noise, loss: loss, &first)
      if presentation.comparison == .antithetic {
        second.mirrorNoise(of: first)
      } else if presentation.needsSecondPass {
        second.drawNoise(noise, random: random.purpose(.secondPerturbation), step: step)
      }
      if presentation.needsSecondPass { run(batch, noise: noise, loss: loss, &second) }
    }
    record.compose(clean: &clean, first: &first, second: &second)
    try record.checkFinite()
  }

  private func run(_ batch: Batch<Scalar>, noise: Noise?, loss: Loss, _ pass: inout Pass<Scalar>) {
    var below = batch.inputs.dense
    var constant = Matrix<Scalar>(rows: batch.trials, columns: 1)
    for (k, connection) in connections.enumerated() {
      var u = Matrix<Scalar>(rows: batch.trials, columns: connection.biases.count)
      for i in 0..<batch.trials {
        for j in 0..<u.columns {
          var sum = connection.biases[j] * (1 + constant[i, 0])
          for m in 0..<below.columns { sum += below[i, m] * connection.weights[m, j] }
          u[i, j] = sum
        }
      }
      guard k < architecture.hiddenLayerCount else {
        var stage = OutputStage<Scalar>(.identity, outputs: u.columns)
        stage.evaluate(
          u, targets: batch.targets, loss: loss, prediction: &pass.prediction,
          losses: &pass.loss, error: &pass.error)
        return
      }
      // Noise before or after a linear unit is the same noise.
      if let noise {
        u.add(pass.noise[k])
        if noise.perturbsConstantUnit { constant = pass.constantNoise[k] }
      }
      pass.outputs[k] = u
      pass.slopes[k].fill(1)
      below = u
    }
  }
}
