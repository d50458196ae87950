// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
internal import RandomStreams
internal import RateNetworks
internal import Substrates

/// A network with fixed W and a finite set of examples: a case on which a theorem is tried.
///
/// The distribution ρ of the theorems gives every example the same weight, so expectations over
/// the data are finite sums, and what the theorems call a limit can be computed beside them.
struct TheoremProblem: Sendable {
  /// The network; its W never changes.
  let network: RateNetwork<Double>
  /// The loss.
  let loss: Loss
  /// The examples.
  let examples: Batch<Double>

  /// Theorem 1's network: one hidden layer, sigmoid, 6-7-4, so that the loss is not quadratic in h.
  ///
  /// Inputs are normal, targets the four classes in turn. 64 examples are 16 times the width of
  /// the error, which leaves its covariance well determined.
  static func shallow(
    output: OutputFunction, loss: Loss.Kind, random: RandomKey
  ) -> TheoremProblem {
    let architecture = Architecture(widths: [6, 7, 4])
    let network = RateNetwork<Double>(
      architecture, activations: [.sigmoid], output: output, initialization: .gaussian,
      random: random)
    let count = 64
    var targets = Matrix<Double>(rows: count, columns: architecture.outputs)
    for i in 0..<count { targets[i, i % architecture.outputs] = 1 }
    return TheoremProblem(
      network: network, loss: Loss(loss), examples: normalInputs(architecture, targets, random))
  }

  /// A deep linear network with squared error, as Theorem 2 and Corollary 1 ask for.
  ///
  /// Inputs and targets are independent and normal, so that the output error has full rank although
  /// the network's own rank is that of its narrowest layer. The error of a layer, W·e of the one
  /// above, keeps full rank where the layer is no wider than that: on the default widths, at
  /// both layers that B reads (10 and 8). The examples are 25 times the widest error.
  static func deepLinear(
    widths: [Int] = [20, 12, 8, 10], random: RandomKey
  ) -> TheoremProblem {
    let architecture = Architecture(widths: widths)
    // ±1/√n keeps the prediction smaller than the targets: the output error is nearly white.
    let network = RateNetwork<Double>(
      architecture, activations: architecture.hidden.map { _ in .identity }, output: .identity,
      initialization: .uniform, random: random)
    let count = 250
    let targets = random.purpose(.syntheticData).child(1)
      .deviates(.gaussian, count: count * architecture.outputs)
    return TheoremProblem(
      network: network, loss: Loss(.squaredError),
      examples: normalInputs(
        architecture,
        Matrix(rows: count, columns: architecture.outputs, elements: targets), random))
  }

  private static func normalInputs(
    _ architecture: Architecture, _ targets: Matrix<Double>, _ random: RandomKey
  ) -> Batch<Double> {
    let inputs = random.purpose(.syntheticData).child(0)
      .deviates(.gaussian, count: targets.rows * architecture.inputs)
    return Batch(
      inputs: .dense(
        Matrix(rows: targets.rows, columns: architecture.inputs, elements: inputs)),
      targets: targets)
  }

  /// The weights from layer k to layer k + 1, `[below, above]`: what B of hidden layer k stands for.
  func weights(_ k: Int) -> Matrix<Double> { network.connection(k).weights }

  /// A batch of `trials` examples drawn with replacement; a pure function of key and step.
  func batch(trials: Int, random: RandomKey, step: Int) -> Batch<Double> {
    // A deviate of variance 1 spans ±√3.
    let draws = random.purpose(.shuffling).deviates(.uniform, count: trials, step: step)
    let rows = draws.map { draw in
      min(examples.trials - 1, Int((draw / 12.0.squareRoot() + 0.5) * Double(examples.trials)))
    }
    return Batch(
      inputs: .dense(examples.inputs.dense.rows(rows)), targets: examples.targets.rows(rows))
  }
}
