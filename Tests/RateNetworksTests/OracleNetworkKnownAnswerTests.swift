// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport
import Testing

/// The network against the plain loops of `OracleNetwork`, with the noise that the record reports.
@Suite struct OracleNetworkKnownAnswerTests {
  private static let widths = [8, 10, 9, 4]

  /// The largest difference of a comparison with the clean pass from the oracle's two passes.
  private func error<Scalar: NetworkScalar>(
    _ activation: Activation, _ output: OutputFunction, _ loss: Loss.Kind, _ noise: Noise,
    _: Scalar.Type
  ) throws -> Double {
    let connections: [Connection<Scalar>] = Fixture.connections(Self.widths, seed: 6)
    let activations = [activation, activation]
    let network = RateNetwork(connections: connections, activations: activations, output: output)
    let oracle = OracleNetwork(connections, activations: activations, output: output)
    let batch: Batch<Scalar> = Fixture.batch(
      trials: 5, inputs: 8, outputs: 4, seed: 7, sparse: true)
    let record = try #require(
      SubstrateLaws.record(network, batch, .perturbed(by: noise), loss: Loss(loss)))
    var worst = 0.0
    func compare(_ x: [Scalar], _ y: [Double]) {
      for (a, b) in zip(x, y) { worst = max(worst, abs(Double(a) - b)) }
      if x.count != y.count { worst = .infinity }
    }
    for trial in 0..<batch.trials {
      func row(_ matrix: Matrix<Scalar>) -> [Double] { matrix.row(trial).map { Double($0) } }
      let (x, y) = (row(batch.inputs.dense), row(batch.targets))
      let clean = oracle.run(x, target: y, loss: loss)
      let noisy = oracle.run(
        x, target: y, loss: loss, noise: record.layers.map { row($0.perturbation.values) },
        constantNoise: noise.perturbsConstantUnit
          ? record.layers.map { Double($0.constantUnit!.values[trial, 0]) } : [],
        site: noise.site)
      compare(record.prediction.row(trial), clean.prediction)
      for index in record.layers.indices {
        let layer = record.layers[index]
        compare(layer.output.row(trial), clean.outputs[index])
        compare(layer.slope.row(trial), clean.slopes[index])
        compare(
          layer.outputDifference.row(trial),
          zip(noisy.outputs[index], clean.outputs[index]).map { $0 - $1 })
      }
      worst = max(
        worst, abs(record.loss[trial] - clean.loss), abs(record.perturbedLoss[trial] - noisy.loss),
        abs(record.lossDifference[trial] - (noisy.loss - clean.loss)))
    }
    return worst
  }

  private static let scored: [(OutputFunction, Loss.Kind)] = OutputFunction.allCases.flatMap {
    output in Loss.Kind.allCases.filter { output.accepts($0) }.map { (output, $0) }
  }

  @Test("Activities, slopes, predictions, losses: every activation, output, loss and site")
  func everything() throws {
    for activation in Activation.allCases {
      for (output, loss) in Self.scored {
        for noise in [
          Noise(site: .output, standardDeviation: 0.3),
          Noise(site: .potential, distribution: .skewed, standardDeviation: 0.3),
          Noise(site: .output, standardDeviation: 0.3, perturbsConstantUnit: true),
        ] {
          // Numbers below 100 after at most a hundred roundings.
          let float = try error(activation, output, loss, noise, Float.self)
          #expect(float < 1e4 * Double(Float.ulpOfOne), "\(activation) \(output) \(loss): \(float)")
          let double = try error(activation, output, loss, noise, Double.self)
          #expect(double < 1e4 * Double.ulpOfOne, "\(activation) \(output) \(loss): \(double)")
        }
      }
    }
  }

  @Test("The comparison notices noise of the wrong kind")
  func rejection() throws {
    // Noise at the other site: the oracle runs `noise.site`, the network another.
    let connections: [Connection<Double>] = Fixture.connections(Self.widths, seed: 6)
    let oracle = OracleNetwork(connections, activations: [.tanh, .tanh], output: .identity)
    let batch: Batch<Double> = Fixture.batch(trials: 1, inputs: 8, outputs: 4, seed: 7)
    let noise = (0..<2).map { Array(repeating: 0.3, count: Self.widths[$0 + 1]) }
    let (x, y) = (batch.inputs.dense.row(0), batch.targets.row(0))
    let before = oracle.run(x, target: y, loss: .squaredError, noise: noise, site: .potential)
    let after = oracle.run(x, target: y, loss: .squaredError, noise: noise, site: .output)
    #expect(abs(before.loss - after.loss) > 1e-3)
  }

  @Test("A confident mistake costs a large number and not an infinite one")
  func confidence() throws {
    for output in [OutputFunction.softmax, .sigmoid] {
      let connections = [
        Connection<Float>(weights: Matrix(rowsOf: [[1000, -1000]]), biases: [0, 0])
      ]
      let network = RateNetwork(connections: connections, activations: [], output: output)
      let batch = Batch<Float>(
        inputs: .dense(Matrix(rowsOf: [[1]])), targets: Matrix(rowsOf: [[0, 1]]))
      let record = try #require(
        SubstrateLaws.record(network, batch, .quiet, loss: Loss(.crossEntropy)))
      // Softmax: log of e^1000 + e^−1000, plus 1000. Sigmoid: 1000 for each of two outputs.
      #expect(record.loss == [2000])
      #expect(record.outputError.row(0) == [1, -1])
    }
  }
}
