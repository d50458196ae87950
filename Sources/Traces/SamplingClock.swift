// SPDX-License-Identifier: GPL-3.0-or-later

/// A quotient of two integers in lowest terms, with a positive denominator.
///
/// Sampling times are kept as ratios because 0.1 ms is not a `Double`: the time of frame n is
/// computed exactly and rounded once. Arithmetic traps on overflow of 64 bits.
public struct ExactRatio: Hashable, Sendable, CustomStringConvertible {
  /// Carries the sign.
  public let numerator: Int
  /// At least 1.
  public let denominator: Int

  /// numerator ⁄ denominator, reduced. Traps when `denominator` is 0.
  public init(_ numerator: Int, _ denominator: Int = 1) {
    precondition(denominator != 0, "\(numerator)/0 is not a number")
    var (a, b) = (numerator.magnitude, denominator.magnitude)
    while b != 0 { (a, b) = (b, a % b) }
    let divisor = Int(a) * denominator.signum()
    self.numerator = numerator / divisor
    self.denominator = denominator / divisor
  }

  /// The nearest `Double`, when both integers are below 2⁵³.
  public var value: Double { Double(numerator) / Double(denominator) }

  /// For instance `1/10`, or `3` when the denominator is 1.
  public var description: String {
    denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)"
  }

  /// The exact sum.
  public static func + (a: ExactRatio, b: ExactRatio) -> ExactRatio {
    ExactRatio(
      a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)
  }

  /// The exact product with an integer.
  public static func * (count: Int, ratio: ExactRatio) -> ExactRatio {
    ExactRatio(count * ratio.numerator, ratio.denominator)
  }
}

/// When the frames of a trace were taken: frame n at `start + n · interval`.
public struct SamplingClock: Hashable, Sendable {
  /// What times are counted in.
  public enum Unit: String, Sendable, CaseIterable {
    /// Simulated time.
    case milliseconds = "ms"
    /// Training steps of a rate network, which has no other time.
    case steps = "step"
  }

  /// Time of frame 0, in `unit`.
  public let start: ExactRatio
  /// From one frame to the next, in `unit`; positive. It is the recording interval, not the
  /// integration step.
  public let interval: ExactRatio
  /// What `start` and `interval` are counted in.
  public let unit: Unit

  /// Throws `TraceError.invalidInterval` unless `interval` is positive.
  public init(start: ExactRatio = ExactRatio(0), interval: ExactRatio, unit: Unit) throws {
    guard interval.numerator > 0 else {
      throw TraceError.invalidInterval(interval: interval.description, unit: unit.rawValue)
    }
    self.start = start
    self.interval = interval
    self.unit = unit
  }

  /// A frame every `count` training steps, the first at step `first`.
  public static func every(_ count: Int, firstStep first: Int = 0) throws -> SamplingClock {
    try SamplingClock(start: ExactRatio(first), interval: ExactRatio(count), unit: .steps)
  }

  /// The time of frame `index`, rounded once. The end of a trace of n frames is `time(ofFrame: n)`.
  public func time(ofFrame index: Int) -> Double { (start + index * interval).value }
}
