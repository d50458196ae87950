// SPDX-License-Identifier: GPL-3.0-or-later

internal import Yams

extension SpecParser.Mistake {
  /// What the YAML reader found, in the words of this house.
  init(_ error: YamlError, source: SpecSource) {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      self.init(
        place: source.place(line: mark.line, column: mark.column),
        message: SpecParser.Mistake.wording(
          problem, context: context?.text ?? "", contextLine: context?.mark.line,
          character: source[mark.line, mark.column]))
    case .reader(let problem, _, _, _):
      self.init(place: .wholeFile, message: "not readable as YAML: \(problem)")
    default:
      self.init(place: .wholeFile, message: "not readable as YAML")
    }
  }

  private static func wording(
    _ problem: String, context: String, contextLine: Int?, character: Unicode.Scalar?
  ) -> String {
    let opened = contextLine.map { " opened in line \($0)" } ?? ""
    switch problem {
    case _ where character == "\t" && problem.contains("start any token"),
      _ where problem.contains("tab character"):
      return "a tab cannot indent YAML: use spaces"
    case "found character that cannot start any token":
      let shown = character.map { SpecNode.quoted(String($0)) } ?? "this character"
      return "\(shown) cannot start a value: put the value in quotation marks"
    case "mapping values are not allowed in this context":
      return "a second \": \" in one line: check the indentation, or quote the text"
    case "could not find expected ':'":
      return "expected \": \" after the key in line \(contextLine ?? 0)"
    case "did not find expected ',' or ']'":
      return "expected \",\" or \"]\" in the list\(opened)"
    case "did not find expected ',' or '}'":
      return "expected \",\" or \"}\" in the mapping\(opened)"
    case "did not find expected key":
      return "expected another key of the mapping\(opened): check the indentation"
    case "did not find expected '-' indicator":
      return "expected \"- \" and another entry of the list\(opened): check the indentation"
    case "found unexpected end of stream":
      return "the quotation mark\(opened) is never closed"
    case "found undefined alias":
      return "this alias names an anchor that does not exist"
    case "but found another document":
      return "a second document begins here: a specification is one document"
    case "did not find expected <document start>":
      return "expected the end of the document: check the indentation"
    case "block sequence entries are not allowed in this context":
      return "a list entry \"- \" cannot begin here: put it on its own line"
    case "did not find expected node content":
      return "expected a value"
    case "found unexpected ':'":
      return "a \":\" inside a word: put a space behind it, or quote the text"
    case "did not find expected alphabetic or numeric character",
      "did not find expected whitespace or line break":
      return "\"*\", \"&\" and \"!\" name aliases, anchors and tags: quote the text"
    case "did not find expected comment or line break":
      return "text behind \"|\" or \">\" begins on the next line: quote the text"
    case "found unknown escape character":
      return "unknown escape in double quotes: write \\\\ for a backslash"
    case _ where context == "while scanning a directive":
      return "\"%\" cannot begin a line: quote the text"
    case _ where problem.hasPrefix("Maximum nesting level reached"):
      return "nested deeper than \(SpecParser.depthLimit) levels"
    default:
      return context.isEmpty ? "YAML: \(problem)" : "YAML: \(context), \(problem)"
    }
  }
}
