// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import Substrates
import TestSupport
import Testing

@Suite struct LinearSubstrateLawTests {
  private typealias Laws = SubstrateLaws<LinearSubstrate<Double>>
  private let network = LinearSubstrate<Double>(
    connections: Fixture.connections([5, 4, 3, 2], seed: 1))
  private let batch: Batch<Double> = Fixture.batch(trials: 6, inputs: 5, outputs: 2, seed: 2)

  @Test("The same address gives the same bits, another other noise") func address() {
    #expect(Laws.sameAddressSameBits(network, batch) == [])
    #expect(Laws.sameAddressSameBits(network, batch, site: .potential) == [])
  }

  @Test("The clean part of a record does not depend on the noise") func clean() {
    #expect(Laws.cleanPartIgnoresNoise(network, batch) == [])
    #expect(Laws.cleanPartIgnoresNoise(network, batch, site: .potential) == [])
  }

  @Test("Every comparison is the difference of its passes") func comparisons() {
    #expect(Laws.comparisonsAreTheirPasses(network, batch) == [])
  }

  @Test("A trial is computed alike alone and among others: exactly, by plain loops")
  func composition() {
    #expect(Laws.batchComposition(network, batch, tolerance: 0) == [])
  }

  @Test("Replicas are equal and independent") func replicas() {
    #expect(Laws.replicasAreIndependent(network, batch) == [])
  }

  @Test("A loss that is not finite names its trial") func divergence() {
    #expect(Laws.divergenceIsAnError(network, batch, trial: 4) == [])
  }

  @Test("The same sparse or dense inputs are the same batch")
  func sparse() throws {
    let sparse: Batch<Double> = Fixture.batch(
      trials: 6, inputs: 5, outputs: 2, seed: 2, sparse: true)
    let dense = Batch(inputs: .dense(sparse.inputs.dense), targets: sparse.targets)
    let a = try #require(Laws.record(network, sparse, .quiet))
    let b = try #require(Laws.record(network, dense, .quiet))
    #expect(a.prediction == b.prediction && a.loss == b.loss)
  }

  @Test("The antithetic pair: 2ξ, 4c², and on a quadratic loss a difference odd in ξ")
  func antithetic() throws {
    let noise = Noise(standardDeviation: 0.3)
    let pair = try #require(
      Laws.record(network, batch, .perturbed(by: noise, comparedWith: .antithetic)))
    let first = try #require(
      Laws.record(network, batch, .perturbed(by: noise, comparedWith: .clean)))
    for (a, b) in zip(pair.layers, first.layers) {
      #expect(
        zip(a.perturbation.values.elements, b.perturbation.values.elements)
          .allSatisfy { $0 == 2 * $1 })
      #expect(a.perturbation.variance.elements.allSatisfy { $0 == 0.09 * 4 })
      // The network is linear: h(ξ) − h(−ξ) is twice h(ξ) − h(0), to a few roundings of h.
      var doubled = b.outputDifference
      doubled.add(b.outputDifference)
      #expect(a.outputDifference.largestDifference(from: doubled) < 1e-14)
    }
    #expect(pair.perturbedLoss == first.perturbedLoss)
  }
}
