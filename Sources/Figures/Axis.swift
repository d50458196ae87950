// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

/// An axis: label, range, scale and ticks.
public struct Axis: Sendable, Equatable {
  /// Where ticks stand.
  public enum Ticks: Sendable, Equatable {
    /// Round numbers.
    case automatic
    /// Multiples of a number.
    case every(Double)
    /// At these places, with these words.
    case named([Tick])
  }

  /// A place and its word.
  public struct Tick: Sendable, Equatable {
    /// Where.
    public let place: Double
    /// What stands there.
    public let word: String

    /// A tick.
    public init(_ place: Double, _ word: String) {
      self.place = place
      self.word = word
    }
  }

  /// What is counted, with its unit; empty for an axis whose numbers stand at a panel below.
  public var label: String
  /// From where to where.
  public let range: ClosedRange<Double>
  /// Whether equal ratios are equal lengths.
  public let isLogarithmic: Bool
  /// Where ticks stand.
  public let ticks: Ticks
  /// Whether numbers stand at the ticks.
  public var hasNumbers = true

  /// An axis with equal differences at equal lengths.
  public init(_ label: String, _ range: ClosedRange<Double>, ticks: Ticks = .automatic) {
    self.init(label, range, isLogarithmic: false, ticks: ticks)
  }

  private init(
    _ label: String, _ range: ClosedRange<Double>, isLogarithmic: Bool, ticks: Ticks
  ) {
    self.label = label
    self.isLogarithmic = isLogarithmic
    self.ticks = ticks
    // A drawing program refuses an axis of no length.
    if range.lowerBound < range.upperBound {
      self.range = range
    } else if isLogarithmic {
      self.range = range.lowerBound / 2...range.upperBound * 2
    } else {
      let half = max(abs(range.lowerBound) / 10, 0.5)
      self.range = range.lowerBound - half...range.upperBound + half
    }
  }

  /// An axis that holds all values, with a margin of a twentieth at either end. Values that differ
  /// by rounding alone are one value.
  public static func holding(_ values: [Double], _ label: String) -> Axis {
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    guard high - low > 1e-6 * max(abs(low), abs(high)) else { return Axis(label, low...low) }
    let margin = (high - low) / 20
    return Axis(label, low - margin...high + margin)
  }

  /// A logarithmic axis that holds all values, with ticks at 1, 2 and 5 times the powers of ten,
  /// or at the powers alone where there are many. Values must be positive.
  public static func logarithmic(holding values: [Double], _ label: String) -> Axis {
    let (low, high) = (values.min() ?? 1, values.max() ?? 10)
    precondition(low > 0, "no logarithm of \(low)")
    let margin = pow(high / low, 0.05)
    let range = high > low ? low / margin...high * margin : low / 2...high * 2
    let decades = Int(floor(log10(range.lowerBound)))...Int(ceil(log10(range.upperBound)))
    let span = log10(range.upperBound / range.lowerBound)
    let steps: [Double] =
      span > 3 ? [1] : span > 0.7 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]
    let ticks = decades.flatMap { decade in
      steps.map { Tick($0 * pow(10, Double(decade)), Self.word($0, decade)) }
    }.filter { range.contains($0.place) }
    return Axis(
      label, range, isLogarithmic: true, ticks: ticks.count < 2 ? .automatic : .named(ticks))
  }

  /// Multiples of 1, 2 or 5 times a power of ten: about `count` of them in `range`.
  public static func ticks(_ count: Int, in range: ClosedRange<Double>) -> Ticks {
    let rough = (range.upperBound - range.lowerBound) / Double(max(1, count))
    guard rough > 0, rough.isFinite else { return .automatic }
    let power = pow(10, floor(log10(rough)))
    let step = [1, 2, 5, 10].first { $0 * power >= rough * 0.99 } ?? 10
    return .every(step * power)
  }

  /// The same axis with ticks at these places.
  public func ticked(_ places: [Double]) -> Axis {
    Axis(
      label, range, isLogarithmic: isLogarithmic,
      ticks: .named(places.map { Tick($0, Numbers.text($0)) }))
  }

  /// An axis of angles in degrees, from 0 to the first multiple of 15 that holds all values.
  public static func degrees(holding values: [Double], _ label: String) -> Axis {
    let upper = min(180, max(15, ((values.max() ?? 180) / 15).rounded(.up) * 15))
    return Axis(label, 0...upper, ticks: .every(upper <= 90 ? 15 : 45))
  }

  /// Letters of the longest word at the axis; of automatic ticks that of as many round numbers as a
  /// drawing program may take.
  var longestWord: Int {
    guard hasNumbers else { return 0 }
    switch ticks {
    case .named(let ticks): return ticks.map(\.word.count).max() ?? 0
    case .every(let step):
      let (first, last) = ((range.lowerBound / step).rounded(.up), range.upperBound / step)
      return stride(from: first, through: last, by: 1)
        .map { Numbers.text($0 * step, digits: 6).count }.max() ?? 0
    case .automatic:
      guard case .every(let step) = Self.ticks(10, in: range) else { return 0 }
      return Axis(label, range, ticks: .every(step)).longestWord
    }
  }

  /// An axis of words, at 0, 1, ….
  public static func words(_ words: [String], _ label: String) -> Axis {
    Axis(
      label, -0.5...Double(words.count) - 0.5,
      ticks: .named(words.enumerated().map { Tick(Double($0), $1) }))
  }

  private static func word(_ factor: Double, _ decade: Int) -> String {
    if (-3...4).contains(decade) {
      return Numbers.text(factor * pow(10, Double(decade)), digits: 6)
    }
    let power = "10" + Numbers.superscript(decade)
    return factor == 1 ? power : "\(Numbers.text(factor, digits: 2))×\(power)"
  }
}

/// Numbers as a person reads them.
public enum Numbers {
  /// `value` with so many significant digits, without trailing zeros; whole where it has
  /// thousands.
  public static func text(_ value: Double, digits: Int = 3) -> String {
    if (1000..<100_000).contains(abs(value)) { return String(format: "%.0f", value) }
    let text = String(format: "%.\(digits)g", value)
    guard let mark = text.firstIndex(of: "e"), let power = Int(text[text.index(after: mark)...])
    else { return text }
    return "\(text[..<mark])×10\(superscript(power))"
  }

  /// `number` in raised digits.
  static func superscript(_ number: Int) -> String {
    let raised: [Character: Character] = [
      "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷",
      "8": "⁸", "9": "⁹",
    ]
    return String("\(number)".map { raised[$0] ?? $0 })
  }
}
