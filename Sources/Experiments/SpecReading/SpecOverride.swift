// SPDX-License-Identifier: GPL-3.0-or-later

/// A value given on the command line as `key.path=value`.
enum SpecOverride {
  /// Puts the value of `text` into `root`; returns what is wrong with it, in which case `root`
  /// stays as it was.
  ///
  /// The value is YAML. Mappings on the way are made where there are none; a list is entered by
  /// `record[0]` or `record.0` and grows by one at its end.
  static func apply(_ text: String, turn: Int, to root: inout SpecNode) -> [SpecParser.Mistake] {
    let place = SpecPlace.override(text, turn: turn)
    do throws(SpecParser.Mistake) {
      guard let equals = text.firstIndex(of: "=") else {
        throw SpecParser.Mistake(place: place, message: "expected key.path=value")
      }
      guard let path = components(of: text[..<equals]) else {
        throw SpecParser.Mistake(
          place: place,
          message: "expected a key path such as record[0].every before \"=\"")
      }
      var parser = SpecParser(String(text[text.index(after: equals)...]))
      let value =
        try parser.document() ?? SpecNode(content: .scalar("", isQuoted: false), place: place)
      let mistakes = parser.mistakes.map {
        SpecParser.Mistake(place: place, path: $0.path, message: $0.message)
      }
      try put(value.moved(to: place), into: &root, at: path[...], below: .root, place: place)
      return mistakes
    } catch {
      return [SpecParser.Mistake(place: place, path: error.path, message: error.message)]
    }
  }

  /// `record[0].every` in its parts; nil if it is none.
  static func components(of text: Substring) -> [SpecPath.Component]? {
    var result: [SpecPath.Component] = []
    for part in text.split(separator: ".", omittingEmptySubsequences: false) {
      let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
      guard let key = pieces.first, !key.isEmpty, !key.contains("]") else { return nil }
      result.append(.key(String(key)))
      for piece in pieces.dropFirst() {
        guard piece.last == "]", let index = index(piece.dropLast()) else { return nil }
        result.append(.index(index))
      }
    }
    return result
  }

  private static func index(_ digits: some StringProtocol) -> Int? {
    digits.allSatisfy { $0.isASCII && $0.isNumber } ? Int(digits) : nil
  }

  private static func put(
    _ value: SpecNode, into node: inout SpecNode, at path: ArraySlice<SpecPath.Component>,
    below parent: SpecPath, place: SpecPlace
  ) throws(SpecParser.Mistake) {
    guard let first = path.first else {
      node = value
      return
    }
    let rest = path.dropFirst()
    switch (first, node.content) {
    case (.key(let key), .mapping(var entries)):
      let empty = SpecNode(content: .scalar("", isQuoted: false), place: place)
      let found = entries.firstIndex { $0.key == key }
      var child = found.map { entries[$0].value } ?? empty
      try put(value, into: &child, at: rest, below: parent.appending(key), place: place)
      if let found {
        entries[found].value = child
      } else {
        entries.append(SpecNode.Entry(key: key, keyPlace: place, value: child))
      }
      node.content = .mapping(entries)
    case (.index(let index), .list(var entries)):
      try put(value, into: &entries, index, rest, below: parent, place: place)
      node.content = .list(entries)
    case (.key(let digits), .list(var entries)):
      guard let index = index(digits) else {
        throw SpecParser.Mistake(
          place: place, path: parent,
          message: "is a list: write \(parent)[0], not \(parent).\(digits)")
      }
      try put(value, into: &entries, index, rest, below: parent, place: place)
      node.content = .list(entries)
    case (.key(let key), .scalar(let name, _)) where node.isNull || name == key:
      // A variant written as its name alone becomes a mapping when it gets parameters.
      node = SpecNode(content: .mapping([]), place: place)
      try put(value, into: &node, at: path, below: parent, place: place)
    case (.index, .scalar) where node.isNull:
      node = SpecNode(content: .list([]), place: place)
      try put(value, into: &node, at: path, below: parent, place: place)
    case (.key(let key), .scalar):
      throw SpecParser.Mistake(
        place: place, path: parent, message: "is \(node.found), which cannot hold `\(key)`")
    case (.index, _):
      throw SpecParser.Mistake(
        place: place, path: parent, message: "expected a list, found \(node.found)")
    }
  }

  private static func put(
    _ value: SpecNode, into entries: inout [SpecNode], _ index: Int,
    _ rest: ArraySlice<SpecPath.Component>, below parent: SpecPath, place: SpecPlace
  ) throws(SpecParser.Mistake) {
    guard index <= entries.count else {
      let count = entries.count == 1 ? "1 entry" : "\(entries.count) entries"
      throw SpecParser.Mistake(
        place: place, path: parent.appending(index), message: "the list has only \(count)")
    }
    if index == entries.count {
      entries.append(SpecNode(content: .scalar("", isQuoted: false), place: place))
    }
    try put(value, into: &entries[index], at: rest, below: parent.appending(index), place: place)
  }
}

extension SpecNode {
  /// The same value, written elsewhere.
  fileprivate func moved(to place: SpecPlace) -> SpecNode {
    let moved: Content =
      switch content {
      case .scalar: content
      case .list(let entries): .list(entries.map { $0.moved(to: place) })
      case .mapping(let entries):
        .mapping(
          entries.map {
            Entry(key: $0.key, keyPlace: place, value: $0.value.moved(to: place))
          })
      }
    return SpecNode(content: moved, place: place)
  }
}
