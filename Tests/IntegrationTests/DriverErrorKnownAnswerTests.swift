// SPDX-License-Identifier: GPL-3.0-or-later

import Integration
import Testing

@Suite struct DriverErrorKnownAnswerTests {
  private func failure(
    _ system: ODESystem, _ stepper: ODEStepper, _ y: inout [Double], to end: Double = 10,
    absolute: Double = 1e-6, stepLimit: Int = 100_000
  ) throws -> ODEError? {
    var driver = try ODEDriver(
      system, stepper: stepper, tolerance: try ODETolerance(absolute: absolute),
      stepLimit: stepLimit)
    var state = y
    let error = #expect(throws: ODEError.self) { try driver.advance(&state, from: 0, to: end) }
    y = state
    return error
  }

  @Test(
    "A method that needs a Jacobian refuses a system without one",
    arguments: ODEStepper.allCases.filter(\.needsJacobian))
  func missingJacobian(_ stepper: ODEStepper) {
    let system = ODESystem(dimension: 1) { _, y, f in f[0] = -y[0] }
    let error = #expect(throws: IntegrationSetupError.self) {
      _ = try ODEDriver(system, stepper: stepper, tolerance: .nest)
    }
    #expect(
      error?.description
        == "\(stepper.rawValue) needs a Jacobian and this system has none; give the system one, "
        + "or choose rk2, rk4, rkf45, rkck, rk8pd or msadams")
  }

  @Test func `Numbers that make no solver are refused by name`() {
    func message(_ body: () throws -> Void) -> String? {
      #expect(throws: IntegrationSetupError.self) { try body() }?.description
    }
    #expect(
      message { _ = try ODETolerance(absolute: 0) }
        == "the absolute tolerance is 0.0; give a finite number above 0")
    #expect(
      message { _ = try ODETolerance(absolute: .nan) }
        == "the absolute tolerance is nan; give a finite number above 0")
    #expect(
      message { _ = try ODETolerance(absolute: 1e-3, relative: -1) }
        == "the relative tolerance is -1.0; give a finite number that is not negative")
    #expect(
      message { _ = try ODETolerance(absolute: 1e-3, scales: [1, 0]) }
        == "the scale of a tolerance is 0.0; give a finite number above 0")
    #expect(
      message {
        _ = try ODEDriver(
          Systems.swing, stepper: .rk4, tolerance: try ODETolerance(absolute: 1, scales: [1, 1]))
      } == "the scales of the tolerance has 2 numbers where 1 are needed")
    #expect(
      message {
        _ = try ODEDriver(Systems.swing, stepper: .rk4, tolerance: .nest, initialStep: 0)
      } == "the initial step is 0.0; give a finite number above 0")
    #expect(
      message {
        _ = try ODEDriver(Systems.swing, stepper: .rk4, tolerance: .nest, maximumStep: .nan)
      } == "the maximum step is nan; give a finite number above 0")
  }

  @Test(
    "A derivative that is not a number is named with its component and time",
    arguments: ODEStepper.allCases)
  func notANumber(_ stepper: ODEStepper) throws {
    let system = ODESystem(dimension: 2) { _, y, f in
      f[0] = -y[0]
      f[1] = .nan
    } jacobian: { _, _, j, dfdt in
      j[0] = -1
      for i in 1..<4 { j[i] = 0 }
      dfdt[0] = 0
      dfdt[1] = 0
    }
    var y = [1.0, 2]
    let error = try failure(system, stepper, &y)
    #expect(error?.cause == .derivativeNotFinite(component: 1))
    #expect(error?.time == 0 && error?.stepper == stepper)
    #expect(y == [1, 2], "the state is where it was")
    #expect(error?.description.hasPrefix("\(stepper.rawValue) at 0.0 ms, step ") == true)
    #expect(
      error?.description.contains(
        " ms: the derivative of component 1 is not finite; "
          + "check the parameters and inputs of its equation") == true)
  }

  @Test(
    "Equations that end in the middle of an interval end the integration there",
    arguments: ODEStepper.allCases)
  func endsInside(_ stepper: ODEStepper) throws {
    // y′ = −½ until t = 3; beyond there is no derivative, only NaN.
    let system = ODESystem(dimension: 1) { t, _, f in
      f[0] = t < 3 ? -0.5 : .nan
    } jacobian: { _, _, j, dfdt in
      j[0] = 0
      dfdt[0] = 0
    }
    var driver = try ODEDriver(system, stepper: stepper, tolerance: .nest, maximumStep: 0.01)
    var y = [1.0]
    let error = try #require(
      #expect(throws: ODEError.self) { try driver.advance(&y, from: 0, to: 10) })
    // The midpoint rule looks no further than the middle of its last step.
    #expect(error.time > 2.99 && error.time <= 3.01, "\(error)")
    #expect(abs(y[0] - (1 - 0.5 * error.time)) < 1e-3)
  }

  @Test("A solution that explodes is an error and not a number", arguments: ODEStepper.allCases)
  func explosion(_ stepper: ODEStepper) throws {
    // y′ = y², y(0) = 1: y = 1/(1 − t).
    let system = ODESystem(dimension: 1) { _, y, f in
      f[0] = y[0] * y[0]
    } jacobian: { _, y, j, dfdt in
      j[0] = 2 * y[0]
      dfdt[0] = 0
    }
    var y = [1.0]
    let error = try #require(
      try failure(system, stepper, &y, absolute: 1e-3, stepLimit: 20_000))
    #expect(error.time > 0.5 && error.time < 1.01, "\(error)")
    #expect(y[0].isFinite && y[0] > 1)
  }

  @Test(
    "A tolerance below round-off is unreachable and says so",
    arguments: [ODEStepper.rk2, .rk4, .rkf45, .rkck, .rk8pd])
  func unreachable(_ stepper: ODEStepper) throws {
    // A jump of 10⁶ per ms at t = 1: one unit of rounding of the time is 10⁻¹⁰ of error.
    let system = ODESystem(dimension: 1) { t, _, f in f[0] = t < 1 ? 0 : 1e6 }
    var y = [1.0]
    let error = try #require(try failure(system, stepper, &y, absolute: 1e-13))
    #expect(error.cause == .toleranceUnreachable, "\(error)")
    #expect(error.code == -1 && abs(error.time - 1) < 1e-9)
    #expect(
      error.description.hasSuffix(
        "the error stays above the tolerance however short the step; loosen the tolerance, "
          + "or smooth the jump in the equations (GSL -1: failure)"))
    #expect(abs(y[0] - 1) < 1e-3)
  }

  @Test func `Too many internal steps are an error that says what would do`() throws {
    var y = [0.0]
    let stiff = Systems.linear([-1e6], [1])
    let error = try #require(try failure(stiff, .rkf45, &y, stepLimit: 100))
    #expect(error.cause == .stepLimit(100))
    #expect(error.time > 0 && error.time < 1e-2)
    #expect(
      error.description.contains(
        "100 internal steps did not reach the end of the interval; loosen the tolerance, "
          + "choose a stepper for stiff systems, or allow more steps"))
  }

  @Test("A right-hand side that refuses is named by its code", arguments: [Int32(9), 1, 17])
  func refusal(code: Int32) throws {
    var codes = [code]
    try unsafe codes.withUnsafeMutableBufferPointer { parameters in
      let system = unsafe ODESystem(
        dimension: 1,
        function: { _, _, _, code in unsafe code!.assumingMemoryBound(to: Int32.self).pointee },
        parameters: parameters.baseAddress)
      var y = [1.0]
      let error = try #require(try failure(system, .rkf45, &y))
      #expect(error.cause == .refused(code: Int(code)))
      #expect(error.description.contains("the right-hand side refused with code \(code) (GSL "))
      #expect(y == [1])
    }
  }

  @Test(
    "A Jacobian that is not a number ends in an error",
    arguments: ODEStepper.allCases.filter(\.needsJacobian))
  func brokenJacobian(_ stepper: ODEStepper) throws {
    let system = ODESystem(dimension: 1) { _, y, f in
      f[0] = -y[0]
    } jacobian: { _, _, j, dfdt in
      j[0] = .nan
      dfdt[0] = 0
    }
    var y = [1.0]
    let error = try failure(system, stepper, &y)
    #expect(error != nil && y == [1], "\(String(describing: error))")
  }

  @Test func `A driver works again after an error`() throws {
    var broken = true
    let system = ODESystem(dimension: 1) { _, y, f in f[0] = broken ? .nan : -y[0] }
    var driver = try ODEDriver(
      system, stepper: .rkf45, tolerance: try ODETolerance(absolute: 1e-9))
    var y = [1.0]
    #expect(throws: ODEError.self) { try driver.advance(&y, from: 0, to: 1) }
    broken = false
    try driver.advance(&y, from: 0, to: 1)
    #expect(abs(y[0] - exponential(-1)) < 1e-7)
  }
}
