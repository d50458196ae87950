// SPDX-License-Identifier: GPL-3.0-or-later

/// What a number measures, and the unit in which the program computes with it.
///
/// The internal units are ms, mV, nS, pA, pF and 1/ms. They fit together without factors:
/// nS·mV = pA, pF·mV/ms = pA, pF/nS = ms. There are no areas: a conductance or a capacitance is
/// that of a whole compartment.
public enum Dimension: String, Sendable, CaseIterable {
  /// Internally ms.
  case time
  /// Internally mV.
  case voltage
  /// Internally pA.
  case current
  /// Internally nS.
  case conductance
  /// Internally pF.
  case capacitance
  /// Events per time, internally 1/ms: 5 Hz is 0.005.
  case frequency
  /// A slope against voltage, internally 1/mV.
  case inverseVoltage = "inverse voltage"
  /// A plain number; it takes no unit.
  case dimensionless

  /// The units that may be written, the smallest first; empty for plain numbers.
  public var units: [QuantityUnit] {
    switch self {
    case .time: units([("ns", -6), ("us", -3), ("ms", 0), ("s", 3)])
    case .voltage: units([("nV", -6), ("uV", -3), ("mV", 0), ("V", 3)])
    case .current:
      units([("fA", -3), ("pA", 0), ("nA", 3), ("uA", 6), ("mA", 9), ("A", 12)])
    case .conductance:
      units([("fS", -6), ("pS", -3), ("nS", 0), ("uS", 3), ("mS", 6), ("S", 9)])
    case .capacitance:
      units([("fF", -3), ("pF", 0), ("nF", 3), ("uF", 6), ("mF", 9), ("F", 12)])
    case .frequency:
      units([("mHz", -6), ("Hz", -3), ("kHz", 0), ("MHz", 3), ("GHz", 6)])
    case .inverseVoltage: units([("1/V", -3), ("1/mV", 0)])
    case .dimensionless: []
    }
  }

  private func units(_ pairs: [(String, Int)]) -> [QuantityUnit] {
    pairs.map { QuantityUnit(symbol: $0.0, dimension: self, exponent: $0.1) }
  }

  /// Symbols that are understood beside those of `units`.
  var aliases: [(symbol: String, unit: String)] {
    switch self {
    case .frequency: [("1/s", "Hz"), ("/s", "Hz"), ("1/ms", "kHz"), ("/ms", "kHz")]
    case .inverseVoltage: [("/mV", "1/mV"), ("/V", "1/V")]
    default: []
    }
  }

  /// The unit of which `symbol` is a name. Letter case matters (mS is no ms); µ may be written as
  /// u, and in both of its Unicode forms.
  public func unit(named symbol: String) -> QuantityUnit? {
    let plain = QuantityUnit.withoutMicroSign(symbol)
    let name = aliases.first { $0.symbol == plain }?.unit ?? plain
    return units.first { $0.symbol == name }
  }

  /// The unit a person expects: ms, mV, pA, nS, pF, Hz, 1/mV; nil for plain numbers.
  public var customaryUnit: QuantityUnit? {
    switch self {
    case .time: unit(named: "ms")
    case .voltage: unit(named: "mV")
    case .current: unit(named: "pA")
    case .conductance: unit(named: "nS")
    case .capacitance: unit(named: "pF")
    case .frequency: unit(named: "Hz")
    case .inverseVoltage: unit(named: "1/mV")
    case .dimensionless: nil
    }
  }

  /// A quantity as it is written, for messages.
  public var example: String {
    switch self {
    case .time: "3 ms"
    case .voltage: "-70 mV"
    case .current: "100 pA"
    case .conductance: "2.7 nS"
    case .capacitance: "150 pF"
    case .frequency: "5 Hz"
    case .inverseVoltage: "0.5 1/mV"
    case .dimensionless: "0.5"
    }
  }

  /// For instance `a voltage`.
  public var withArticle: String {
    switch self {
    case .inverseVoltage: "an inverse voltage"
    case .dimensionless: "a plain number"
    default: "a \(rawValue)"
    }
  }

  /// For instance `nV, uV, mV or V`.
  var unitList: String {
    let symbols = units.map(\.symbol)
    guard let last = symbols.last, symbols.count > 1 else { return symbols.first ?? "" }
    return symbols.dropLast().joined(separator: ", ") + " or " + last
  }
}

/// A unit that may be written: its symbol, and the power of ten that leads to the internal unit.
public struct QuantityUnit: Sendable, Hashable {
  /// As it is written, for instance `mV`.
  public let symbol: String
  /// What it measures.
  public let dimension: Dimension
  /// One of this unit is 10^`exponent` internal units.
  public let exponent: Int

  /// `symbol` with a micro sign (U+00B5) or a Greek mu (U+03BC) in front written as u.
  static func withoutMicroSign(_ symbol: String) -> String {
    guard let first = symbol.first, first == "\u{B5}" || first == "\u{3BC}" else { return symbol }
    return "u" + symbol.dropFirst()
  }
}
