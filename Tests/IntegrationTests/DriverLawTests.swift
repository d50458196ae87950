// SPDX-License-Identifier: GPL-3.0-or-later

import Integration
import Testing

@Suite struct DriverLawTests {
  private func driver(
    _ system: ODESystem, _ stepper: ODEStepper, _ absolute: Double = 1e-6,
    maximumStep: Double = .infinity
  ) throws -> ODEDriver {
    try ODEDriver(
      system, stepper: stepper, tolerance: try ODETolerance(absolute: absolute),
      maximumStep: maximumStep)
  }

  @Test("Spans, arrays and pointers are the same call", arguments: ODEStepper.allCases)
  func overloads(_ stepper: ODEStepper) throws {
    var results: [[Double]] = []
    for form in 0..<3 {
      var solver = try driver(Systems.logistic, stepper, 1e-4)
      var y = [0.5]
      switch form {
      case 0: try solver.advance(&y, from: 0, to: 3)
      case 1:
        var span = y.mutableSpan
        try solver.advance(&span, from: 0, to: 3)
      default:
        let pointer = UnsafeMutableBufferPointer<Double>.allocate(capacity: 1)
        unsafe pointer[0] = 0.5
        try unsafe solver.advance(pointer, from: 0, to: 3)
        y[0] = unsafe pointer[0]
        unsafe pointer.deallocate()
      }
      results.append(y)
    }
    #expect(results[0] == results[1] && results[1] == results[2])
  }

  @Test("Internal steps one by one are the interval", arguments: ODEStepper.allCases)
  func stepsMakeTheInterval(_ stepper: ODEStepper) throws {
    var whole = try driver(Systems.swing, stepper, 1e-4)
    var parts = try driver(Systems.swing, stepper, 1e-4)
    var (y, z) = ([1.0], [1.0])
    try whole.advance(&y, from: 0, to: 3)
    var t = 0.0
    while t < 3 { try parts.step(&z, &t, to: 3, continuing: true) }
    #expect(t == 3)
    #expect(y == z)
    #expect(whole.acceptedSteps == parts.acceptedSteps && whole.step == parts.step)
  }

  @Test func `The step is kept from call to call and a cut step does not shorten it`() throws {
    var solver = try driver(Systems.swing, .rkf45)
    var y = [1.0]
    try solver.advance(&y, from: 0, to: 5)
    let kept = solver.step
    #expect(kept > 0.01 && kept < 5)
    try solver.advance(&y, from: 5, to: 5 + kept / 1000)
    #expect(solver.step == kept)
    try solver.advance(&y, from: 5 + kept / 1000, to: 5 + kept / 1000)
    #expect(solver.step == kept)
  }

  @Test func `No internal step is longer than the maximum`() throws {
    var solver = try driver(Systems.membrane(tau: 10, drive: 1), .rk8pd, maximumStep: 0.25)
    var (y, t) = ([0.0], 0.0)
    while t < 20 {
      let before = t
      try solver.step(&y, &t, to: 20, continuing: true)
      #expect(t - before <= 0.25)
    }
    #expect(solver.acceptedSteps == 80)
  }

  @Test("An input that changes between calls is seen at once", arguments: ODEStepper.allCases)
  func changedInput(_ stepper: ODEStepper) throws {
    var input = 0.0
    let system = ODESystem(dimension: 1) { _, y, f in
      f[0] = input - y[0]
    } jacobian: { _, _, j, dfdt in
      j[0] = -1
      dfdt[0] = 0
    }
    let absolute = stepper == .rk1imp ? 1e-6 : 1e-9
    var solver = try driver(system, stepper, absolute)
    var y = [0.0]
    try solver.advance(&y, from: 0, to: 0.1)
    #expect(y == [0])
    input = 1
    try solver.advance(&y, from: 0.1, to: 0.2)
    // Tens of steps of a local error of at most 1.1 tolerances; a stale derivative is 10⁻² off.
    #expect(abs(y[0] - (1 - exponential(-0.1))) < 200 * absolute, "\(stepper): \(y[0])")
  }

  @Test(
    "A state that changes between calls is seen even by a driver that continues",
    arguments: ODEStepper.allCases)
  func changedState(_ stepper: ODEStepper) throws {
    let absolute = stepper == .rk1imp ? 1e-6 : 1e-9
    var solver = try driver(Systems.membrane(tau: 1, drive: 1), stepper, absolute)
    var y = [0.0]
    try solver.advance(&y, from: 0, to: 0.5, continuing: true)
    y[0] = 5
    try solver.advance(&y, from: 0.5, to: 0.6, continuing: true)
    #expect(abs(y[0] - (1 + 4 * exponential(-0.1))) < 200 * absolute, "\(stepper): \(y[0])")
  }

  @Test(
    "A step applied to a saved state repeats the step that was taken",
    arguments: ODEStepper.allCases.filter { !$0.isMultistep })
  func reapplication(_ stepper: ODEStepper) throws {
    var solver = try driver(Systems.swing, stepper, 1e-6)
    var (y, t, again) = ([1.0], 0.0, [0.0])
    while t < 5 {
      let (saved, before) = (y, t)
      try solver.step(&y, &t, to: 5)
      try solver.apply(from: saved, at: before, by: t - before, into: &again)
      // The same arithmetic on a step whose length was rounded once, when it was added to t.
      #expect(abs(again[0] - y[0]) < 1e-14, "\(stepper) at \(t)")
    }
  }

  @Test(
    "A multistep method is applied to a saved state within its tolerance",
    arguments: [ODEStepper.msadams, .msbdf])
  func multistepReapplication(_ stepper: ODEStepper) throws {
    var solver = try driver(Systems.swing, stepper, 1e-8)
    var (y, again) = ([1.0], [0.0])
    try solver.advance(&y, from: 0, to: 2)
    let kept = solver.step
    try solver.apply(from: [exponential(sine(2))], at: 2, by: 0.3, into: &again)
    #expect(abs(again[0] - exponential(sine(2.3))) < 1e-6)
    #expect(solver.step == kept)
  }

  @Test func `Drivers that share nothing but their tolerance give the same bits`() throws {
    for stepper in ODEStepper.allCases {
      var results: [Double] = []
      for _ in 0..<2 {
        var solver = try driver(Systems.swing, stepper, 1e-4)
        var y = [1.0]
        try solver.advance(&y, from: 0, to: 3)
        results.append(y[0])
      }
      #expect(results[0] == results[1])
    }
  }

  @Test func `Every name is GSL's, and the needs are stated`() {
    #expect(
      ODEStepper.allCases.map(\.rawValue) == [
        "rk2", "rk4", "rkf45", "rkck", "rk8pd", "rk1imp", "rk2imp", "rk4imp", "bsimp", "msadams",
        "msbdf",
      ])
    #expect(
      ODEStepper.allCases.filter(\.needsJacobian) == [.rk1imp, .rk2imp, .rk4imp, .bsimp, .msbdf])
    #expect(
      ODEStepper.allCases.filter(\.needsDriver) == [.rk1imp, .rk2imp, .rk4imp, .msadams, .msbdf])
    #expect(ODEStepper.allCases.filter(\.isMultistep) == [.msadams, .msbdf])
  }
}
