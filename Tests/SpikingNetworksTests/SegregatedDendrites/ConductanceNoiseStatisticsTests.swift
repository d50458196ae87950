// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LinearAlgebra
import RandomStreams
import Substrates
import TestSupport
import Testing

@testable import SpikingNetworks

/// The variance of what perturbations realise.
@Suite struct ConductanceNoiseStatisticsTests {
  /// 500 neurons without weights.
  private func network(
    _ parameters: SegregatedDendriteParameters
  ) -> SegregatedDendriteNetwork<Double> {
    SegregatedDendriteNetwork(
      parameters,
      connections: [
        Connection(weights: Matrix(rows: 1, columns: 500), biases: Array(repeating: 0, count: 500)),
        Connection(weights: Matrix(rows: 500, columns: 1), biases: [0]),
      ], feedbackSources: [.outputs])
  }

  /// Window means m̄ of 500 neurons in 80 phases that begin unperturbed.
  private func windowMeans(
    _ parameters: SegregatedDendriteParameters, steps: Int, window: Range<Int>
  ) -> [Double] {
    var network = network(parameters)
    let key = RandomKey(seed: 21).purpose(.test)
    var averages = PhaseAverages<Double>(architecture: network.architecture)
    return (0..<80).flatMap { phase -> [Double] in
      var state = network.makeState()
      network.run(
        DendriticPhase(
          steps: steps, window: window, perturbation: .drawn(key.child(phase)), spikes: key),
        &state, into: &averages)
      return averages.layers[0].perturbation
    }
  }

  /// OU noise filtered by a membrane of unit gain and averaged over T (continuous time).
  private func closedForm(tau: Double, membrane: Double, window t: Double) -> Double {
    let (a, b) = (1 - exp(-t / tau), 1 - exp(-t / membrane))
    let fraction =
      (pow(tau, 3) * a - pow(membrane, 3) * b) / (t * (tau * tau - membrane * membrane))
    return 2 * tau / t * (1 - fraction)
  }

  @Test("The fourth moment of window means is that of the formula, for every course")
  func kurtosis() throws {
    let courses: [(ConductanceNoise.Course, Deviate)] = [
      (.frozen, .rademacher), (.frozen, .uniform), (.white, .rademacher),
      (.ornsteinUhlenbeck(timeConstant: 5), .rademacher),
      (.poisson(rate: 0.05, timeConstant: 3), .gaussian),
    ]
    for (course, deviate) in courses {
      let parameters = try SegregatedDendriteParameters.paper(
        noise: ConductanceNoise(
          form: .current, course: course, standardDeviation: 0.1, deviate: deviate))
      let expected = parameters.perturbationKurtosis(steps: 6, window: 2..<6)
      let means = windowMeans(parameters, steps: 6, window: 2..<6)
      let count = Double(means.count)
      let second = means.reduce(0) { $0 + $1 * $1 } / count
      let fourth = means.reduce(0) { $0 + $1 * $1 * $1 * $1 } / count
      let measured = fourth / (second * second)
      // 40,000 means: 1 to 3 % up to a kurtosis of 4, and 10 % of the largest, that of rare shots.
      #expect(
        abs(measured / expected - 1) < (expected > 4 ? 0.2 : 0.05),
        "\(course) \(deviate): \(measured), expected \(expected)")
      // The deviate's own kurtosis would be seen wherever steps are averaged.
      if course != .frozen { #expect(abs(measured / deviate.kurtosis - 1) > 0.3) }
    }
  }

  @Test("Conductances meet zero as often as a normal variable falls below its mean")
  func clipping() throws {
    // 500 neurons, 60 steps, 20 phases, a deviate of its own in every step.
    let (mean, deviation, steps) = (0.06, 0.04, 60)
    let parameters = try SegregatedDendriteParameters.paper(
      noise: ConductanceNoise(
        form: .singleSided(mean: mean, reversal: 8), course: .white,
        standardDeviation: deviation))
    var network = network(parameters)
    let key = RandomKey(seed: 22).purpose(.test)
    var averages = PhaseAverages<Double>(architecture: network.architecture)
    var clipped = 0
    for phase in 0..<20 {
      var state = network.makeState()
      network.run(
        DendriticPhase(
          steps: steps, window: 30..<steps, perturbation: .drawn(key.child(phase)), spikes: key),
        &state, into: &averages)
      clipped += averages.clippedCount
    }
    // Φ(−ḡ/σ) = Φ(−1.5) = 6.7 %.
    let probability = StatisticalCheck.normal(-mean / deviation)
    let total = 500 * steps * 20
    #expect(
      StatisticalCheck.accepts(
        StatisticalCheck.proportionScore(clipped, of: total, probability: probability)))
    #expect(
      !StatisticalCheck.accepts(
        StatisticalCheck.proportionScore(clipped, of: total, probability: 1.05 * probability)))
    // Destexhe et al. (2001), 12.1 ± 3.0 and 57.3 ± 6.6 nS, unclipped there.
    #expect(abs(StatisticalCheck.normal(-12.1 / 3) / 2.75e-5 - 1) < 0.02)
    #expect(StatisticalCheck.normal(-57.3 / 6.6) < 3e-18)
  }

  @Test("The window mean of OU noise has the closed form's variance within 3 %")
  func ornsteinUhlenbeck() throws {
    // G = 0.7, τ = 3, T = 20 after 30 ms of settling; steps of 0.25 ms.
    let (conductance, deviation) = (0.7, 0.2)
    let expected = closedForm(tau: 3, membrane: 1 / conductance, window: 20)
    #expect(abs(expected - 0.248) < 5e-4)
    let parameters = try SegregatedDendriteParameters.paper(
      noise: ConductanceNoise(
        form: .current, course: .ornsteinUhlenbeck(timeConstant: 3),
        standardDeviation: deviation)
    ).with(timeStep: 0.25)
    let scale = pow(deviation / conductance, 2)
    let discrete = parameters.perturbationVariance(steps: 200, window: 120..<200)
    // Held over a step, the process is a little more correlated: of order dt²/(τ·τ_m).
    #expect(abs(discrete / (scale * expected) - 1) < 0.01)
    let means = SampleMoments(windowMeans(parameters, steps: 200, window: 120..<200))
    // 40,000 means: the variance is known to √(2/40,000) = 0.7 %.
    #expect(abs(means.variance / (scale * expected) - 1) < 0.03)
    #expect(StatisticalCheck.accepts(means.varianceScore(expected: discrete)))
    #expect(StatisticalCheck.accepts(means.meanScore(expected: 0)))
    // A membrane without filtering would be seen.
    let unfiltered = closedForm(tau: 3, membrane: 1e-3, window: 20)
    #expect(!StatisticalCheck.accepts(means.varianceScore(expected: scale * unfiltered * 1.05)))
  }

  @Test("The variance foretold is that of every form, course and compartment, at coarse steps too")
  func foretold() throws {
    let courses: [ConductanceNoise.Course] = [
      .frozen, .white, .ornsteinUhlenbeck(timeConstant: 4),
    ]
    for compartment in ConductanceNoise.Compartment.allCases {
      for (index, course) in courses.enumerated() {
        let form: ConductanceNoise.Form = index == 1 ? .current : .pushPull(resting: 0.3)
        let parameters = try SegregatedDendriteParameters.paper(
          apicalConductance: 0.2,
          noise: ConductanceNoise(
            compartment: compartment, form: form, course: course, standardDeviation: 0.05)
        ).with(
          stepping: index == 2 ? .euler : .exact,
          dendrites: index == 0 ? .dynamic(timeConstant: 6) : .algebraic)
        // A window that begins before the response has settled.
        let means = SampleMoments(windowMeans(parameters, steps: 12, window: 2..<12))
        let expected = parameters.perturbationVariance(steps: 12, window: 2..<12)
        #expect(
          StatisticalCheck.accepts(means.varianceScore(expected: expected)),
          "\(compartment) \(course)")
        #expect(!StatisticalCheck.accepts(means.varianceScore(expected: 1.05 * expected)))
      }
    }
  }

  @Test("A frozen response that has settled has variance c_V²")
  func frozen() throws {
    let parameters = try SegregatedDendriteParameters.paper(
      noise: ConductanceNoise(form: .pushPull(resting: 0.05), standardDeviation: 0.02))
    let variance = parameters.perturbationVariance(steps: 200, window: 150..<200)
    #expect(abs(variance - pow(parameters.settledResponse(), 2)) < 1e-15)
  }

  @Test("White noise has the closed form's variance in small steps, whatever the step")
  func white() throws {
    // (σ/G)²/T·[1 − τ_m(1 − e^{−T/τ_m})/T] with one σ for all steps.
    let (g, t) = (0.7, 20.0)
    let expected = 0.01 / (g * g) / t * (1 - (1 - exp(-t * g)) / (g * t))
    for dt in [0.1, 0.05] {
      let parameters = try SegregatedDendriteParameters.paper(
        noise: ConductanceNoise(form: .current, course: .white, standardDeviation: 0.1)
      ).with(timeStep: dt)
      let steps = parameters.steps(50)
      let variance = parameters.perturbationVariance(
        steps: steps, window: parameters.window(ofPhase: steps))
      // Noise held over a step: of order (dt·G)²/12 and dt/T of the edge term.
      #expect(abs(variance / expected - 1) < 0.01)
    }
  }

  @Test("Phase lengths follow the floored inverse Gaussian distribution")
  func phaseLengths() {
    var random = GSLRandom(RandomKey(seed: 9).purpose(.test))
    let duration = PhaseDuration(base: 50, mean: 200, shape: 1000)
    let moments = SampleMoments(
      (0..<20_000).map { _ in Double(duration.steps(&random)) }, center: 250)
    // Flooring takes half a step off so wide a distribution; variance μ³/λ + 1/12.
    #expect(StatisticalCheck.accepts(moments.meanScore(expected: 249.5)))
    #expect(StatisticalCheck.accepts(moments.varianceScore(expected: 8000)))
    #expect(!StatisticalCheck.accepts(moments.meanScore(expected: 254)))
    #expect(PhaseDuration(base: 50, mean: 0).steps(&random) == 50)
  }
}
