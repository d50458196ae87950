// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

extension StudySpec {
  /// Reads a study with all its experiments.
  ///
  /// Throws every mistake at once. One in a combination is named at the value of the axis that
  /// makes it; those that the experiment has by itself are named in its own file.
  public static func read(
    _ document: SpecDocument
  ) throws(SpecError) -> (value: StudySpec, resolved: ResolvedSpec) {
    var (study, resolved) = try document.read { StudySpec(reading: $0, file: document.file) }
    try study.combine(document.file)
    return (study, resolved)
  }

  /// Reads the experiment of every combination.
  private mutating func combine(_ file: String) throws(SpecError) {
    let choices = allChoices.filter { reason(against: $0) == nil }
    var faults: [Fault] = []
    for (index, choice) in choices.enumerated() {
      let document = base.applying(settings(choice).map(\.text))
      do {
        let (experiment, resolved) = try document.read(ExperimentSpec.init(reading:))
        combinations.append(
          Combination(
            choice: choice, document: document, experiment: experiment,
            digest: Data(resolved.yaml.utf8).sha256))
      } catch {
        for diagnostic in error.diagnostics {
          if let known = faults.firstIndex(where: { $0.diagnostic == diagnostic }) {
            faults[known].members.append(index)
          } else {
            faults.append(Fault(diagnostic: diagnostic, members: [index]))
          }
        }
      }
    }
    var mistakes = faults.map { mistake($0, choices, file) }
    if mistakes.isEmpty { mistakes = unknownColumns(file) }
    guard mistakes.isEmpty else {
      throw SpecError(
        file: file,
        diagnostics: mistakes.sorted {
          ($0.line ?? .max, $0.column ?? 0) < ($1.line ?? .max, $1.column ?? 0)
        })
    }
  }

  /// A mistake, and the combinations that have it.
  private struct Fault {
    var diagnostic: SpecDiagnostic
    var members: [Int]
  }

  /// A fault as a person reads it: where in the study it comes from.
  private func mistake(_ fault: Fault, _ choices: [[Int]], _ file: String) -> SpecDiagnostic {
    let diagnostic = fault.diagnostic
    let message =
      diagnostic.keyPath.isEmpty
      ? diagnostic.message : "\(diagnostic.keyPath): \(diagnostic.message)"
    let (condition, remainder) = condition(fault.members, choices)
    let writer = diagnostic.override.flatMap { text in
      settings(choices[fault.members[0]]).last { $0.text == text }
    }
    if let writer {
      let others = condition.filter { !axes[$0.axis].values[$0.value].settings.contains(writer) }
      return writer.mistake(words(others, remainder) + message, in: file)
    }
    guard let last = condition.last else {
      // Every combination has it: the experiment itself is wrong.
      guard let baseKey, let line = diagnostic.line, let column = diagnostic.column else {
        return diagnostic
      }
      return SpecDiagnostic(
        file: file, place: .text(line: line, column: column), keyPath: baseKey.description,
        message: message)
    }
    let label = axes[last.axis].values[last.value].label
    let advice =
      condition.count > 1 ? "; a combination that cannot be is left out under `exclude`" : ""
    return label.mistake(
      words(Array(condition.dropLast()), remainder) + message + advice, in: file)
  }

  private typealias Assignment = (axis: Int, value: Int)

  /// The fewest values that single out the combinations `members`, and how many of these more than
  /// the one that is named where no two values do.
  private func condition(
    _ members: [Int], _ choices: [[Int]]
  ) -> (condition: [Assignment], remainder: Int) {
    if members.count == choices.count { return ([], 0) }
    let all: [Assignment] = axes.indices.flatMap { axis in
      axes[axis].values.indices.map { (axis, $0) }
    }
    func singlesOut(_ condition: [Assignment]) -> Bool {
      let chosen = choices.indices.filter { index in
        condition.allSatisfy { choices[index][$0.axis] == $0.value }
      }
      return chosen == members
    }
    for one in all where singlesOut([one]) { return ([one], 0) }
    for (number, one) in all.enumerated() {
      for two in all[(number + 1)...] where two.axis != one.axis {
        if singlesOut([one, two]) { return ([one, two], 0) }
      }
    }
    let first = choices[members[0]]
    return (axes.indices.map { ($0, first[$0]) }, members.count - 1)
  }

  private func words(_ condition: [Assignment], _ remainder: Int) -> String {
    guard !condition.isEmpty else { return "" }
    let names = condition.map { "\(axes[$0.axis].name) \(axes[$0.axis].labels[$0.value])" }
    let more =
      remainder == 0
      ? "" : " (and \(remainder) other \(remainder == 1 ? "combination" : "combinations"))"
    return "with \(names.joined(separator: ", "))\(more): "
  }

  /// Collected columns that no run has.
  private func unknownColumns(_ file: String) -> [SpecDiagnostic] {
    var known: [String] = []
    for combination in combinations {
      for column in MetricsRow.columns(for: combination.experiment)
      where !known.contains(column) { known.append(column) }
    }
    return collect.filter { !known.contains($0.text) }.map { column in
      let meant = NearestWord.of(column.text, among: known).map { ", did you mean \($0)?" }
      return column.mistake(
        "no run has a column \(column.text)"
          + (meant ?? "; there are \(known.joined(separator: ", "))"), in: file)
    }
  }
}
