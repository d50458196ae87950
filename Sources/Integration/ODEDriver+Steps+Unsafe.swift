// SPDX-License-Identifier: GPL-3.0-or-later

internal import CGSL

// What every call of a driver is made of.
extension ODEDriver {
  func checked(_ y: UnsafeMutableBufferPointer<Double>) -> UnsafeMutablePointer<Double> {
    precondition(
      y.count == system.dimension,
      "a state of \(y.count) numbers for \(system.dimension) equations")
    return unsafe y.baseAddress.unsafelyUnwrapped
  }

  /// Keeps what is remembered only where the call goes on from where the last one stopped.
  mutating func begin(
    _ y: UnsafeMutablePointer<Double>, at start: Double, to end: Double, _ continuing: Bool
  ) {
    precondition(
      start <= end && start.isFinite && end.isFinite, "an interval from \(start) to \(end) ms")
    guard continuing, start == leftTime else { return restart() }
    for i in 0..<system.dimension where unsafe y[i] != scratch[i] { return restart() }
  }

  mutating func leave(_ y: UnsafeMutablePointer<Double>, at t: Double) {
    unsafe scratch.update(from: y, count: system.dimension)
    leftTime = t
  }

  /// Whether every component is finite: x·0 is 0 for finite numbers alone.
  func isFinite(_ y: UnsafeMutablePointer<Double>) -> Bool {
    var sum = 0.0
    for i in 0..<system.dimension { unsafe sum += y[i] * 0 }
    return sum == 0
  }

  /// Whether the state, its error estimate and its derivative are finite.
  private func isSound(
    _ y: UnsafeMutablePointer<Double>, _ evolution: UnsafeMutablePointer<gsl_odeiv2_evolve>
  ) -> Bool {
    var sum = 0.0
    for i in 0..<system.dimension {
      unsafe sum += (y[i] + evolution.pointee.yerr[i] + evolution.pointee.dydt_out[i]) * 0
    }
    return sum == 0
  }

  /// One accepted internal step; returns how many were tried.
  ///
  /// GSL accepts a step that ends in NaN, and any step whose error estimate or last derivative is
  /// not finite, because its error control compares with `>` and multiplies the derivative by 0.
  /// Such a step is undone here and tried again at half the length: a trial step may overflow
  /// where a shorter one does not.
  mutating func internalStep(
    _ y: UnsafeMutablePointer<Double>, _ t: inout Double, to end: Double
  ) throws(ODEError) -> Int {
    let evolution = unsafe driver.pointee.e!
    let start = t
    var tried = 0
    while true {
      var h = step
      if h < end - start && start + h == start { throw error(.stepTooSmall, at: start) }
      unsafe evolution.pointee.failed_steps = 0
      let code = unsafe gsl_odeiv2_evolve_apply(
        evolution, driver.pointee.c, driver.pointee.s, system.pointer, &t, end, &h, y)
      let failed = Int(unsafe evolution.pointee.failed_steps)
      failedSteps += failed
      tried += failed + 1
      if code == 0 && (unsafe isSound(y, evolution)) {
        step = min(h, maximumStep)
        acceptedSteps += 1
        return tried
      }
      let moved = t != start
      t = start
      guard code == 0 else {
        throw try unsafe failure(y, at: start, step: h, code: code, moved: moved)
      }
      let shorter = unsafe evolution.pointee.last_step / 2
      guard start + shorter != start else {
        throw try unsafe failure(y, at: start, step: shorter, code: 0, moved: moved)
      }
      try unsafe undo(y, at: start, step: 2 * shorter)
      failedSteps += 1
      step = shorter
    }
  }

  /// Puts the state at the start of the last step back, and forgets the rest.
  ///
  /// - Throws: where the derivative at the start is not finite, which no step can mend.
  private mutating func undo(
    _ y: UnsafeMutablePointer<Double>, at t: Double, step h: Double
  ) throws(ODEError) {
    unsafe y.update(from: driver.pointee.e.pointee.y0, count: system.dimension)
    restart()
    let derivative = unsafe scratch + 2 * system.dimension
    guard unsafe system.evaluate(t, y, derivative) == 0 else { return }
    for i in 0..<system.dimension where unsafe !derivative[i].isFinite {
      throw error(.derivativeNotFinite(component: i), at: t, step: h)
    }
  }

  /// The error of a step that failed with `code`, or with 0 and a state that is not finite. Puts
  /// the state at its start back. `moved` says that GSL had taken the step and rejected its error.
  mutating func failure(
    _ y: UnsafeMutablePointer<Double>, at t: Double, step h: Double, code: Int32, moved: Bool
  ) throws(ODEError) -> ODEError {
    let culprit = (0..<system.dimension).first { unsafe !y[$0].isFinite }
    try unsafe undo(y, at: t, step: h)
    let cause: ODEError.Cause =
      if code == 0 {
        .stateNotFinite(component: culprit ?? 0)
      } else if Int(code) == GSL_ESING {
        .singular
      } else if Int(code) == GSL_FAILURE {
        moved || !stepper.needsJacobian ? .toleranceUnreachable : .noConvergence
      } else if Int(code) == GSL_EFAULT || Int(code) == GSL_ESANITY {
        .other
      } else {
        .refused(code: Int(code))
      }
    return error(cause, at: t, step: h, code: code)
  }

  func error(
    _ cause: ODEError.Cause, at t: Double, step h: Double? = nil, code: Int32 = 0
  ) -> ODEError {
    ODEError(
      cause: cause, stepper: stepper, time: t, step: h ?? step, code: Int(code),
      codeText: code == 0 ? "" : unsafe String(cString: gsl_strerror(code)))
  }
}
