// SPDX-License-Identifier: GPL-3.0-or-later

internal import Quantities

extension SpecKind where Value == Double {
  /// A number with a unit of `dimension`, in the internal unit: `-70 mV`, `2.7 nS`, `3 ms`.
  ///
  /// A number without a unit is a mistake that names the units that would do.
  static func quantity(_ dimension: Dimension, _ bounds: SpecBounds<Double> = .any) -> SpecKind {
    quantity(dimension, bounds, times: nil)
  }

  /// The intensity of white noise, in the internal unit of `dimension` times √ms: `0.5 nS*sqrt(ms)`.
  ///
  /// Held over a step of dt its standard deviation is the intensity divided by √dt.
  static func intensity(_ dimension: Dimension) -> SpecKind {
    quantity(dimension, .atLeast(0), times: "sqrt(ms)")
  }

  private static func quantity(
    _ dimension: Dimension, _ bounds: SpecBounds<Double>, times factor: String?
  ) -> SpecKind {
    @Sendable func format(_ value: Double) -> String {
      guard let quantity = try? Quantity(value, dimension) else { return "\(value)" }
      let text = quantity.description
      return factor.map { dimension == .dimensionless ? "\(text) \($0)" : "\(text)*\($0)" } ?? text
    }
    let noun =
      factor.map { "an intensity in \(unit(of: dimension))*\($0)" } ?? dimension.withArticle
    let expected = bounds.sentence(noun, format)
    let example = factor.map { "\(dimension.example)*\($0)" } ?? dimension.example
    let candidates = [bounds.lower, bounds.upper, bounds.lower.map { $0 + 1 }]
    let placeholder = candidates.compactMap { $0 }.first(where: bounds.contains) ?? 1
    return SpecKind(expected: expected, placeholder: placeholder) { node, context in
      guard case .scalar(let written, _) = node.content, !node.isNull else {
        return .unexpected(node, "\(expected), such as \(example)", context.path)
      }
      var text = written
      if factor != nil {
        guard let rest = withoutRoot(written) else {
          return .unexpected(
            node, "\(expected), such as \(example)", context.path,
            advice: ": white noise has no standard deviation without a time step")
        }
        text = rest
      }
      do throws(QuantityError) {
        let value = try Quantity(text, as: dimension).value
        if bounds.contains(value) { return .value(value) }
        return .mistakes([
          SpecParser.Mistake(
            place: node.place, path: context.path,
            message: "expected \(expected), found \(format(value))")
        ])
      } catch {
        return .mistakes([
          SpecParser.Mistake(place: node.place, path: context.path, message: error.description)
        ])
      }
    } resolve: {
      .text(format($0))
    }
  }

  private static func unit(of dimension: Dimension) -> String {
    dimension.customaryUnit?.symbol ?? "1"
  }

  /// `text` without a factor √ms at its end; nil where there is none.
  private static func withoutRoot(_ text: String) -> String? {
    for ending in ["sqrt(ms)", "√ms"] where text.hasSuffix(ending) {
      return String(text.dropLast(ending.count).reversed().drop { " *·".contains($0) }.reversed())
    }
    return nil
  }
}

extension SpecObject {
  /// A number with a unit, which must be given where it has no default.
  func quantity(
    _ key: String, _ dimension: Dimension, _ bounds: SpecBounds<Double> = .any,
    default defaultValue: Double? = nil, about: String
  ) -> Double {
    let kind = SpecKind<Double>.quantity(dimension, bounds)
    return defaultValue.map { value(key, kind, default: $0, about: about) }
      ?? required(key, kind, about: about)
  }
}

extension SpecKind where Value == String {
  /// One of `words`.
  static func word(among words: [String]) -> SpecKind {
    let expected = SpecCollector.words(words)
    return SpecKind(expected: expected, placeholder: words.first ?? "") { node, context in
      guard case .scalar(let text, _) = node.content, !node.isNull else {
        return .unexpected(node, expected, context.path)
      }
      if words.contains(text) { return .value(text) }
      let meant = NearestWord.of(text, among: words).map { ", did you mean \($0)?" }
      return .unexpected(node, expected, context.path, advice: meant ?? "")
    } resolve: {
      .text($0)
    }
  }
}

extension SpecKind where Value == [Range<Int>] {
  /// Cells of a population: `7`, `0-99`, or a list of these.
  static var cells: SpecKind {
    let expected = "cell numbers such as 7, 0-99 or [0-9, 12]"
    @Sendable func range(_ node: SpecNode) -> Range<Int>? {
      guard case .scalar(let text, _) = node.content else { return nil }
      let ends = text.split(separator: "-", omittingEmptySubsequences: false).map {
        $0.allSatisfy { $0.isASCII && $0.isNumber } ? Int($0) : nil
      }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
        first <= last, last < 1 << 31
      else { return nil }
      return first..<last + 1
    }
    return SpecKind(expected: expected, placeholder: [0..<1]) { node, context in
      let nodes = if case .list(let entries) = node.content { entries } else { [node] }
      var ranges: [Range<Int>] = []
      for entry in nodes {
        guard let range = range(entry),
          ranges.last.map({ $0.upperBound <= range.lowerBound }) ?? true
        else {
          let advice = range(entry) == nil ? "" : ": let the cells ascend"
          return .unexpected(entry, expected, context.path, advice: advice)
        }
        ranges.append(range)
      }
      return nodes.isEmpty ? .unexpected(node, expected, context.path) : .value(ranges)
    } resolve: { ranges in
      .list(
        ranges.map {
          $0.count == 1
            ? .plain("\($0.lowerBound)") : .text("\($0.lowerBound)-\($0.upperBound - 1)")
        })
    }
  }
}
