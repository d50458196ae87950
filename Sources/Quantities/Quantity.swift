// SPDX-License-Identifier: GPL-3.0-or-later

/// A number with its dimension: `-70 mV` at the edge, −70 inside.
///
/// `value` is in the internal unit of `dimension` (ms, mV, nS, pA, pF, 1/ms, 1/mV) and finite.
/// Reading and writing are exact: `Quantity("x", as:)` is the double nearest to what was written,
/// whatever the unit, and reading what `description` wrote gives the same double.
public struct Quantity: Sendable, Hashable, CustomStringConvertible {
  /// In the internal unit of `dimension`; finite.
  public let value: Double
  /// What is measured.
  public let dimension: Dimension

  /// `value` internal units of `dimension`.
  ///
  /// - Throws: `QuantityError.notFinite`.
  public init(_ value: Double, _ dimension: Dimension) throws(QuantityError) {
    guard value.isFinite else { throw .notFinite(text: "\(value)") }
    self.value = value
    self.dimension = dimension
  }

  /// In the unit a person expects: `-70 mV`, `2.7 nS`, `5 Hz`. Where that would take fewer than
  /// 0.01 or 10,000 and more of it, in the unit that takes at least 1 and fewer than 1,000, if
  /// there is one: `20 us`, `30 s`.
  public var description: String {
    guard let customary = dimension.customaryUnit else { return Decimal(value).text }
    return description(in: unitOfFittingSize(customary))
  }

  /// A number as a sentence shows it: at most fifteen digits, so that what a computation added
  /// behind them is not seen, and no trailing zeros. Not for files, which read numbers back.
  public static func shortText(_ value: Double) -> String {
    value.isFinite ? Decimal(value).rounded(toDigits: 15).text : "\(value)"
  }

  /// In `unit`.
  ///
  /// - Precondition: `unit` is one of `dimension`.
  public func description(in unit: QuantityUnit) -> String {
    precondition(
      unit.dimension == dimension, "\(unit.symbol) is no unit of \(dimension.rawValue)")
    return Decimal(value).shifted(by: -unit.exponent).text + " " + unit.symbol
  }

  private func unitOfFittingSize(_ customary: QuantityUnit) -> QuantityUnit {
    let decimal = Decimal(value)
    // 0.d₁… · 10^point lies in [10^(point − 1), 10^point).
    let point = decimal.point - customary.exponent
    if decimal.digits.isEmpty || point > -2 && point <= 4 { return customary }
    return dimension.units.first { (1...3).contains(decimal.point - $0.exponent) } ?? customary
  }
}
