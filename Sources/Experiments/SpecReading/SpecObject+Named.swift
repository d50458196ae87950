// SPDX-License-Identifier: GPL-3.0-or-later

extension SpecObject {
  /// A mapping whose keys are names that the person chooses: populations, compartments. It may be
  /// left out when `count` is 0.
  func named<Result>(
    _ key: String, atLeast count: Int = 0, about: String, _ read: (String, SpecObject) -> Result
  ) -> [(name: String, value: Result)] {
    chosen(key, atLeast: count, about: about) { parent, name in
      parent.object(name) { read(name, $0) }
    }
  }

  /// The same where every member is a choice between variants.
  func named<Result>(
    _ key: String, about: String, _ variants: [Variant<Result>]
  ) -> [(name: String, value: Result)] {
    chosen(key, atLeast: 0, about: about) { parent, name in
      parent.oneOf(name, variants, about: about)
    }
  }

  private func chosen<Result>(
    _ key: String, atLeast count: Int, about: String, _ read: (SpecObject, String) -> Result
  ) -> [(name: String, value: Result)] {
    let entry = ask(key)
    if entry?.value.entries?.isEmpty ?? true, probeDepth < SpecCollector.probeLimit {
      _ = probe(path.appending(key)) { read($0, "NAME") }
    }
    guard let entry else {
      if count > 0 { reportMissing(key, expected: "a mapping of names") }
      return []
    }
    return nested(entry) { parent in
      if parent.entries.count < count, !parent.isSilent {
        report(key, "expected at least \(count == 1 ? "one name" : "\(count) names"), found none")
      }
      // Names are parts of paths in files and of what is recorded.
      for entry in parent.entries where entry.key.contains(where: { $0 == "." || $0 == "/" }) {
        parent.report(entry.key, "a name has no dots or slashes, found \(entry.key)")
      }
      return parent.entries.map { ($0.key, read(parent, $0.key)) }
    }
  }

  /// Records a mistake at `keys` below this mapping: at the deepest of them that is written.
  func report(below keys: [String], _ message: String) {
    guard !isSilent else { return }
    var (place, path, entries) = (place, path, entries)
    for key in keys {
      path = path.appending(key)
      guard let entry = entries.first(where: { $0.key == key }) else {
        entries = []
        continue
      }
      place = entry.value.entries == nil ? entry.value.place : entry.keyPlace
      entries = entry.value.entries ?? []
    }
    collector.report(SpecParser.Mistake(place: place, path: path, message: message))
  }
}
