// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import RandomStreams
import Substrates
import TestSupport
import Testing

@Suite struct InitializationStatisticsTests {
  private let key = RandomKey(seed: 70).purpose(.initialWeights)

  private func connection(_ kind: Initialization) -> Connection<Double> {
    kind.connection(inputs: 500, outputs: 200, random: key)
  }

  @Test("Normal weights have variance 2 / fan-in, biases too")
  func gaussian() {
    let connection = connection(.gaussian)
    for (values, name) in [(connection.weights.elements, "weights"), (connection.biases, "biases")]
    {
      let moments = SampleMoments(values)
      #expect(StatisticalCheck.accepts(moments.meanScore(expected: 0)), "\(name)")
      #expect(StatisticalCheck.accepts(moments.varianceScore(expected: 2.0 / 500)), "\(name)")
    }
    // 100,000 weights know their variance to √(2/100,000) = 0.45 %: 5 % is eleven of that.
    let moments = SampleMoments(connection.weights.elements)
    #expect(!StatisticalCheck.accepts(moments.varianceScore(expected: 2.0 / 475)))
  }

  @Test("Truncated normal weights stop at two deviations, with 0.774 of the variance")
  func truncated() {
    let connection = connection(.truncatedGaussian)
    let bound = 2 * (2.0 / 500).squareRoot()
    #expect(connection.weights.elements.allSatisfy { abs($0) <= bound })
    // 1 − 2·2·φ(2) / (Φ(2) − Φ(−2)) = 0.77374.
    let moments = SampleMoments(connection.weights.elements)
    #expect(StatisticalCheck.accepts(moments.varianceScore(expected: 0.77374 * 2 / 500)))
    #expect(StatisticalCheck.accepts(moments.meanScore(expected: 0)))
    #expect(connection.biases == Array(repeating: 0.1, count: 200))
  }

  @Test("Uniform weights fill ±1/√fan-in evenly")
  func uniform() {
    let bound = 1 / 500.0.squareRoot()
    let weights = connection(.uniform).weights.elements
    let statistic = StatisticalCheck.kolmogorovSmirnov(weights) { ($0 / bound + 1) / 2 }
    #expect(StatisticalCheck.acceptsKolmogorovSmirnov(statistic))
    #expect(weights.allSatisfy { abs($0) <= bound * (1 + 1e-15) })
    #expect(connection(.uniform).biases == Array(repeating: 0.1, count: 200))
  }

  @Test("Zero is zero; every kind is the same again under its key, in both precisions")
  func repeatable() {
    #expect(connection(.zero).weights.frobeniusNorm == 0)
    for kind in Initialization.allCases {
      #expect(connection(kind) == connection(kind))
      let float: Connection<Float> = kind.connection(inputs: 500, outputs: 200, random: key)
      #expect(float.weights == connection(kind).weights.converted())
      guard kind != .zero else { continue }
      let other: Connection<Double> = kind.connection(
        inputs: 500, outputs: 200, random: RandomKey(seed: 71).purpose(.initialWeights))
      #expect(other.weights != connection(kind).weights)
    }
  }
}
