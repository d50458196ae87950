// SPDX-License-Identifier: GPL-3.0-or-later

import LearningRules
import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport
import Testing

/// Rounding puts a floor of about ulp·L/c under a component of the estimate (§4.4): halving the
/// noise of a float network doubles it.
@Suite struct RoundOffOrderTests {
  private static let widths = [20, 15, 10, 4]

  /// The root mean square of (ΔL − its exact value)/c over a batch, and the mean loss: exact for
  /// the noise and the weights that the network of this precision holds.
  private func roundOff<Scalar: NetworkScalar>(
    c: Double, _: Scalar.Type
  ) throws -> (error: Double, loss: Double) {
    let connections: [Connection<Scalar>] = Fixture.connections(Self.widths, seed: 14)
    let activations = [Activation.sigmoid, .tanh]
    let network = RateNetwork(
      connections: connections, activations: activations, output: .identity)
    let oracle = OracleNetwork(connections, activations: activations, output: .identity)
    let batch: Batch<Scalar> = Fixture.batch(trials: 400, inputs: 20, outputs: 4, seed: 15)
    let record = try #require(
      SubstrateLaws.record(network, batch, .perturbed(by: Noise(standardDeviation: c))))
    var (sum, loss) = (0.0, 0.0)
    for trial in 0..<batch.trials {
      func row(_ matrix: Matrix<Scalar>) -> [Double] { matrix.row(trial).map { Double($0) } }
      let (x, y) = (row(batch.inputs.dense), row(batch.targets))
      let clean = oracle.run(x, target: y, loss: .squaredError)
      let noisy = oracle.run(
        x, target: y, loss: .squaredError,
        noise: record.layers.map { row($0.perturbation.values) })
      let error = (record.lossDifference[trial] - (noisy.loss - clean.loss)) / c
      sum += error * error
      loss += clean.loss
    }
    return ((sum / 400).squareRoot(), loss / 400)
  }

  @Test("In single precision the error is about ulp·L/c and grows as 1/c")
  func float() throws {
    let levels = [1e-1, 1e-2, 1e-3, 1e-4]
    let results = try levels.map { try roundOff(c: $0, Float.self) }
    let slope = StatisticalCheck.logLogSlope(levels, results.map(\.error))
    // 400 trials give each error to 1/√800 = 4 %: the slope over three decades to 0.02.
    #expect(abs(slope + 1) < 0.1, "\(slope)")
    for (c, result) in zip(levels, results) {
      // Some tens of roundings of half an ulp, adding at random, scaled by √L and not L.
      let unit = Double(Float.ulpOfOne) * result.loss / c
      #expect(result.error > 0.1 * unit && result.error < 10 * unit, "\(result.error / unit)")
    }
  }

  @Test("In double precision the same noise leaves nine digits more")
  func double() throws {
    let result = try roundOff(c: 1e-4, Double.self)
    #expect(result.error < 10 * Double.ulpOfOne * result.loss / 1e-4)
  }
}
