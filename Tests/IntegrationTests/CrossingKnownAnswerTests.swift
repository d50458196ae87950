// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Integration

@Suite struct CrossingKnownAnswerTests {
  /// A leaky integrate-and-fire neuron above rest: V′ = (R I − V)/τ, reset to 0 at 15 mV.
  private let tau = 10.0
  private let drive = 20.0
  private let threshold = 15.0
  private var interval: Double { tau * logarithm(drive / (drive - threshold)) }

  /// The times of the first `count` spikes, each located inside its internal step.
  private func spikes(
    _ stepper: ODEStepper, absolute: Double, maximumStep: Double = .infinity, count: Int
  ) throws -> [Double] {
    var driver = try ODEDriver(
      Systems.membrane(tau: tau, drive: drive), stepper: stepper,
      tolerance: try ODETolerance(absolute: absolute), maximumStep: maximumStep)
    var (y, t) = ([0.0], 0.0)
    var times: [Double] = []
    while times.count < count {
      let (saved, before) = (y, t)
      try driver.step(&y, &t, to: t + 100, continuing: true)
      guard y[0] >= threshold else { continue }
      t = try driver.locateCrossing(of: 0, level: threshold, from: saved, at: before, to: t, &y)
      // The state is that of the crossing: off by the slope of 0.5 mV/ms times 10⁻¹² ms, rounded.
      #expect(abs(y[0] - threshold) < 1e-11)
      times.append(t)
      y[0] = 0
    }
    return times
  }

  @Test(
    "The interval between spikes is the closed form to a billionth of a millisecond",
    arguments: [
      ODEStepper.rk4, .rkf45, .rkck, .rk8pd, .rk4imp, .bsimp, .msadams, .msbdf,
    ])
  func closedForm(_ stepper: ODEStepper) throws {
    // A local error of 10⁻¹² mV in each of some hundred steps is 2·10⁻¹⁰ ms at 0.5 mV/ms. Times
    // of 1,000 ms are rounded to 10⁻¹³ ms.
    let times = try spikes(stepper, absolute: 1e-12, count: 20)
    for (k, time) in times.enumerated() {
      #expect(abs(time - Double(k + 1) * interval) < 1e-9 * Double(k + 1), "\(stepper), \(k)")
    }
  }

  @Test func `Low orders locate to their own accuracy`() throws {
    // 1.1 tolerances per step over the steps they take, divided by the slope.
    for (stepper, absolute, width) in [
      (ODEStepper.rk2, 1e-11, 1e-7), (.rk2imp, 1e-9, 1e-5), (.rk1imp, 1e-6, 1e-2),
    ] {
      let time = try spikes(stepper, absolute: absolute, count: 1)[0]
      #expect(abs(time - interval) < width, "\(stepper): \(time - interval)")
    }
  }

  @Test func `Neither the grid, a line nor the cubic alone would do`() throws {
    // One step of the eighth order over 8 ms from 10 mV, which is 15 mV at τ ln 2.
    var driver = try ODEDriver(
      Systems.membrane(tau: tau, drive: drive), stepper: .rk8pd,
      tolerance: try ODETolerance(absolute: 1))
    let (h, exact) = (8.0, tau * logarithm(2))
    var y = [10.0]
    try driver.fixedStep(&y, at: 0, by: h)
    let slopes = ((drive - 10) / tau, (drive - y[0]) / tau)
    let line = h * 5 / (y[0] - 10)
    let cubic =
      h
      * HermiteCubic(
        start: -5, end: y[0] - threshold, startSlope: slopes.0 * h, endSlope: slopes.1 * h
      ).root
    let located = try driver.locateCrossing(of: 0, level: threshold, from: [10], at: 0, to: h, &y)
    #expect(abs(h - exact) > 1)
    #expect(abs(line - exact) > 0.1)
    #expect(abs(cubic - exact) > 1e-4, "\(cubic - exact)")
    // The ninth term of the series, 10 mV (ln 2)⁹/9!, at 0.5 mV/ms.
    #expect(abs(located - exact) < 2e-6, "\(located - exact)")
  }

  @Test("A falling crossing is found as a rising one", arguments: ODEStepper.allCases)
  func falling(_ stepper: ODEStepper) throws {
    let absolute = stepper == .rk1imp ? 1e-5 : 1e-10
    var driver = try ODEDriver(
      Systems.membrane(tau: 10, drive: 0), stepper: stepper,
      tolerance: try ODETolerance(absolute: absolute))
    var (y, t, saved, before) = ([20.0], 0.0, [20.0], 0.0)
    while y[0] > 5 {
      (saved, before) = (y, t)
      try driver.step(&y, &t, to: 100, continuing: true)
    }
    t = try driver.locateCrossing(of: 0, level: 5, from: saved, at: before, to: t, &y)
    #expect(abs(t - 10 * logarithm(4)) < 1e4 * absolute, "\(stepper): \(t)")
  }

  @Test func `All components are those of the crossing`() throws {
    let system = Systems.linear([-0.1, 0, 0.3, -0.5], [2, 0])
    var driver = try ODEDriver(
      system, stepper: .rk8pd, tolerance: try ODETolerance(absolute: 1e-12))
    var (y, t, saved, before) = ([0.0, 1.0], 0.0, [0.0, 1.0], 0.0)
    while y[0] < 15 {
      (saved, before) = (y, t)
      try driver.step(&y, &t, to: 100, continuing: true)
    }
    t = try driver.locateCrossing(of: 0, level: 15, from: saved, at: before, to: t, &y)
    let exact = try LinearPropagator([-0.1, 0, 0.3, -0.5], interval: interval)
    let expected = exact.propagator[3] + exact.offset([2, 0])[1]
    #expect(abs(t - interval) < 1e-10)
    #expect(abs(y[1] - expected) < 1e-9)
  }

  @Test func `A level at either end is found there`() throws {
    var driver = try ODEDriver(
      Systems.membrane(tau: 10, drive: 20), stepper: .rkf45, tolerance: .nest)
    var y = [3.0]
    #expect(try driver.locateCrossing(of: 0, level: 3, from: [3], at: 1, to: 2, &y) == 1)
    #expect(y == [3])
    y = [4]
    #expect(try driver.locateCrossing(of: 0, level: 4, from: [3], at: 1, to: 2, &y) == 2)
    #expect(y == [4])
  }

  @Test func `A grazing crossing, where Newton overshoots, stays inside its bracket`() throws {
    // y = 1 − (t − 1)² touches 1 at t = 1; the level is 10⁻⁹ below, the slope 6·10⁻⁵.
    let system = ODESystem(dimension: 1) { t, _, f in f[0] = -2 * (t - 1) }
    var driver = try ODEDriver(
      system, stepper: .rk8pd, tolerance: try ODETolerance(absolute: 1e-12))
    var y = [1.0]
    let time = try driver.locateCrossing(
      of: 0, level: 1 - 1e-9, from: [0], at: 0, to: 1, &y)
    // y is rounded to 10⁻¹⁶, which is 2·10⁻¹² ms at that slope.
    #expect(abs(time - (1 - 1e-9.squareRoot())) < 1e-11)
  }
}
