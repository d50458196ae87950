// SPDX-License-Identifier: GPL-3.0-or-later

import Integration
import RandomStreams
import RealModule
import Testing

@testable import SpikingNetworks

/// Point neurons beside NEST 3.10 and Brian2 2.9, and against closed forms.
@Suite struct `Point neurons` {
  /// Spike counts of a population with one current per cell, over five seconds.
  static func counts(
    _ model: CompartmentModel, currents: [Double], method: StepMethod,
    convention: SpikeConvention = .onGrid
  ) throws -> (counts: [Int], first: [Double], last: [Double]) {
    let inputs = try currents.enumerated().map { cell, current in
      CurrentInput(
        compartment: "soma", cells: cell..<cell + 1, course: try Course.constant(current))
    }
    let population = try Population(
      name: "cells", count: currents.count, model: model, method: method, convention: convention,
      currents: inputs)
    let recording = try Recording(population, variables: [], duration: 5000)
    var counts = Array(repeating: 0, count: currents.count)
    var first = Array(repeating: Double.nan, count: currents.count)
    var last = first
    for (time, cell) in recording.spikes {
      if counts[cell] == 0 { first[cell] = time }
      counts[cell] += 1
      last[cell] = time
    }
    return (counts, first, last)
  }

  @Test(arguments: ["iaf_psc_exp", "iaf_psc_delta", "iaf_cond_exp", "iaf_cond_alpha"])
  func `f–I curves have NEST's spike counts and times`(name: String) throws {
    let reference = try ReferenceTrace("nest_\(name)_fI")
    let model = try ModelCatalogue.entry(name).make()
    let found = try Self.counts(model, currents: reference.times, method: .exact)
    #expect(found.counts == reference.column(1).map { Int($0) })
    for (cell, row) in reference.rows.enumerated() where row[1] > 0 {
      #expect(abs(found.first[cell] - row[2]) < 1e-6 && abs(found.last[cell] - row[3]) < 1e-6)
    }
    // Every cell of the curve is looked at, and many fire.
    #expect(found.counts.filter { $0 > 0 }.count > 20)
  }

  @Test func `the f–I curve of the leaky neuron has Brian2's spike counts`() throws {
    let reference = try ReferenceTrace("brian2_lif_fI")
    let currents = reference.times.map { $0 * 1000 }
    // 20 ms and 100 MΩ: 200 pF and 10 nS.
    let found = try Self.counts(
      .leakyIntegrateAndFire(), currents: currents, method: .exact,
      convention: .onGridFromBegin)
    #expect(found.counts == reference.column(1).map { Int($0) })
    for (cell, row) in reference.rows.enumerated() where row[1] > 0 {
      #expect(abs(found.first[cell] - row[2]) < 1e-6 && abs(found.last[cell] - row[3]) < 1e-6)
    }
    // NEST's convention, one step longer from spike to spike, has other counts.
    let other = try Self.counts(.leakyIntegrateAndFire(), currents: currents, method: .exact)
    #expect(other.counts != found.counts)
  }

  /// T = t_ref + τ ln((R I − V_reset)/(R I − V_th)), potentials counted from rest.
  @Test(arguments: [0, 1, 2])
  func `located spikes keep the closed-form interval to 1e-9 ms`(which: Int) throws {
    let method: StepMethod =
      [.exact, .gsl(.rk8pd, try ODETolerance(absolute: 1e-13, relative: 1e-13)), .rungeKutta4][
        which]
    let model = try CompartmentModel.leakyIntegrateAndFire()
    for current in [210.0, 300, 450, 900] {
      let course = try Course.constant(current)
      let population = try Population(
        name: "cell", count: 1, model: model, method: method, convention: .located,
        currents: [CurrentInput(compartment: "soma", course: course)])
      let recording = try Recording(population, variables: [], duration: 500)
      let drive = current / 10
      let interval = 2 + 20 * Double.log((drive - 10) / (drive - 20))
      let first = 20 * Double.log(drive / (drive - 20))
      // Runge-Kutta errs by about (dt/τ)⁵/120 of 30 mV in a step, 3e-11 of a slope of mV/ms.
      let bound = which == 2 ? 1e-7 : 1e-9
      #expect(abs(recording.spikes[0].time - first) < bound)
      for (a, b) in zip(recording.spikes, recording.spikes.dropFirst()) {
        #expect(abs(b.time - a.time - interval) < bound, "\(current) pA")
      }
      #expect(recording.spikes.count == 1 + Int((500 - first) / interval))
    }
  }

  @Test(arguments: [ODEStepper.msadams, .msbdf])
  func `multistep methods keep their order between located spikes`(stepper: ODEStepper) throws {
    let tolerance = try ODETolerance(absolute: 1e-9, relative: 0)
    let population = try Population(
      name: "cell", count: 1, model: .leakyIntegrateAndFire(), method: .gsl(stepper, tolerance),
      convention: .located,
      currents: [CurrentInput(compartment: "soma", course: .constant(300))])
    let recording = try Recording(population, variables: [], duration: 200)
    let interval = 2 + 20 * Double.log(20.0 / 10)
    let first = 20 * Double.log(30.0 / 10)
    // Euler steps, to which each restart falls back, leave 10⁻⁴ ms and more.
    #expect(abs(recording.spikes[0].time - first) < 1e-6)
    for (a, b) in zip(recording.spikes, recording.spikes.dropFirst()) {
      #expect(abs(b.time - a.time - interval) < 1e-6)
    }
    #expect(recording.spikes.count > 8)
  }

  @Test func `a step above the time constant that a held conductance leaves is refused`() throws {
    func network(_ method: StepMethod, _ amplitude: Double) throws -> Network {
      try Network(
        timeStep: 0.1,
        populations: [
          Population(
            name: "cell", count: 1, model: .leakyIntegrateAndFire(), method: method,
            conductances: [
              ConductanceInput(
                compartment: "soma", reversalPotential: -70, course: .constant(amplitude))
            ])
        ])
    }
    let capacitance = try CompartmentModel.leakyIntegrateAndFire().compartments[0].capacitance
    _ = try network(.rungeKutta4, 5 * capacitance)
    _ = try network(.exponentialEuler, 50 * capacitance)
    let error = #expect(throws: ModelError.self) {
      try network(.rungeKutta4, 50 * capacitance)
    }
    #expect(error?.place == "timeStep")
  }

  @Test(arguments: [
    "iaf_cond_exp", "iaf_cond_alpha", "iaf_psc_exp", "iaf_psc_alpha", "iaf_psc_delta",
  ])
  func `spikes and a step give NEST's potentials and spike times`(name: String) throws {
    let trace = try ReferenceTrace("nest_\(name)_spikes_and_step")
    let spikes = try ReferenceTrace("nest_\(name)_spikes_and_step_spikes").times
    let isConductance = name.contains("cond")
    let (receptor, weight) =
      name == "iaf_psc_delta" ? ("soma.jump", 2.0) : ("soma.excitatory", isConductance ? 5 : 100)
    let methods: [(StepMethod, Double)] =
      // NEST's own error at its tolerance is a few 1e-6 mV for alpha conductances.
      isConductance
      ? [(.gsl(.rkf45, .nest), name == "iaf_cond_alpha" ? 1e-6 : 1e-9), (.rungeKutta4, 1e-3)]
      : [(.exact, 1e-9)]
    for (method, bound) in methods {
      let population = try Population(
        name: "cell", count: 1, model: ModelCatalogue.entry(name).make(), method: method,
        currents: [
          CurrentInput(
            compartment: "soma", course: Course(times: [80.1, 180.1], values: [500, 0]))
        ])
      let recording = try Recording(
        population, sources: [SpikeSource(name: "in", pattern: .times([[10, 30, 32, 34, 50]]))],
        projections: [
          Projection(
            from: "in", to: "cell", receptor: receptor, delay: 1,
            connectivity: .oneToOne(weight: .same(weight)))
        ], variables: ["soma.v"], duration: trace.times.last!)
      #expect(
        recording.spikes.map { ($0.time * 10).rounded() } == spikes.map { ($0 * 10).rounded() })
      let deviation = recording.largestDeviation(from: trace)
      #expect(deviation <= bound, "\(method): \(deviation) mV")
    }
  }

  /// Brian2 records before the step that begins at a row's time, and adds a spike of time t at the
  /// end of the step that begins at t.
  @Test func `the COBA neuron follows Brian2's fine trace`() throws {
    let trace = try ReferenceTrace("brian2_coba_rk4_dt0.01")
    let h = 0.01
    let population = try Population(
      name: "cell", count: 1, model: .coba(), method: .rungeKutta4, convention: .onGridFromBegin)
    let recording = try Recording(
      population,
      sources: [
        SpikeSource(
          name: "e", pattern: .times([[10, 12, 14, 16, 60, 61, 62, 63]])),
        SpikeSource(name: "i", pattern: .times([[40, 61.5, 90]])),
      ],
      projections: [
        Projection(
          from: "e", to: "cell", receptor: "soma.excitatory", delay: .same(h),
          connectivity: .oneToOne(weight: 6)),
        Projection(
          from: "i", to: "cell", receptor: "soma.inhibitory", delay: .same(h),
          connectivity: .oneToOne(weight: 67)),
      ], variables: ["soma.v"], timeStep: h, duration: trace.times.last!)
    #expect(recording.spikes.count == 1)
    #expect(abs(recording.spikes[0].time - 15.3) < 0.02)
    var largest = 0.0
    for row in trace.rows where row[0] > h {
      largest = max(largest, abs(recording.value(0, at: row[0], timeStep: h) - row[1]))
    }
    #expect(largest < 1e-3, "\(largest) mV")
  }
}
