// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LinearAlgebra
import RandomStreams
import Substrates
import TestSupport
import Testing

@testable import SpikingNetworks

/// Spike counts: the numbers behind them, their distribution, and the limit of many.
@Suite struct DendriteSpikesStatisticsTests {
  /// The uniform of a unit in a step, from its Philox word.
  private func uniform(_ key: RandomKey, step: Int, unit: Int) -> Double {
    let words = Philox.block(
      counter: (
        UInt32(unit / 4), 0, UInt32(truncatingIfNeeded: step), UInt32(step >> 32)
      ), key: key.value)
    return (Double([words.0, words.1, words.2, words.3][unit % 4]) + 0.5) * 0x1p-32
  }

  /// The largest k with u < 1 − P(N < k), by plain sums.
  private func quantile(_ u: Double, mean: Double) -> Int {
    var (count, term, below) = (0, exp(-mean), exp(-mean))
    while u < 1 - below {
      count += 1
      term *= mean / Double(count)
      below += term
      if count > 200 { break }
    }
    return count
  }

  @Test("A count is Poisson's quantile of the word at (key, layer, replica, step, unit)")
  func addresses() throws {
    for (maximumRate, signal) in [
      (0.2, .poisson), (4.0, .poisson), (15.0, .poisson), (0.2, .bernoulli), (4.0, .bernoulli),
    ] as [(Double, SegregatedDendriteParameters.Signal)] {
      let fixture = DendriteFixture([150, 70, 10])
      let parameters = try SegregatedDendriteParameters.paper(
        signal: signal, inputSignal: signal
      ).with(maximumRate: maximumRate)
      var network = fixture.network(parameters)
      var state = network.makeState()
      var averages = PhaseAverages<Double>(architecture: network.architecture)
      let image = fixture.image.dense.elements
      network.show(fixture.image, trial: 0)
      var (spikes, wrong, step) = (0, 0, 0)
      network.run(fixture.phase(parameters, steps: 60), &state, into: &averages) { view in
        for source in 0..<3 {
          let key = fixture.spikes.child(source).child(0)
          let rates = source == 0 ? image : view.state.values(.rate, ofLayer: source - 1)
          let counts = view.counts(ofSource: source, units: rates.count)
          for unit in rates.indices {
            let u = uniform(key, step: step, unit: unit)
            let full = quantile(u, mean: maximumRate * rates[unit])
            let expected = signal == .bernoulli ? min(full, 1) : full
            wrong += Int(counts[unit]) == expected ? 0 : 1
            spikes += expected
          }
        }
        step += 1
      }
      // A quantile could round differently within 1e-15 of a step of it: one word in 10⁵ words
      // comes so near with probability 10⁻¹⁰.
      #expect(wrong == 0, "\(maximumRate) \(signal)")
      #expect(spikes > 400)
    }
  }

  @Test("Single-precision counts follow Poisson's distribution, the rare ones too")
  func poisson() throws {
    // One input of value 1 at 2 spikes per step, 64 units of it.
    let parameters = try SegregatedDendriteParameters.paper().with(maximumRate: 2)
    var network = SegregatedDendriteNetwork<Float>(
      parameters, connections: [Connection(weights: Matrix(rows: 64, columns: 1), biases: [0])],
      feedbackSources: [])
    var state = network.makeState()
    var averages = PhaseAverages<Float>(architecture: network.architecture)
    network.show(.dense(Matrix(rows: 1, columns: 64, repeating: 1)), trial: 0)
    var counts = Array(repeating: 0, count: 9)
    network.run(
      DendriticPhase(
        steps: 2000, window: 0..<2000, spikes: RandomKey(seed: 5).purpose(.test)), &state,
      into: &averages
    ) { view in
      var silent = 64
      for spike in view.spikes(ofSource: 0) {
        counts[min(Int(spike.count), 8)] += 1
        silent -= 1
      }
      counts[0] += silent
    }
    var probabilities = (0..<8).map { exp(-2) * pow(2, Double($0)) / tgamma(Double($0) + 1) }
    probabilities.append(1 - probabilities.reduce(0, +))
    let score = StatisticalCheck.chiSquaredScore(counts, probabilities: probabilities)
    #expect(StatisticalCheck.accepts(score))
    // A mean of 2.02 would be seen.
    let wrong = (0..<8).map { exp(-2.02) * pow(2.02, Double($0)) / tgamma(Double($0) + 1) }
    let rejected = StatisticalCheck.chiSquaredScore(
      counts, probabilities: wrong + [1 - wrong.reduce(0, +)])
    #expect(!StatisticalCheck.accepts(rejected))
  }

  @Test("The mean over replicas approaches the rate twin as one over their root")
  func replicas() throws {
    let fixture = DendriteFixture([30, 40, 5])
    let replicas = [16, 64, 256, 1024, 4096]
    let twin = try SegregatedDendriteParameters.paper(signal: .rate, inputSignal: .rate)
    let expected = courses(fixture, twin)
    let errors = try replicas.map { count in
      let parameters = try SegregatedDendriteParameters.paper().with(replicas: count)
      let own = courses(fixture, parameters)
      let squares = zip(own, expected).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      return (squares / Double(own.count)).squareRoot()
    }
    // About 40·60 weakly dependent values behind each error: 3 % each, and over two decades and a
    // half of replicas 1 % of the slope.
    let slope = StatisticalCheck.logLogSlope(replicas.map { Double($0) }, errors)
    #expect(abs(slope + 0.5) < 0.05)
    // The kernel that is not normalised has another limit, which would be seen: its errors stop
    // falling.
    let short = try twin.with(kernel: SynapticKernel(truncation: 10, isNormalised: false))
    let wrong = courses(fixture, short)
    let floor = zip(wrong, expected).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    #expect((floor / Double(wrong.count)).squareRoot() > 4 * errors[errors.count - 1])
  }

  /// V of all layers over 60 steps.
  private func courses(
    _ fixture: DendriteFixture, _ parameters: SegregatedDendriteParameters
  ) -> [Double] {
    var network = fixture.network(parameters)
    var state = network.makeState()
    var averages = PhaseAverages<Double>(architecture: network.architecture)
    network.show(fixture.image, trial: 0)
    var result: [Double] = []
    network.run(fixture.phase(parameters, steps: 60), &state, into: &averages) { view in
      for layer in 0..<2 { result += view.state.values(.potential, ofLayer: layer) }
    }
    return result
  }
}
