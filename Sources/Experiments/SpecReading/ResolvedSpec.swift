// SPDX-License-Identifier: GPL-3.0-or-later

/// Everything a reading used, in the order in which it was read.
///
/// `yaml` written to a file and read by the same schema gives the same values and the same `yaml`
/// again; defaults are written out, so that the file keeps its meaning when a default changes.
public struct ResolvedSpec: Sendable, Equatable {
  /// The parameters in reading order.
  public let parameters: [ResolvedParameter]

  /// The specification in full, as YAML.
  public var yaml: String {
    var root = Branch()
    for parameter in parameters where parameter.resolved != .absent {
      root.insert(parameter.resolved, at: parameter.path.components[...])
    }
    return root.isEmpty ? "{}\n" : root.lines.joined(separator: "\n") + "\n"
  }

  /// A value on one line: `[784, 50]`, `sgd`, `"two: words"`.
  static func flow(_ value: ResolvedValue) -> String {
    switch value {
    case .plain(let text): text
    case .text(let text), .variant(let text): isPlain(text) ? text : quoted(text)
    case .list(let entries): "[\(entries.map(flow).joined(separator: ", "))]"
    case .absent: ""
    }
  }

  /// Whether YAML reads `text` as this very text without quotation marks, anywhere.
  private static func isPlain(_ text: String) -> Bool {
    let isLetter = { (scalar: Unicode.Scalar) in
      scalar.isASCII && (scalar.properties.isAlphabetic || scalar == "_" || scalar == "/")
    }
    guard let first = text.unicodeScalars.first, isLetter(first) else { return false }
    let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
    return text.unicodeScalars.allSatisfy {
      isLetter($0) || "0123456789.-".unicodeScalars.contains($0)
    }
      && !words.contains(text.lowercased())
  }

  private static func quoted(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case " "..."~": result.unicodeScalars.append(scalar)
      default:
        let code = String(scalar.value, radix: 16, uppercase: true)
        result += "\\U" + String(repeating: "0", count: 8 - code.count) + code
      }
    }
    return "\"\(result)\""
  }

  /// A mapping or list on its way to the page.
  private struct Branch {
    private var children: [(component: SpecPath.Component, value: ResolvedValue?, branch: Branch)] =
      []

    var isEmpty: Bool { children.isEmpty }

    mutating func insert(_ value: ResolvedValue, at path: ArraySlice<SpecPath.Component>) {
      guard let first = path.first else { return }
      let index: Int
      if let found = children.firstIndex(where: { $0.component == first }) {
        index = found
      } else {
        children.append((first, nil, Branch()))
        index = children.count - 1
      }
      if path.count == 1 {
        children[index].value = value
      } else {
        children[index].branch.insert(value, at: path.dropFirst())
      }
    }

    /// The lines of this branch, not indented.
    var lines: [String] {
      children.flatMap { child -> [String] in
        let below = child.branch.lines
        switch child.component {
        case .key(let key):
          let name = ResolvedSpec.flow(.text(key))
          if below.isEmpty { return ["\(name): \(child.value.map(ResolvedSpec.flow) ?? "{}")"] }
          return ["\(name):"] + below.map { "  \($0)" }
        case .index:
          if below.isEmpty { return ["- \(child.value.map(ResolvedSpec.flow) ?? "{}")"] }
          return below.enumerated().map { $0.offset == 0 ? "- \($0.element)" : "  \($0.element)" }
        }
      }
    }
  }
}
