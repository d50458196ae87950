// SPDX-License-Identifier: GPL-3.0-or-later

internal import CGSL

/// One solver for one system: a stepper, its step-size control and its history.
///
/// Goals, in order:
///
/// 1. **It ends, and it tells.** Every return code of GSL is checked; so is every accepted state,
///    because GSL accepts NaN. Nothing aborts, nothing loops:
///    the internal steps of one call are bounded.
/// 2. **No stale derivative.** GSL 2.7 starts a step with the derivative that ended the last one,
///    whatever happened to the state or the inputs in between. Here a call begins afresh, with
///    one evaluation more, unless it is `continuing`.
/// 3. **Step sizes as NEST's:** the internal step is kept from call to call, each call is bounded
///    by its interval, and the last, cut step of an interval does not shorten the next.
/// 4. No allocation after `init`.
///
/// One driver per cell: a step size that cells share makes a cell depend on its neighbours.
///
/// Not `Sendable` and not copyable: one owner uses it, on one thread at a time.
@safe public struct ODEDriver: ~Copyable {
  /// The equations.
  public let system: ODESystem
  /// The method.
  public let stepper: ODEStepper
  /// The error that one internal step may make.
  public let tolerance: ODETolerance
  /// No internal step is longer, in ms. An event that comes and goes within one internal step
  /// (a voltage above threshold and below again) is seen by nobody: this bounds what is missed.
  public let maximumStep: Double
  /// One call tries no more internal steps than this, those that fail included.
  public let stepLimit: Int

  /// The next internal step, in ms, unless the interval ends sooner; infinite until a first
  /// interval was too long for one step.
  public internal(set) var step: Double
  /// Internal steps that were accepted since the driver was made.
  public internal(set) var acceptedSteps = 0
  /// Internal steps that were tried and repeated with a shorter one.
  public internal(set) var failedSteps = 0

  let driver: UnsafeMutablePointer<gsl_odeiv2_driver>
  /// Four vectors: the state the driver left, one saved state, and derivatives at two times.
  let scratch: UnsafeMutablePointer<Double>
  var leftTime = Double.nan

  /// A driver whose first internal step is `initialStep` ms; by default as long as the first
  /// interval, which is NEST's choice.
  ///
  /// - Throws: `IntegrationSetupError` where the stepper needs a Jacobian that is not there, a
  ///   number is out of range, or the tolerance has scales for another dimension.
  public init(
    _ system: ODESystem, stepper: ODEStepper, tolerance: ODETolerance,
    initialStep: Double = .infinity, maximumStep: Double = .infinity, stepLimit: Int = 100_000
  ) throws(IntegrationSetupError) {
    if stepper.needsJacobian && !system.hasJacobian { throw .missingJacobian(stepper) }
    guard initialStep > 0 else { throw .notPositive(name: "initial step", value: initialStep) }
    guard maximumStep > 0 else { throw .notPositive(name: "maximum step", value: maximumStep) }
    guard stepLimit > 0 else { throw .notPositive(name: "step limit", value: Double(stepLimit)) }
    let count = tolerance.scales?.count ?? system.dimension
    guard count == system.dimension else {
      throw .wrongCount(name: "scales of the tolerance", expected: system.dimension, found: count)
    }
    self.system = system
    self.stepper = stepper
    self.tolerance = tolerance
    self.maximumStep = maximumStep
    self.stepLimit = stepLimit
    step = min(initialStep, maximumStep)
    unsafe driver = Self.allocate(system, stepper, tolerance)
    unsafe scratch = .allocate(capacity: 4 * system.dimension)
    unsafe scratch.initialize(repeating: .nan, count: 4 * system.dimension)
  }

  deinit {
    unsafe gsl_odeiv2_driver_free(driver)
    unsafe scratch.deallocate()
  }

  /// GSL's driver ties stepper, control and evolution together, which the implicit and the
  /// multistep methods need (`ODEStepper.needsDriver`).
  private static func allocate(
    _ system: ODESystem, _ stepper: ODEStepper, _ tolerance: ODETolerance
  ) -> UnsafeMutablePointer<gsl_odeiv2_driver> {
    cgsl_disable_abort()
    let type = unsafe stepper.type
    let allocated =
      if let scales = tolerance.scales {
        unsafe gsl_odeiv2_driver_alloc_scaled_new(
          system.pointer, type, 1, tolerance.absolute, tolerance.relative, 1, 0, scales)
      } else {
        unsafe gsl_odeiv2_driver_alloc_y_new(
          system.pointer, type, 1, tolerance.absolute, tolerance.relative)
      }
    guard let allocated = unsafe allocated else { fatalError("no memory for an ODE solver") }
    return unsafe allocated
  }

  /// Integrates `y` from `start` to `end`, in as many internal steps as the tolerance takes.
  ///
  /// `continuing` promises that nothing of the right-hand side has changed since this driver's
  /// last call; it saves one evaluation, and lets a multistep method keep its history. (Whether
  /// `y` or the time was changed is seen without a promise.)
  ///
  /// - Precondition: `y` holds `system.dimension` numbers; `start` ≤ `end`, both finite.
  /// - Throws: `ODEError`; `y` is then the state at `ODEError.time`.
  public mutating func advance(
    _ y: UnsafeMutableBufferPointer<Double>, from start: Double, to end: Double,
    continuing: Bool = false
  ) throws(ODEError) {
    let state = unsafe checked(y)
    unsafe begin(state, at: start, to: end, continuing)
    var t = start
    var tried = 0
    while t < end {
      guard tried < stepLimit else { throw error(.stepLimit(stepLimit), at: t) }
      tried += try unsafe internalStep(state, &t, to: end)
    }
    unsafe leave(state, at: t)
  }

  /// One internal step from `t` towards `end`, at the end of which `t` is its end.
  ///
  /// - Precondition: as `advance`, and `t` < `end`.
  /// - Throws: `ODEError`; `y` and `t` are then where they were.
  public mutating func step(
    _ y: UnsafeMutableBufferPointer<Double>, _ t: inout Double, to end: Double,
    continuing: Bool = false
  ) throws(ODEError) {
    let state = unsafe checked(y)
    precondition(t < end, "a step from \(t) to \(end) ms")
    unsafe begin(state, at: t, to: end, continuing)
    _ = try unsafe internalStep(state, &t, to: end)
    unsafe leave(state, at: t)
  }

  /// One step of exactly `h` ms from `t`, whatever its error. The implicit methods still solve
  /// their equations to `tolerance`.
  ///
  /// - Precondition: `y` holds `system.dimension` numbers; `t` is finite, `h` finite and above 0.
  /// - Throws: `ODEError`; `y` is then where it was.
  public mutating func fixedStep(
    _ y: UnsafeMutableBufferPointer<Double>, at t: Double, by h: Double, continuing: Bool = false
  ) throws(ODEError) {
    let state = unsafe checked(y)
    precondition(h > 0, "a step of \(h) ms")
    unsafe begin(state, at: t, to: t + h, continuing)
    var time = t
    let code = unsafe gsl_odeiv2_evolve_apply_fixed_step(
      driver.pointee.e, nil, driver.pointee.s, system.pointer, &time, h, state)
    if code != 0 || !(unsafe isFinite(state)) {
      throw try unsafe failure(state, at: t, step: h, code: code, moved: false)
    }
    acceptedSteps += 1
    unsafe leave(state, at: time)
  }

  /// Makes `h` ms, or `maximumStep` where that is shorter, the next internal step: for a driver
  /// that goes on in another's place.
  ///
  /// - Precondition: `h` > 0.
  public mutating func propose(step h: Double) {
    precondition(h > 0, "a step of \(h) ms")
    step = min(h, maximumStep)
  }

  /// Forgets what the driver remembers of the trajectory: the last derivative, and the history
  /// of a multistep method. The step size and the counts stay. Needed after an event only where
  /// the next call is `continuing`.
  public mutating func restart() {
    unsafe driver.pointee.e.pointee.count = 0
    unsafe driver.pointee.e.pointee.last_step = 0
    leftTime = .nan
    // The explicit methods keep nothing from step to step.
    if stepper.needsJacobian || stepper.isMultistep {
      _ = unsafe gsl_odeiv2_step_reset(driver.pointee.s)
    }
  }
}

extension ODEStepper {
  var type: UnsafePointer<gsl_odeiv2_step_type> {
    let type =
      switch self {
      case .rk2: unsafe cgsl_step_rk2()
      case .rk4: unsafe cgsl_step_rk4()
      case .rkf45: unsafe cgsl_step_rkf45()
      case .rkck: unsafe cgsl_step_rkck()
      case .rk8pd: unsafe cgsl_step_rk8pd()
      case .rk1imp: unsafe cgsl_step_rk1imp()
      case .rk2imp: unsafe cgsl_step_rk2imp()
      case .rk4imp: unsafe cgsl_step_rk4imp()
      case .bsimp: unsafe cgsl_step_bsimp()
      case .msadams: unsafe cgsl_step_msadams()
      case .msbdf: unsafe cgsl_step_msbdf()
      }
    return unsafe type!
  }
}
