// SPDX-License-Identifier: GPL-3.0-or-later

import Experiments
import Synchronization

/// Tells a person how a study goes on: a plain line per run, and on a terminal one that lives.
final class StudyReporter: Sendable {
  private let isLive = Console.isTerminal
  private let lineIsOpen = Mutex(false)

  func tell(_ event: StudyEvent) {
    switch event {
    case .began(let folder, let done, let total):
      say("\(folder): \(done) of \(total) runs done already")
    case .finished(let run, let done, let total): say("\(done) of \(total) done: \(run)")
    case .failed(let run, let reason): say("failed: \(run): \(reason)")
    case .noticed(let text): say("note: \(text)")
    case .advanced(let fraction, let left):
      guard isLive else { return }
      let time = left.map { ", \(ProgressReporter.duration($0)) left" } ?? ""
      let line = "\(Int(100 * fraction)) %\(time)"
      lineIsOpen.withLock { isOpen in
        Console.write("\r\u{1B}[K" + String(line.prefix(Console.width - 1)))
        isOpen = true
      }
    }
  }

  /// Ends a live line, so that what follows starts on a line of its own.
  func endLine() { lineIsOpen.withLock { clear(&$0) } }

  private func say(_ line: String) {
    lineIsOpen.withLock { isOpen in
      clear(&isOpen)
      Console.error(line)
    }
  }

  private func clear(_ isOpen: inout Bool) {
    if isOpen { Console.write("\r\u{1B}[K") }
    isOpen = false
  }
}
