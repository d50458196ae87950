// SPDX-License-Identifier: GPL-3.0-or-later

/// Where a value was written.
enum SpecPlace: Sendable, Hashable {
  /// In the file, both counted from 1.
  case text(line: Int, column: Int)
  /// On the command line: the text as given and its turn among its fellows.
  case override(String, turn: Int)
  /// In no particular line of the file.
  case wholeFile

  /// Whether `first` is reported before `second`.
  static func precedes(_ first: SpecPlace, _ second: SpecPlace) -> Bool {
    switch (first, second) {
    case (.text(let a, let b), .text(let c, let d)): (a, b) < (c, d)
    case (.override(_, let a), .override(_, let b)): a < b
    case (.wholeFile, .wholeFile): false
    case (.wholeFile, _), (.text, .override): true
    case (_, .wholeFile), (.override, .text): false
    }
  }
}

/// A value of the document with the place where it was written.
struct SpecNode: Sendable {
  /// What the value is before anybody asks for a number or a text.
  enum Content: Sendable {
    /// One word or number; `isQuoted` says it can only be text.
    case scalar(String, isQuoted: Bool)
    /// A list.
    case list([SpecNode])
    /// A mapping, in the order of the text.
    case mapping([Entry])
  }

  /// One line of a mapping.
  struct Entry: Sendable {
    let key: String
    let keyPlace: SpecPlace
    var value: SpecNode
  }

  var content: Content
  var place: SpecPlace

  /// Whether nothing was written, or YAML's word for it.
  var isNull: Bool {
    guard case .scalar(let text, false) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// The entries, if this is a mapping.
  var entries: [Entry]? {
    guard case .mapping(let entries) = content else { return nil }
    return entries
  }

  /// The value as a message shows it: short, and on one line.
  var found: String {
    switch content {
    case .scalar where isNull: "nothing"
    case .scalar(let text, true): "the text \(SpecNode.quoted(text))"
    case .scalar(let text, false): SpecNode.isBareWord(text) ? text : SpecNode.quoted(text)
    case .list(let entries): entries.isEmpty ? "an empty list" : "a list"
    case .mapping(let entries): entries.isEmpty ? "an empty mapping" : "a mapping"
    }
  }

  /// Whether `text` can stand in a sentence without quotation marks.
  private static func isBareWord(_ text: String) -> Bool {
    text.count <= 40
      && text.unicodeScalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || "0123456789+-._".unicodeScalars.contains($0))
      }
  }

  /// `text` in quotation marks, shortened, with line ends and control characters made visible.
  static func quoted(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars.prefix(40) {
      switch scalar {
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\"": result += "\\\""
      default: result += scalar.value < 32 ? "\u{FFFD}" : String(scalar)
      }
    }
    return "\"\(result)\(text.unicodeScalars.count > 40 ? "…" : "")\""
  }
}
