// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LinearAlgebra
import RandomStreams
import Substrates
import Testing

@testable import SpikingNetworks

/// Perturbations against what they must do to a potential.
@Suite struct ConductanceNoiseKnownAnswerTests {
  private typealias Compartment = ConductanceNoise.Compartment

  /// V and m of the first hidden layer after every step.
  private func courses(
    _ parameters: SegregatedDendriteParameters, steps: Int = 60,
    perturbation: (RandomKey) -> DendriticPhase<Double>.Perturbation
  ) -> (potential: [[Double]], response: [[Double]], clipped: Int) {
    let fixture = DendriteFixture([20, 15, 4])
    var network = fixture.network(parameters)
    // Without feedback the first layer hears the same spikes, perturbed or not.
    network.withFeedback(ofHiddenLayer: 0) { $0.fill(0) }
    var state = network.makeState()
    var averages = PhaseAverages<Double>(architecture: network.architecture)
    network.show(fixture.image, trial: 0)
    var result: (potential: [[Double]], response: [[Double]], clipped: Int) = ([], [], 0)
    network.run(
      fixture.phase(parameters, steps: steps, perturbation: perturbation(fixture.noise)), &state,
      into: &averages
    ) { view in
      result.potential.append(view.state.values(.potential, ofLayer: 0))
      result.response.append(view.state.values(.perturbation, ofLayer: 0))
    }
    result.clipped = averages.clippedCount
    return result
  }

  @Test("Push–pull pairs and currents move a potential by exactly the recorded response")
  func additivity() throws {
    let courseKinds: [ConductanceNoise.Course] = [
      .frozen, .white, .ornsteinUhlenbeck(timeConstant: 3),
    ]
    for compartment in Compartment.allCases {
      for form in [.pushPull(resting: 0.5), .current] as [ConductanceNoise.Form] {
        for course in courseKinds {
          for dendrites in [.algebraic, .dynamic(timeConstant: 4)]
            as [SegregatedDendriteParameters.Dendrites]
          {
            for stepping in SegregatedDendriteParameters.Stepping.allCases {
              let parameters = try SegregatedDendriteParameters.paper(
                apicalConductance: 0.05,
                noise: ConductanceNoise(
                  compartment: compartment, form: form, course: course,
                  standardDeviation: 0.1)
              ).with(stepping: stepping, dendrites: dendrites)
              let clean = courses(parameters) { _ in .off }
              let perturbed = courses(parameters) { .drawn($0) }
              #expect(perturbed.clipped == 0)
              var size = 0.0
              for step in clean.potential.indices {
                let difference = zip(perturbed.potential[step], clean.potential[step]).map(-)
                #expect(
                  largestDifference(difference, perturbed.response[step]) < 1e-12,
                  "\(compartment) \(form) \(course) \(dendrites) \(stepping)")
                size = difference.reduce(size) { max($0, abs($1)) }
              }
              #expect(size > 1e-4)
            }
          }
        }
      }
    }
  }

  @Test("A settled push–pull pair moves V by c_V = σ_g(E_E − E_I)/(2G) for each standard deviation")
  func settledResponse() throws {
    // Table 1 and g_0 = 0.05: G = 0.8, c_V = 10·σ_g. σ_g is 2g_0, the limit itself.
    let parameters = try SegregatedDendriteParameters.paper(
      noise: ConductanceNoise(
        form: .pushPull(resting: 0.05), standardDeviation: 0.1, deviate: .rademacher))
    #expect(abs(parameters.settledResponse() - 1) < 1e-15)
    let clean = courses(parameters, steps: 120) { _ in .off }
    let perturbed = courses(parameters, steps: 120) { .drawn($0) }
    let mirrored = courses(parameters, steps: 120) { .mirrored($0) }
    #expect(perturbed.clipped == 0)
    for (unit, value) in perturbed.potential[119].enumerated() {
      let moved = value - clean.potential[119][unit]
      #expect(abs(abs(moved) - 1) < 1e-12)
      #expect(mirrored.response[119][unit] == -perturbed.response[119][unit])
    }
    // In the basal dendrite, g_d = 1: 0.1·8/1.1, of which the soma hears g_b/G.
    let basal = try parameters.with(
      noise: ConductanceNoise(
        compartment: .basal, form: .pushPull(resting: 0.05), standardDeviation: 0.1))
    #expect(abs(basal.settledResponse() - 0.1 * 8 / 1.1 * 0.6 / 0.7) < 1e-15)
  }

  @Test("A frozen single conductance gives the rational response, and records it to second order")
  func rationalResponse() throws {
    let (mean, reversal, deviation) = (0.1, 8.0, 0.05)
    let parameters = try SegregatedDendriteParameters.paper(
      inputSignal: .rate,
      noise: ConductanceNoise(
        form: .singleSided(mean: mean, reversal: reversal), standardDeviation: deviation,
        deviate: .rademacher))
    let clean = courses(parameters, steps: 500) { _ in .off }
    let perturbed = courses(parameters, steps: 500) { .drawn($0) }
    let mirrored = courses(parameters, steps: 500) { .mirrored($0) }
    let conductance = 0.7 + mean
    for unit in clean.potential[499].indices {
      let rest = clean.potential[499][unit]
      let sign = perturbed.potential[499][unit] > rest ? 1.0 : -1
      for (course, step) in [(perturbed, sign * deviation), (mirrored, -sign * deviation)] {
        let moved = course.potential[499][unit] - rest
        let driving = reversal - rest
        #expect(driving > 0)
        #expect(abs(moved - driving * step / (conductance + step)) < 1e-12)
        // The response's own driving force is that of V − m: m = (E − V̄)x/(1 − x²), x = δg/G,
        // linear to second order where the true one is not.
        let x = step / conductance
        #expect(abs(course.response[499][unit] - driving * x / (1 - x * x)) < 1e-12)
      }
    }
  }

  @Test("A perturbed rate is the sigmoid's plus the perturbation")
  func rateSite() throws {
    let parameters = try SegregatedDendriteParameters.paper(
      noise: ConductanceNoise(
        form: .rate, course: .ornsteinUhlenbeck(timeConstant: 5), standardDeviation: 0.5))
    let fixture = DendriteFixture([20, 15, 4])
    var network = fixture.network(parameters)
    var state = network.makeState()
    var averages = PhaseAverages<Double>(architecture: network.architecture)
    network.show(fixture.image, trial: 0)
    var negative = 0
    network.run(
      fixture.phase(parameters, steps: 60, perturbation: .mirrored(fixture.noise)), &state,
      into: &averages
    ) { view in
      let (potential, rate) = (
        view.state.values(.potential, ofLayer: 0), view.state.values(.rate, ofLayer: 0)
      )
      let (noise, response) = (
        view.state.values(.noise, ofLayer: 0), view.state.values(.perturbation, ofLayer: 0)
      )
      for unit in potential.indices {
        #expect(response[unit] == -noise[unit])
        #expect(abs(rate[unit] - 1 / (1 + exp(-potential[unit])) - response[unit]) < 1e-15)
        negative += rate[unit] < 0 ? 1 : 0
      }
    }
    #expect(averages.clippedCount == negative && negative > 0)
  }

  @Test("Perturbations beyond what a conductance can be are held at the limit and counted")
  func clipping() throws {
    for (form, low, high) in [
      (.pushPull(resting: 0.05), -0.1, 0.1), (.singleSided(mean: 0.08, reversal: -8), -0.08, 1e9),
    ] as [(ConductanceNoise.Form, Double, Double)] {
      let parameters = try SegregatedDendriteParameters.paper(
        noise: ConductanceNoise(form: form, standardDeviation: 0.1))
      let fixture = DendriteFixture([20, 15, 4])
      var network = fixture.network(parameters)
      var state = network.makeState()
      var averages = PhaseAverages<Double>(architecture: network.architecture)
      network.run(
        fixture.phase(parameters, steps: 60, perturbation: .drawn(fixture.noise)), &state,
        into: &averages)
      let outside = state.values(.noise, ofLayer: 0).filter { $0 < low || $0 > high }.count
      #expect(outside > 0 && averages.clippedCount == 60 * outside)
      if case .pushPull = form {
        let largest = state.values(.perturbation, ofLayer: 0).reduce(0) { max($0, abs($1)) }
        #expect(abs(largest - 0.1 * 8 / 0.8) < 1e-12)
      }
    }
  }
}
