// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LinearAlgebra
import RandomStreams
import Substrates
import Testing

@testable import SpikingNetworks

/// Steps of somas and dendrites against closed forms.
@Suite struct CompartmentStepKnownAnswerTests {
  /// No weights: what is left are biases, teaching and the membrane.
  private func bareNetwork(
    _ parameters: SegregatedDendriteParameters
  ) -> SegregatedDendriteNetwork<Double> {
    SegregatedDendriteNetwork(
      parameters,
      connections: [
        Connection(weights: Matrix(rows: 3, columns: 2), biases: [1.5, -2]),
        Connection(weights: Matrix(rows: 2, columns: 2), biases: [0.5, 4]),
      ], feedbackSources: [.outputs])
  }

  /// V of a layer after each of 40 steps.
  private func course(
    _ parameters: SegregatedDendriteParameters, layer: Int, targets: [Double]? = nil
  ) -> [[Double]] {
    var network = bareNetwork(parameters)
    var state = network.makeState()
    var averages = PhaseAverages<Double>(architecture: network.architecture)
    var result: [[Double]] = []
    network.run(
      DendriticPhase(
        steps: 40, window: 30..<40, targets: targets, spikes: RandomKey(seed: 1)), &state,
      into: &averages
    ) { result.append($0.state.values(.potential, ofLayer: layer)) }
    return result
  }

  @Test("Exact steps lie on the solution of the membrane's equation, at any step")
  func exact() throws {
    for dt in [0.1, 1, 3] {
      let parameters = try SegregatedDendriteParameters.paper(apicalConductance: 0.05).with(
        timeStep: dt)
      let hidden = course(parameters, layer: 0)
      let (total, share) = (0.75, 0.6 / 0.75)
      for (step, values) in hidden.enumerated() {
        let t = dt * Double(step + 1)
        for (value, bias) in zip(values, [1.5, -2]) {
          #expect(abs(value - bias * share * (1 - exp(-total * t))) < 1e-14)
        }
      }
      // Teaching adds g_T = 1 to the outputs' 0.7.
      let output = course(parameters, layer: 1, targets: [1, 0.25])
      for (step, values) in output.enumerated() {
        let t = dt * Double(step + 1)
        let ends = [(0.6 * 0.5 + 8) / 1.7, (0.6 * 4 + 0.25 * 8 - 0.75 * 8) / 1.7]
        for (value, end) in zip(values, ends) {
          #expect(abs(value - end * (1 - exp(-1.7 * t))) < 1e-14)
        }
      }
    }
  }

  @Test("Euler's steps ring with a factor of −0.7 under teaching")
  func euler() throws {
    let parameters = try SegregatedDendriteParameters.authors()
    let output = course(parameters, layer: 1, targets: [1, 0])
    let end = (0.6 * 0.5 + 8) / 1.7
    for (step, values) in output.enumerated() {
      #expect(abs(values[0] - end * (1 - pow(-0.7, Double(step + 1)))) < 1e-12)
    }
  }

  @Test("A dynamic dendrite charges with its own time constant")
  func dynamicDendrite() throws {
    let parameters = try SegregatedDendriteParameters.paper().with(
      dendrites: .dynamic(timeConstant: 5))
    var network = bareNetwork(parameters)
    var state = network.makeState()
    var averages = PhaseAverages<Double>(architecture: network.architecture)
    var step = 0
    var soma = 0.0
    network.run(
      DendriticPhase(steps: 40, window: 30..<40, spikes: RandomKey(seed: 1)), &state,
      into: &averages
    ) { view in
      step += 1
      let dendrite = 1.5 * (1 - exp(-Double(step) / 5))
      #expect(abs(view.state.values(.basal, ofLayer: 0)[0] - dendrite) < 1e-14)
      soma = 0.6 * dendrite / 0.7 * (1 - exp(-0.7)) + soma * exp(-0.7)
      #expect(abs(view.state.values(.potential, ofLayer: 0)[0] - soma) < 1e-14)
    }
  }

  @Test("With a normalised kernel a deterministic network settles on its algebraic twin")
  func steadyState() throws {
    // What is left of the beginning after 600 ms is e^−60.
    let fixture = DendriteFixture([20, 15, 4])
    let parameters = try SegregatedDendriteParameters.paper(signal: .rate, inputSignal: .rate)
    var network = fixture.network(parameters)
    var state = network.makeState()
    var averages = PhaseAverages<Double>(architecture: network.architecture)
    network.show(fixture.image, trial: 0)
    network.run(fixture.phase(parameters, steps: 600), &state, into: &averages)
    var activity = fixture.image.dense.elements
    for layer in 0..<2 {
      let connection = network.connections[layer]
      let drive = connection.biases.indices.map { unit in
        activity.indices.reduce(connection.biases[unit]) {
          $0 + 0.2 * activity[$1] * connection.weights[$1, unit]
        }
      }
      #expect(largestDifference(state.values(.basal, ofLayer: layer), drive) < 1e-12)
      let potential = drive.map { 0.6 / 0.7 * $0 }
      #expect(largestDifference(state.values(.potential, ofLayer: layer), potential) < 1e-12)
      activity = potential.map { 1 / (1 + exp(-$0)) }
      #expect(largestDifference(state.values(.rate, ofLayer: layer), activity) < 1e-12)
    }
  }

  @Test("Single precision follows double precision to its rounding")
  func singlePrecision() throws {
    let fixture = DendriteFixture([20, 15, 4])
    let parameters = try SegregatedDendriteParameters.paper(signal: .rate, inputSignal: .rate)
    var double = fixture.network(parameters)
    var single = SegregatedDendriteNetwork<Float>(
      parameters,
      connections: double.connections.map {
        Connection(weights: $0.weights.converted(), biases: $0.biases.map { Float($0) })
      }, feedbackSources: [.outputs], feedback: double.feedback.map { $0.converted() })
    var (state, singleState) = (double.makeState(), single.makeState())
    var averages = PhaseAverages<Double>(architecture: double.architecture)
    var singleAverages = PhaseAverages<Float>(architecture: double.architecture)
    double.show(fixture.image, trial: 0)
    single.show(.dense(fixture.image.dense.converted()), trial: 0)
    double.run(fixture.phase(parameters, steps: 60), &state, into: &averages)
    single.run(
      DendriticPhase(steps: 60, window: 30..<60, spikes: fixture.spikes), &singleState,
      into: &singleAverages)
    // Weights of order 1, sums of 20 terms: 20 roundings of 6e-8 of potentials of order 10.
    for layer in 0..<2 {
      let values = singleAverages.layers[layer].potential.map { Double($0) }
      #expect(largestDifference(values, averages.layers[layer].potential) < 2e-5)
    }
  }
}
