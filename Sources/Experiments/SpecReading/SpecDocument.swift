// SPDX-License-Identifier: GPL-3.0-or-later

/// A specification as a person wrote it: the YAML of one file and the values of the command line.
///
/// Being a document says nothing yet about the parameters; `read` asks a schema for them.
public struct SpecDocument: Sendable {
  /// The file's path as it was given.
  public let file: String
  /// The text of the file, without the values of the command line.
  public let text: String
  let root: SpecNode
  private let mistakes: [SpecParser.Mistake]

  /// Reads YAML text.
  ///
  /// - Parameters:
  ///   - text: The YAML, one document with a mapping at its top.
  ///   - file: The path that mistakes name.
  ///   - overrides: Values that replace those of the text, each as `key.path=value`.
  public init(text: String, file: String, overrides: [String] = []) throws(SpecError) {
    self.file = file
    self.text = text
    do throws(SpecParser.Mistake) {
      var parser = SpecParser(
        text.unicodeScalars.first == "\u{FEFF}" ? text.withoutFirstScalar : text)
      guard var root = try parser.document(), !root.isNull else {
        throw SpecParser.Mistake(place: .wholeFile, message: "the document is empty")
      }
      guard root.entries != nil else {
        throw SpecParser.Mistake(
          place: root.place, message: "expected a mapping at the top level, found \(root.found)")
      }
      var mistakes = parser.mistakes
      for (turn, text) in overrides.enumerated() {
        mistakes += SpecOverride.apply(text, turn: turn, to: &root)
      }
      self.root = root
      self.mistakes = mistakes
    } catch {
      throw SpecError(file: file, mistakes: [error])
    }
  }

  /// A document whose values are known already, such as a part of another one.
  init(root: SpecNode, text: String, file: String, mistakes: [SpecParser.Mistake] = []) {
    self.file = file
    self.text = text
    self.root = root
    self.mistakes = mistakes
  }

  /// This document with further values in the place of its own, each as `key.path=value`.
  func applying(_ overrides: [String]) -> SpecDocument {
    var (root, mistakes) = (root, mistakes)
    for (turn, text) in overrides.enumerated() {
      mistakes += SpecOverride.apply(text, turn: turn, to: &root)
    }
    return SpecDocument(root: root, text: text, file: file, mistakes: mistakes)
  }

  /// Whether `key` is written at the top level, in the file or on the command line.
  public func has(_ key: String) -> Bool { root.entries?.contains { $0.key == key } ?? false }

  /// Lets a schema ask for its parameters, and throws every mistake at once if there is any.
  public func read<Value>(
    _ schema: (SpecObject) -> Value
  ) throws(SpecError) -> (value: Value, resolved: ResolvedSpec) {
    let collector = SpecCollector(mistakes: mistakes)
    let object = SpecObject(
      root.entries ?? [], at: .root, place: root.place, collector: collector)
    let value = object.finish(schema)
    let found = collector.settledMistakes()
    guard found.isEmpty else { throw SpecError(file: file, mistakes: found) }
    return (value, ResolvedSpec(parameters: collector.parameters))
  }
}

extension SpecError {
  /// The mistakes of `file`, already in order.
  init(file: String, mistakes: [SpecParser.Mistake]) {
    self.init(
      file: file,
      diagnostics: mistakes.map {
        SpecDiagnostic(
          file: file, place: $0.place, keyPath: $0.path.description, message: $0.message)
      })
  }
}

extension String {
  /// The text after its first Unicode scalar, a byte order mark.
  fileprivate var withoutFirstScalar: String { String(unicodeScalars.dropFirst()) }
}
