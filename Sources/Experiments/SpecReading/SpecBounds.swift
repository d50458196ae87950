// SPDX-License-Identifier: GPL-3.0-or-later

/// The values a number may take, and the words that say so.
public struct SpecBounds<Value: Comparable & Sendable>: Sendable {
  let lower: Value?
  let upper: Value?
  let includesLower: Bool
  let includesUpper: Bool

  private init(
    _ lower: Value?, _ upper: Value?, includesLower: Bool = true, includesUpper: Bool = true
  ) {
    self.lower = lower
    self.upper = upper
    self.includesLower = includesLower
    self.includesUpper = includesUpper
  }

  /// Every number.
  public static var any: SpecBounds { SpecBounds(nil, nil) }

  /// `lower` and everything above.
  public static func atLeast(_ lower: Value) -> SpecBounds { SpecBounds(lower, nil) }

  /// Everything above `lower`, without it.
  public static func greaterThan(_ lower: Value) -> SpecBounds {
    SpecBounds(lower, nil, includesLower: false)
  }

  /// `upper` and everything below.
  public static func atMost(_ upper: Value) -> SpecBounds { SpecBounds(nil, upper) }

  /// Everything below `upper`, without it.
  public static func lessThan(_ upper: Value) -> SpecBounds {
    SpecBounds(nil, upper, includesUpper: false)
  }

  /// From `lower` to `upper`, both included.
  public static func from(_ lower: Value, to upper: Value) -> SpecBounds {
    SpecBounds(lower, upper)
  }

  /// From `lower`, included, to `upper`, excluded.
  public static func from(_ lower: Value, below upper: Value) -> SpecBounds {
    SpecBounds(lower, upper, includesUpper: false)
  }

  /// From `lower`, excluded, to `upper`, included.
  public static func greaterThan(_ lower: Value, atMost upper: Value) -> SpecBounds {
    SpecBounds(lower, upper, includesLower: false)
  }

  /// From `lower` to `upper`, both excluded.
  public static func greaterThan(_ lower: Value, below upper: Value) -> SpecBounds {
    SpecBounds(lower, upper, includesLower: false, includesUpper: false)
  }

  /// Whether `value` is one of them.
  public func contains(_ value: Value) -> Bool {
    if let lower, includesLower ? value < lower : value <= lower { return false }
    if let upper, includesUpper ? value > upper : value >= upper { return false }
    return true
  }

  /// `noun` and the bounds in words: "a number greater than 0 and at most 1".
  func sentence(_ noun: String, _ text: (Value) -> String) -> String {
    switch (lower, upper) {
    case (nil, nil): return noun
    case (let lower?, nil):
      return "\(noun) \(includesLower ? "of at least" : "greater than") \(text(lower))"
    case (nil, let upper?):
      return "\(noun) \(includesUpper ? "of at most" : "less than") \(text(upper))"
    case (let lower?, let upper?):
      if includesLower && includesUpper { return "\(noun) from \(text(lower)) to \(text(upper))" }
      let start =
        includesLower ? "\(noun) of at least \(text(lower))" : "\(noun) greater than \(text(lower))"
      return "\(start) and \(includesUpper ? "at most" : "less than") \(text(upper))"
    }
  }
}
