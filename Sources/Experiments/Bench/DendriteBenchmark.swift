// SPDX-License-Identifier: GPL-3.0-or-later

internal import Datasets
internal import Foundation
internal import LinearAlgebra
internal import RandomStreams
internal import SpikingNetworks
internal import Substrates

/// The forward phase of a segregated-dendrite network 784-500-10 on 1,000 images of 50 ms, each
/// from rest, in `Float`: weights by the authors' moments (spiking.Dendrites of the peers).
public final class DendriteBenchmark: SimulationWork {
  private static let sizes = [784, 500, 10]
  private static let milliseconds = 50
  /// The model's own read-out window, in which averages are taken.
  private static let window = 30..<50
  private var network: SegregatedDendriteNetwork<Float>
  private var state: DendriteState<Float>
  private var averages: PhaseAverages<Float>
  private let images: [Activity<Float>]
  private let key: RandomKey
  private var runs = 0

  /// Images of one run.
  public let length = 1000
  /// Hidden cells times steps.
  public var cellSteps: Int { length * Self.milliseconds * (Self.sizes[1] + Self.sizes[2]) }

  /// The network, and the first 1,000 training images of the data set in `folder`.
  public init(folder: String, seed: UInt64 = 1) throws {
    let sets = try MNISTFamily.mnist.load(from: folder)
    let rows: SparseRows<Float> = sets.training.subset(0..<1000).inputs()
    images = (0..<1000).map { index in
      var one = SparseRows<Float>(columns: rows.columns)
      one.gather([index], from: rows)
      return .sparse(one)
    }
    func matrix(_ stream: UInt64, _ above: Int, _ below: Int, fanIn: Int) -> Matrix<Float> {
      let (mean, deviation) = Self.moments(fanIn)
      // The peers keep W as [above, below].
      var weights = Matrix<Float>(rows: below, columns: above)
      weights.update { row, column, _ in
        let u = BenchmarkChance.uniform(1, stream, column * below + row)
        return Float(mean + 3.0.squareRoot() * deviation * (2 * u - 1))
      }
      return weights
    }
    func biases(_ stream: UInt64, _ count: Int) -> [Float] {
      (0..<count).map { index in
        let u = BenchmarkChance.uniform(1, stream, index)
        return Float(0.8 + 3.0.squareRoot() * 0.001 * (2 * u - 1))
      }
    }
    let parameters = try SegregatedDendriteParameters.paper(signal: .bernoulli)
    network = SegregatedDendriteNetwork(
      parameters,
      connections: [
        Connection(weights: matrix(11, 500, 784, fanIn: 784), biases: biases(13, 500)),
        Connection(weights: matrix(12, 10, 500, fanIn: 500), biases: biases(14, 10)),
      ],
      feedbackSources: [.outputs], feedback: [matrix(15, 500, 10, fanIn: 784)])
    state = network.makeState()
    averages = PhaseAverages(architecture: network.architecture)
    key = RandomKey(seed: seed).purpose(.spikes)
  }

  /// Mean and standard deviation of initial weights for a fan-in of n.
  private static func moments(_ n: Int) -> (Double, Double) {
    let (nu, v, b, count) = (0.05, 3.0, 0.8, Double(n))
    let mean = (v - b) / (nu * count * v)
    let square = 2 * v * v
    let total =
      square + nu * nu * (count - count * count) * mean * mean * v * v
      - 2 * count * nu * b * v * mean - b * b
    return (mean, (total / (count * nu * nu * square) - mean * mean).squareRoot())
  }

  /// The next run draws other spikes.
  public func reset() { runs += 1 }

  /// Shows all images; the rate of the hidden units in the window.
  public func run() throws -> (rate: Double, figures: [String: Double]) {
    let steps = Self.milliseconds
    var hidden = 0.0
    var output = 0.0
    for (index, image) in images.enumerated() {
      state.reset()
      network.show(image, trial: 0)
      let phase = DendriticPhase<Float>(
        steps: steps, window: Self.window, spikes: key.child(runs).child(index))
      network.run(phase, &state, into: &averages)
      hidden += averages.spikeCounts[1].reduce(0) { $0 + Double($1) }
      output += averages.spikeCounts[2].reduce(0) { $0 + Double($1) }
    }
    let seconds = Double(length * Self.window.count) / 1000
    return (
      hidden / seconds / Double(Self.sizes[1]),
      ["output_rate": output / seconds / Double(Self.sizes[2])]
    )
  }
}
