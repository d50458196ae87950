// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// Where results and remarks go: results to standard output, as text or as JSON lines; remarks
/// to standard error, so that a program can read the lines.
struct Output: Sendable {
  let isJSON: Bool

  /// A line for people.
  func text(_ line: String) {
    guard !isJSON else { return }
    Self.write("\(line)\n", to: .standardOutput)
  }

  /// An object for programs, on one line.
  func json(_ object: some Encodable) {
    guard isJSON else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let line = try? String(decoding: encoder.encode(object), as: UTF8.self) else {
      preconditionFailure("a result cannot be written as JSON: \(object)")
    }
    Self.write("\(line)\n", to: .standardOutput)
  }

  /// Something worth knowing that is no result.
  static func remark(_ line: String) { write("bench: \(line)\n", to: .standardError) }

  private static func write(_ text: String, to handle: FileHandle) {
    handle.write(Data(text.utf8))
  }
}
