// SPDX-License-Identifier: GPL-3.0-or-later

extension Quantity {
  /// Reads a number and a unit: `-70 mV`, `2.7nS`, `1e-3 s`, `+.5 µS`, `5 Hz`.
  ///
  /// A space between them is optional, the unit is not, unless `dimension` is `.dimensionless`,
  /// which takes none. Letter case matters. The result is the double nearest to what was written.
  ///
  /// - Throws: `QuantityError`, one sentence that says what would do; the place is the caller's.
  public init(_ text: String, as dimension: Dimension) throws(QuantityError) {
    var rest = Self.trimmed(text[...])
    guard !rest.isEmpty else { throw .empty(expected: dimension) }
    guard let number = Decimal(scanning: &rest) else {
      guard !Self.beginsWithNonFinite(rest) else { throw .notFinite(text: text) }
      throw .notANumber(text: text, expected: dimension)
    }
    if rest.first == "," { throw .decimalComma(text: text) }
    let symbol = String(Self.trimmed(rest))
    let unit = try Self.unit(symbol, in: text, after: number, expected: dimension)
    let value = number.shifted(by: unit?.exponent ?? 0).value
    guard value.isFinite, value != 0 || number.digits.isEmpty else { throw .outOfRange(text: text) }
    self.value = value
    self.dimension = dimension
  }

  private static func unit(
    _ symbol: String, in text: String, after number: Decimal, expected: Dimension
  ) throws(QuantityError) -> QuantityUnit? {
    if symbol.isEmpty {
      guard expected == .dimensionless else {
        throw .missingUnit(number: number.text, expected: expected)
      }
      return nil
    }
    if let unit = expected.unit(named: symbol) { return unit }
    if let other = Dimension.allCases.first(where: { $0.unit(named: symbol) != nil }) {
      throw .wrongDimension(
        text: text, found: other, expected: expected,
        suggestion: UnitSuggestion.inOtherCase(symbol, of: expected))
    }
    throw .unknownUnit(
      unit: symbol, expected: expected,
      suggestion: UnitSuggestion.nearest(to: symbol, of: expected))
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var rest = text.drop { $0.isWhitespace }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return rest
  }

  private static func beginsWithNonFinite(_ text: Substring) -> Bool {
    let unsigned = text.drop { "+-\u{2212}.".contains($0) }.lowercased()
    return unsigned.hasPrefix("inf") || unsigned.hasPrefix("nan") || unsigned.hasPrefix("∞")
  }
}

/// The unit that was probably meant.
enum UnitSuggestion {
  /// The unit of `dimension` that `written` misspells: in its letter case, spelt out
  /// (`millivolts`, `msec`), or by one slip; nil where two are as near.
  static func nearest(to written: String, of dimension: Dimension) -> QuantityUnit? {
    let plain = QuantityUnit.withoutMicroSign(written).lowercased()
    if let found = inOtherCase(written, of: dimension) { return found }
    let units = dimension.units
    let tests: [(QuantityUnit) -> Bool] = [
      { longNames(of: $0).contains(plain) },
      { isOneSlip(Array($0.symbol.lowercased().unicodeScalars), Array(plain.unicodeScalars)) },
    ]
    for test in tests {
      let found = units.filter(test)
      if !found.isEmpty { return found.count == 1 ? found[0] : nil }
    }
    return nil
  }

  /// The one unit of `dimension` with the same letters, as ms for mS.
  static func inOtherCase(_ written: String, of dimension: Dimension) -> QuantityUnit? {
    let plain = QuantityUnit.withoutMicroSign(written).lowercased()
    let found = dimension.units.filter { $0.symbol.lowercased() == plain }
    return found.count == 1 ? found[0] : nil
  }

  private static func longNames(of unit: QuantityUnit) -> [String] {
    let bases: [String: [String]] = [
      "s": ["second", "seconds", "sec", "secs"], "V": ["volt", "volts"],
      "A": ["ampere", "amperes", "amp", "amps"], "S": ["siemens"], "F": ["farad", "farads"],
      "Hz": ["hertz"],
    ]
    let prefixes: [String: [String]] = [
      "f": ["femto", "f"], "p": ["pico", "p"], "n": ["nano", "n"], "u": ["micro", "u"],
      "m": ["milli", "m"], "k": ["kilo", "k"], "M": ["mega"], "G": ["giga", "g"], "": [""],
    ]
    for (base, names) in bases where unit.symbol.hasSuffix(base) {
      let prefix = String(unit.symbol.dropLast(base.count))
      return (prefixes[prefix] ?? []).flatMap { front in names.map { front + $0 } }
    }
    return []
  }

  /// Whether one letter too many, too few or wrong, or two neighbours swapped, lead from `a` to `b`.
  static func isOneSlip(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Bool {
    guard abs(a.count - b.count) <= 1 else { return false }
    let front = zip(a, b).prefix { $0 == $1 }.count
    let (restA, restB) = (a.dropFirst(front), b.dropFirst(front))
    let back = zip(restA.reversed(), restB.reversed()).prefix { $0 == $1 }.count
    let (midA, midB) = (Array(restA.dropLast(back)), Array(restB.dropLast(back)))
    return midA.count + midB.count > 0 && max(midA.count, midB.count) <= 1
      || midA.count == 2 && midB.count == 2 && midA == midB.reversed()
  }
}
