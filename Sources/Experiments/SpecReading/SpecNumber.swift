// SPDX-License-Identifier: GPL-3.0-or-later

/// A decimal number as it was written, before it becomes an `Int` or a `Double`.
///
/// The grammar is the decimal part of YAML 1.2: a sign, digits with at most one point, an exponent.
/// Octal, hexadecimal, base 60 and underscores, which YAML 1.1 readers disagree about, are refused.
struct SpecNumber {
  /// What reading a number can give.
  enum Reading<Value> {
    /// The number.
    case value(Value)
    /// Not a number, or not this kind; the advice, which may be empty, follows what was found.
    case mistake(advice: String)
  }

  private let text: Substring
  private let isNegative: Bool
  /// All digits without the point, and the power of ten they are multiplied with.
  private let digits: String
  private let exponent: Int

  /// Nil unless all of `text` is a number.
  init?(_ text: some StringProtocol) {
    guard let (number, rest) = SpecNumber.prefix(of: Substring(text)), rest.isEmpty else {
      return nil
    }
    self = number
  }

  private init(text: Substring, isNegative: Bool, digits: String, exponent: Int) {
    self.text = text
    self.isNegative = isNegative
    self.digits = digits
    self.exponent = exponent
  }

  /// The number at the start of `text` and what follows it.
  static func prefix(of text: Substring) -> (SpecNumber, rest: Substring)? {
    var rest = text
    func digits() -> Substring {
      let run = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest[run.endIndex...]
      return run
    }
    let isNegative = rest.first == "-"
    if let sign = rest.first, "+-".contains(sign) { rest.removeFirst() }
    let whole = digits()
    var fraction = Substring()
    if rest.first == "." {
      rest.removeFirst()
      fraction = digits()
    }
    guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    var power = 0
    let beforePower = rest
    if rest.first == "e" || rest.first == "E" {
      rest.removeFirst()
      let sign = rest.first.flatMap { "+-".contains($0) ? String($0) : nil } ?? ""
      if !sign.isEmpty { rest.removeFirst() }
      let run = digits()
      // Beyond a million every number is out of range, whichever it is.
      let bound = sign == "-" ? -1_000_000 : 1_000_000
      if run.isEmpty {
        rest = beforePower
      } else {
        power = min(max(Int(sign + run) ?? bound, -1_000_000), 1_000_000)
      }
    }
    return (
      SpecNumber(
        text: text[..<rest.startIndex], isNegative: isNegative, digits: String(whole + fraction),
        exponent: power - fraction.count), rest
    )
  }

  /// The nearest `Double`; a number beyond the largest or under the smallest is a mistake.
  var real: Reading<Double> {
    let isZero = digits.allSatisfy { $0 == "0" }
    guard let value = isZero ? (isNegative ? -0.0 : 0) : Double(text), value.isFinite else {
      return .mistake(advice: ", which does not fit a 64-bit floating-point number")
    }
    guard value != 0 || isZero else {
      return .mistake(advice: ", which is too small for a 64-bit floating-point number")
    }
    return .value(value)
  }

  /// The integer, exactly; `1e5` and `2.0` are integers, `1.5` is not.
  var integer: Reading<Int> {
    var kept = digits.drop { $0 == "0" }
    guard !kept.isEmpty else { return .value(0) }
    let tooLarge = Reading<Int>.mistake(advice: ", which does not fit a 64-bit integer")
    var exponent = exponent
    while exponent < 0, kept.last == "0" {
      kept.removeLast()
      exponent += 1
    }
    guard exponent >= 0 else { return .mistake(advice: "") }
    guard kept.count + min(exponent, 20) <= 20 else { return tooLarge }
    let number = (isNegative ? "-" : "") + kept + String(repeating: "0", count: exponent)
    return Int(number).map { .value($0) } ?? tooLarge
  }

  /// What to say about a plain word that is not a number, or an ambiguous one, after "found".
  static func advice(for text: String, unit: String?) -> String? {
    let unsigned = text.drop { $0 == "+" || $0 == "-" }
    let lowered = unsigned.lowercased()
    if ["nan", "inf", "infinity"].contains(lowered.drop { $0 == "." }) { return "" }
    let first = unsigned.first ?? " "
    guard first.isASCII && (first.isNumber || first == ".") else { return nil }
    if lowered.hasPrefix("0x") || lowered.hasPrefix("0o") || lowered.hasPrefix("0b") {
      return ": write it in decimal"
    }
    if unsigned.contains("_"), SpecNumber(text.filter { $0 != "_" }) != nil {
      return ": write \(text.filter { $0 != "_" })"
    }
    guard let (_, rest) = prefix(of: Substring(text)), let next = rest.first(where: { $0 != " " })
    else { return nil }
    guard next.isLetter || next == "%" || next == "°" else { return nil }
    if let unit { return ": write the number alone, its unit is always \(unit)" }
    return ": this parameter has no unit"
  }

  /// Advice about a number whose leading zero some YAML readers take for octal; nil if it has none.
  static func octalAdvice(for text: String) -> String? {
    let unsigned = text.drop { $0 == "+" || $0 == "-" }
    guard unsigned.count > 1, unsigned.first == "0",
      unsigned.allSatisfy({ $0.isASCII && $0.isNumber })
    else { return nil }
    let kept = unsigned.drop { $0 == "0" }
    let sign = text.hasPrefix("-") ? "-" : ""
    return ": write \(sign)\(kept.isEmpty ? "0" : kept), a leading zero means octal to some readers"
  }
}
