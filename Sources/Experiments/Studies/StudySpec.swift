// SPDX-License-Identifier: GPL-3.0-or-later

/// A study: one experiment, the axes along which it is varied, and the seeds.
///
/// Every combination of one value per axis, but for those that are left out, is run with every
/// seed. A value of an axis is a list of `key.path=value`, as `--set` takes them.
public struct StudySpec: Sendable {
  /// What the study is to show, in a sentence.
  public var claim: String?
  /// The seeds of the runs.
  public var seeds: [UInt64]
  /// The axes, the slowest first.
  var axes: [Axis]
  /// Combinations that are left out.
  var exclusions: [Exclusion]
  /// The columns of `metrics.csv` that go into the table, at the last row of each run.
  var collect: [PlacedText]
  /// The experiment that is varied.
  var base: SpecDocument
  /// The key under which it is written in the study; nil where it is a file of its own.
  var baseKey: SpecPath?
  /// Applied to every run, before the values of the axes.
  var settings: [PlacedText]
  /// What is run, the first axis slowest; known once the study was checked.
  var combinations: [Combination] = []

  /// One axis.
  struct Axis: Sendable {
    var name: String
    var values: [AxisValue]

    var labels: [String] { values.map(\.label.text) }
  }

  /// One value of an axis.
  struct AxisValue: Sendable {
    /// Its name, with its place.
    var label: PlacedText
    /// What it changes in the experiment.
    var settings: [PlacedText]
  }

  /// Combinations that are left out, with the reason.
  struct Exclusion: Sendable {
    /// Labels by axis; axes that are not named take any value.
    var when: [Int: [String]]
    var because: String
  }

  /// One combination of values.
  struct Combination: Sendable {
    /// The values, one number per axis.
    var choice: [Int]
    /// The experiment with its settings.
    var document: SpecDocument
    var experiment: ExperimentSpec
    /// SHA-256 of the resolved experiment.
    var digest: String
  }

  /// The most runs of a study.
  static let runLimit = 10_000
}

extension StudySpec {
  /// The labels of a combination, one per axis.
  func labels(_ choice: [Int]) -> [String] { zip(axes, choice).map { $0.labels[$1] } }

  /// "noise ou, baseline clean".
  func title(_ choice: [Int]) -> String {
    zip(axes, labels(choice)).map { "\($0.name) \($1)" }.joined(separator: ", ")
  }

  /// All combinations, those left out too, the first axis slowest.
  var allChoices: [[Int]] {
    axes.reduce([[]]) { choices, axis in
      choices.flatMap { choice in axis.values.indices.map { choice + [$0] } }
    }
  }

  /// Why a combination is left out, or nil.
  func reason(against choice: [Int]) -> Exclusion? {
    exclusions.first { exclusion in
      exclusion.when.allSatisfy { axis, labels in
        labels.contains(axes[axis].labels[choice[axis]])
      }
    }
  }

  /// What a combination sets, in the order in which it is applied.
  func settings(_ choice: [Int]) -> [PlacedText] {
    settings + zip(axes, choice).flatMap { $0.values[$1].settings }
  }
}
