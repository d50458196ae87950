// SPDX-License-Identifier: GPL-3.0-or-later

/// A solver, a tolerance, a propagator or a process that cannot exist as asked for.
public enum IntegrationSetupError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The stepper solves implicit equations and the system has no Jacobian.
  case missingJacobian(ODEStepper)
  /// A number must be finite and above 0.
  case notPositive(name: String, value: Double)
  /// A number must be finite and not below 0.
  case negative(name: String, value: Double)
  /// A number must be finite.
  case notFinite(name: String, value: Double)
  /// An array has another length than the system needs.
  case wrongCount(name: String, expected: Int, found: Int)
  /// The matrix exponential is beyond the range of double precision.
  case overflow(interval: Double)

  /// What is wrong and what would do, in one sentence without a full stop.
  public var description: String {
    switch self {
    case .missingJacobian(let stepper):
      let free = ODEStepper.allCases.filter { !$0.needsJacobian }.map(\.rawValue)
      return "\(stepper.rawValue) needs a Jacobian and this system has none; give the system one, "
        + "or choose \(free.dropLast().joined(separator: ", ")) or \(free.last ?? "")"
    case .notPositive(let name, let value):
      return "the \(name) is \(value); give a finite number above 0"
    case .negative(let name, let value):
      return "the \(name) is \(value); give a finite number that is not negative"
    case .notFinite(let name, let value):
      return "the \(name) holds \(value); give finite numbers"
    case .wrongCount(let name, let expected, let found):
      return "the \(name) has \(found) numbers where \(expected) are needed"
    case .overflow(let interval):
      return "the solution grows beyond double precision within \(interval) ms; "
        + "take a shorter step, or check the signs of the rates"
    }
  }

  static func requirePositive(_ value: Double, _ name: String) throws(IntegrationSetupError) {
    guard value.isFinite, value > 0 else { throw .notPositive(name: name, value: value) }
  }

  static func requireNotNegative(_ value: Double, _ name: String) throws(IntegrationSetupError) {
    guard value.isFinite, value >= 0 else { throw .negative(name: name, value: value) }
  }
}
