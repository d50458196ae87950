// SPDX-License-Identifier: GPL-3.0-or-later

/// What can be wrong with a written quantity. The place is added by whoever read it.
public enum QuantityError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Nothing is written.
  case empty(expected: Dimension)
  /// The text does not begin with a number.
  case notANumber(text: String, expected: Dimension)
  /// A comma stands where a decimal point belongs, or between thousands.
  case decimalComma(text: String)
  /// Infinity or NaN.
  case notFinite(text: String)
  /// Finite, and too large or too small for a double.
  case outOfRange(text: String)
  /// A bare number where a unit belongs.
  case missingUnit(number: String, expected: Dimension)
  /// A unit of something else.
  case wrongDimension(
    text: String, found: Dimension, expected: Dimension, suggestion: QuantityUnit?)
  /// Not a unit at all.
  case unknownUnit(unit: String, expected: Dimension, suggestion: QuantityUnit?)

  /// What is wrong and what would do, in one sentence without a full stop.
  public var description: String {
    switch self {
    case .empty(let expected):
      "nothing is written; write \(expected.withArticle), such as \(expected.example)"
    case .notANumber(let text, let expected):
      "\(quoted(text)) does not begin with a number; write \(expected.withArticle), "
        + "such as \(expected.example)"
    case .decimalComma(let text):
      "\(quoted(text)) has a comma; write decimals with a point, and thousands without a mark"
    case .notFinite(let text): "\(quoted(text)) is not a finite number"
    case .outOfRange(let text): "\(quoted(text)) is beyond the range of double precision"
    case .missingUnit(let number, let expected):
      "\(number) has no unit; \(expected.withArticle) is written in \(expected.unitList), "
        + "such as \(expected.example)"
    case .wrongDimension(let text, let found, let expected, let suggestion):
      "\(quoted(text)) is \(found.withArticle), not \(expected.withArticle)\(fix(expected, suggestion))"
    case .unknownUnit(let unit, .dimensionless, _):
      "\(quoted(unit)) follows a plain number; remove it"
    case .unknownUnit(let unit, let expected, let suggestion):
      "\(quoted(unit)) is no unit of \(expected.rawValue)\(fix(expected, suggestion))"
    }
  }

  private func fix(_ expected: Dimension, _ suggestion: QuantityUnit?) -> String {
    if expected == .dimensionless { return "; remove the unit" }
    if let suggestion { return "; did you mean \(suggestion.symbol)?" }
    return "; write it in \(expected.unitList)"
  }

  /// In quotation marks, and cut where it is too long to read.
  private func quoted(_ text: String) -> String {
    text.count <= 40 ? "\"\(text)\"" : "\"\(text.prefix(37))…\""
  }
}
