// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LinearAlgebra
import RandomStreams
import Substrates
import Testing

@testable import SpikingNetworks

/// Laws of phases, passes and states.
@Suite struct DendriticNetworkPhaseLawTests {
  private let fixture = DendriteFixture([40, 30, 20, 5])

  private func parameters(
    _ standardDeviation: Double = 0.02, signal: SegregatedDendriteParameters.Signal = .poisson
  ) throws -> SegregatedDendriteParameters {
    try SegregatedDendriteParameters.paper(
      apicalConductance: 0.05, signal: signal, inputSignal: signal,
      noise: ConductanceNoise(
        form: .pushPull(resting: 0.05), course: .ornsteinUhlenbeck(timeConstant: 3),
        standardDeviation: standardDeviation))
  }

  private typealias Outcome = (
    averages: PhaseAverages<Double>, state: DendriteState<Double>, spikes: [[Double]]
  )

  private func run(
    _ parameters: SegregatedDendriteParameters, from state: DendriteState<Double>? = nil,
    perturbation: DendriticPhase<Double>.Perturbation = .off, spikes: RandomKey? = nil,
    source: SegregatedDendriteNetwork<Double>.FeedbackSource = .outputs, isProbed: Bool = true
  ) -> Outcome {
    var network = fixture.network(parameters, source: source)
    var state = state ?? network.makeState()
    var averages = PhaseAverages<Double>(architecture: network.architecture)
    network.show(fixture.image, trial: 0)
    let phase = fixture.phase(
      parameters, steps: 60, perturbation: perturbation, spikes: spikes)
    var counts: [[Double]] = []
    let probe: (DendriteStepView<Double>) -> Void = { view in
      for source in 0..<4 {
        counts.append(view.counts(ofSource: source, units: fixture.widths[source]))
      }
    }
    network.run(phase, &state, into: &averages, probe: isProbed ? probe : nil)
    return (averages, state, counts)
  }

  @Test("One key gives the same bits again, probed or not, and another key gives others")
  func sameBits() throws {
    let parameters = try parameters()
    for perturbation in [.off, .drawn(fixture.noise)]
      as [DendriticPhase<Double>.Perturbation]
    {
      let first = run(parameters, perturbation: perturbation)
      let second = run(parameters, perturbation: perturbation, isProbed: false)
      #expect(first.averages == second.averages && first.state == second.state)
      let other = run(parameters, perturbation: perturbation, spikes: fixture.key.child(99))
      #expect(first.spikes != other.spikes)
    }
  }

  @Test("Passes that share a key share their spikes but for what the perturbation moves")
  func commonRandomNumbers() throws {
    let clean = run(try parameters())
    // Without strength the perturbed pass is the clean pass, bit for bit.
    let idle = run(try parameters(0), perturbation: .drawn(fixture.noise))
    #expect(idle.averages == clean.averages && idle.spikes == clean.spikes)
    let perturbed = run(try parameters(1e-4), perturbation: .drawn(fixture.noise))
    let independent = run(try parameters(), spikes: fixture.key.child(99))
    func changed(_ other: Outcome) -> Double {
      zip(clean.spikes.joined(), other.spikes.joined()).reduce(0.0) { $0 + abs($1.0 - $1.1) }
    }
    // About 10³ spikes, each of which a potential moved by 10⁻³ changes with probability 10⁻³,
    // and then a few of those it drives.
    #expect(changed(perturbed) < 0.1 * changed(independent))
    // Input spikes are the same exactly.
    let inputs = stride(from: 0, to: clean.spikes.count, by: 4)
    #expect(inputs.allSatisfy { clean.spikes[$0] == perturbed.spikes[$0] })
  }

  @Test("A clean pass does not depend on the pass perturbed before it from the same state")
  func restart() throws {
    let parameters = try parameters()
    let start = run(parameters).state
    let alone = run(parameters, from: start)
    _ = run(parameters, from: start, perturbation: .drawn(fixture.noise))
    let after = run(parameters, from: start)
    #expect(alone.averages == after.averages && alone.state == after.state)
    // What follows a perturbed pass has forgotten its perturbation, not its activity.
    let perturbed = run(parameters, from: start, perturbation: .drawn(fixture.noise)).state
    let next = run(parameters, from: perturbed)
    #expect(next.averages.layers[0].perturbation.allSatisfy { $0 == 0 })
    #expect(next.state != alone.state)
  }

  @Test("A state that was written and read goes on as the one that was not")
  func roundTrip() throws {
    for parameters in [
      try parameters(), try parameters().with(kernel: SynapticKernel(truncation: 10)),
    ] {
      let state = run(parameters, perturbation: .drawn(fixture.noise)).state
      let read = try JSONDecoder().decode(
        DendriteState<Double>.self, from: JSONEncoder().encode(state))
      #expect(read == state)
      #expect(fixture.network(parameters).accepts(read))
      let (one, other) = (run(parameters, from: state), run(parameters, from: read))
      #expect(one.averages == other.averages && one.state == other.state)
      var reset = state
      reset.reset()
      #expect(reset == fixture.network(parameters).makeState())
    }
  }

  @Test("A state of another network is not accepted")
  func foreignStates() throws {
    let parameters = try parameters()
    let network = fixture.network(parameters)
    let wider = DendriteFixture([40, 31, 20, 5]).network(parameters)
    let shorter = fixture.network(
      try parameters.with(kernel: SynapticKernel(truncation: 10)))
    #expect(!network.accepts(wider.makeState()))
    #expect(!network.accepts(shorter.makeState()))
  }

  @Test("A phase cut in two is the same phase")
  func splitting() throws {
    for signal in SegregatedDendriteParameters.Signal.allCases {
      let parameters = try parameters(signal: signal)
      let whole = run(parameters, perturbation: .drawn(fixture.noise))
      var network = fixture.network(parameters)
      var state = network.makeState()
      var averages = PhaseAverages<Double>(architecture: network.architecture)
      network.show(fixture.image, trial: 0)
      for steps in [17, 43] {
        network.run(
          DendriticPhase(
            steps: steps, window: 0..<steps, perturbation: .drawn(fixture.noise),
            spikes: fixture.spikes), &state, into: &averages)
      }
      for layer in 0..<3 {
        for variable in DendriteState<Double>.Variable.allCases {
          #expect(
            state.values(variable, ofLayer: layer) == whole.state.values(variable, ofLayer: layer))
        }
      }
    }
  }

  @Test("A rate twin does not depend on where spikes live")
  func determinism() throws {
    let parameters = try parameters(signal: .rate)
    let first = run(parameters)
    let second = run(parameters, spikes: fixture.key.child(99))
    #expect(first.averages == second.averages && first.state == second.state)
  }

  @Test("Layered feedback reaches a layer from the layer above, one step late")
  func layeredFeedback() throws {
    let parameters = try SegregatedDendriteParameters.authors(apicalConductance: 0.05)
    var network = fixture.network(parameters, source: .layerAbove)
    var state = network.makeState()
    var averages = PhaseAverages<Double>(architecture: network.architecture)
    network.show(fixture.image, trial: 0)
    var history: [[[Double]]] = []
    let feedback = network.feedback
    network.run(fixture.phase(parameters, steps: 60), &state, into: &averages) { view in
      for layer in 0..<2 {
        let (rows, units) = (fixture.widths[layer + 2], fixture.widths[layer + 1])
        let expected = (0..<units).map { unit in
          history.suffix(10).reversed().enumerated().reduce(0.0) { sum, past in
            let age = Double(past.offset + 1)
            let kernel = (exp(-age / 10) - exp(-age / 3)) / 7
            return (0..<rows).reduce(sum) {
              $0 + kernel * past.element[layer + 2][$1] * feedback[layer][$1, unit]
            }
          }
        }
        #expect(largestDifference(view.state.values(.apical, ofLayer: layer), expected) < 1e-12)
      }
      history.append((0..<4).map { view.counts(ofSource: $0, units: fixture.widths[$0]) })
    }
  }
}
