// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LinearAlgebra
import RandomStreams
import Substrates
import Testing

@testable import SpikingNetworks

/// κ against its closed forms, and what a network makes of it.
@Suite struct SynapticKernelKnownAnswerTests {
  @Test("The whole kernel sums to 0.9972 at 1 ms, its first ten steps to 0.5104")
  func sums() throws {
    let kernel = try SynapticKernel(isNormalised: false)
    #expect(abs(kernel.discreteSum(timeStep: 1) - 0.9972) < 5e-5)
    #expect(abs(kernel.discreteSum(timeStep: 1, terms: 10) - 0.5104) < 5e-5)
    let plain = (1...400).reduce(0.0) { $0 + kernel.density(at: Double($1)) }
    #expect(abs(kernel.discreteSum(timeStep: 1) - plain) < 1e-14)
    for (truncation, isNormalised, expected) in [
      (nil, true, 1.0), (nil, false, 0.9972), (10, true, 1), (10, false, 0.5104),
    ] as [(Int?, Bool, Double)] {
      let filters = KernelFilters(
        try SynapticKernel(truncation: truncation, isNormalised: isNormalised), timeStep: 1)
      let sum = (1...600).reduce(0.0) { $0 + filters.value(age: $1) }
      #expect(abs(sum - expected) < (isNormalised ? 1e-14 : 5e-5))
    }
  }

  @Test("The kernel peaks at 0.0597 per ms after 5.16 ms and its square integrates to 1/26")
  func shape() throws {
    let kernel = try SynapticKernel()
    let peak = log(10.0 / 3) / (1 / 3.0 - 1 / 10.0)
    #expect(abs(peak - 5.16) < 5e-3)
    #expect(abs(kernel.density(at: peak) - 0.0597) < 5e-5)
    // Trapezoids of a function that starts at 0 with slope κ′(0) = 1/30, where (κ²)′ is 0: their
    // error is of order dt⁴.
    let dt = 0.01
    let square = (0...40_000).reduce(0.0) { $0 + pow(kernel.density(at: Double($1) * dt), 2) * dt }
    #expect(abs(square - 1 / 26.0) < 1e-8)
  }

  @Test("A kernel cut after 500 steps is the whole kernel")
  func longTruncation() throws {
    // What is cut off is e^−50 = 2e-22 of a spike.
    let fixture = DendriteFixture([20, 15, 4])
    let whole = try SegregatedDendriteParameters.paper(apicalConductance: 0.05)
    let cut = try whole.with(kernel: SynapticKernel(truncation: 500, isNormalised: true))
    var states: [[Double]] = []
    var means: [[Double]] = []
    for parameters in [whole, cut] {
      var network = fixture.network(parameters)
      var state = network.makeState()
      var averages = PhaseAverages<Double>(architecture: network.architecture)
      network.show(fixture.image, trial: 0)
      for index in 0..<3 {
        network.run(
          fixture.phase(parameters, steps: 60, spikes: fixture.spikes.child(index)), &state,
          into: &averages)
      }
      states.append(state.values(.potential, ofLayer: 0) + state.values(.apical, ofLayer: 0))
      means.append(averages.presynaptic.flatMap { $0 } + averages.layers[0].potential)
    }
    #expect(largestDifference(states[0], states[1]) < 1e-12)
    #expect(largestDifference(means[0], means[1]) < 1e-12)
  }

  @Test("Mean presynaptic potentials are those of all spikes since the reset, whatever the phases")
  func presynapticMeans() throws {
    // Phases shorter and longer than the kernel's memory, windows anywhere in them.
    let phases: [(steps: Int, window: Range<Int>)] = [
      (50, 30..<50), (3, 0..<2), (4, 1..<4), (60, 0..<60), (2, 1..<2), (25, 3..<9),
    ]
    let kernels: [(String, SynapticKernel)] = [
      ("whole", try SynapticKernel()), ("ten steps", try SynapticKernel(truncation: 10)),
      ("one step", try SynapticKernel(truncation: 1)),
    ]
    for (name, kernel) in kernels {
      let fixture = DendriteFixture([20, 15, 4])
      let parameters = try SegregatedDendriteParameters.paper().with(kernel: kernel)
      let filters = KernelFilters(kernel, timeStep: 1)
      var network = fixture.network(parameters)
      var state = network.makeState()
      var averages = PhaseAverages<Double>(architecture: network.architecture)
      network.show(fixture.image, trial: 0)
      var spikes: [[[Double]]] = []
      for (index, phase) in phases.enumerated() {
        let start = spikes.count
        network.run(
          DendriticPhase(
            steps: phase.steps, window: phase.window, spikes: fixture.spikes.child(index)),
          &state, into: &averages
        ) { view in
          spikes.append(
            fixture.widths.indices.map {
              view.counts(ofSource: $0, units: fixture.widths[$0])
            })
        }
        for source in fixture.widths.indices {
          let expected = (0..<fixture.widths[source]).map { unit in
            phase.window.reduce(0.0) { sum, step in
              (0...(start + step)).reduce(sum) {
                $0 + spikes[$1][source][unit] * filters.value(age: start + step - $1 + 1)
              }
            } / Double(phase.window.count)
          }
          #expect(
            largestDifference(averages.presynaptic[source], expected) < 1e-13,
            "\(name), phase \(index), source \(source)")
          let counts = (0..<fixture.widths[source]).map { unit in
            phase.window.reduce(0.0) { $0 + spikes[start + $1][source][unit] }
          }
          #expect(averages.spikeCounts[source] == counts)
        }
      }
    }
  }
}
