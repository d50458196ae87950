// SPDX-License-Identifier: GPL-3.0-or-later

/// One mapping of a specification, asked key by key by the schema.
///
/// Asking never throws: a mistake is recorded and a harmless placeholder within the bounds comes
/// back, so that one reading finds every mistake. Every answer is logged with its resolved value;
/// `resolved.yaml` and `apical explain` are written from that log. Keys that nobody asked for are
/// mistakes too, reported when the mapping is finished, which `SpecDocument.read` and the readers
/// of nested mappings see to.
///
/// A schema is a function of objects alone. It may be called with an object that holds nothing, to
/// learn which keys a variant would have; what it does with placeholders must not trap.
public final class SpecObject {
  let collector: SpecCollector
  let path: SpecPath
  /// Where the mapping itself is reported.
  let place: SpecPlace
  let entries: [SpecNode.Entry]
  /// How many silent objects enclose this one, itself included; 0 for a mapping that is there.
  let probeDepth: Int
  private var asked: [String] = []

  init(
    _ entries: [SpecNode.Entry], at path: SpecPath, place: SpecPlace, collector: SpecCollector,
    probeDepth: Int = 0
  ) {
    self.entries = entries
    self.path = path
    self.place = place
    self.collector = collector
    self.probeDepth = probeDepth
  }

  /// Whether this object stands for a mapping that is not there: nothing is reported or logged.
  var isSilent: Bool { probeDepth > 0 }

  /// The key path of this mapping, such as `record[0]`.
  public var keyPath: String { path.description }

  /// Whether nothing in or below this mapping was found wrong so far: only then do relations
  /// between its values deserve a complaint of their own.
  public var isSound: Bool { !isSilent && collector.isSound(path) }

  /// Whether nothing was found wrong with the value of `key`: it was read, or is not written and
  /// none of the keys that are resembles it.
  public func isSound(_ key: String) -> Bool {
    guard !isSilent, collector.isSound(path.appending(key)) else { return false }
    return has(key)
      || !entries.contains {
        !asked.contains($0.key) && NearestWord.of($0.key, among: [key]) != nil
      }
  }

  /// Whether `key` is written, with whatever value. Does not count as asking for it.
  public func has(_ key: String) -> Bool { entry(key) != nil }

  /// A parameter that must be given.
  public func required<Value>(
    _ key: String, _ kind: SpecKind<Value>, unit: String? = nil, about: String
  ) -> Value {
    guard let entry = ask(key) else {
      reportMissing(key, expected: kind.expected)
      return kind.placeholder
    }
    return read(entry, kind, unit: unit, about: about) ?? kind.placeholder
  }

  /// A parameter that has a default.
  public func value<Value>(
    _ key: String, _ kind: SpecKind<Value>, default defaultValue: Value, unit: String? = nil,
    about: String
  ) -> Value {
    guard let entry = ask(key) else {
      log(key, kind.resolve(defaultValue), unit: unit, isDefault: true, about: about)
      return defaultValue
    }
    return read(entry, kind, unit: unit, about: about) ?? defaultValue
  }

  /// A parameter that may be left out, or written as `null`.
  public func optional<Value>(
    _ key: String, _ kind: SpecKind<Value>, unit: String? = nil, about: String
  ) -> Value? {
    guard let entry = ask(key), !entry.value.isNull else {
      log(key, .absent, unit: unit, isDefault: true, about: about)
      return nil
    }
    return read(entry, kind, unit: unit, about: about)
  }

  /// Records a mistake of the schema's own at the place of `key`, or of this mapping without one.
  public func report(_ key: String, _ message: String) {
    guard !isSilent else { return }
    collector.report(
      SpecParser.Mistake(
        place: entry(key)?.value.place ?? place, path: path.appending(key), message: message))
  }

  /// Records a mistake of the schema's own about this mapping as a whole.
  public func report(_ message: String) {
    guard !isSilent else { return }
    collector.report(SpecParser.Mistake(place: place, path: path, message: message))
  }

  /// Ends the questions: every key that was not asked for is a mistake.
  func finish() {
    for entry in entries where !asked.contains(entry.key) {
      reportUnknown(entry, in: path, asked: asked)
    }
  }

  /// Records a key that is none of those that were asked for.
  func reportUnknown(_ entry: SpecNode.Entry, in path: SpecPath, asked: [String]) {
    guard !isSilent else { return }
    collector.reportUnknown(
      SpecCollector.UnknownKey(place: entry.keyPlace, path: path, key: entry.key, asked: asked))
  }

  /// The entry of `key`, which from now on is a key of this mapping.
  func ask(_ key: String) -> SpecNode.Entry? {
    if !asked.contains(key) { asked.append(key) }
    collector.learn(key, in: path, isProbe: isSilent)
    return entry(key)
  }

  /// Records a required key that is not there.
  func reportMissing(_ key: String, expected: String) {
    guard !isSilent else { return }
    collector.reportMissing(
      key, in: path,
      SpecParser.Mistake(
        place: place, path: path.appending(key), message: "missing, expected \(expected)"))
  }

  /// Records that a value is not what was expected.
  func reportUnexpected(
    _ node: SpecNode, at path: SpecPath, _ expected: String, _ more: String = ""
  ) {
    guard !isSilent else { return }
    collector.report(
      SpecParser.Mistake(
        place: node.place, path: path, message: "expected \(expected), found \(node.found)\(more)"))
  }

  /// Records a parameter with its value.
  func log(
    _ key: String, _ value: ResolvedValue, unit: String? = nil, isDefault: Bool, about: String
  ) {
    guard !isSilent else { return }
    collector.log(
      ResolvedParameter(
        path: path.appending(key), resolved: value, unit: unit, isDefault: isDefault, about: about))
  }

  private func entry(_ key: String) -> SpecNode.Entry? {
    entries.first { $0.key == key }
  }

  private func read<Value>(
    _ entry: SpecNode.Entry, _ kind: SpecKind<Value>, unit: String?, about: String
  ) -> Value? {
    let path = path.appending(entry.key)
    switch kind.decode(entry.value, SpecKind<Value>.Context(path: path, unit: unit)) {
    case .value(let value):
      log(entry.key, kind.resolve(value), unit: unit, isDefault: false, about: about)
      return value
    case .mistakes(let mistakes):
      if !isSilent { mistakes.forEach(collector.report) }
      return nil
    }
  }
}
