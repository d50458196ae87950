// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a figure could not be drawn.
public enum FigureError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The drawing program is not there.
  case missing(program: String)
  /// The drawing program refused; in its own words.
  case refused(figure: String, reason: String)

  /// The sentence a person reads.
  public var description: String {
    switch self {
    case .missing(let program):
      "\(program) draws the figures and is not installed: install Debian's package gnuplot-nox "
        + "(apt-get install gnuplot-nox), or gnuplot 5.4 or later"
    case .refused(let figure, let reason):
      "gnuplot did not draw \(figure): \(reason). Check that gnuplot is 5.4 or later, with cairo "
        + "(gnuplot --version)"
    }
  }
}
