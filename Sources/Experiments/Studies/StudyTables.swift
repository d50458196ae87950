// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import TraceExport

/// The numbers of a study: one row per run, and means over seeds.
struct StudyTables {
  /// One run, complete or not.
  struct Row {
    var combination: Int
    var seed: UInt64
    var status: String
    /// The collected columns; all nil for a run that is not complete.
    var values: [Double?]
  }

  let spec: StudySpec
  let rows: [Row]

  private var columns: [String] { spec.collect.map(\.text) }

  private func labels(_ combination: Int) -> [String] {
    spec.labels(spec.combinations[combination].choice)
  }

  private func means(_ combination: Int) -> (runs: Int, values: [MeanAndError]) {
    let own = rows.filter { $0.combination == combination && $0.status == "done" }
    return (
      own.count,
      columns.indices.map { column in MeanAndError(own.compactMap { $0.values[column] }) }
    )
  }

  /// One row per run: the axes, the seed, the metrics, how far it is.
  var table: Data {
    csv(
      [spec.axes.map(\.name) + ["seed"] + columns + ["status"]]
        + rows.map { row in
          labels(row.combination) + ["\(row.seed)"] + row.values.map { CSV.text($0) }
            + [row.status]
        })
  }

  /// One row per combination: the axes, the number of runs, means and their standard errors.
  var summary: Data {
    csv(
      [spec.axes.map(\.name) + ["runs"] + columns.flatMap { ["\($0)_mean", "\($0)_sem"] }]
        + spec.combinations.indices.map { combination in
          let (count, values) = means(combination)
          return labels(combination) + ["\(count)"]
            + values.flatMap { [CSV.text($0.mean), CSV.text($0.standardError)] }
        })
  }

  /// The summary for people.
  func markdown(title: String, failures: [String]) -> String {
    let header = spec.axes.map(\.name) + ["runs"] + columns
    var lines = ["# \(title)", ""]
    if let claim = spec.claim { lines += [claim, ""] }
    lines += [
      "Mean ± standard error over the seeds \(spec.seeds.map(String.init).joined(separator: ", ")), at the last row of each run's metrics.csv. Errors are fractions, angles degrees, losses per trial. Apical \(ApicalVersion.current).",
      "", row(header), row(header.map { _ in "---" }),
    ]
    lines += spec.combinations.indices.map { combination in
      let (count, values) = means(combination)
      return row(labels(combination) + ["\(count)"] + values.map(\.text))
    }
    if !spec.exclusions.isEmpty { lines += ["", "Left out:", ""] + spec.exclusionLines }
    if !failures.isEmpty { lines += ["", "Failed:", ""] + failures.map { "- \($0)" } }
    return lines.joined(separator: "\n") + "\n"
  }

  private func csv(_ lines: [[String]]) -> Data {
    Data(lines.flatMap { CSV.line($0.map(CSV.cell)) })
  }

  private func row(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }
}

extension StudySpec {
  /// What is left out and why, one line each.
  var exclusionLines: [String] {
    exclusions.map { exclusion in
      let condition = exclusion.when.sorted { $0.key < $1.key }.map { axis, labels in
        "\(axes[axis].name) \(labels.joined(separator: " or "))"
      }
      return "- \(condition.joined(separator: ", ")): \(exclusion.because)"
    }
  }

  /// The study in a few lines: what is run, how often, what it costs.
  public var summary: String {
    var lines: [String] = []
    if let claim { lines.append("claim        \(claim)") }
    for axis in axes {
      lines.append("axis         \(axis.name): \(axis.labels.joined(separator: ", "))")
    }
    let count = combinations.count
    let runs = count * seeds.count
    lines.append(
      "runs         \(count) \(count == 1 ? "combination" : "combinations") × \(seeds.count) \(seeds.count == 1 ? "seed" : "seeds") = \(runs)"
    )
    let steps = combinations.reduce(0.0) { $0 + Double($1.experiment.schedule.steps) }
    lines.append(
      "cost         \(String(format: "%.0f", steps * Double(seeds.count))) training steps in all")
    let bytes = combinations.reduce(0) { $0 + $1.experiment.diskSpace } * Double(seeds.count)
    lines.append("disk         about \(ExperimentSpec.bytes(bytes))")
    lines += exclusionLines.map { "left out     \($0.dropFirst(2))" }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Study {
  /// Writes `table.csv`, `summary.csv` and `summary.md` from what is there, and returns the last.
  public func collect() throws(RunFailure) -> String {
    do {
      guard FileManager.default.fileExists(atPath: "\(folder)/study.yaml") else {
        throw RunFailure.usage(
          "\(folder) holds no study: start it with apical sweep run, or name its folder with --out")
      }
      return try writeTables()
    } catch {
      throw RunFailure(error)
    }
  }

  func writeTables() throws -> String {
    let states = states()
    let columns = spec.collect.map(\.text)
    let rows = try zip(runs, states).map { run, state in
      let metrics =
        state == .done ? try CSVTable(readingNumbers: directory.run(run.name).metrics) : nil
      return StudyTables.Row(
        combination: run.combination, seed: run.seed, status: state.name,
        values: columns.map { metrics?.lastNumber($0) })
    }
    let failures = zip(runs, states).compactMap { run, state in
      if case .failed(_, let reason) = state { "\(run.title): \(reason)" } else { nil }
    }
    let tables = StudyTables(spec: spec, rows: rows)
    let name = URL(fileURLWithPath: request.document.file).deletingPathExtension()
      .lastPathComponent
    let markdown = tables.markdown(title: name, failures: failures)
    try directory.files.write(tables.table, to: "table.csv")
    try directory.files.write(tables.summary, to: "summary.csv")
    try directory.files.write(Data(markdown.utf8), to: "summary.md")
    return markdown
  }
}
