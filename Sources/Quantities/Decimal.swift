// SPDX-License-Identifier: GPL-3.0-or-later

/// A decimal number as its digits, so that a change of unit shifts the point and rounds nothing:
/// ±0.d₁d₂d₃… · 10^point, without zeros at either end of the digits.
///
/// "2.7 uS" becomes the double nearest to 2700, not 1000 times the double nearest to 2.7.
struct Decimal: Equatable {
  let isNegative: Bool
  let digits: [UInt8]
  let point: Int

  /// The shortest decimal that reads back as `value`, which is finite.
  init(_ value: Double) {
    var text = Substring(value.description)
    guard let decimal = Decimal(scanning: &text), text.isEmpty else {
      preconditionFailure("\(value) is not a finite number")
    }
    self = decimal
  }

  private init(isNegative: Bool, digits: [UInt8], point: Int) {
    let leading = digits.prefix { $0 == 0 }.count
    var kept = Array(digits.dropFirst(leading))
    while kept.last == 0 { kept.removeLast() }
    self.isNegative = isNegative
    self.digits = kept
    self.point = kept.isEmpty ? 0 : point - leading
  }

  /// Reads the longest number at the start of `text` and removes it: a sign (also U+2212), digits
  /// with or without a point, a power of ten. Nil, with `text` untouched, where there is none.
  init?(scanning text: inout Substring) {
    var rest = text
    var isNegative = false
    if let sign = rest.first, sign == "-" || sign == "+" || sign == "\u{2212}" {
      isNegative = sign != "+"
      rest.removeFirst()
    }
    var digits = Self.digits(&rest)
    let point = digits.count
    if rest.first == "." {
      rest.removeFirst()
      digits += Self.digits(&rest)
    }
    guard !digits.isEmpty else { return nil }
    let power = Self.power(&rest)
    self.init(isNegative: isNegative, digits: digits, point: point + power)
    text = rest
  }

  private static func digits(_ text: inout Substring) -> [UInt8] {
    let run = text.utf8.prefix { (48...57).contains($0) }
    defer { text = text[run.endIndex...] }
    return run.map { $0 - 48 }
  }

  /// The power after an `e`, held within ±99,999; 0, with `text` untouched, where there is none.
  private static func power(_ text: inout Substring) -> Int {
    var rest = text
    guard let mark = rest.popFirst(), mark == "e" || mark == "E" else { return 0 }
    var sign = 1
    if let written = rest.first, written == "-" || written == "+" {
      sign = written == "-" ? -1 : 1
      rest.removeFirst()
    }
    let digits = digits(&rest)
    guard !digits.isEmpty else { return 0 }
    text = rest
    return sign * digits.reduce(0) { min(99_999, $0 * 10 + Int($1)) }
  }

  /// The same number times 10^`exponent`.
  func shifted(by exponent: Int) -> Decimal {
    Decimal(isNegative: isNegative, digits: digits, point: point + exponent)
  }

  /// The nearest decimal of at most `count` digits, halves away from zero.
  func rounded(toDigits count: Int) -> Decimal {
    guard digits.count > count else { return self }
    var kept = Array(digits.prefix(count))
    var point = point
    if digits[count] >= 5 {
      var place = count - 1
      while place >= 0, kept[place] == 9 {
        kept[place] = 0
        place -= 1
      }
      if place >= 0 {
        kept[place] += 1
      } else {
        kept.insert(1, at: 0)
        point += 1
      }
    }
    return Decimal(isNegative: isNegative, digits: kept, point: point)
  }

  /// The nearest double; infinite above the largest one.
  var value: Double {
    let mantissa = digits.isEmpty ? "0" : String(decoding: digits.map { $0 + 48 }, as: UTF8.self)
    let text = "\(isNegative ? "-" : "")\(mantissa)e\(point - digits.count)"
    return Double(text) ?? .nan
  }

  /// Without a power of ten for 10^−6 ≤ |x| < 10^15, with one beyond.
  var text: String {
    let sign = isNegative ? "-" : ""
    guard !digits.isEmpty else { return sign + "0" }
    let written = String(decoding: digits.map { $0 + 48 }, as: UTF8.self)
    switch point {
    case -5...0: return sign + "0." + String(repeating: "0", count: -point) + written
    case 1...15 where point >= digits.count:
      return sign + written + String(repeating: "0", count: point - digits.count)
    case 1...15: return sign + written.prefix(point) + "." + written.dropFirst(point)
    default:
      let fraction = digits.count > 1 ? "." + written.dropFirst() : ""
      return "\(sign)\(written.prefix(1))\(fraction)e\(point - 1)"
    }
  }
}
