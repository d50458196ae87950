// SPDX-License-Identifier: GPL-3.0-or-later

import Integration
import Testing

@Suite struct DriverKnownAnswerTests {
  /// Three coupled compartments with an alpha conductance's two states driving the first.
  private static let cell = [
    -0.1, 0.02, 0, 0.006, 0,
    0.04, -0.11, 0.014, 0, 0,
    0, 0.01, -0.08, 0, 0,
    0, 0, 0, -0.5, 1,
    0, 0, 0, 0, -0.5,
  ]

  @Test(
    "Every method follows a linear cell", arguments: ODEStepper.allCases.filter { $0 != .rk1imp })
  func linearCell(_ stepper: ODEStepper) throws {
    let b = [1.5, -0.2, 0.7, 0, 0]
    var y = [-60.0, -70, -65, 0, 3]
    let exact = try LinearPropagator(Self.cell, interval: 5)
    var expected = exact.offset(b)
    for i in 0..<5 {
      for j in 0..<5 { expected[i] += exact.propagator[i * 5 + j] * y[j] }
    }
    var driver = try ODEDriver(
      Systems.linear(Self.cell, b), stepper: stepper, tolerance: try ODETolerance(absolute: 1e-9))
    for step in 0..<50 {
      try driver.advance(
        &y, from: Double(step) * 0.1, to: Double(step + 1) * 0.1, continuing: true)
    }
    // At most some hundred steps per ms of a local error of 1.1e-9 each, on a contracting flow.
    for i in 0..<5 { #expect(abs(y[i] - expected[i]) < 1e-6, "\(stepper), component \(i)") }
  }

  @Test("Stiff methods solve Robertson's kinetics", arguments: [ODEStepper.msbdf, .bsimp, .rk4imp])
  func robertson(_ stepper: ODEStepper) throws {
    // At t = 40 (Hairer & Wanner, Solving ODEs II, section IV.10; Radau at 10⁻¹³).
    let expected = [0.715827068719, 9.18553476456e-6, 0.284163745746]
    var driver = try ODEDriver(
      Systems.robertson, stepper: stepper,
      tolerance: try ODETolerance(absolute: 1e-10, scales: [1, 1e-5, 1]))
    var y = [1.0, 0, 0]
    try driver.advance(&y, from: 0, to: 40)
    for i in 0..<3 { #expect(abs(y[i] / expected[i] - 1) < 1e-6, "\(stepper): \(y)") }
    // The sum is kept by every Runge–Kutta and linear multistep method, up to Newton's residual.
    #expect(abs(y.reduce(0, +) - 1) < 1e-8)
  }

  @Test func `Backward differentiation passes the jumps of a stiff oscillator`() throws {
    // ε = 10⁻⁶ is μ = 1000 and t = 2000: Mazzia & Magherini 2008, Test Set for IVP Solvers, vdpol.
    var driver = try ODEDriver(
      Systems.vanDerPol(1000), stepper: .msbdf, tolerance: try ODETolerance(absolute: 1e-9))
    var y = [2.0, 0]
    try driver.advance(&y, from: 0, to: 2000)
    #expect(abs(y[0] - 1.706167732170483) < 1e-5)
    #expect(abs(y[1] + 0.8928097010247975e-3) < 1e-8)
    // An explicit method needs a step of 2/μ|1 − y²|: 10⁶ of them and more.
    #expect(driver.acceptedSteps < 5000)
    var explicit = try ODEDriver(
      Systems.vanDerPol(1000), stepper: .rkf45, tolerance: try ODETolerance(absolute: 1e-9),
      stepLimit: 5000)
    var z = [2.0, 0]
    let error = #expect(throws: ODEError.self) { try explicit.advance(&z, from: 0, to: 2000) }
    #expect(error?.cause == .stepLimit(5000))
  }

  @Test func `A C function and a closure give the same bits`() throws {
    var rates = [-0.1, 0.02]
    try unsafe rates.withUnsafeMutableBufferPointer { parameters in
      let compiled = unsafe ODESystem(
        dimension: 1,
        function: { _, y, f, parameters in
          let p = unsafe parameters!.assumingMemoryBound(to: Double.self)
          unsafe f![0] = p[0] * y![0] + p[1]
          return 0
        }, parameters: parameters.baseAddress)
      let closure = ODESystem(dimension: 1) { _, y, f in f[0] = -0.1 * y[0] + 0.02 }
      let results = try [compiled, closure].map { system in
        var driver = try ODEDriver(system, stepper: .rkf45, tolerance: .nest)
        var y = [1.0]
        try driver.advance(&y, from: 0, to: 30)
        return y[0]
      }
      #expect(results[0] == results[1])
      #expect(abs(results[0] - (0.2 + 0.8 * exponential(-3))) < 1e-2)
    }
  }
}
