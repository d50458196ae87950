// SPDX-License-Identifier: GPL-3.0-or-later

/// A solver that could not go on: which, when, with what step, and why. The state it was given
/// is left at `time`, the start of the step that failed.
public struct ODEError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Why a step failed.
  public enum Cause: Equatable, Sendable {
    /// The derivative of a component is infinite or not a number at `time`.
    case derivativeNotFinite(component: Int)
    /// A component becomes infinite or not a number, however short the step.
    case stateNotFinite(component: Int)
    /// The error stays above the tolerance, however short the step.
    case toleranceUnreachable
    /// The step no longer changes the time.
    case stepTooSmall
    /// One call took more internal steps than the driver allows.
    case stepLimit(Int)
    /// The implicit equations have a singular matrix, however short the step.
    case singular
    /// The iteration for the implicit equations does not converge, however short the step.
    case noConvergence
    /// The right-hand side or the Jacobian refused with this code.
    case refused(code: Int)
    /// Anything else that GSL reports.
    case other
  }

  /// Why.
  public let cause: Cause
  /// The stepper that failed.
  public let stepper: ODEStepper
  /// The start of the failed step, in ms.
  public let time: Double
  /// The step that was tried last, in ms.
  public let step: Double
  /// GSL's return code; 0 where GSL saw nothing wrong.
  public let code: Int
  /// GSL's text for `code`.
  public let codeText: String

  /// `rkf45 at 12.5 ms, step 1e-15 ms: why; what to do (GSL -1: failure)`.
  public var description: String {
    let gsl = code == 0 ? "" : " (GSL \(code): \(codeText))"
    return "\(stepper.rawValue) at \(time) ms, step \(step) ms: \(reason)\(gsl)"
  }

  private var reason: String {
    switch cause {
    case .derivativeNotFinite(let component):
      "the derivative of component \(component) is not finite; check the parameters and inputs "
        + "of its equation"
    case .stateNotFinite(let component):
      "component \(component) leaves the finite numbers however short the step; "
        + "check the signs of its equation"
    case .toleranceUnreachable:
      "the error stays above the tolerance however short the step; loosen the tolerance, "
        + "or smooth the jump in the equations"
    case .stepTooSmall:
      "the step no longer changes the time; loosen the tolerance, "
        + "or choose a stepper for stiff systems"
    case .stepLimit(let limit):
      "\(limit) internal steps did not reach the end of the interval; loosen the tolerance, "
        + "choose a stepper for stiff systems, or allow more steps"
    case .singular:
      "the matrix of the implicit equations is singular; check the Jacobian"
    case .noConvergence:
      "the implicit equations do not converge however short the step; check the Jacobian"
    case .refused(let code):
      "the right-hand side refused with code \(code)"
    case .other:
      "the solver failed"
    }
  }
}
