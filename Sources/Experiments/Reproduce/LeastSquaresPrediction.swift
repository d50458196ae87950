// SPDX-License-Identifier: GPL-3.0-or-later

internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import Substrates

/// The expected error of B fitted by least squares to T node-perturbation estimates, at given W:
///
///     E ‖B̂ − W‖² = (1/T) Σ_j E[ eᵀ V⁻² e · (‖λ‖² + (κ − 2) λ_j²) ],   V = E[e eᵀ]
///
/// with e the feedback input of the layer (its error above), λ_j the true gradient of its unit j,
/// ‖λ‖² the sum over *all* perturbed units of all layers (they all move the one scalar), and κ the
/// kurtosis of the noise (spiking-model notes §4.5). Expectations are means over the examples.
/// The small ridge and the noise of curvature, of order c², are left out.
struct LeastSquaresPrediction {
  /// T·E ‖B̂ − W‖² of each hidden layer.
  private let scaledError: [Double]
  private let norm: [Double]

  init<Network: Substrate>(
    _ network: Network, noise: Noise, loss: Loss, examples: ExampleSet<Double>
  ) throws where Network.Scalar == Double {
    let layers = network.architecture.hiddenLayerCount
    var moments = (0..<layers).map { index -> Matrix<Double> in
      let width = network.architecture.widths[index + 2]
      return Matrix(rows: width, columns: width)
    }
    let blocks = stride(from: 0, to: examples.count, by: 500).map {
      Array($0..<min(examples.count, $0 + 500))
    }
    // Two passes over the examples: V first, then the expectation that needs its inverse.
    for block in blocks {
      let record = try Self.truth(network, loss, examples.batch(block))
      for index in 0..<layers {
        let e = record.error(aboveConnection: index + 1)
        moments[index].accumulateProduct(
          e, .transposed, e, .plain, alpha: 1 / Double(examples.count), beta: 1)
      }
    }
    var sums = Array(repeating: 0.0, count: layers)
    for block in blocks {
      let record = try Self.truth(network, loss, examples.batch(block))
      for index in 0..<layers {
        sums[index] += Self.sum(record, network, noise, moments[index], index)
      }
    }
    scaledError = sums.map { $0 / Double(examples.count) }
    norm = (0..<layers).map { network.connection($0 + 1).weights.frobeniusNorm }
  }

  /// √(E ‖B̂ − W‖²) / ‖W‖ of hidden layer `layer` (from 0) after `samples` trials.
  func relativeError(layer: Int, samples: Int) -> Double {
    (scaledError[layer] / Double(samples)).squareRoot() / norm[layer]
  }

  private static func truth<Network: Substrate>(
    _ network: Network, _ loss: Loss, _ batch: Batch<Double>
  ) throws -> TrialRecord<Double> where Network.Scalar == Double {
    var replica = network.replica()
    var record = replica.makeRecord(trials: batch.trials, presentation: .quiet)
    try replica.present(batch, loss: loss, random: RandomKey(seed: 0), step: 0, into: &record)
    let none = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .layered)
    CreditRule.backpropagation.assign(to: &record, pathway: none) {
      replica.connection($0).weights
    }
    return record
  }

  private static func sum<Network: Substrate>(
    _ record: TrialRecord<Double>, _ network: Network, _ noise: Noise, _ moment: Matrix<Double>,
    _ index: Int
  ) -> Double where Network.Scalar == Double {
    let e = record.error(aboveConnection: index + 1)
    var whitened = e
    var solver = PositiveDefiniteSolver()
    guard solver.solve(e, timesInverseOf: moment, into: &whitened) else { return .nan }
    var total = 0.0
    let excess = noise.distribution.kurtosis - 2
    for trial in 0..<record.trials {
      var squares = 0.0
      for (k, layer) in record.layers.enumerated() {
        for unit in 0..<layer.teaching.columns {
          squares += layer.teaching[trial, unit] * layer.teaching[trial, unit]
        }
        if noise.perturbsConstantUnit {
          let error = record.error(aboveConnection: k + 1)
          let biases = network.connection(k + 1).biases
          var slope = 0.0
          for unit in biases.indices { slope += biases[unit] * error[trial, unit] }
          squares += slope * slope
        }
      }
      var weight = 0.0
      for k in 0..<whitened.columns { weight += whitened[trial, k] * whitened[trial, k] }
      let own = record.layers[index].teaching
      for unit in 0..<own.columns {
        total += weight * (squares + excess * own[trial, unit] * own[trial, unit])
      }
    }
    return total
  }
}
