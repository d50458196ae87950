// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LinearAlgebra
import Substrates
import TestSupport
import Testing

@Suite struct PresentationKnownAnswerTests {
  @Test("The number of passes of every comparison and activity source")
  func passes() {
    let noise = Noise(standardDeviation: 0.1)
    let counts: [(Presentation.Comparison, clean: Int, other: Int)] = [
      (.clean, 2, 2), (.none, 2, 1), (.antithetic, 3, 2), (.secondNoisy, 3, 2),
      (.noisyBaseline, 3, 2),
    ]
    for (comparison, clean, other) in counts {
      for source in Presentation.ActivitySource.allCases {
        let presentation = Presentation.perturbed(
          by: noise, comparedWith: comparison, activityFrom: source)
        #expect(presentation.passCount == (source == .clean ? clean : other))
      }
    }
    #expect(Presentation.quiet.passCount == 1)
  }

  @Test("Var ξ is the variance of the recorded difference: c², 4c², 2c²")
  func variance() {
    let factors: [Presentation.Comparison: Double] = [
      .clean: 1, .none: 1, .antithetic: 4, .secondNoisy: 2, .noisyBaseline: 1,
    ]
    for (comparison, factor) in factors {
      let presentation = Presentation.perturbed(
        by: Noise(standardDeviation: 0.1), comparedWith: comparison)
      #expect(presentation.varianceFactor == factor)
    }
  }

  @Test("Feedback has the width of what it multiplies")
  func feedbackWidths() {
    let architecture = Architecture(widths: [7, 5, 4, 3])
    typealias Pathway = FeedbackPathway<Double>
    #expect(Pathway.inputWidths(architecture, .layered) == [4, 3])
    #expect(Pathway.inputWidths(architecture, .direct) == [3, 3])
    #expect(Pathway.inputWidths(architecture, .activity) == [6, 5])
    let pathway = Pathway(zeroFor: architecture, topology: .layered)
    #expect(pathway.weights == [Matrix(rows: 5, columns: 4), Matrix(rows: 4, columns: 3)])
    #expect(pathway.constantRows == [Matrix(rows: 1, columns: 4), Matrix(rows: 1, columns: 3)])
    #expect(architecture.parameterCount == 8 * 5 + 6 * 4 + 5 * 3)
    #expect(architecture.hiddenLayerCount == 2 && architecture.connectionCount == 3)
  }

  @Test("What a checkpoint or a plan holds returns as it was")
  func roundTrips() throws {
    func returns<T: Codable & Equatable>(_ value: T) throws -> Bool {
      try JSONDecoder().decode(T.self, from: JSONEncoder().encode(value)) == value
    }
    for presentation in SubstrateLaws<LinearSubstrate<Double>>.presentations() {
      #expect(try returns(presentation))
    }
    let connections: [Connection<Float>] = Fixture.connections([3, 4, 2], seed: 1)
    #expect(try returns(connections))
    #expect(try returns(Loss(.crossEntropy, reduction: .mean)))
    var pathway = FeedbackPathway<Float>(
      zeroFor: Architecture(widths: [3, 4, 2]), topology: .direct)
    pathway.weights[0] = Fixture.matrix(4, 2, seed: 2)
    #expect(try returns(pathway))
  }

  @Test("A loss that is a sum or a mean scales gradients by 1 or 1/M; outputs accept their losses")
  func losses() {
    #expect(Loss(.squaredError).gradientScale(trials: 8) == 1)
    #expect(Loss(.squaredError, reduction: .mean).gradientScale(trials: 8) == 0.125)
    #expect(OutputFunction.allCases.allSatisfy { $0.accepts(.squaredError) })
    #expect(OutputFunction.allCases.filter { $0.accepts(.crossEntropy) } == [.sigmoid, .softmax])
  }
}
