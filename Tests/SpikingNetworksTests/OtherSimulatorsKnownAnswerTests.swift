// SPDX-License-Identifier: GPL-3.0-or-later

import Integration
import Testing

@testable import SpikingNetworks

/// Two- and many-compartment cells beside NEST's urbanczik neuron, Brian2 and NEURON.
@Suite struct `Compartments beside other simulators` {
  /// NEST's `pp_cond_exp_mc_urbanczik` with its escape noise off.
  static func urbanczik(
    _ method: StepMethod, current: (String, Double)? = nil, spikes: (String, Double)? = nil,
    duration: Double, variables: [String]
  ) throws -> Recording {
    let inputs = try current.map {
      [
        CurrentInput(
          compartment: $0.0, course: try Course(times: [20.1, 120.1], values: [$0.1, 0]))
      ]
    }
    let population = try Population(
      name: "cell", count: 1, model: .ppCondExpMCUrbanczik().firing(nil), method: method,
      currents: inputs ?? [])
    return try Recording(
      population,
      sources: spikes == nil ? [] : [SpikeSource(name: "in", pattern: .times([[10, 30, 32, 34]]))],
      projections: spikes.map {
        [
          try Projection(
            from: "in", to: "cell", receptor: $0.0, delay: 1,
            connectivity: .oneToOne(weight: .same($0.1)))
        ]
      } ?? [], variables: variables, duration: duration)
  }

  @Test(arguments: [10, 50])
  func `urbanczik's soma follows NEST's under a current to 2e-8 mV`(current: Int) throws {
    let trace = try ReferenceTrace("nest_pp_cond_exp_mc_urbanczik_step_soma_\(current)")
    for method in [StepMethod.exact, .gsl(.rkf45, try ODETolerance(absolute: 1e-12))] {
      let recording = try Self.urbanczik(
        method, current: ("soma", Double(current)), duration: trace.times.last!,
        variables: ["soma.v", "dendrite.v"])
      let deviation = recording.largestDeviation(from: trace)
      #expect(deviation < 2e-8, "\(method): \(deviation)")
    }
    // In NEST 3.10 a dendritic current does nothing; the equations say otherwise.
    let dendritic = try ReferenceTrace("nest_pp_cond_exp_mc_urbanczik_step_dendritic_\(current)")
    #expect(dendritic.rows.allSatisfy { $0[2] == -70 })
    let felt = try Self.urbanczik(
      .exact, current: ("dendrite", Double(current)), duration: 100, variables: ["dendrite.v"])
    #expect(abs(felt.value(0, at: 100) - (-70 + Double(current) / 30)) < 1e-3)
  }

  @Test(arguments: [
    ("soma_exc", "soma.excitatory", 1.0), ("soma_inh", "soma.inhibitory", 1),
    ("dendritic_exc", "dendrite.excitatory", 10), ("dendritic_inh", "dendrite.inhibitory", -10),
  ])
  func `urbanczik's synapses follow NEST's`(file: String, receptor: String, weight: Double) throws {
    let trace = try ReferenceTrace("nest_pp_cond_exp_mc_urbanczik_spikes_\(file)")
    let method = StepMethod.gsl(.rk8pd, try ODETolerance(absolute: 1e-12, relative: 1e-12))
    let recording = try Self.urbanczik(
      method, spikes: (receptor, weight), duration: trace.times.last!,
      variables: ["soma.v", "dendrite.v"])
    let deviation = recording.largestDeviation(from: trace)
    // NEST's solver is asked for 1e-3 mV a step and lies within 2e-8 mV of the converged solution.
    #expect(deviation < 2e-8, "\(deviation) mV")
  }

  @Test(arguments: [("s", "soma"), ("p", "proximal"), ("d", "distal")])
  func `three compartments follow Brian2's within the placement of its edges`(
    letter: String, compartment: String
  ) throws {
    let trace = try ReferenceTrace("brian2_3comp_step_\(letter)_100pA_rk4_dt0.01")
    let course = try Course(times: [20.1, 120.1], values: [100, 0])
    let population = try Population(
      name: "cell", count: 1, model: .iafCondAlphaMC(), method: .exact,
      currents: [CurrentInput(compartment: compartment, course: course)])
    let recording = try Recording(
      population, variables: ["soma.v", "proximal.v", "distal.v"], timeStep: 0.01, duration: 200)
    var largest = 0.0
    for row in trace.rows where row[0] > 0.5 {
      for variable in 0..<3 {
        largest = max(
          largest,
          abs(recording.value(variable, at: row[0], timeStep: 0.01) - row[variable + 1]))
      }
    }
    #expect(largest < 2.3e-3, "\(largest) mV")
  }

  /// The stick's segments: 2 µm across, 500/11 µm long; axial resistance between centres
  /// Ra·l/(π r²), with the soma joined to the first segment through half of it. NEURON puts no
  /// resistance into the soma's half when the dendrite is joined to its end and the soma has one
  /// segment: it has, from the soma's centre, Ra·10 µm/(π·(10 µm)²).
  static func ballAndStick() throws -> CompartmentModel {
    let pi = Double.pi
    // µm² → pF at 1 µF/cm² = 0.01 pF/µm², and nS at 1e-4 S/cm² = 1e-3 nS/µm².
    func membrane(_ name: String, _ diameter: Double, _ length: Double) throws -> Compartment {
      let area = pi * diameter * length
      return try Compartment(
        name: name, capacitance: 0.01 * area, leakConductance: 1e-3 * area,
        restingPotential: -70)
    }
    // Ra = 100 Ω·cm = 1e6 Ω·µm: a cylinder has 1e6·l/(π r²) Ω, that is 1e9/that nS.
    func resistance(_ diameter: Double, _ length: Double) -> Double {
      1e6 * length / (pi * diameter * diameter / 4)
    }
    let length = 500.0 / 11
    var compartments = [try membrane("soma", 20, 20)]
    var couplings: [Coupling] = []
    for k in 0..<11 {
      compartments.append(try membrane("dend\(k)", 2, length))
      let ohms =
        k == 0
        ? resistance(20, 10) + resistance(2, length / 2) : resistance(2, length)
      couplings.append(
        try Coupling(
          k == 0 ? "soma" : "dend\(k - 1)", "dend\(k)", conductance: 1e9 / ohms))
    }
    return try CompartmentModel(
      name: "ball_and_stick", compartments: compartments, couplings: couplings)
  }

  @Test(arguments: [0.1, 0.025].flatMap { dt in ["soma", "dend"].map { ($0, dt) } })
  func `a passive ball and stick follows NEURON's`(place: String, dt: Double) throws {
    let trace = try ReferenceTrace("neuron_ball_stick_step_\(place)_dt\(dt)")
    let course = try Course(times: [20, 120], values: [100, 0])
    for (method, bound) in [
      (StepMethod.implicitEuler, 1e-9), (.exact, dt == 0.1 ? 0.25 : 0.085),
    ] {
      let population = try Population(
        name: "cell", count: 1, model: Self.ballAndStick(), method: method,
        currents: [
          CurrentInput(compartment: place == "soma" ? "soma" : "dend10", course: course)
        ])
      let recording = try Recording(
        population, variables: ["soma.v", "dend5.v", "dend10.v"], timeStep: dt, duration: 200)
      let deviation = recording.largestDeviation(from: trace, timeStep: dt)
      #expect(deviation < bound, "\(method): \(deviation) mV")
    }
  }
}
