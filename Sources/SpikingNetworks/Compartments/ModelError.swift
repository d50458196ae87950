// SPDX-License-Identifier: GPL-3.0-or-later

internal import Quantities

/// Why a neuron, a synapse or a source of noise cannot be what was asked for.
public struct ModelError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The parameter, for instance `soma.capacitance`.
  public let place: String
  /// What is wrong with it, with the offending value.
  public let problem: String
  /// What would do.
  public let remedy: String

  /// An error at `place`.
  public init(_ place: String, _ problem: String, _ remedy: String) {
    self.place = place
    self.problem = problem
    self.remedy = remedy
  }

  /// Place, culprit and remedy in one line.
  public var description: String { "\(place): \(problem); \(remedy)" }

  /// A number as a message shows it.
  static func text(_ value: Double) -> String { Quantity.shortText(value) }

  /// Throws unless `value` is finite and above zero.
  static func checkPositive(
    _ value: Double, _ place: String, _ unit: String
  ) throws(ModelError) {
    guard value.isFinite, value > 0 else {
      throw ModelError(
        place, "\(text(value)) \(unit) is not a positive number", "give one above 0 \(unit)")
    }
  }

  /// Throws unless `value` is finite and not negative.
  static func checkNotNegative(
    _ value: Double, _ place: String, _ unit: String
  ) throws(ModelError) {
    guard value.isFinite, value >= 0 else {
      throw ModelError(
        place, "\(text(value)) \(unit) is negative or not a number", "give 0 \(unit) or more")
    }
  }

  /// Throws unless `value` is finite.
  static func checkFinite(
    _ value: Double, _ place: String, _ unit: String
  ) throws(ModelError) {
    guard value.isFinite else {
      throw ModelError(place, "\(text(value)) \(unit) is not a finite number", "give a finite one")
    }
  }
}
