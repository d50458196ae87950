// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import RandomStreams
import Substrates

@testable import SpikingNetworks

/// Networks of designed weights and an image, for the tests of this folder.
struct DendriteFixture {
  typealias Network = SegregatedDendriteNetwork<Double>

  let key: RandomKey
  let widths: [Int]

  init(_ widths: [Int], seed: UInt64 = 11) {
    key = RandomKey(seed: seed).purpose(.test)
    self.widths = widths
  }

  var hiddenCount: Int { widths.count - 2 }
  var spikes: RandomKey { key.child(1) }
  var noise: RandomKey { key.child(2) }

  func connections() -> [Connection<Double>] {
    (0..<(widths.count - 1)).map {
      DesignedInitialization().connection(
        inputs: widths[$0], outputs: widths[$0 + 1], random: key.child(10 + $0))
    }
  }

  /// Feedback weights of a size that makes apical potentials of about ±1.
  func network(
    _ parameters: SegregatedDendriteParameters, source: Network.FeedbackSource = .outputs
  ) -> Network {
    let feedback = (0..<hiddenCount).map { layer in
      let rows = source == .outputs ? widths[widths.count - 1] : widths[layer + 2]
      return Matrix(
        rows: rows, columns: widths[layer + 1],
        elements: key.child(20 + layer).deviates(.gaussian, count: rows * widths[layer + 1]).map {
          8 / Double(rows).squareRoot() * $0
        })
    }
    return Network(
      parameters, connections: connections(),
      feedbackSources: Array(repeating: source, count: hiddenCount), feedback: feedback)
  }

  /// One image, about half of it zero.
  var image: Activity<Double> {
    .dense(
      Matrix(
        rows: 1, columns: widths[0],
        elements: key.child(30).deviates(.uniform, count: widths[0]).map { max(0, $0 / 1.8) }))
  }

  /// A phase whose window is the parameters' own.
  func phase(
    _ parameters: SegregatedDendriteParameters, steps: Int, targets: [Double]? = nil,
    perturbation: DendriticPhase<Double>.Perturbation = .off, spikes: RandomKey? = nil
  ) -> DendriticPhase<Double> {
    DendriticPhase(
      steps: steps, window: parameters.window(ofPhase: steps), targets: targets,
      perturbation: perturbation, spikes: spikes ?? self.spikes)
  }
}

/// max |a − b|; NaN where any is.
func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count)
  return zip(a, b).reduce(0.0) { worst, pair in
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN || worst.isNaN ? .nan : max(worst, difference)
  }
}

extension DendriteStepView<Double> {
  /// The counts of a source in this step, unit by unit.
  func counts(ofSource source: Int, units: Int) -> [Double] {
    var result = Array(repeating: 0.0, count: units)
    for spike in spikes(ofSource: source) { result[spike.unit] = spike.count }
    return result
  }
}
