// SPDX-License-Identifier: GPL-3.0-or-later

/// The way from the top of a specification to one value.
struct SpecPath: Sendable, Hashable, CustomStringConvertible {
  /// One step of the way.
  enum Component: Sendable, Hashable {
    /// Into a mapping.
    case key(String)
    /// Into a list, counted from 0.
    case index(Int)
  }

  /// The steps, the outermost first.
  var components: [Component] = []

  /// The top of the document.
  static let root = SpecPath()

  /// The value of `key` in the mapping at this path.
  func appending(_ key: String) -> SpecPath {
    SpecPath(components: components + [.key(key)])
  }

  /// The entry `index` of the list at this path.
  func appending(_ index: Int) -> SpecPath {
    SpecPath(components: components + [.index(index)])
  }

  /// The path with every list index forgotten: the same for all entries of a list.
  var inSchema: SpecPath {
    SpecPath(
      components: components.map {
        if case .index = $0 { .index(0) } else { $0 }
      })
  }

  /// The path as people write it: `record[0].every`.
  var description: String {
    var text = ""
    for component in components {
      switch component {
      case .key(let key):
        let isWord = key.unicodeScalars.allSatisfy {
          $0.properties.isAlphabetic || "0123456789_-<".unicodeScalars.contains($0)
        }
        let shown = isWord && !key.isEmpty ? key : SpecNode.quoted(key)
        text += text.isEmpty ? shown : ".\(shown)"
      case .index(let index): text += "[\(index)]"
      }
    }
    return text
  }

  /// The path as a place in the schema rather than in one document: `record[].every`.
  var schemaDescription: String {
    description.replacing("[0]", with: "[]")
  }
}
