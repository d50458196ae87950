// SPDX-License-Identifier: GPL-3.0-or-later

/// A parameter of a segregated-dendrite network that cannot be.
public struct SegregatedDendriteError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Which parameter, by its path.
  public let parameter: String
  /// What it was.
  public let value: Double
  /// What it must be.
  public let expected: String

  /// The parameter, its value and what it must be.
  public var description: String { "\(parameter) is \(value); it must be \(expected)" }

  /// Throws unless `value` is finite and `holds`.
  static func check(
    _ parameter: String, _ value: Double, _ expected: String, _ holds: Bool
  ) throws(SegregatedDendriteError) {
    guard value.isFinite && holds else {
      throw SegregatedDendriteError(parameter: parameter, value: value, expected: expected)
    }
  }
}
