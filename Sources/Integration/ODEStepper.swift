// SPDX-License-Identifier: GPL-3.0-or-later

/// The steppers of GSL's `gsl_odeiv2`, by GSL's names.
///
/// Source: GSL 2.7 reference manual, "Ordinary Differential Equations".
public enum ODEStepper: String, Sendable, Codable, CaseIterable {
  /// Explicit Runge–Kutta 2(3): the third-order result is the one that is kept.
  case rk2
  /// Classical Runge–Kutta; its error is estimated by halving the step, so each costs three.
  case rk4
  /// Runge–Kutta–Fehlberg 4(5), NEST's; the fifth-order result is kept.
  case rkf45
  /// Runge–Kutta–Cash–Karp 4(5).
  case rkck
  /// Runge–Kutta–Prince–Dormand 8(9).
  case rk8pd
  /// Implicit Euler (Gauss family of one stage).
  case rk1imp
  /// Implicit midpoint rule.
  case rk2imp
  /// Gauss–Legendre of two stages.
  case rk4imp
  /// Bulirsch–Stoer by Bader and Deuflhard's semi-implicit extrapolation.
  case bsimp
  /// Adams, variable order 1 to 12, by functional iteration.
  case msadams
  /// Backward differentiation, variable order 1 to 5, for stiff systems.
  case msbdf

  /// Whether the stepper solves implicit equations by Newton's method.
  public var needsJacobian: Bool {
    switch self {
    case .rk1imp, .rk2imp, .rk4imp, .bsimp, .msbdf: true
    case .rk2, .rk4, .rkf45, .rkck, .rk8pd, .msadams: false
    }
  }

  /// Whether the stepper reads the tolerance itself, which in GSL takes
  /// `gsl_odeiv2_step_set_driver`; without it these return `GSL_EFAULT` and do not move.
  public var needsDriver: Bool {
    switch self {
    case .rk1imp, .rk2imp, .rk4imp, .msadams, .msbdf: true
    case .rk2, .rk4, .rkf45, .rkck, .rk8pd, .bsimp: false
    }
  }

  /// Whether the stepper remembers earlier steps. An event then costs it its order: it starts
  /// again at 1.
  public var isMultistep: Bool { self == .msadams || self == .msbdf }

  /// The power of a fixed step by which the error at a fixed time falls; nil where the stepper
  /// chooses its order. GSL's rk2 says 2 of itself and converges at 3, because it keeps the
  /// embedded third-order result.
  public var expectedOrder: Int? {
    switch self {
    case .rk2: 3
    case .rk4: 4
    case .rkf45, .rkck: 5
    case .rk8pd: 8
    case .rk1imp: 1
    case .rk2imp: 2
    case .rk4imp: 4
    case .bsimp, .msadams, .msbdf: nil
    }
  }
}
