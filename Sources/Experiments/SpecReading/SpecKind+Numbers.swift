// SPDX-License-Identifier: GPL-3.0-or-later

extension SpecKind where Value == Int {
  /// An integer within `bounds`; `1e5` is one, `1.5` is not.
  public static func integer(_ bounds: SpecBounds<Int> = .any) -> SpecKind {
    number(bounds, noun: "an integer", zero: 0, step: 1, text: { "\($0)" }, read: \.integer)
  }
}

extension SpecKind where Value == Double {
  /// A finite number within `bounds`.
  public static func real(_ bounds: SpecBounds<Double> = .any) -> SpecKind {
    number(
      bounds, noun: "a number", zero: 0, step: 1,
      text: { $0 == $0.rounded() && abs($0) < 1e15 ? "\(Int($0))" : ResolvedValue.text(of: $0) },
      read: \.real)
  }
}

extension SpecKind where Value: Comparable & SignedNumeric & CustomStringConvertible {
  fileprivate static func number(
    _ bounds: SpecBounds<Value>, noun: String, zero: Value, step: Value,
    text: @escaping @Sendable (Value) -> String,
    read: @escaping @Sendable (SpecNumber) -> SpecNumber.Reading<Value>
  ) -> SpecKind {
    let expected = bounds.sentence(noun, text)
    let candidates = [zero, bounds.lower, bounds.upper, bounds.lower.map { $0 + step }]
    let placeholder = candidates.compactMap { $0 }.first(where: bounds.contains) ?? zero
    return SpecKind(expected: expected, placeholder: placeholder) { node, context in
      let unexpected = { (advice: String) in
        Decoded<Value>.unexpected(node, expected, context.path, advice: advice)
      }
      guard case .scalar(let written, let isQuoted) = node.content, !node.isNull else {
        return unexpected("")
      }
      guard let number = SpecNumber(written) else {
        return unexpected(SpecNumber.advice(for: written, unit: context.unit) ?? "")
      }
      if isQuoted { return unexpected(": remove the quotes") }
      if let advice = SpecNumber.octalAdvice(for: written) { return unexpected(advice) }
      switch read(number) {
      case .mistake(let advice): return unexpected(advice)
      case .value(let value): return bounds.contains(value) ? .value(value) : unexpected("")
      }
    } resolve: {
      .plain(ResolvedValue.text(of: $0))
    }
  }
}
