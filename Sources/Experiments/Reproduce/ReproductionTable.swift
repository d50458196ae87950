// SPDX-License-Identifier: GPL-3.0-or-later

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
      let measured = MeanAndError(mean: row.measured, standardError: row.standardError).text
      let band =
        row.band.map { band in
          band.lowerBound == -.infinity
            ? "≤ \(MeanAndError.text(band.upperBound))"
            : band.upperBound == .infinity
              ? "≥ \(MeanAndError.text(band.lowerBound))"
              : "\(MeanAndError.text(band.lowerBound)) … \(MeanAndError.text(band.upperBound))"
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
}
