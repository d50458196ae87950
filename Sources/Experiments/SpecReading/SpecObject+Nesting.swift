// SPDX-License-Identifier: GPL-3.0-or-later

extension SpecObject {
  /// A nested mapping that must be there.
  public func object<Result>(_ key: String, _ read: (SpecObject) -> Result) -> Result {
    guard let entry = ask(key) else {
      reportMissing(key, expected: "a mapping")
      return probe(path.appending(key), read)
    }
    return nested(entry, read)
  }

  /// A nested mapping that may be left out: what it holds then takes its defaults.
  public func objectOrDefaults<Result>(_ key: String, _ read: (SpecObject) -> Result) -> Result {
    if let entry = ask(key) { return nested(entry, read) }
    let object = SpecObject(
      [], at: path.appending(key), place: place, collector: collector, probeDepth: probeDepth)
    return object.finish(read)
  }

  /// A nested mapping that may be left out, and then there is none.
  ///
  /// - Parameter nullIsNone: whether `null` says so too; otherwise it stands for a mapping of
  ///   defaults.
  public func optionalObject<Result>(
    _ key: String, nullIsNone: Bool = false, _ read: (SpecObject) -> Result
  ) -> Result? {
    guard let entry = ask(key), !(nullIsNone && entry.value.isNull) else {
      if probeDepth < SpecCollector.probeLimit { _ = probe(path.appending(key), read) }
      return nil
    }
    return nested(entry, read)
  }

  /// A list of mappings. It may be left out when `count` is 0.
  public func objects<Result>(
    _ key: String, atLeast count: Int = 0, about: String = "", _ read: (SpecObject) -> Result
  ) -> [Result] {
    let expected =
      count == 0
      ? "a list of mappings"
      : "a list of at least \(count) \(count == 1 ? "mapping" : "mappings")"
    if probeDepth < SpecCollector.probeLimit { _ = probe(path.appending(key).appending(0), read) }
    guard let entry = ask(key) else {
      if count == 0 {
        log(key, .list([]), isDefault: true, about: about)
      } else {
        reportMissing(key, expected: expected)
      }
      return []
    }
    let listPath = path.appending(key)
    guard case .list(let list) = entry.value.content else {
      let advice =
        if case .mapping = entry.value.content { ": begin every entry with \"- \"" } else { "" }
      reportUnexpected(entry.value, at: listPath, expected, advice)
      return []
    }
    if list.count < count {
      report(key, "expected \(expected), found \(list.count)")
    }
    if list.isEmpty { log(key, .list([]), isDefault: false, about: about) }
    return list.enumerated().map { index, node in
      let path = listPath.appending(index)
      let entries = entries(of: node, at: path)
      let object = SpecObject(
        entries ?? [], at: path, place: node.place, collector: collector,
        probeDepth: entries == nil ? probeDepth + 1 : probeDepth)
      return object.finish(read)
    }
  }

  /// Reads, then reports the keys nobody asked for.
  func finish<Result>(_ read: (SpecObject) -> Result) -> Result {
    let result = read(self)
    finish()
    return result
  }

  /// What `read` returns for a mapping that is not there; teaches the collector its keys.
  func probe<Result>(_ path: SpecPath, _ read: (SpecObject) -> Result) -> Result {
    read(
      SpecObject(
        [], at: path, place: place, collector: collector, probeDepth: probeDepth + 1))
  }

  /// Reads the mapping of an entry; a value that is not one is a mistake, nothing is empty.
  func nested<Result>(_ entry: SpecNode.Entry, _ read: (SpecObject) -> Result) -> Result {
    let path = path.appending(entry.key)
    let entries = entries(of: entry.value, at: path)
    let object = SpecObject(
      entries ?? [], at: path, place: entry.keyPlace, collector: collector,
      probeDepth: entries == nil ? probeDepth + 1 : probeDepth)
    return object.finish(read)
  }

  private func entries(of node: SpecNode, at path: SpecPath) -> [SpecNode.Entry]? {
    if node.isNull { return [] }
    if let entries = node.entries { return entries }
    reportUnexpected(node, at: path, "a mapping")
    return nil
  }
}
