// SPDX-License-Identifier: GPL-3.0-or-later

import LearningRules
import LinearAlgebra
import RandomStreams
import RateNetworks
import Substrates
import TestSupport
import Testing

@Suite struct TransportLawTests {
  private static let widths = [6, 8, 7, 5, 3]

  private func record<Scalar: NetworkScalar>(
    _ connections: [Connection<Scalar>], _ activation: Activation
  ) throws -> TrialRecord<Scalar> {
    let network = RateNetwork(
      connections: connections, activations: Array(repeating: activation, count: 3),
      output: .sigmoid)
    let batch: Batch<Scalar> = Fixture.batch(trials: 11, inputs: 6, outputs: 3, seed: 2)
    return try #require(SubstrateLaws.record(network, batch, .quiet))
  }

  private func check<Scalar: NetworkScalar>(_: Scalar.Type) throws {
    let connections: [Connection<Scalar>] = Fixture.connections(Self.widths, seed: 1)
    for activation in Activation.allCases {
      var truth = try record(connections, activation)
      var fed = truth
      var pathway = FeedbackPathway<Scalar>(
        zeroFor: Architecture(widths: Self.widths), topology: .layered)
      CreditRule.backpropagation.assign(to: &truth, pathway: pathway) { connections[$0].weights }
      for index in pathway.weights.indices {
        pathway.weights[index] = connections[index + 1].weights
      }
      CreditRule.feedback.assign(to: &fed, pathway: pathway) { _ in Matrix(rows: 0, columns: 0) }
      for (a, b) in zip(truth.layers, fed.layers) {
        #expect(a.teaching.hasSameBits(as: b.teaching) && a.error.hasSameBits(as: b.error))
      }
      pathway.weights[2][0, 0] = pathway.weights[2][0, 0].nextUp
      CreditRule.feedback.assign(to: &fed, pathway: pathway) { _ in Matrix(rows: 0, columns: 0) }
      #expect(!truth.layers[2].teaching.hasSameBits(as: fed.layers[2].teaching))
    }
  }

  @Test("With B = W the teaching signal is backpropagation's, bit for bit") func layered() throws {
    try check(Float.self)
    try check(Double.self)
  }

  @Test("In a linear network direct feedback with B = W…W is backpropagation to rounding")
  func direct() throws {
    let connections: [Connection<Double>] = Fixture.connections(Self.widths, seed: 1)
    var truth = try record(connections, .identity)
    var fed = truth
    var pathway = FeedbackPathway<Double>(
      zeroFor: Architecture(widths: Self.widths), topology: .direct)
    var product = connections[3].weights
    pathway.weights[2] = product
    for index in [1, 0] {
      product = Oracle.product(connections[index + 1].weights, .plain, product, .plain).value
      pathway.weights[index] = product
    }
    CreditRule.backpropagation.assign(to: &truth, pathway: pathway) { connections[$0].weights }
    CreditRule.feedback.assign(to: &fed, pathway: pathway) { _ in Matrix(rows: 0, columns: 0) }
    for (a, b) in zip(truth.layers, fed.layers) {
      // Three products of at most 8 terms of size 1.
      #expect(a.teaching.largestDifference(from: b.teaching) < 100 * Double.ulpOfOne)
      #expect(a.teaching.frobeniusNorm > 0.1)
    }
    pathway.weights[0][0, 0] += 1e-3
    CreditRule.feedback.assign(to: &fed, pathway: pathway) { _ in Matrix(rows: 0, columns: 0) }
    #expect(truth.layers[0].teaching.largestDifference(from: fed.layers[0].teaching) > 1e-6)
  }

  @Test("Feedback from activity is h and a constant through B, and no error")
  func activity() throws {
    let connections: [Connection<Double>] = Fixture.connections([4, 3, 2], seed: 1)
    let network = RateNetwork(connections: connections, activations: [.tanh], output: .identity)
    let batch: Batch<Double> = Fixture.batch(trials: 5, inputs: 4, outputs: 2, seed: 2)
    var record = try #require(SubstrateLaws.record(network, batch, .quiet))
    var pathway = FeedbackPathway<Double>(
      zeroFor: Architecture(widths: [4, 3, 2]), topology: .activity)
    pathway.weights[0] = Fixture.matrix(3, 4, seed: 9)
    record.outputError.fill(.nan)
    CreditRule.feedback.assign(to: &record, pathway: pathway) { _ in Matrix(rows: 0, columns: 0) }
    for trial in 0..<5 {
      for unit in 0..<3 {
        var sum = pathway.weights[0][unit, 3]
        for k in 0..<3 { sum += record.layers[0].output[trial, k] * pathway.weights[0][unit, k] }
        #expect(abs(record.layers[0].teaching[trial, unit] - sum) < 1e-14)
        let error = record.layers[0].teaching[trial, unit] * record.layers[0].slope[trial, unit]
        #expect(record.layers[0].error[trial, unit] == error)
      }
    }
  }

  @Test("Node perturbation credits a·ξ/Var ξ, per site, and a silent gain gives no infinity")
  func estimate() throws {
    for site in Noise.Site.added {
      let connections: [Connection<Double>] = Fixture.connections([4, 6, 2], seed: 1)
      let network = RateNetwork(connections: connections, activations: [.relu], output: .identity)
      let batch: Batch<Double> = Fixture.batch(trials: 9, inputs: 4, outputs: 2, seed: 2)
      let noise = Noise(site: site, standardDeviation: 0.1)
      var record = try #require(SubstrateLaws.record(network, batch, .perturbed(by: noise)))
      var state = Baseline.State()
      Baseline.pass.apply(to: &record, state: &state)
      let empty = FeedbackPathway<Double>(zeroFor: network.architecture, topology: .direct)
      CreditRule.nodePerturbation.assign(to: &record, pathway: empty) { _ in empty.weights[0] }
      let layer = record.layers[0]
      for trial in 0..<9 {
        for unit in 0..<6 {
          let variance = 0.1 * 0.1
          let value =
            record.lossDifference[trial] * (layer.perturbation.values[trial, unit] / variance)
          let slope = layer.slope[trial, unit]
          let teaching = site == .output ? value : (slope == 0 ? 0 : value / slope)
          let error = site == .output ? value * slope : value
          #expect(layer.teaching[trial, unit] == teaching && layer.error[trial, unit] == error)
        }
      }
      #expect(layer.slope.elements.contains(0))
    }
  }
}
