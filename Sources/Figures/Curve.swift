// SPDX-License-Identifier: GPL-3.0-or-later

/// Points and how they are drawn.
public struct Curve: Sendable, Equatable {
  /// A value at a place, with its uncertainty where there is one.
  public struct Point: Sendable, Equatable {
    /// Along the horizontal axis.
    public let x: Double
    /// Along the vertical axis.
    public let y: Double
    /// Drawn as y ± spread: a band around a line, a bar through a point. For ticks, the height of
    /// the tick above y.
    public let spread: Double?

    /// A point.
    public init(_ x: Double, _ y: Double, spread: Double? = nil) {
      self.x = x
      self.y = y
      self.spread = spread
    }
  }

  /// How points are drawn.
  public enum Style: Sendable, Equatable {
    /// Joined by straight lines.
    case line
    /// Filled circles.
    case points
    /// Open circles, larger ones.
    case rings
    /// A short upright stroke from y to y + spread.
    case ticks
    /// Very small dots, for thousands.
    case dots
  }

  /// Whether a line is interrupted.
  public enum Dash: Sendable, Equatable, CaseIterable {
    /// Not.
    case solid
    /// By gaps.
    case dashed
    /// To dots.
    case dotted
  }

  /// What tells one curve from another.
  public struct Look: Sendable, Hashable {
    /// Its colour.
    public var colour: Colour
    /// Its dashes.
    public var dash: Dash
    /// How points are drawn.
    public var style: Style

    /// A look.
    public init(_ colour: Colour, dash: Dash = .solid, style: Style = .line) {
      self.colour = colour
      self.dash = dash
      self.style = style
    }
  }

  /// The points, in order along the horizontal axis for lines.
  public let points: [Point]
  /// How they are drawn.
  public let look: Look

  /// A curve. Points that are not finite numbers are left out.
  public init(_ points: [Point], _ look: Look) {
    self.points = points.filter { $0.x.isFinite && $0.y.isFinite && $0.spread?.isFinite ?? true }
    self.look = look
  }
}

/// The colours of Okabe and Ito, which people with any colour vision tell apart, and grey.
///
/// Source: M. Okabe & K. Ito, *Color Universal Design* (2008).
public enum Colour: String, Sendable, CaseIterable {
  /// The first choice.
  case blue = "#0072B2"
  /// The second.
  case vermilion = "#D55E00"
  /// The third.
  case green = "#009E73"
  /// The fourth.
  case purple = "#CC79A7"
  /// The fifth.
  case orange = "#E69F00"
  /// The sixth.
  case sky = "#56B4E9"
  /// For what is common to all.
  case black = "#000000"
  /// For what stands in the background.
  case grey = "#888888"

  /// Colour number `index`, counted from 0; after the eighth they come again.
  public static func number(_ index: Int) -> Colour { allCases[index % allCases.count] }
}

/// A matrix of coloured cells, each with its value written in it.
public struct HeatMap: Sendable, Equatable {
  /// `[rows][columns]`, from the lowest row up; nil where there is no value.
  public let values: [[Double?]]
  /// What the colours mean, with a unit.
  public let label: String
  /// The ends of the colour scale, which panels of one figure share.
  public let range: ClosedRange<Double>
  /// Whether colours follow the logarithm.
  public let isLogarithmic: Bool

  /// A heat map. Every row has as many cells as the first.
  public init(
    values: [[Double?]], label: String, range: ClosedRange<Double>, isLogarithmic: Bool = false
  ) {
    precondition(values.allSatisfy { $0.count == values[0].count }, "rows differ in length")
    precondition(!isLogarithmic || range.lowerBound > 0, "no logarithm of \(range.lowerBound)")
    self.values = values
    self.label = label
    self.range = range
    self.isLogarithmic = isLogarithmic
  }
}
