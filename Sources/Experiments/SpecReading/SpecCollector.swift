// SPDX-License-Identifier: GPL-3.0-or-later

/// What one reading gathers while the schema asks: mistakes, resolved parameters, known keys.
final class SpecCollector {
  /// A key nobody asked for, kept until the whole schema is known.
  struct UnknownKey {
    let place: SpecPlace
    let path: SpecPath
    let key: String
    let asked: [String]
  }

  /// A key that was required and not there, kept until it is known whether it was misspelt.
  struct MissingKey: Hashable {
    let path: SpecPath
    let key: String
  }

  /// Variants nested deeper than this are not looked into for their keys.
  static let probeLimit = 6

  private(set) var mistakes: [SpecParser.Mistake]
  private var reported: Set<SpecParser.Mistake> = []
  private(set) var parameters: [ResolvedParameter] = []
  private(set) var unknownKeys: [UnknownKey] = []
  private var missing: [MissingKey: SpecParser.Mistake] = [:]
  /// The mappings in which the schema read a key.
  private(set) var homes: [String: [SpecPath]] = [:]
  /// Those in which it would have.
  private(set) var probedHomes: [String: [SpecPath]] = [:]

  /// Starts from what the parser and the command line already complained about.
  init(mistakes: [SpecParser.Mistake]) {
    self.mistakes = mistakes
  }

  /// Records a mistake.
  func report(_ mistake: SpecParser.Mistake) {
    if reported.insert(mistake).inserted { mistakes.append(mistake) }
  }

  /// Records a required key that is not there.
  func reportMissing(_ key: String, in path: SpecPath, _ mistake: SpecParser.Mistake) {
    missing[MissingKey(path: path, key: key)] = mistake
  }

  /// Records a key nobody asked for.
  func reportUnknown(_ key: UnknownKey) {
    unknownKeys.append(key)
  }

  /// Records a parameter with its resolved value.
  func log(_ parameter: ResolvedParameter) {
    parameters.append(parameter)
  }

  /// Records that the schema knows `key` in the mapping at `path`.
  func learn(_ key: String, in path: SpecPath, isProbe: Bool) {
    let home = path.inSchema
    if isProbe {
      if probedHomes[key]?.contains(home) != true { probedHomes[key, default: []].append(home) }
    } else {
      if homes[key]?.contains(home) != true { homes[key, default: []].append(home) }
    }
  }

  /// Whether nothing at or below `path` was found wrong so far.
  func isSound(_ path: SpecPath) -> Bool {
    let problems =
      mistakes.map(\.path) + missing.keys.map { $0.path.appending($0.key) }
      + unknownKeys.map(\.path)
    return !problems.contains { $0.components.starts(with: path.components) }
  }

  /// All mistakes in the order of the text, now that the whole schema has been asked.
  func settledMistakes() -> [SpecParser.Mistake] {
    var all = mistakes
    var missing = missing
    for unknown in unknownKeys {
      let absent = unknown.asked.filter {
        missing[MissingKey(path: unknown.path, key: $0)] != nil
      }
      let nearest =
        NearestWord.of(unknown.key, among: absent)
        ?? NearestWord.of(unknown.key, among: unknown.asked)
      if let nearest { missing[MissingKey(path: unknown.path, key: nearest)] = nil }
      all.append(
        SpecParser.Mistake(
          place: unknown.place, path: unknown.path.appending(unknown.key),
          message: "unknown key" + advice(for: unknown, nearest: nearest)))
    }
    all += missing.values
    // Where places are equal the key path decides, and then the order of the questions.
    let named = all.enumerated().map { (mistake: $1, name: $1.path.description, turn: $0) }
    return named.sorted { first, second in
      if first.mistake.place == second.mistake.place {
        return (first.name, first.turn) < (second.name, second.turn)
      }
      return SpecPlace.precedes(first.mistake.place, second.mistake.place)
    }.map(\.mistake)
  }

  private func advice(for unknown: UnknownKey, nearest: String?) -> String {
    if let nearest { return ", did you mean `\(nearest)`?" }
    if let home = home(of: unknown.key, seenFrom: unknown.path) {
      return ": `\(unknown.key)` belongs \(home)"
    }
    if unknown.asked.isEmpty { return ": nothing is read here" }
    return ", expected \(SpecCollector.words(unknown.asked.map { "`\($0)`" }))"
  }

  /// "under `descent.sgd`" for a key that belongs elsewhere; nil if nowhere or in too many places.
  func home(of key: String, seenFrom path: SpecPath) -> String? {
    let here = path.inSchema
    let read = (homes[key] ?? []).filter { $0 != here }
    let known = read + (probedHomes[key] ?? []).filter { $0 != here && !read.contains($0) }
    let isBelow = { (home: SpecPath) in home.components.starts(with: here.components) }
    // What lies below is nearest, and what this document uses is nearer than what it could use.
    let best = [read.filter(isBelow), known.filter(isBelow), read, known].first {
      (1...2).contains($0.count)
    }
    return best.map { homes in
      SpecCollector.words(
        homes.map { $0 == .root ? "at the top level" : "under `\($0.schemaDescription)`" })
    }
  }

  /// "a, b or c".
  static func words(_ list: [String]) -> String {
    guard let last = list.last, list.count > 1 else { return list.first ?? "" }
    return list.dropLast().joined(separator: ", ") + " or " + last
  }
}
