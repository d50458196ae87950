// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport
import Testing

@Suite struct RateNetworkLawTests {
  private static let widths = [9, 7, 6, 3]

  private func network<Scalar: NetworkScalar>(
    _ activations: [Activation] = [.sigmoid, .tanh], _ output: OutputFunction = .identity
  ) -> RateNetwork<Scalar> {
    RateNetwork(
      connections: Fixture.connections(Self.widths, seed: 3), activations: activations,
      output: output)
  }

  private func batch<Scalar: NetworkScalar>(sparse: Bool = true) -> Batch<Scalar> {
    Fixture.batch(trials: 32, inputs: 9, outputs: 3, seed: 4, sparse: sparse)
  }

  private func check<Scalar: NetworkScalar>(_: Scalar.Type) {
    typealias Laws = SubstrateLaws<RateNetwork<Scalar>>
    let network: RateNetwork<Scalar> = network()
    for isSparse in [false, true] {
      let batch: Batch<Scalar> = batch(sparse: isSparse)
      for site in Noise.Site.added {
        #expect(Laws.sameAddressSameBits(network, batch, site: site) == [])
        #expect(Laws.cleanPartIgnoresNoise(network, batch, site: site) == [])
        #expect(Laws.comparisonsAreTheirPasses(network, batch, site: site) == [])
      }
      #expect(Laws.replicasAreIndependent(network, batch) == [])
      #expect(Laws.divergenceIsAnError(network, batch, trial: 17) == [])
      // Sums of at most 10 terms below 2 in size, three layers deep: a few dozen roundings.
      let tolerance = 64 * Double(Scalar.ulpOfOne)
      #expect(Laws.batchComposition(network, batch, tolerance: tolerance) == [])
    }
  }

  @Test("Rate networks keep every law of a substrate, in single precision") func float() {
    check(Float.self)
  }

  @Test("Rate networks keep every law of a substrate, in double precision") func double() {
    check(Double.self)
  }

  /// The largest difference of two records, and how many numbers were compared.
  private func difference<Scalar>(_ a: TrialRecord<Scalar>, _ b: TrialRecord<Scalar>) -> Double {
    func losses(_ x: [Double], _ y: [Double]) -> Double {
      zip(x, y).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
    var result = [
      a.prediction.largestDifference(from: b.prediction),
      a.outputError.largestDifference(from: b.outputError), losses(a.loss, b.loss),
      losses(a.perturbedLoss, b.perturbedLoss), losses(a.lossDifference, b.lossDifference),
    ]
    for (x, y) in zip(a.layers, b.layers) {
      result.append(x.output.largestDifference(from: y.output))
      result.append(x.slope.largestDifference(from: y.slope))
      result.append(x.perturbation.values.largestDifference(from: y.perturbation.values))
      result.append(x.perturbation.variance.largestDifference(from: y.perturbation.variance))
      result.append(x.perturbation.gain.largestDifference(from: y.perturbation.gain))
      if a.presentation.noise != nil, a.presentation.comparison != .none {
        result.append(x.outputDifference.largestDifference(from: y.outputDifference))
      }
      if let left = x.constantUnit, let right = y.constantUnit {
        result.append(left.values.largestDifference(from: right.values))
        result.append(left.variance.largestDifference(from: right.variance))
      } else if (x.constantUnit == nil) != (y.constantUnit == nil) {
        result.append(.infinity)
      }
    }
    return result.max() ?? .infinity
  }

  private func checkLinear<Scalar: NetworkScalar>(_: Scalar.Type) throws {
    let connections: [Connection<Scalar>] = Fixture.connections(Self.widths, seed: 3)
    let rate: RateNetwork<Scalar> = network([.identity, .identity])
    let linear = LinearSubstrate(connections: connections)
    // Activities and losses stay below 30: a few dozen roundings of numbers of that size.
    let tolerance = 30 * 64 * Double(Scalar.ulpOfOne)
    for isSparse in [false, true] {
      let batch: Batch<Scalar> = batch(sparse: isSparse)
      let sites = Noise.Site.added.flatMap {
        SubstrateLaws<RateNetwork<Scalar>>.presentations(site: $0)
      }
      for presentation in sites {
        let a = try #require(SubstrateLaws.record(rate, batch, presentation))
        let b = try #require(SubstrateLaws.record(linear, batch, presentation))
        #expect(difference(a, b) < tolerance, "\(presentation)")
      }
    }
    var other = linear
    other.withConnection(1) { $0.weights[0, 0] += 0.01 }
    let batch: Batch<Scalar> = batch()
    let a = try #require(SubstrateLaws.record(rate, batch, .quiet))
    let b = try #require(SubstrateLaws.record(other, batch, .quiet))
    #expect(difference(a, b) > tolerance)
  }

  @Test("With identity activations a rate network is the linear substrate, in every presentation")
  func linear() throws {
    try checkLinear(Float.self)
    try checkLinear(Double.self)
  }

  @Test("Both precisions start from the same weights, and other seeds from others")
  func initialization() {
    let architecture = Architecture(widths: Self.widths)
    func make<Scalar: NetworkScalar>(_ seed: UInt64) -> RateNetwork<Scalar> {
      RateNetwork(
        architecture, activations: [.tanh, .tanh], output: .identity, initialization: .gaussian,
        random: RandomKey(seed: seed))
    }
    let (double, float): (RateNetwork<Double>, RateNetwork<Float>) = (make(1), make(1))
    let other: RateNetwork<Double> = make(2)
    for k in 0..<3 {
      #expect(double.connection(k).weights.converted(to: Float.self) == float.connection(k).weights)
      #expect(double.connection(k) != other.connection(k))
      for l in 0..<k { #expect(double.connection(k).biases != double.connection(l).biases) }
    }
  }
}
