// SPDX-License-Identifier: GPL-3.0-or-later

extension SpecObject {
  /// One way of reading a value, under the name that chooses it.
  public typealias Variant<Result> = (name: String, read: (SpecObject) -> Result)

  /// A choice between variants with parameters of their own: `descent: {sgd: {rate: 4.0e-4}}`.
  ///
  /// A variant that needs no parameters may be written as its name alone. The first variant stands
  /// in when none could be read. Without `defaultName` the choice must be made.
  public func oneOf<Result>(
    _ key: String, _ variants: [Variant<Result>], default defaultName: String? = nil, about: String
  ) -> Result {
    precondition(!variants.isEmpty, "\(key) has no variants to choose from")
    let entry = ask(key)
    let names = variants.map(\.name)
    let chosen = entry.flatMap { choose($0, among: names) } ?? Choice(name: names[0])
    let others = SpecObject(
      [], at: path.appending(key), place: place, collector: collector, probeDepth: probeDepth + 1)
    for variant in variants where variant.name != chosen.name || chosen.entry == nil {
      if probeDepth < SpecCollector.probeLimit {
        _ = others.ask(variant.name)
        _ = others.probe(others.path.appending(variant.name), variant.read)
      }
    }
    guard let entry else {
      guard let defaultName else {
        reportMissing(key, expected: SpecCollector.words(names))
        return others.probe(others.path.appending(names[0]), variants[0].read)
      }
      guard let variant = variants.first(where: { $0.name == defaultName }) else {
        preconditionFailure("\(defaultName), the default of \(key), is not among its variants")
      }
      log(key, .variant(defaultName), isDefault: true, about: about)
      let object = SpecObject(
        [], at: path.appending(key).appending(defaultName), place: place, collector: collector,
        probeDepth: probeDepth)
      return object.finish(variant.read)
    }
    guard let value = chosen.entry, let variant = variants.first(where: { $0.name == chosen.name })
    else { return others.probe(others.path.appending(names[0]), variants[0].read) }
    log(key, .variant(chosen.name), isDefault: false, about: about)
    let parent = SpecObject(
      [], at: path.appending(key), place: entry.keyPlace, collector: collector,
      probeDepth: probeDepth)
    _ = parent.ask(chosen.name)
    return parent.nested(value, variant.read)
  }

  /// A choice between variants that may be left out, or written as `null`.
  public func optionalOneOf<Result>(
    _ key: String, _ variants: [Variant<Result>], about: String
  ) -> Result? {
    guard let entry = ask(key), !entry.value.isNull else {
      log(key, .absent, isDefault: true, about: about)
      let silent = SpecObject(
        [], at: path, place: place, collector: collector, probeDepth: probeDepth + 1)
      if probeDepth < SpecCollector.probeLimit { _ = silent.oneOf(key, variants, about: about) }
      return nil
    }
    return oneOf(key, variants, about: about)
  }

  /// The variant that was written, as a key and its mapping.
  private struct Choice {
    let name: String
    var entry: SpecNode.Entry?
  }

  private func choose(_ entry: SpecNode.Entry, among names: [String]) -> Choice? {
    let here = path.appending(entry.key)
    let expected = SpecCollector.words(names)
    switch entry.value.content {
    case .scalar(let name, _) where !entry.value.isNull:
      let meant = names.contains(name) ? name : NearestWord.of(name, among: names)
      if meant != name {
        reportUnexpected(
          entry.value, at: here, expected, meant.map { ", did you mean \($0)?" } ?? "")
      }
      let empty = SpecNode(content: .mapping([]), place: entry.value.place)
      return meant.map {
        Choice(name: $0, entry: .init(key: $0, keyPlace: entry.value.place, value: empty))
      }
    case .mapping(let entries) where !entries.isEmpty:
      let known = entries.filter { names.contains($0.key) }
      guard known.count < 2 else {
        let given = known.map(\.key).joined(separator: ", ")
        reportUnexpected(entry.value, at: here, "exactly one of \(expected)", ": \(given)")
        return nil
      }
      for other in entries where !names.contains(other.key) {
        reportUnknown(other, in: here, asked: names)
      }
      if let written = known.first { return Choice(name: written.key, entry: written) }
      guard entries.count == 1 else { return nil }
      let meant = NearestWord.of(entries[0].key, among: names)
      return meant.map { Choice(name: $0, entry: entries[0]) }
    default:
      reportUnexpected(entry.value, at: here, expected)
      return nil
    }
  }
}
