// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

/// The mean of values, and its standard error where there are several.
struct MeanAndError {
  var mean: Double?
  var standardError: Double?

  init(mean: Double?, standardError: Double?) {
    self.mean = mean
    self.standardError = standardError
  }

  init(_ values: [Double]) {
    guard !values.isEmpty else { return }
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    guard values.count > 1 else { return }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardError = (squares / Double(values.count - 1) / Double(values.count)).squareRoot()
  }

  /// "12.3 ± 0.4", or a dash where there is no value.
  var text: String {
    guard let mean else { return "–" }
    return Self.text(mean) + (standardError.map { " ± \(Self.text($0))" } ?? "")
  }

  /// A number as tables show it, to four digits or so.
  static func text(_ value: Double) -> String {
    let magnitude = abs(value)
    let format =
      magnitude == 0 ? "%.0f" : magnitude >= 100 ? "%.1f" : magnitude >= 1 ? "%.2f" : "%.4g"
    return String(format: format, value)
  }
}
