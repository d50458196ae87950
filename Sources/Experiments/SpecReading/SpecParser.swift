// SPDX-License-Identifier: GPL-3.0-or-later

internal import Yams

/// Turns YAML text into nodes that remember their place.
///
/// The YAML reader stops at the first slip; what this adds is its own wording, repeated keys as
/// mistakes beside all others instead of an end, and limits that keep hostile text harmless.
struct SpecParser {
  /// Something wrong with the text itself.
  struct Mistake: Error, Hashable {
    var place: SpecPlace
    var path = SpecPath.root
    var message: String
  }

  /// The most values one document may unfold to, aliases included.
  static let valueLimit = 100_000
  /// The deepest nesting of lists and mappings.
  static let depthLimit = 64
  /// Repeated keys found before giving up.
  private static let repetitionLimit = 20

  /// Mistakes beside which the document can still be read.
  private(set) var mistakes: [Mistake] = []
  private var source: SpecSource
  private var values = 0
  /// The keys whose first letter was overwritten, by that letter's substitute.
  private var renamed: [Unicode.Scalar: String] = [:]

  /// Prepares to read `text`.
  init(_ text: String) {
    source = SpecSource(text)
  }

  /// The document; nil if there is nothing in it.
  mutating func document() throws(Mistake) -> SpecNode? {
    if let (scalar, place) = source.firstForbidden {
      let code = String(scalar.value, radix: 16, uppercase: true)
      let name = "U+" + String(repeating: "0", count: max(0, 4 - code.count)) + code
      throw Mistake(place: place, message: "the character \(name) is not allowed in YAML")
    }
    guard let node = try compose() else { return nil }
    return try convert(node, path: .root, depth: 0)
  }

  /// Reads, and as long as a key is repeated renames its first appearance and reads again, so that
  /// repetitions do not hide other mistakes. The substitute has one character for one, which keeps
  /// every place; it lies in a private area of Unicode.
  private mutating func compose() throws(Mistake) -> Node? {
    while true {
      let text = source.text
      do {
        return try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        let key = keys.first ?? ""
        let (line, first) = (context.mark.line, context.mark.column)
        let isQuoted = source[line, first] == "\"" || source[line, first] == "'"
        let column = isQuoted ? first + 1 : first
        guard renamed.count < SpecParser.repetitionLimit, let start = key.unicodeScalars.first,
          source[line, column] == start,
          let substitute = Unicode.Scalar(0xE000 + UInt32(renamed.count))
        else {
          throw Mistake(
            place: .text(line: line, column: first),
            message: "the key \(SpecNode.quoted(key)) is given more than once")
        }
        source.replace(line, column, with: substitute)
        renamed[substitute] = key
      } catch let error as YamlError {
        throw Mistake(error, source: source)
      } catch {
        throw Mistake(place: .wholeFile, message: "not readable as YAML: \(error)")
      }
    }
  }

  private mutating func convert(
    _ node: Node, path: SpecPath, depth: Int
  ) throws(Mistake) -> SpecNode {
    let place = node.mark.map { SpecPlace.text(line: $0.line, column: $0.column) } ?? .wholeFile
    values += 1
    guard values <= SpecParser.valueLimit else {
      throw Mistake(
        place: place, path: path,
        message: "the document unfolds to more than \(SpecParser.valueLimit) values")
    }
    guard depth <= SpecParser.depthLimit else {
      throw Mistake(
        place: place, path: path,
        message: "nested deeper than \(SpecParser.depthLimit) levels")
    }
    checkTag(of: node, at: place, path: path)
    switch node {
    case .scalar(let scalar):
      let isText = scalar.tag.description == "tag:yaml.org,2002:str"
      let isQuoted = isText || ![.plain, .any].contains(scalar.style)
      return SpecNode(content: .scalar(scalar.string, isQuoted: isQuoted), place: place)
    case .sequence(let list):
      var entries: [SpecNode] = []
      for (index, entry) in list.enumerated() {
        entries.append(try convert(entry, path: path.appending(index), depth: depth + 1))
      }
      return SpecNode(content: .list(entries), place: place)
    case .mapping(let mapping):
      let entries = try convert(mapping, path: path, depth: depth)
      return SpecNode(content: .mapping(entries), place: place)
    case .alias:
      return SpecNode(content: .scalar("", isQuoted: false), place: place)
    }
  }

  private mutating func convert(
    _ mapping: Node.Mapping, path: SpecPath, depth: Int
  ) throws(Mistake) -> [SpecNode.Entry] {
    var entries: [SpecNode.Entry] = []
    var firstPlaces: [String: SpecPlace] = [:]
    var merged: [SpecNode.Entry] = []
    for (key, value) in mapping {
      let place = key.mark.map { SpecPlace.text(line: $0.line, column: $0.column) } ?? .wholeFile
      guard case .scalar(let scalar) = key else {
        mistakes.append(
          Mistake(place: place, path: path, message: "a key must be a word, not a list or mapping"))
        continue
      }
      let name = originalName(of: scalar.string)
      var node = try convert(value, path: path.appending(name), depth: depth + 1)
      // An empty value has no place of its own: the reader names the next thing it saw.
      if case .scalar("", false) = node.content { node.place = place }
      if name == "<<", scalar.style == .plain {
        merged += mergedEntries(of: node, path: path)
      } else if let first = firstPlaces[name] {
        let line = if case .text(let line, _) = first { line } else { 0 }
        mistakes.append(
          Mistake(
            place: place, path: path.appending(name),
            message: "this key is given twice, first in line \(line)"))
      } else {
        firstPlaces[name] = place
        entries.append(SpecNode.Entry(key: name, keyPlace: place, value: node))
      }
    }
    for entry in merged where firstPlaces[entry.key] == nil {
      firstPlaces[entry.key] = entry.keyPlace
      entries.append(entry)
    }
    return entries
  }

  /// What `<<: *defaults` brings in; keys given beside it win, earlier mappings over later ones.
  private mutating func mergedEntries(of node: SpecNode, path: SpecPath) -> [SpecNode.Entry] {
    let sources = if case .list(let list) = node.content { list } else { [node] }
    return sources.flatMap { source in
      if source.entries == nil {
        mistakes.append(
          Mistake(
            place: source.place, path: path.appending("<<"),
            message: "expected a mapping to merge, found \(source.found)"))
      }
      return source.entries ?? []
    }
  }

  private func originalName(of key: String) -> String {
    key.unicodeScalars.first.flatMap { renamed[$0] } ?? key
  }

  private mutating func checkTag(of node: Node, at place: SpecPlace, path: SpecPath) {
    let tag: Tag =
      switch node {
      case .scalar(let scalar): scalar.tag
      case .sequence(let list): list.tag
      case .mapping(let mapping): mapping.tag
      case .alias(let alias): alias.tag
      }
    let name = tag.description
    let known = ["str", "int", "float", "bool", "null", "seq", "map"]
    if name.isEmpty || name == "!" || known.contains(where: { name == "tag:yaml.org,2002:\($0)" }) {
      return
    }
    mistakes.append(
      Mistake(
        place: place, path: path, message: "the tag \(SpecNode.quoted(name)) has no meaning here"))
  }
}
