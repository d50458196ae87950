// SPDX-License-Identifier: GPL-3.0-or-later

internal import Quantities
internal import RandomStreams
internal import RealModule

/// What the values of single cells or synapses are drawn from: initial potentials, weights, delays.
///
/// Values lie from `lower` to `upper`; the mean and the standard deviation are those without these
/// bounds. A draw takes one number x of the generator, uniform on (0, 1), and is
///
///     uniform:    lower + (upper − lower) x
///     normal:     m + s Φ⁻¹(Φ(a) + (Φ(b) − Φ(a)) x),  a = (lower − m)/s, b = (upper − m)/s
///     lognormal:  the exponential of a normal one, with s² → ln(1 + s²/m²), m → ln m − s²/2
///
/// with the distribution function Φ of the standard normal distribution: what a rejection of values
/// beyond the bounds would leave, without the rejections.
public struct Distribution: Sendable, Equatable {
  /// The distribution without its bounds.
  public enum Shape: Sendable, Equatable {
    /// Every value between the bounds alike.
    case uniform
    /// Gauss's.
    case normal(mean: Double, standardDeviation: Double)
    /// Of positive values whose logarithm is normal; mean and standard deviation are those of the
    /// values, not of the logarithm.
    case lognormal(mean: Double, standardDeviation: Double)
  }

  /// The distribution without its bounds.
  public let shape: Shape
  /// The least value; −∞ where a normal distribution has none.
  public let lower: Double
  /// The largest value; ∞ where there is none.
  public let upper: Double

  /// Less than this share of a distribution within its bounds is a mistake.
  private static let leastShare = 1e-3

  /// A distribution within bounds.
  ///
  /// - Throws: `ModelError` at `place` for bounds that do not ascend or hold less than a thousandth
  ///   of the distribution, and for numbers that are none.
  public init(
    _ shape: Shape, from lower: Double = -.infinity, to upper: Double = .infinity,
    place: String = "distribution"
  ) throws(ModelError) {
    guard lower <= upper else {
      throw ModelError(
        "\(place).to", "\(ModelError.text(upper)) is not above \(ModelError.text(lower))",
        "let the bounds ascend")
    }
    switch shape {
    case .uniform:
      try ModelError.checkFinite(lower, "\(place).from", "(a number)")
      try ModelError.checkFinite(upper, "\(place).to", "(a number)")
      self.lower = lower
    case .normal(let mean, let deviation):
      try ModelError.checkFinite(mean, "\(place).mean", "(a number)")
      try ModelError.checkNotNegative(deviation, "\(place).standardDeviation", "(a number)")
      self.lower = lower
    case .lognormal(let mean, let deviation):
      try ModelError.checkPositive(mean, "\(place).mean", "(a number)")
      try ModelError.checkNotNegative(deviation, "\(place).standardDeviation", "(a number)")
      self.lower = max(lower, 0)
    }
    self.shape = shape
    self.upper = upper
    guard share >= Self.leastShare else {
      throw ModelError(
        place,
        "less than a thousandth of the distribution lies from \(ModelError.text(lower)) to "
          + "\(ModelError.text(upper))", "widen the bounds, or leave one of them out")
    }
  }

  /// Of values without bounds.
  public var mean: Double {
    switch shape {
    case .uniform: (lower + upper) / 2
    case .normal(let mean, _), .lognormal(let mean, _): mean
    }
  }

  /// The normal distribution behind this one and its bounds in standard deviations; nil where there
  /// is none, or where it has no width.
  private var normal: (mean: Double, deviation: Double, low: Double, high: Double)? {
    switch shape {
    case .uniform: return nil
    case .normal(let mean, let deviation):
      guard deviation > 0 else { return nil }
      return (mean, deviation, (lower - mean) / deviation, (upper - mean) / deviation)
    case .lognormal(let mean, let deviation):
      guard deviation > 0 else { return nil }
      let square = Double.log(onePlus: deviation / mean * (deviation / mean))
      let (middle, width) = (Double.log(mean) - square / 2, square.squareRoot())
      let low = lower > 0 ? (Double.log(lower) - middle) / width : -.infinity
      let high = upper > 0 ? (Double.log(upper) - middle) / width : -.infinity
      return (middle, width, low, high)
    }
  }

  /// The share of the distribution that lies within the bounds.
  private var share: Double {
    guard let normal else {
      if case .uniform = shape { return 1 }
      return mean >= lower && mean <= upper ? 1 : 0
    }
    func below(_ z: Double) -> Double { Double.erfc(-z / 2.0.squareRoot()) / 2 }
    // In the nearer tail, where nothing cancels.
    return normal.low > 0
      ? below(-normal.low) - below(-normal.high) : below(normal.high) - below(normal.low)
  }

  /// A value: takes one number of `random`.
  func draw(_ random: inout GSLRandom) -> Double {
    guard let normal else {
      let x = random.uniform()
      if case .uniform = shape { return lower + (upper - lower) * x }
      return mean
    }
    let deviate = random.gaussian(from: normal.low, to: normal.high)
    let value = normal.mean + normal.deviation * deviate
    if case .lognormal = shape { return min(max(Double.exp(value), lower), upper) }
    return min(max(value, lower), upper)
  }
}

/// A value of every cell of a population or of every synapse of a projection.
public enum SampledValue: Sendable, Equatable, ExpressibleByFloatLiteral,
  ExpressibleByIntegerLiteral
{
  /// The same for all.
  case same(Double)
  /// Drawn for each from the simulation's seed, at the address of its cell or its two cells.
  case drawn(Distribution)

  /// The same for all.
  public init(floatLiteral value: Double) { self = .same(value) }

  /// The same for all.
  public init(integerLiteral value: Int) { self = .same(Double(value)) }

  /// The least value.
  public var least: Double {
    switch self {
    case .same(let value): value
    case .drawn(let distribution): distribution.lower
    }
  }

  /// The largest value.
  public var largest: Double {
    switch self {
    case .same(let value): value
    case .drawn(let distribution): distribution.upper
    }
  }

  /// The distribution, where there is one.
  var distribution: Distribution? { if case .drawn(let it) = self { it } else { nil } }

  /// Throws unless the one value, where there is one, is finite.
  func checkFinite(_ place: String, _ unit: String) throws(ModelError) {
    if case .same(let value) = self { try ModelError.checkFinite(value, place, unit) }
  }
}
