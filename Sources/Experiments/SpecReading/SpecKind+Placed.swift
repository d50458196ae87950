// SPDX-License-Identifier: GPL-3.0-or-later

/// A text of a specification with the place where it stands, for complaints that come later.
struct PlacedText: Sendable, Hashable {
  var text: String
  var place: SpecPlace
  var path: SpecPath

  /// A mistake here.
  func mistake(_ message: String, in file: String) -> SpecDiagnostic {
    SpecDiagnostic(file: file, place: place, keyPath: path.description, message: message)
  }
}

extension SpecKind where Value == PlacedText {
  /// Any scalar, as it was written.
  static var placed: SpecKind { placed("a word or a number") { !$0.isEmpty } }

  /// `key.path=value`, as on the command line.
  static var override: SpecKind {
    placed("a text such as \"descent.sgd.rate=0.1\"") { text in
      guard let equals = text.firstIndex(of: "=") else { return false }
      return SpecOverride.components(of: text[..<equals]) != nil
    }
  }

  private static func placed(
    _ expected: String, isAcceptable: @escaping @Sendable (String) -> Bool
  ) -> SpecKind {
    let placeholder = PlacedText(text: "", place: .wholeFile, path: .root)
    return SpecKind(expected: expected, placeholder: placeholder) { node, context in
      guard case .scalar(let text, _) = node.content, !node.isNull, isAcceptable(text) else {
        return .unexpected(node, expected, context.path)
      }
      return .value(PlacedText(text: text, place: node.place, path: context.path))
    } resolve: {
      .text($0.text)
    }
  }
}

extension SpecKind where Value == [String] {
  /// One or several of `words`.
  static func words(among words: [String]) -> SpecKind {
    let word = SpecKind<String>.word(among: words)
    let several = SpecKind<[String]>.list(of: word, atLeast: 1)
    return SpecKind(expected: word.expected, placeholder: several.placeholder) { node, context in
      if case .list = node.content {
        return several.decode(node, .init(path: context.path, unit: nil))
      }
      return switch word.decode(node, .init(path: context.path, unit: nil)) {
      case .value(let value): .value([value])
      case .mistakes(let mistakes): .mistakes(mistakes)
      }
    } resolve: {
      .list($0.map { .text($0) })
    }
  }
}

extension SpecObject {
  /// A mapping that is a document of its own, written inside this one; nil where it is left out.
  func optionalDocument(_ key: String, file: String, about: String) -> SpecDocument? {
    guard let entry = ask(key) else {
      log(key, .absent, isDefault: true, about: about)
      return nil
    }
    guard entry.value.entries?.isEmpty == false, let text = try? entry.value.yaml() else {
      reportUnexpected(entry.value, at: path.appending(key), "a mapping")
      return nil
    }
    log(key, .text("a mapping"), isDefault: false, about: about)
    return SpecDocument(root: entry.value, text: text, file: file)
  }
}
