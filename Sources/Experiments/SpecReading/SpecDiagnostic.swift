// SPDX-License-Identifier: GPL-3.0-or-later

/// One mistake in a specification: where it is, which parameter it concerns, what was expected.
///
/// Its description is one line that editors and terminals know how to follow:
/// `models/x.yaml:12:7: descent.sgd.rate: expected a number greater than 0, found -0.1`.
/// A value given on the command line has no line; there the place is `--set key.path=value`.
public struct SpecDiagnostic: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file's path as it was given.
  public let file: String
  /// The line, counted from 1; nil for a command-line value or a file that could not be read.
  public let line: Int?
  /// The column in Unicode scalars, counted from 1, as the line.
  public let column: Int?
  /// The `key.path=value` as given on the command line, if the value came from there.
  public let override: String?
  /// The parameter, such as `record[0].every`; empty where the whole document is meant.
  public let keyPath: String
  /// What was expected and what was found.
  public let message: String

  init(file: String, place: SpecPlace, keyPath: String, message: String) {
    self.file = file
    self.keyPath = keyPath
    self.message = message
    switch place {
    case .text(let line, let column):
      (self.line, self.column, self.override) = (line, column, nil)
    case .override(let text, _):
      (self.line, self.column, self.override) = (nil, nil, text)
    case .wholeFile:
      (self.line, self.column, self.override) = (nil, nil, nil)
    }
  }

  /// The whole mistake on one line.
  public var description: String {
    var place = file
    if let override {
      place = "--set \(override.replacing("\n", with: "\\n"))"
    } else if let line, let column {
      place += ":\(line):\(column)"
    }
    return keyPath.isEmpty ? "\(place): \(message)" : "\(place): \(keyPath): \(message)"
  }
}

/// Every mistake of one specification, in the order of the text; command-line values come last.
public struct SpecError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file's path as it was given.
  public let file: String
  /// The mistakes, at least one.
  public let diagnostics: [SpecDiagnostic]

  /// One line for each mistake and a last line that counts them.
  public var description: String {
    let count = diagnostics.count
    let lines = diagnostics.map(\.description)
    return (lines + ["\(count) \(count == 1 ? "mistake" : "mistakes") in \(file)"])
      .joined(separator: "\n")
  }
}
