// SPDX-License-Identifier: GPL-3.0-or-later

/// The text of a document by line and column, counted as the YAML reader counts them.
struct SpecSource {
  /// The lines without their ends.
  private(set) var lines: [[Unicode.Scalar]] = []
  private var ends: [[Unicode.Scalar]] = []

  /// Splits `text` where YAML 1.1 ends a line: at CR LF, CR, LF, NEL, LS and PS.
  init(_ text: String) {
    var line: [Unicode.Scalar] = []
    var scalars = text.unicodeScalars.makeIterator()
    var next = scalars.next()
    while let scalar = next {
      next = scalars.next()
      switch scalar {
      case "\n", "\u{85}", "\u{2028}", "\u{2029}", "\r":
        var end = [scalar]
        if scalar == "\r", next == "\n" {
          end.append("\n")
          next = scalars.next()
        }
        lines.append(line)
        ends.append(end)
        line = []
      default: line.append(scalar)
      }
    }
    lines.append(line)
    ends.append([])
  }

  /// The character at a place; nil beyond the end of the line.
  subscript(line: Int, column: Int) -> Unicode.Scalar? {
    guard lines.indices.contains(line - 1), lines[line - 1].indices.contains(column - 1) else {
      return nil
    }
    return lines[line - 1][column - 1]
  }

  /// The place of a mark; one with nothing but space behind it becomes the end of the last line
  /// that holds anything, for there a person has to continue.
  func place(line: Int, column: Int) -> SpecPlace {
    let rest = line <= lines.count ? lines[line - 1].dropFirst(column - 1) : []
    let isBlank = { (scalar: Unicode.Scalar) in scalar == " " || scalar == "\t" }
    let isAtEnd = rest.allSatisfy(isBlank) && lines.dropFirst(line).joined().allSatisfy(isBlank)
    guard isAtEnd, let last = lines.lastIndex(where: { !$0.allSatisfy(isBlank) }) else {
      return .text(line: line, column: column)
    }
    let end = lines[last].lastIndex { !isBlank($0) } ?? 0
    return .text(line: last + 1, column: end + 2)
  }

  /// Puts another character at a place, which must exist.
  mutating func replace(_ line: Int, _ column: Int, with scalar: Unicode.Scalar) {
    lines[line - 1][column - 1] = scalar
  }

  /// The text, put together again.
  var text: String {
    var scalars = String.UnicodeScalarView()
    for (line, end) in zip(lines, ends) {
      scalars.append(contentsOf: line)
      scalars.append(contentsOf: end)
    }
    return String(scalars)
  }

  /// The first character that YAML does not allow anywhere, such as a control character.
  var firstForbidden: (scalar: Unicode.Scalar, place: SpecPlace)? {
    for (i, line) in lines.enumerated() {
      for (j, scalar) in line.enumerated() {
        let isForbidden =
          switch scalar.value {
          case 0x09: false
          case ..<0x20, 0x7F..<0xA0, 0xFEFF, 0xFFFE, 0xFFFF: true
          default: false
          }
        if isForbidden { return (scalar, .text(line: i + 1, column: j + 1)) }
      }
    }
    return nil
  }
}
