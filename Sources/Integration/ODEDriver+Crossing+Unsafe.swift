// SPDX-License-Identifier: GPL-3.0-or-later

internal import CGSL

extension ODEDriver {
  /// The state after exactly `h` ms from a saved state: `gsl_odeiv2_step_apply` without error
  /// control, for times inside a step whose error was accepted. A multistep method cannot be
  /// applied to a state of the past; it integrates there anew, adaptively, from order 1.
  ///
  /// The history is forgotten (`restart`); `step` is kept.
  ///
  /// - Precondition: `start` and `y` hold `system.dimension` numbers and do not overlap; `h` > 0.
  /// - Throws: `ODEError`.
  public mutating func apply(
    from start: UnsafeBufferPointer<Double>, at t: Double, by h: Double,
    into y: UnsafeMutableBufferPointer<Double>
  ) throws(ODEError) {
    let state = unsafe checked(y)
    precondition(start.count == y.count, "a saved state of \(start.count) numbers")
    precondition(h > 0 && h.isFinite, "a step of \(h) ms")
    restart()
    try unsafe reintegrate(
      from: start.baseAddress.unsafelyUnwrapped, at: t, by: h, into: state, derivative: nil)
    restart()
  }

  /// Finds where a component crosses a level inside one internal step, and puts the state there.
  ///
  /// `start` is the state at `t0`; `y` that at `t1`, where `step` brought it, and on return the
  /// one at the crossing. The cubic through both states and both slopes (Hermite) gives the first
  /// guess; each Newton correction re-integrates from (`t0`, `start`) and divides by the slope
  /// there; a bracket that only shrinks stands guard. Ends where a correction is at most
  /// `tolerance` ms. Of several crossings in the step it finds one.
  ///
  /// The trajectory ends here (an event follows): the driver restarts.
  ///
  /// - Returns: The time of the crossing, in (`t0`, `t1`]; `t0` itself where the component starts
  ///   on the level.
  /// - Precondition: the component is on different sides of the level at `t0` and `t1`, or on it.
  /// - Throws: `ODEError`.
  public mutating func locateCrossing(
    of component: Int, level: Double, from start: UnsafeBufferPointer<Double>, at t0: Double,
    to t1: Double, _ y: UnsafeMutableBufferPointer<Double>, tolerance: Double = 1e-12
  ) throws(ODEError) -> Double {
    let n = system.dimension
    let end = unsafe checked(y)
    precondition(start.count == n, "a saved state of \(start.count) numbers for \(n) equations")
    precondition(component >= 0 && component < n && t0 < t1, "no step, or no component")
    let saved = unsafe start.baseAddress.unsafelyUnwrapped
    let (below, above) = unsafe (saved[component] - level, end[component] - level)
    precondition(
      below <= 0 && above >= 0 || below >= 0 && above <= 0, "no crossing from \(below) to \(above)")
    defer { restart() }
    guard below != 0 else {
      unsafe end.update(from: saved, count: n)
      return t0
    }
    guard above != 0 else { return t1 }

    let f = unsafe scratch + 3 * n
    let length = t1 - t0
    _ = unsafe system.evaluate(t1, end, f)
    let slopeAtEnd = unsafe f[component]
    _ = unsafe system.evaluate(t0, saved, f)
    var guess =
      HermiteCubic(
        start: below, end: above, startSlope: unsafe f[component] * length,
        endSlope: slopeAtEnd * length
      ).root * length
    var (low, high) = (0.0, length)
    // A bracket that is halved 100 times is narrower than any tolerance.
    for _ in 0..<100 {
      restart()
      try unsafe reintegrate(from: saved, at: t0, by: guess, into: end, derivative: f)
      let distance = unsafe end[component] - level
      if (distance < 0) == (below < 0) { low = guess } else { high = guess }
      let newton = unsafe guess - distance / f[component]
      let next = newton > low && newton < high ? newton : low + (high - low) / 2
      if distance == 0 || abs(next - guess) <= max(tolerance, guess.ulp) { break }
      guess = next
    }
    return t0 + guess
  }

  /// From (`t`, `start`) by `h` into `y`, and f at its end into `derivative`.
  private mutating func reintegrate(
    from start: UnsafePointer<Double>, at t: Double, by h: Double,
    into y: UnsafeMutablePointer<Double>, derivative: UnsafeMutablePointer<Double>?
  ) throws(ODEError) {
    let n = system.dimension
    unsafe y.update(from: start, count: n)
    if !stepper.isMultistep {
      let code = unsafe gsl_odeiv2_step_apply(
        driver.pointee.s, t, h, y, driver.pointee.e.pointee.yerr, nil, derivative, system.pointer)
      if code == 0 && (unsafe isFinite(y)) { return }
      unsafe y.update(from: start, count: n)
    }
    // Adaptively: a multistep method, or a step that failed at this length.
    let kept = step
    defer { step = kept }
    step = min(kept, h)
    var time = t
    var tried = 0
    restart()
    while time < t + h {
      guard tried < stepLimit else { throw error(.stepLimit(stepLimit), at: time) }
      tried += try unsafe internalStep(y, &time, to: t + h)
    }
    if let derivative = unsafe derivative { _ = unsafe system.evaluate(t + h, y, derivative) }
  }
}

/// The cubic on [0, 1] with given values and slopes at its ends.
struct HermiteCubic {
  let start: Double
  let end: Double
  let startSlope: Double
  let endSlope: Double

  func value(_ x: Double) -> Double {
    let rise = end - start
    let (a, b) = (startSlope - rise, endSlope - rise)
    return start + x * rise + x * (1 - x) * (a * (1 - x) - b * x)
  }

  /// A root by bisection, to 2^−40; the ends have opposite signs.
  var root: Double {
    var (low, width) = (0.0, 1.0)
    for _ in 0..<40 {
      width /= 2
      if (value(low + width) < 0) == (start < 0) { low += width }
    }
    return low + width / 2
  }
}
