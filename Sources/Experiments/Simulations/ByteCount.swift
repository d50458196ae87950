// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

/// A number of bytes as a person reads it, and as `--max-trace-size` is written: `500 MB`.
public struct ByteCount: Sendable, CustomStringConvertible {
  /// The bytes.
  public let count: Int

  /// So many bytes.
  public init(_ count: Int) { self.count = count }

  /// Reads `2GB`, `500 MB`, `1e6`; nil for anything else.
  public init?(_ text: String) {
    let digits = text.prefix { $0.isNumber || ".eE+".contains($0) }
    let unit = text.dropFirst(digits.count).trimmingCharacters(in: .whitespaces).lowercased()
    let factors = ["": 1.0, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12]
    guard let number = Double(digits), let factor = factors[unit], number >= 0,
      number * factor < 0x1p62
    else { return nil }
    count = Int(number * factor)
  }

  /// In the unit that takes fewer than 1,000 of it, to three digits.
  public var description: String {
    var value = Double(count)
    for unit in ["bytes", "kB", "MB", "GB"] {
      if value < 1000 {
        return "\((value * 10).rounded() / 10) \(unit)".replacing(".0 ", with: " ")
      }
      value /= 1000
    }
    return "\((value * 10).rounded() / 10) TB"
  }
}
