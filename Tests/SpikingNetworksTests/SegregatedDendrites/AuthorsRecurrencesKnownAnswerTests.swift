// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LinearAlgebra
import RandomStreams
import Substrates
import Testing

@testable import SpikingNetworks

/// The preset `authors` against its recurrences written out plainly, given the same spikes.
///
/// Potentials are of order 10 and sums of up to 60 terms: rounding leaves about 10·60·2⁻⁵³ = 7e-14
/// between two orders of the same sum, and Euler's factor of −0.7 multiplies it by 1/(1 − 0.7).
/// 1e-12 holds both.
@Suite struct AuthorsRecurrencesKnownAnswerTests {
  private struct Deviation {
    var steps = 0.0
    var means = 0.0
  }

  /// Forward and target phases of three images, state carried; the largest differences of any
  /// variable in any step, and of any mean.
  private func follow(
    _ widths: [Int], apicalConductance: Double, phases: [Int] = [50, 53]
  ) throws -> Deviation {
    let fixture = DendriteFixture(widths)
    let parameters = try SegregatedDendriteParameters.authors(
      apicalConductance: apicalConductance)
    var network = fixture.network(parameters)
    var oracle = fixture.recurrences(network)
    var state = network.makeState()
    var averages = PhaseAverages<Double>(architecture: network.architecture)
    var deviation = Deviation()
    var spikeCount = 0.0
    network.show(fixture.image, trial: 0)
    for image in 0..<3 {
      for (index, steps) in phases.enumerated() {
        let isTarget = index % 2 == 1
        let targets = (0..<widths[widths.count - 1]).map { $0 == image % 2 ? 1.0 : 0 }
        let phase = fixture.phase(
          parameters, steps: steps, targets: isTarget ? targets : nil,
          spikes: fixture.spikes.child(image).child(index))
        network.run(phase, &state, into: &averages) { view in
          let counts = widths.indices.map { view.counts(ofSource: $0, units: widths[$0]) }
          spikeCount += counts.joined().reduce(0, +)
          oracle.step(
            counts: counts, teaching: isTarget ? targets.map { ($0, 1 - $0) } : nil)
          for m in oracle.layers.indices {
            let own = oracle.layers[m]
            for (variable, expected) in [
              (.potential, own.soma), (.basal, own.basal), (.apical, own.apical),
              (.rate, oracle.rates(m).map { $0 / 0.2 }),
            ] as [(DendriteState<Double>.Variable, [Double])] {
              deviation.steps = max(
                deviation.steps,
                largestDifference(view.state.values(variable, ofLayer: m), expected))
            }
          }
        }
        deviation.means = max(deviation.means, difference(averages, oracle))
      }
    }
    // Spikes flow in every layer, or the comparison would say little.
    #expect(spikeCount > 100)
    return deviation
  }

  private func difference(
    _ averages: PhaseAverages<Double>, _ oracle: AuthorsRecurrences
  ) -> Double {
    var worst = 0.0
    for m in oracle.layers.indices {
      let own = averages.layers[m]
      let apical = AuthorsRecurrences.mean(oracle.apicalBuffer[m])
      for (value, expected) in [
        (own.potential, AuthorsRecurrences.mean(oracle.somaBuffer[m])),
        (own.apical, apical),
        (own.plateau, apical.map { 1 / (1 + exp(-$0)) }),
        (own.rate, AuthorsRecurrences.mean(oracle.rateBuffer[m]).map { $0 / 0.2 }),
      ] {
        worst = max(worst, largestDifference(value, expected))
      }
    }
    for source in oracle.potentialBuffer.indices {
      worst = max(
        worst,
        largestDifference(
          averages.presynaptic[source], AuthorsRecurrences.mean(oracle.potentialBuffer[source])))
    }
    return worst
  }

  @Test(
    "The authors' recurrences are followed to 1e-12 without, with one and with two hidden layers")
  func recurrences() throws {
    for widths in [[40, 5], [40, 30, 5], [40, 30, 20, 5], [7, 3, 2]] {
      for apical in [0, 0.05] where widths.count > 2 || apical == 0 {
        let deviation = try follow(widths, apicalConductance: apical)
        #expect(deviation.steps < 1e-12, "\(widths), g_a \(apical)")
        #expect(deviation.means < 1e-12, "\(widths), g_a \(apical)")
      }
    }
  }

  @Test("Buffers that are never cleared hold the end of the phase, however long it is")
  func phaseLengths() throws {
    // The shortest phase that holds a window of 20, and phases that leave it anywhere.
    let deviation = try follow([20, 12, 4], apicalConductance: 0.05, phases: [20, 21, 29, 77])
    #expect(deviation.steps < 1e-12)
    #expect(deviation.means < 1e-12)
  }

  @Test("The largest mean potential decides the class, the first of equals")
  func argmax() throws {
    var averages = PhaseAverages<Double>(architecture: .init(widths: [2, 3]))
    averages.layers[0].potential = [1, 4, 4]
    averages.layers[0].rate = [1, 0, 0]
    #expect(averages.predictedClass == 1)
  }
}
