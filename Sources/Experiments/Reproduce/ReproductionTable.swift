// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

/// What was expected, what was measured, and whether that passes.
public struct ReproductionTable: Sendable {
  /// One comparison.
  public struct Row: Sendable {
    /// What was measured.
    public var quantity: String
    /// What is expected, and by whom.
    public var target: String
    /// The mean over seeds.
    public var measured: Double?
    /// Its standard error; nil for a single value.
    public var standardError: Double?
    /// Where it may lie; nil for a row that is reported and not judged.
    public var band: ClosedRange<Double>?
    /// The sentence of the paper, or the note, that the row stands for.
    public var claim: String

    /// "pass", "MISS", "missing" or "reported".
    public var verdict: String {
      guard let band else { return "reported" }
      guard let measured else { return "missing" }
      return band.contains(measured) ? "pass" : "MISS"
    }
  }

  /// The title.
  public var title: String
  /// How the numbers were made.
  public var notes: [String]
  /// The comparisons.
  public var rows: [Row]

  /// The table as Markdown.
  public var markdown: String {
    var lines = ["# \(title)", ""]
    lines += notes.flatMap { [$0, ""] }
    lines.append("| quantity | target | measured | pass band | verdict | stands for |")
    lines.append("| --- | --- | --- | --- | --- | --- |")
    for row in rows {
      let measured =
        row.measured.map { value in
          Self.text(value) + (row.standardError.map { " ± \(Self.text($0))" } ?? "")
        } ?? "–"
      let band =
        row.band.map { band in
          band.lowerBound == -.infinity
            ? "≤ \(Self.text(band.upperBound))"
            : band.upperBound == .infinity
              ? "≥ \(Self.text(band.lowerBound))"
              : "\(Self.text(band.lowerBound)) … \(Self.text(band.upperBound))"
        } ?? "–"
      lines.append(
        "| \(row.quantity) | \(row.target) | \(measured) | \(band) | \(row.verdict) | \(row.claim) |"
      )
    }
    let judged = rows.filter { $0.band != nil }
    let passed = judged.filter { $0.verdict == "pass" }.count
    lines += ["", "\(passed) of \(judged.count) judged rows pass.", ""]
    return lines.joined(separator: "\n")
  }

  private static func text(_ value: Double) -> String {
    let magnitude = abs(value)
    let format =
      magnitude == 0 ? "%.0f" : magnitude >= 100 ? "%.1f" : magnitude >= 1 ? "%.2f" : "%.4g"
    return String(format: format, value)
  }
}

/// The mean of values, and its standard error where there are several.
struct MeanAndError {
  var mean: Double?
  var standardError: Double?

  init(_ values: [Double]) {
    guard !values.isEmpty else { return }
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    guard values.count > 1 else { return }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardError = (squares / Double(values.count - 1) / Double(values.count)).squareRoot()
  }
}
