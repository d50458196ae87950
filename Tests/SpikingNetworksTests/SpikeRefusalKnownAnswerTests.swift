// SPDX-License-Identifier: GPL-3.0-or-later

import Integration
import RandomStreams
import Testing

@testable import SpikingNetworks

/// What becomes of spikes that a cell cannot take, and of cells that cannot be.
@Suite struct `What a cell refuses` {
  static let methods: [StepMethod] = [.exact, .rungeKutta4, .gsl(.rkf45, .nest)]

  @Test(arguments: [SpikeConvention.onGrid, .located], [0, 1, 2])
  func `a jump of the potential during refractoriness is lost`(
    convention: SpikeConvention, method: Int
  ) throws {
    let population = try Population(
      name: "cell", count: 1, model: .iafPscDelta(), method: Self.methods[method],
      convention: convention)
    func jump(_ from: String, _ weight: Double) throws -> Projection {
      try Projection(
        from: from, to: "cell", receptor: "soma.jump", delay: 0.1,
        connectivity: .oneToOne(weight: .same(weight)))
    }
    let recording = try Recording(
      population,
      sources: [
        SpikeSource(name: "kick", pattern: .times([[1]])),
        SpikeSource(name: "in", pattern: .times([[2, 2.5, 6]])),
      ],
      projections: [jump("kick", 30), jump("in", 5)], variables: ["soma.v"], duration: 8)
    #expect(recording.spikes.count == 1)
    for time in [1.8, 2.7, 2.9, 4, 6] {
      #expect(abs(recording.value(0, at: time) + 70) < 1e-9, "at \(time) ms")
    }
    // Out of refractoriness it is not.
    #expect(abs(recording.value(0, at: 6.1) + 65) < 1e-9)
  }

  @Test(arguments: [0, 1, 2])
  func `a cell that spikes without end in one step is named`(method: Int) throws {
    let soma = try Compartment(
      name: "soma", capacitance: 250, leakConductance: 25, restingPotential: -70, current: 1e9)
    let model = try CompartmentModel(
      name: "endless", compartments: [soma],
      firing: Firing(compartment: "soma", .threshold(-55, reset: -70), refractoryPeriod: 0))
    let population = try Population(
      name: "cell", count: 1, model: model, method: Self.methods[method], convention: .located)
    let simulation = try Simulation<Double>(
      Network(timeStep: 0.1, populations: [population]), random: RandomKey(seed: 1))
    var recorder = MemoryRecorder()
    let error = #expect(throws: SimulationError.self) {
      try simulation.run(steps: 10, into: &recorder)
    }
    let text = error?.description ?? ""
    #expect(text.hasPrefix("cell, cell 0: more than 1000 spikes in the step around "), "\(text)")
    #expect(text.hasSuffix(" ms; give a refractory period, a shorter step, or less input"))
  }

  @Test func `a number that is not finite is found at the end, however short the run`() throws {
    let population = try Population(
      name: "cell", count: 1, model: .iafCondExp().firing(nil), method: .euler)
    let network = try Network(
      timeStep: 0.1, populations: [population],
      sources: [SpikeSource(name: "in", pattern: .times([(1...40).map { Double($0) * 0.1 }]))],
      projections: [
        Projection(
          from: "in", to: "cell", receptor: "soma.excitatory", delay: 0.1,
          connectivity: .oneToOne(weight: 1e30))
      ])
    let simulation = try Simulation<Double>(network, random: RandomKey(seed: 1))
    var recorder = MemoryRecorder()
    let error = #expect(throws: SimulationError.self) {
      try simulation.run(steps: 50, into: &recorder)
    }
    #expect(
      error?.description
        == "cell, cell 0: soma.v is no longer a finite number at 5 ms; take a shorter step, or "
        + "check the inputs")
  }

  private func mistake(_ make: () throws -> Void) -> String? {
    do { try make() } catch { return "\(error)" }
    return nil
  }

  @Test func `a conductance takes no negative weight`() throws {
    let message = mistake {
      _ = try Population(
        name: "cell", count: 1, model: .iafCondExp(), method: .rungeKutta4,
        drives: [PoissonDrive(receptor: "soma.excitatory", rate: 1, weight: -2)])
    }
    #expect(
      message
        == "cell.drives: a weight of -2 nS at the conductance soma.excitatory is negative; give 0 nS or more; a receptor inhibits by its reversal potential"
    )
    let cell = try Population(name: "cell", count: 2, model: .iafCondExp(), method: .rungeKutta4)
    for connectivity: Projection.Connectivity in [
      .allToAll(weight: -1), .oneToOne(weight: -1), .random(probability: 1, weight: -1),
      .matrix([0, 1, -1, 1]), .list([.init(source: 0, target: 0, weight: -1)]),
    ] {
      #expect(throws: ModelError.self) {
        _ = try Network(
          timeStep: 0.1, populations: [cell],
          projections: [
            Projection(
              from: "cell", to: "cell", receptor: "soma.excitatory", delay: 1,
              connectivity: connectivity)
          ])
      }
    }
    // A current may have any sign.
    let other = try Population(
      name: "cell", count: 2, model: .iafPscExp(), method: .exact,
      drives: [PoissonDrive(receptor: "soma.excitatory", rate: 1, weight: -2)])
    #expect(other.drives.count == 1)
  }

  @Test func `numbers that no step can hold are refused`() throws {
    let cell = try Population(name: "cell", count: 1, model: .iafPscExp(), method: .exact)
    func source(_ pattern: SpikeSource.Pattern) -> String? {
      mistake {
        _ = try Network(
          timeStep: 0.1, populations: [cell], sources: [SpikeSource(name: "in", pattern: pattern)])
      }
    }
    #expect(
      source(.poisson(rates: [1, 1e4]))
        == "sources.in: 10000 kHz makes 1000 Poisson spikes in a step of 0.1 ms; give less than 7000 kHz, or a shorter step"
    )
    #expect(source(.poisson(rates: [6999])) == nil)
    #expect(source(.times([[1, 1e300]]))?.contains("a spike at 1e300 ms") == true)
    #expect(
      mistake {
        let driven = try Population(
          name: "cell", count: 1, model: .iafPscExp(), method: .exact,
          drives: [PoissonDrive(receptor: "soma.excitatory", rate: 7000, weight: 1)])
        _ = try Network(timeStep: 0.1, populations: [driven])
      }?.hasPrefix("cell.drives: 7000 kHz makes 700 Poisson spikes") == true)
    #expect(
      mistake {
        let firing = try Firing(
          compartment: "soma", .threshold(-55, reset: -70), refractoryPeriod: 1e9)
        let model = try CompartmentModel.iafPscExp().firing(firing)
        _ = try Network(
          timeStep: 0.1,
          populations: [Population(name: "cell", count: 1, model: model, method: .exact)])
      }?.hasPrefix("cell.firing: a refractory period of 1000000000 ms is more than 2³¹ steps")
        == true)
  }

  @Test func `no compartment is called noise`() {
    let message = mistake {
      _ = try CompartmentModel(
        name: "own",
        compartments: [
          Compartment(name: "noise", capacitance: 1, leakConductance: 1, restingPotential: 0)
        ])
    }
    #expect(
      message
        == "own.compartments: noise cannot be the name of a compartment; choose another: noise.NAME is what sources of noise record"
    )
  }
}
