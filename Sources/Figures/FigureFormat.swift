// SPDX-License-Identifier: GPL-3.0-or-later

/// What a figure becomes.
public enum FigureFormat: Sendable, Equatable {
  /// Scalable, for pages.
  case svg
  /// Pixels, two for each unit of length.
  case png
  /// Scalable, for papers.
  case pdf
  /// Characters, so many in a line.
  case text(width: Int)

  /// The extension of its files.
  public var fileExtension: String {
    switch self {
    case .svg: "svg"
    case .png: "png"
    case .pdf: "pdf"
    case .text: "txt"
    }
  }

  /// The size of letters in its own units: 1/96 inch, or points where a page is meant.
  var fontSize: Double {
    switch self {
    case .svg: 13
    case .png: 10
    case .pdf: 7.5
    case .text: 1
    }
  }

  /// Whether it is made of characters.
  var isText: Bool { if case .text = self { true } else { false } }
}
