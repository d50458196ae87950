// SPDX-License-Identifier: GPL-3.0-or-later

/// A value in the form in which the resolved specification is written.
enum ResolvedValue: Sendable, Equatable {
  /// A number or truth value, in its canonical form.
  case plain(String)
  /// A text, quoted where YAML would take it for something else.
  case text(String)
  /// A list of plain values and texts.
  case list([ResolvedValue])
  /// The name of the chosen variant; its parameters follow below `path.name`.
  case variant(String)
  /// An optional parameter that was left out.
  case absent

  /// The shortest text that reads back as `number`, in a form that every YAML reader takes for a
  /// number: `1.0e-05`, never `1e-05`.
  static func text(of number: Double) -> String {
    let text = "\(number)"
    guard let power = text.firstIndex(of: "e"), !text.contains(".") else { return text }
    return "\(text[..<power]).0\(text[power...])"
  }

  /// Any number: a `Double` as above, an integer by its digits.
  static func text(of number: some CustomStringConvertible) -> String {
    if let number = number as? Double { text(of: number) } else { number.description }
  }
}

/// One parameter as the program used it.
public struct ResolvedParameter: Sendable, Equatable {
  let path: SpecPath
  let resolved: ResolvedValue
  /// The unit of the value, if it has one.
  public let unit: String?
  /// Whether the value was not written but is the default.
  public let isDefault: Bool
  /// What the parameter is, and where it comes from.
  public let about: String

  /// The parameter's key path, such as `descent.sgd.rate`.
  public var keyPath: String { path.description }

  /// The value in its canonical form; empty for an optional parameter that was left out.
  public var value: String { ResolvedSpec.flow(resolved) }
}
