// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import RandomStreams
import Substrates
import Testing

@testable import SpikingNetworks

/// What parameters may be, and initial weights.
@Suite struct SegregatedDendriteParametersKnownAnswerTests {
  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "nothing"
    } catch {
      return "\(error)"
    }
  }

  @Test("Parameters that cannot be are refused by name, value and what they must be")
  func refusals() throws {
    let paper = try SegregatedDendriteParameters.paper()
    #expect(
      message { _ = try LayerConductances(leak: -0.1) }
        == "leak is -0.1; it must be a conductance above 0")
    #expect(
      message { _ = try SynapticKernel(slowTimeConstant: 3, fastTimeConstant: 3) }
        == "kernel.slowTimeConstant is 3.0; it must be a time above the fast time constant, 3.0 ms")
    #expect(message { _ = try paper.with(timeStep: 4) }.contains("fast time constant, 3.0 ms"))
    #expect(message { _ = try paper.with(maximumRate: .nan) }.contains("maximumRate is nan"))
    #expect(message { _ = try paper.with(maximumRate: 30) }.contains("20 spikes per step"))
    #expect(message { _ = try paper.with(hidden: []) }.contains("1 or more"))
    #expect(message { _ = try paper.with(replicas: 0) }.contains("replicas is 0.0"))
    #expect(
      message { _ = try paper.with(dendrites: .dynamic(timeConstant: 0.5)) }
        .contains("at least a step of 1.0 ms"))
    #expect(
      message { _ = try paper.with(stepping: .euler, teachingConductance: 2) }
        .contains("Euler's rule diverges"))
    #expect(
      message { _ = try ConductanceNoise(form: .pushPull(resting: 0), standardDeviation: 1) }
        .contains("noise.resting is 0.0"))
    #expect(
      message {
        _ = try paper.with(
          noise: ConductanceNoise(compartment: .apical, form: .current, standardDeviation: 1))
      }.contains("hidden[0].apical is 0.0"))
    #expect(
      message { _ = try ConductanceNoise(compartment: .basal, form: .rate, standardDeviation: 1) }
        .contains("soma where rates are perturbed"))
  }

  @Test("Windows are the last 20 ms, or what follows 30 ms of settling")
  func windows() throws {
    #expect(try SegregatedDendriteParameters.authors().window(ofPhase: 53) == 33..<53)
    #expect(try SegregatedDendriteParameters.paper().window(ofPhase: 53) == 30..<53)
    let fine = try SegregatedDendriteParameters.paper().with(timeStep: 0.1)
    #expect(fine.window(ofPhase: 500) == 300..<500)
  }

  @Test("Dendritic gains are Table 1's, and smaller where noise brings conductances")
  func gains() throws {
    for (apical, gain) in [(0, 0.857), (0.05, 0.800), (0.6, 0.4615)] {
      let parameters = try SegregatedDendriteParameters.paper(apicalConductance: apical)
      #expect(abs(parameters.basalGain(ofHiddenLayer: 0) - gain) < 5e-4)
      #expect(abs(parameters.apicalGain(ofHiddenLayer: 0) - apical / (0.7 + apical)) < 1e-15)
      #expect(abs(parameters.outputGain - 0.6 / 0.7) < 1e-15)
    }
    let soma = try SegregatedDendriteParameters.paper(
      noise: ConductanceNoise(form: .pushPull(resting: 0.05), standardDeviation: 0.01))
    #expect(abs(soma.basalGain(ofHiddenLayer: 0) - 0.6 / 0.8) < 1e-15)
    let basal = try soma.with(
      noise: ConductanceNoise(
        compartment: .basal, form: .pushPull(resting: 0.05), standardDeviation: 0.01))
    #expect(abs(basal.basalGain(ofHiddenLayer: 0) - 0.6 / 0.7 / 1.1) < 1e-15)
  }

  @Test("Designed weights have the published mean and deviation, or twice the deviation")
  func designedWeights() throws {
    for (inputs, mean, deviation) in [(784, 0.01871, 0.50490), (500, 0.02933, 0.63212)] {
      let moments = DesignedInitialization().moments(inputs: inputs)
      #expect(abs(moments.mean - mean) < 5e-6)
      #expect(abs(moments.standardDeviation - deviation) < 5e-6)
      for (width, factor) in [(DesignedInitialization.Width.designed, 1.0), (.authors, 2.0005)] {
        let connection: Connection<Double> = DesignedInitialization(width: width).connection(
          inputs: inputs, outputs: 100, random: RandomKey(seed: 4).purpose(.test))
        let largest = connection.weights.elements.reduce(0.0) { max($0, abs($1 - mean)) }
        // 50,000 weights reach to within 10⁻³ of the end of their distribution.
        #expect(abs(largest / (factor * deviation * 3.0.squareRoot()) - 1) < 2e-3)
        #expect(connection.biases.allSatisfy { abs($0 - 0.8) < 0.002 })
      }
    }
  }
}
