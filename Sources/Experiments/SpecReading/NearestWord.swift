// SPDX-License-Identifier: GPL-3.0-or-later

/// The word that was probably meant.
enum NearestWord {
  /// The nearest of `candidates` if it is near enough to be worth saying; nil on a tie.
  ///
  /// Near is one slip in words of three to five letters, two in up to nine, three beyond; in shorter
  /// words only the letter case may differ, which counts as no slip.
  static func of(_ word: String, among candidates: some Sequence<String>) -> String? {
    var best: (word: String, distance: Int)?
    var isTie = false
    let lowered = Array(word.lowercased().unicodeScalars.prefix(100))
    for candidate in candidates where candidate != word {
      let other = Array(candidate.lowercased().unicodeScalars)
      let allowed = allowance(max(lowered.count, other.count))
      guard abs(lowered.count - other.count) <= allowed else { continue }
      let distance = distance(lowered, other)
      guard distance <= allowed else { continue }
      if let found = best, distance >= found.distance {
        isTie = isTie || distance == found.distance && candidate != found.word
      } else {
        (best, isTie) = ((candidate, distance), false)
      }
    }
    return isTie ? nil : best?.word
  }

  private static func allowance(_ length: Int) -> Int {
    switch length {
    case ..<3: 0
    case ..<6: 1
    case ..<10: 2
    default: 3
    }
  }

  /// The Damerau–Levenshtein distance, in its restricted form: insertions, deletions, replacements
  /// and swaps of neighbours, no part edited twice (Damerau 1964; Oommen & Loke 1997).
  static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var before: [Int] = []
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [i] + Array(repeating: 0, count: b.count)
      for j in 1...b.count {
        let cost = a[i - 1] == b[j - 1] ? 0 : 1
        row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          row[j] = min(row[j], before[j - 2] + 1)
        }
      }
      (before, last) = (last, row)
    }
    return last[b.count]
  }
}
