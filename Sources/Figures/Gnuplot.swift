// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import Subprocess

/// gnuplot as a child process: a script in a temporary file, a drawing on its standard output.
///
/// The script is no standard input, for a program that ends before it has read all of that would end
/// this one too (SIGPIPE). The user's own gnuplot settings have no part in it.
public struct Gnuplot: Sendable {
  /// The program, found on the `PATH`.
  public let program: String

  /// The largest drawing taken, in bytes.
  private static let limit = 64 << 20

  /// gnuplot, or a program that behaves like it.
  public init(program: String = "gnuplot") {
    self.program = program
  }

  /// The bytes of the drawing. Throws `FigureError`.
  public func draw(_ figure: Figure, as format: FigureFormat) async throws -> [UInt8] {
    let script = FileManager.default.temporaryDirectory
      .appendingPathComponent("\(figure.name)-\(UUID().uuidString).gp")
    defer { try? FileManager.default.removeItem(at: script) }
    let outcome: ExecutionResult<Void, BytesOutput, StringOutput<UTF8>>
    do {
      try Data(GnuplotScript(figure, format).text.utf8).write(to: script)
      outcome = try await run(
        .name(program), arguments: ["-d", script.path], input: .none,
        output: .bytes(limit: Self.limit), error: .string(limit: 1 << 16))
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw FigureError.missing(program: program)
    } catch {
      throw FigureError.refused(figure: figure.name, reason: "\(error)")
    }
    // A warning about a font is no failure; an error ends gnuplot, whose input is no terminal.
    guard outcome.terminationStatus.isSuccess, !outcome.standardOutput.isEmpty else {
      throw FigureError.refused(
        figure: figure.name, reason: Self.reason(in: outcome.standardError))
    }
    return format.isText ? Self.trimmed(outcome.standardOutput) : outcome.standardOutput
  }

  /// The lines without what cannot be seen: blanks at their ends, empty lines at both ends of
  /// the drawing, form feeds.
  private static func trimmed(_ drawing: [UInt8]) -> [UInt8] {
    let lines = drawing.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      line.filter { $0 != 0x0C }.reversed().drop { $0 == 0x20 }.reversed() as [UInt8]
    }
    let seen = lines.drop(while: \.isEmpty).reversed().drop(while: \.isEmpty).reversed()
    return Array(seen.joined(separator: [0x0A])) + [0x0A]
  }

  /// The last line that is not empty.
  private static func reason(in text: String) -> String {
    text.split(separator: "\n").last { $0.contains { !$0.isWhitespace } }
      .map { String($0.drop { $0 == " " }) } ?? "it gives no reason"
  }
}
