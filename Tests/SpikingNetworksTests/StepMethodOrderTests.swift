// SPDX-License-Identifier: GPL-3.0-or-later

import Integration
import RealModule
import Testing

@testable import SpikingNetworks

/// Orders of convergence, as the slope of log error over log dt.
@Suite struct `Orders of the step methods` {
  /// The soma's potential at 20 ms, of a two-compartment cell without threshold: two excitatory
  /// spikes into the dendrite and a current.
  static func potential(_ method: StepMethod, _ timeStep: Double) throws -> Double {
    let current = try Course(times: [4], values: [80])
    let population = try Population(
      name: "cell", count: 1, model: .twoCompartment().firing(nil), method: method,
      currents: [CurrentInput(compartment: "soma", course: current)])
    let recording = try Recording(
      population, sources: [SpikeSource(name: "in", pattern: .times([[2, 8]]))],
      projections: [
        Projection(
          from: "in", to: "cell", receptor: "apical.excitatory", delay: 2,
          connectivity: .oneToOne(weight: 4))
      ], variables: ["soma.v"], timeStep: timeStep, duration: 20)
    return recording.frames[0].last![0]
  }

  static func slope(_ method: StepMethod, steps: [Double]) throws -> Double {
    let truth = try potential(
      .gsl(.rk8pd, ODETolerance(absolute: 1e-13, relative: 1e-13)), 0.25)
    let points = try steps.map { step in
      (Double.log(step), Double.log(abs(try potential(method, step) - truth)))
    }
    let n = Double(points.count)
    let (sx, sy) = points.reduce((0.0, 0.0)) { ($0.0 + $1.0, $0.1 + $1.1) }
    let xx = points.reduce(0.0) { $0 + ($1.0 - sx / n) * ($1.0 - sx / n) }
    let xy = points.reduce(0.0) { $0 + ($1.0 - sx / n) * ($1.1 - sy / n) }
    return xy / xx
  }

  @Test(arguments: [
    (StepMethod.euler, 1.0), (.exponentialEuler, 1), (.rungeKutta4, 4),
  ])
  func `the error falls as dt to the order`(method: StepMethod, order: Double) throws {
    let steps = order == 4 ? [1, 0.5, 0.25, 0.125] : [0.25, 0.125, 0.0625, 0.03125]
    let slope = try Self.slope(method, steps: steps)
    #expect(abs(slope - order) < 0.2, "\(slope)")
  }

  /// A linear cell: current input alone.
  @Test func `exact steps do not depend on dt, implicit Euler has order 1`() throws {
    func potential(_ method: StepMethod, _ timeStep: Double) throws -> Double {
      let population = try Population(
        name: "cell", count: 1, model: .twoCompartment().firing(nil), method: method,
        currents: [
          CurrentInput(compartment: "apical", course: Course(times: [4], values: [80]))
        ])
      return try Recording(
        population, variables: ["soma.v"], timeStep: timeStep, duration: 20
      ).frames[0].last![0]
    }
    let coarse = try potential(.exact, 4)
    for step in [2.0, 1, 0.25, 0.0625] {
      // Rounding of some 320 steps at 70 mV.
      #expect(abs(try potential(.exact, step) - coarse) < 1e-11)
    }
    let errors = try [0.25, 0.125, 0.0625].map {
      abs(try potential(.implicitEuler, $0) - coarse)
    }
    for (a, b) in zip(errors, errors.dropFirst()) {
      #expect(abs(Double.log2(a / b) - 1) < 0.1)
    }
  }
}
