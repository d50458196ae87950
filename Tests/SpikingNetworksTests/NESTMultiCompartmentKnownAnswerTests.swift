// SPDX-License-Identifier: GPL-3.0-or-later

import Integration
import Testing

@testable import SpikingNetworks

/// `iaf_cond_alpha_mc` beside NEST 3.10's traces.
@Suite struct `NEST's multi-compartment neuron` {
  static let compartments = ["soma", "proximal", "distal"]
  static let potentials = ["soma.v", "proximal.v", "distal.v"]

  static func step(
    _ compartment: String, _ current: Double, _ method: StepMethod
  ) throws -> Recording {
    let course = try Course(times: [20.1, 120.1], values: [current, 0])
    let population = try Population(
      name: "cell", count: 1, model: .iafCondAlphaMC(), method: method,
      currents: [CurrentInput(compartment: compartment, course: course)])
    return try Recording(population, variables: potentials, duration: 200)
  }

  static func tight() throws -> StepMethod {
    .gsl(.rk8pd, try ODETolerance(absolute: 1e-13, relative: 1e-13))
  }

  /// NEST's own trace lies within 9e-13 mV of the closed form.
  @Test(arguments: compartments)
  func `a current below threshold gives NEST's potentials to 1e-9 mV`(compartment: String) throws {
    let trace = try ReferenceTrace("nest_iaf_cond_alpha_mc_step_\(compartment)_100pA")
    let exact = try Self.step(compartment, 100, .exact)
    #expect(exact.largestDeviation(from: trace) < 1e-9)
    let solved = try Self.step(compartment, 100, Self.tight())
    #expect(solved.largestDeviation(from: trace) < 1e-9)
    #expect(exact.spikes.isEmpty && solved.spikes.isEmpty)
    // It would see a mistake: a soma of 1 % more leak is far off.
    #expect(
      try Self.step(compartment, 101, .exact).largestDeviation(from: trace) > 1e-3)
  }

  @Test(
    arguments: [400.0, 1000.0].flatMap { current in
      compartments.map { ($0, current) }
    })
  func `a strong current gives NEST's spikes, step by step, and its potentials to 1e-6 mV`(
    compartment: String, current: Double
  ) throws {
    let name = "nest_iaf_cond_alpha_mc_step_\(compartment)_\(Int(current))pA"
    let trace = try ReferenceTrace(name)
    let spikes = try ReferenceTrace(name + "_spikes").times
    for method in [
      StepMethod.gsl(.rkf45, .nest), try Self.tight(), .rungeKutta4, .exact,
    ] {
      let recording = try Self.step(compartment, current, method)
      let found = recording.spikes.map { ($0.time * 10).rounded() }
      #expect(found == spikes.map { ($0 * 10).rounded() }, "\(method)")
      let deviation = recording.largestDeviation(from: trace)
      #expect(deviation <= 1e-6 || method == .exact, "\(method): \(deviation) mV")
    }
  }

  @Test(
    arguments: compartments.flatMap { name in ["exc", "inh"].map { (name, $0) } })
  func `synaptic conductances give NEST's potentials to 1e-5 mV`(
    compartment: String, sign: String
  ) throws {
    let trace = try ReferenceTrace("nest_iaf_cond_alpha_mc_spikes_\(compartment)_\(sign)")
    let receptor = "\(compartment).\(sign == "exc" ? "excitatory" : "inhibitory")"
    let variables =
      Self.potentials
      + Self.compartments.flatMap { ["\($0).excitatory", "\($0).inhibitory"] }
    for (method, bound) in [
      (StepMethod.gsl(.rkf45, .nest), 1e-5),
      (.gsl(.rkf45, try ODETolerance(absolute: 1e-10)), 1e-5), (.rungeKutta4, 1e-3),
    ] {
      let population = try Population(
        name: "cell", count: 1, model: .iafCondAlphaMC(), method: method)
      let recording = try Recording(
        population, sources: [SpikeSource(name: "input", pattern: .times([[10, 30, 32, 34]]))],
        projections: [
          Projection(
            from: "input", to: "cell", receptor: receptor, delay: 1,
            connectivity: .oneToOne(weight: 5))
        ], variables: variables, duration: 100)
      let deviation = recording.largestDeviation(from: trace)
      #expect(deviation <= bound, "\(method): \(deviation)")
    }
  }
}
