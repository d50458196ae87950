// SPDX-License-Identifier: GPL-3.0-or-later

import Integration
import TestSupport
import Testing

@Suite struct StepperOrderTests {
  /// The error at t = 2 of `stepper` with `steps` fixed steps.
  private func error(
    _ stepper: ODEStepper, _ system: ODESystem, start: Double, exact: Double, steps: Int
  ) throws -> Double {
    let tight = try ODETolerance(absolute: 1e-14)
    var driver = try ODEDriver(system, stepper: stepper, tolerance: tight)
    let h = 2.0 / Double(steps)
    var y = [start]
    for i in 0..<steps { try driver.fixedStep(&y, at: Double(i) * h, by: h, continuing: true) }
    #expect(driver.acceptedSteps == steps)
    return abs(y[0] - exact)
  }

  /// Steps between the regime where higher orders still matter and the round-off floor, about
  /// 10⁻¹⁵ · √steps: errors span at least two decades above 10⁻¹³.
  private func steps(_ stepper: ODEStepper) -> [Int] {
    switch stepper.expectedOrder ?? 0 {
    case 8: [2, 3, 4, 5, 6]
    case 5: [16, 24, 32, 48, 64]
    case 4: [16, 32, 64, 128]
    default: [64, 128, 256, 512]
    }
  }

  @Test(
    "Fixed steps converge at the order of the method",
    arguments: ODEStepper.allCases.filter { $0.expectedOrder != nil })
  func order(_ stepper: ODEStepper) throws {
    let expected = try #require(stepper.expectedOrder)
    for (system, start, exact) in [
      (Systems.swing, 1.0, exponential(sine(2))),
      (Systems.logistic, 0.5, 1 / (1 + exponential(-2))),
    ] {
      let counts = steps(stepper)
      let errors = try counts.map {
        try error(stepper, system, start: start, exact: exact, steps: $0)
      }
      let slope = -StatisticalCheck.logLogSlope(counts.map(Double.init), errors)
      // The next power of h shifts the slope by some tenths of its share; the eighth order is
      // seen over few, long steps.
      let width = expected == 8 ? 0.7 : 0.25
      #expect(abs(slope - Double(expected)) < width, "\(stepper): \(slope), \(errors)")
    }
  }

  @Test func `A forgotten derivative shows as order 1`() throws {
    // GSL starts a step with the derivative that ended the last one. Where the input has changed
    // in between, a driver that is wrongly told to continue falls to first order; one that is not
    // keeps the order of its method.
    func error(steps: Int, continuing: Bool) throws -> Double {
      var input = 0.0
      let system = ODESystem(dimension: 1) { _, y, f in f[0] = input - y[0] }
      // A tolerance that accepts everything: one internal step per interval.
      var driver = try ODEDriver(
        system, stepper: .rk4, tolerance: try ODETolerance(absolute: 1e6))
      var y = [0.0]
      let h = 2.0 / Double(steps)
      for i in 0..<steps {
        input = i < steps / 2 ? 1 : -1
        try driver.advance(
          &y, from: Double(i) * h, to: Double(i + 1) * h, continuing: continuing)
      }
      #expect(driver.acceptedSteps == steps)
      let middle = 1 - exponential(-1)
      return abs(y[0] - ((middle + 1) * exponential(-1) - 1))
    }
    let counts = [16, 32, 64]
    let slopes = try [true, false].map { continuing in
      -StatisticalCheck.logLogSlope(
        counts.map(Double.init), try counts.map { try error(steps: $0, continuing: continuing) })
    }
    #expect(abs(slopes[0] - 1) < 0.2, "\(slopes[0])")
    #expect(abs(slopes[1] - 4) < 0.2, "\(slopes[1])")
  }

  @Test(
    "The error of every adaptive method falls with the tolerance", arguments: ODEStepper.allCases)
  func tolerance(_ stepper: ODEStepper) throws {
    // First order costs 10⁴ steps for each two decades, so it stops sooner.
    let tolerances = stepper == .rk1imp ? [1e-4, 1e-5, 1e-6] : [1e-5, 1e-7, 1e-9]
    var errors: [Double] = []
    for absolute in tolerances {
      var driver = try ODEDriver(
        Systems.swing, stepper: stepper, tolerance: try ODETolerance(absolute: absolute))
      var y = [1.0]
      try driver.advance(&y, from: 0, to: 10)
      errors.append(abs(y[0] - exponential(sine(10))))
      // Some hundred steps, each at most 1.1 tolerances off, growth at most e².
      #expect(errors.last! < 1000 * absolute, "\(stepper) at \(absolute): \(errors)")
    }
    #expect(errors[0] > errors[1] && errors[1] > errors[2], "\(stepper): \(errors)")
  }
}
