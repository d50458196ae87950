// SPDX-License-Identifier: GPL-3.0-or-later

/// A figure as a value: a title, panels in a grid, and one legend below them.
///
/// It says what is to be seen, never how a drawing program is told so: that is `GnuplotScript`'s
/// affair. It knows no run directory.
public struct Figure: Sendable, Equatable {
  /// The name of its file, without an extension.
  public let name: String
  /// A sentence that says what the figure shows.
  public let title: String
  /// Row by row.
  public let panels: [Panel]
  /// Panels beside each other; a terminal shows them below each other.
  public let columns: Int
  /// What colours and dashes mean; empty for none.
  public let legend: [LegendEntry]
  /// How wide and high a panel's plotting area is.
  public let panelSize: PanelSize

  /// A figure of at least one panel.
  public init(
    name: String, title: String, panels: [Panel], columns: Int = 1, legend: [LegendEntry] = [],
    panelSize: PanelSize = .standard
  ) {
    precondition(!panels.isEmpty && columns >= 1, "\(panels.count) panels, \(columns) columns")
    self.name = name
    self.title = title
    self.panels = panels
    self.columns = min(columns, panels.count)
    self.legend = legend
    self.panelSize = panelSize
  }
}

/// The size of a panel's plotting area, in units of 1/96 inch.
public struct PanelSize: Sendable, Equatable {
  /// From the left to the right axis.
  public var width: Double
  /// From the lower to the upper axis.
  public var height: Double

  /// A size of its own.
  public init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// For a curve among others.
  public static let standard = PanelSize(width: 290, height: 210)
  /// For courses over time, below each other.
  public static let strip = PanelSize(width: 620, height: 110)
}

/// A pair of axes and what is drawn between them.
public struct Panel: Sendable, Equatable {
  /// What is drawn.
  public enum Content: Sendable, Equatable {
    /// Curves, the later ones on top.
    case curves([Curve])
    /// A matrix of coloured cells.
    case heatMap(HeatMap)
  }

  /// A stretch along the horizontal axis, up to the next one.
  public struct Section: Sendable, Equatable {
    /// Where it begins; a thin line stands there.
    public let start: Double
    /// Stands at its top; empty for none.
    public let name: String

    /// A section.
    public init(start: Double, name: String) {
      self.start = start
      self.name = name
    }
  }

  /// Stands above the panel, at its left; empty for none.
  public var title: String
  /// The horizontal axis.
  public var x: Axis
  /// The vertical axis.
  public var y: Axis
  /// What is drawn.
  public var content: Content
  /// Heights of thin grey lines across, such as chance.
  public var references: [Double] = []
  /// Stretches such as the phases of a trial.
  public var sections: [Section] = []

  /// A panel.
  public init(title: String = "", x: Axis, y: Axis, content: Content, references: [Double] = []) {
    self.title = title
    self.x = x
    self.y = y
    self.content = content
    self.references = references
  }
}

/// One line of a legend: a sample and its meaning.
public struct LegendEntry: Sendable, Equatable {
  /// What it means.
  public let label: String
  /// The look of the curves it stands for.
  public let look: Curve.Look

  /// An entry.
  public init(_ label: String, _ look: Curve.Look) {
    self.label = label
    self.look = look
  }
}
