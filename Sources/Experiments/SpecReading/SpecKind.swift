// SPDX-License-Identifier: GPL-3.0-or-later

/// What a parameter may be: how it is read, what to say when it cannot be, how it is written back.
///
/// Kinds are values: `.integer(.atLeast(1))`, `.real(.greaterThan(0))`, `.boolean`, `.text`, `.path`,
/// `.choice` of an enumeration, `.list(of:)` any of these, and `.parsed` for a type that reads its
/// own text, such as a quantity with its unit.
public struct SpecKind<Value: Sendable>: Sendable {
  /// What is expected, after "expected": "a number greater than 0".
  let expected: String
  /// A value within the bounds, returned in place of one that could not be read.
  let placeholder: Value
  /// Reads a value or says why not.
  let decode: @Sendable (SpecNode, Context) -> Decoded<Value>
  /// The value as the resolved specification holds it.
  let resolve: @Sendable (Value) -> ResolvedValue

  /// Where the value stands and in which unit it is understood.
  struct Context: Sendable {
    var path: SpecPath
    var unit: String?
  }
}

/// A value, or every reason why there is none.
enum Decoded<Value: Sendable>: Sendable {
  case value(Value)
  case mistakes([SpecParser.Mistake])

  /// The one mistake of a node that is not what was expected.
  static func unexpected(
    _ node: SpecNode, _ expected: String, _ path: SpecPath, advice: String = ""
  ) -> Decoded {
    .mistakes([
      SpecParser.Mistake(
        place: node.place, path: path, message: "expected \(expected), found \(node.found)\(advice)"
      )
    ])
  }
}

extension SpecKind where Value == Bool {
  /// `true` or `false`, and none of YAML 1.1's other words for them.
  public static var boolean: SpecKind {
    let expected = "true or false"
    return SpecKind(expected: expected, placeholder: false) { node, context in
      guard case .scalar(let text, let isQuoted) = node.content else {
        return .unexpected(node, expected, context.path)
      }
      if !isQuoted, text == "true" || text == "false" { return .value(text == "true") }
      let meanings = [
        "true": "true", "yes": "true", "on": "true", "y": "true",
        "false": "false", "no": "false", "off": "false", "n": "false",
      ]
      let meant = meanings[text.lowercased()]
      let advice = meant.map { isQuoted && $0 == text ? ": remove the quotes" : ": write \($0)" }
      return .unexpected(node, expected, context.path, advice: advice ?? "")
    } resolve: {
      .plain($0 ? "true" : "false")
    }
  }
}

extension SpecKind where Value == String {
  /// Any text, quoted or not. A byte order mark at its start is lost, as the YAML reader drops it.
  public static var text: SpecKind { text("a text", isAcceptable: { _ in true }) }

  /// The path of a file or directory; nothing is looked up.
  public static var path: SpecKind {
    text("a path", isAcceptable: { !$0.isEmpty && !$0.unicodeScalars.contains("\0") })
  }

  private static func text(
    _ expected: String, isAcceptable: @escaping @Sendable (String) -> Bool
  ) -> SpecKind {
    SpecKind(expected: expected, placeholder: "") { node, context in
      guard case .scalar(let text, _) = node.content, !node.isNull, isAcceptable(text) else {
        return .unexpected(node, expected, context.path)
      }
      return .value(text)
    } resolve: {
      .text($0)
    }
  }
}

extension SpecKind
where Value: CaseIterable & RawRepresentable & Sendable, Value.RawValue == String {
  /// One of the cases of an enumeration, by its raw value.
  public static var choice: SpecKind {
    let names = Value.allCases.map(\.rawValue)
    guard let first = Value.allCases.first else {
      preconditionFailure("\(Value.self) has no cases to choose from")
    }
    let expected = SpecCollector.words(names)
    return SpecKind(expected: expected, placeholder: first) { node, context in
      guard case .scalar(let text, _) = node.content, !node.isNull else {
        return .unexpected(node, expected, context.path)
      }
      if let value = Value(rawValue: text) { return .value(value) }
      let advice = NearestWord.of(text, among: Value.allCases.map(\.rawValue))
      return .unexpected(
        node, expected, context.path, advice: advice.map { ", did you mean \($0)?" } ?? "")
    } resolve: {
      .text($0.rawValue)
    }
  }
}

extension SpecKind {
  /// A type that reads its own text, such as a quantity with its unit; `format` writes it back so
  /// that `parse` reads the same value again.
  ///
  /// A text that `parse` returns nil for is reported as "expected `expected`, found …".
  public static func parsed(
    expected: String, placeholder: Value,
    parse: @escaping @Sendable (String) -> Value?,
    format: @escaping @Sendable (Value) -> String
  ) -> SpecKind {
    SpecKind(expected: expected, placeholder: placeholder) { node, context in
      guard case .scalar(let text, _) = node.content, !node.isNull, let value = parse(text) else {
        return .unexpected(node, expected, context.path)
      }
      return .value(value)
    } resolve: {
      .text(format($0))
    }
  }

  /// A list whose entries are all of one kind.
  public static func list<Element: Sendable>(
    of element: SpecKind<Element>, atLeast count: Int = 0
  ) -> SpecKind where Value == [Element] {
    let expected =
      count == 0
      ? "a list, each entry \(element.expected)"
      : "a list of at least \(count) \(count == 1 ? "entry" : "entries"), each \(element.expected)"
    let placeholder = Array(repeating: element.placeholder, count: count)
    return SpecKind(expected: expected, placeholder: placeholder) { node, context in
      guard case .list(let entries) = node.content else {
        return .unexpected(node, expected, context.path)
      }
      var (values, mistakes) = ([Element](), [SpecParser.Mistake]())
      for (index, entry) in entries.enumerated() {
        let context = SpecKind<Element>.Context(
          path: context.path.appending(index), unit: context.unit)
        switch element.decode(entry, context) {
        case .value(let value): values.append(value)
        case .mistakes(let found): mistakes += found
        }
      }
      if entries.count < count {
        mistakes.append(
          SpecParser.Mistake(
            place: node.place, path: context.path,
            message: "expected \(expected), found \(entries.count)"))
      }
      return mistakes.isEmpty ? .value(values) : .mistakes(mistakes)
    } resolve: {
      .list($0.map { element.resolve($0) })
    }
  }
}
