// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Experiments
import Foundation

/// How progress is shown.
enum ProgressStyle: String, ExpressibleByArgument, CaseIterable {
  /// A live line on a terminal, plain lines elsewhere.
  case auto
  /// One line per row of the metrics.
  case plain
  /// One JSON object per event.
  case json
  /// Nothing but failures.
  case none
}

/// Tells a person, or a program, how a run goes on.
final class ProgressReporter {
  private enum Mode { case live, plain, json, none }

  private let mode: Mode
  private var lineIsOpen = false
  private var history: [MetricsRow] = []
  private var began: (step: Int, at: Date) = (0, Date())
  private var latest = ""

  init(_ style: ProgressStyle) {
    switch style {
    case .auto: mode = Console.isTerminal ? .live : .plain
    case .plain: mode = .plain
    case .json: mode = .json
    case .none: mode = .none
    }
  }

  func tell(_ event: RunEvent) {
    switch event {
    case .began(let directory, let seed, let step, let steps):
      began = (step, Date())
      say(
        step == 0
          ? "run directory \(directory), seed \(seed), \(steps) steps"
          : "run directory \(directory), seed \(seed), resumed at step \(step) of \(steps)",
        json: [
          "event": "began", "directory": directory, "seed": "\(seed)", "step": step,
          "steps": steps,
        ])
    case .measured(let row):
      history.append(row)
      latest = Self.describe(row)
      say(latest, json: Self.json(row))
    case .advanced(let step, let steps, let seconds):
      if mode == .live { showProgress(step, steps) }
      if mode == .json {
        writeJSON(["event": "advanced", "step": step, "steps": steps, "seconds": seconds])
      }
    case .noticed(let text):
      say("note: \(text)", json: ["event": "noticed", "text": text])
    case .summarised(let lines):
      endLine()
      if mode == .json { writeJSON(["event": "summarised", "lines": lines]) }
      if mode == .live || mode == .plain { for line in lines { Console.print(line) } }
    case .finished(let directory, _):
      endLine()
      if mode == .live || mode == .plain {
        if let chart = LearningCurve(history).text(width: min(Console.width, 100)) {
          Console.error(chart)
        }
        Console.error("done: \(directory)")
      }
      if mode == .json { writeJSON(["event": "finished", "directory": directory]) }
    }
  }

  /// Ends a live line, so that what follows starts on a line of its own.
  func endLine() {
    if lineIsOpen { Console.write("\r\u{1B}[K") }
    lineIsOpen = false
  }

  private func say(_ line: String, json: [String: Any]) {
    switch mode {
    case .live, .plain:
      endLine()
      Console.error(line)
    case .json: writeJSON(json)
    case .none: break
    }
  }

  private func showProgress(_ step: Int, _ steps: Int) {
    let done = step - began.step
    guard done > 0 else { return }
    let seconds = -began.at.timeIntervalSinceNow / Double(done) * Double(steps - step)
    let fraction = Double(step) / Double(steps)
    let cells = 24
    let filled = Int(fraction * Double(cells))
    let bar =
      String(repeating: "█", count: filled) + String(repeating: "░", count: cells - filled)
    let rate = Int(Double(done) / -began.at.timeIntervalSinceNow)
    let line =
      "\(bar) \(Int(fraction * 100)) %  step \(step) of \(steps)  \(rate) steps/s  \(Self.duration(seconds)) left"
    Console.write("\r\u{1B}[K" + String(line.prefix(Console.width - 1)))
    lineIsOpen = true
  }

  static func duration(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    return whole < 60
      ? "\(whole) s"
      : whole < 3600
        ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
  }

  private static func describe(_ row: MetricsRow) -> String {
    var parts = ["step \(Int(row["step"] ?? 0))"]
    func add(_ name: String, _ column: String, percent: Bool) {
      guard let value = row[column] else { return }
      parts.append("\(name) \(text(percent ? 100 * value : value))\(percent ? " %" : "")")
    }
    add("train loss", "train_loss", percent: false)
    add("validation error", "validation_error", percent: true)
    add("test error", "test_error", percent: true)
    if row["test_error"] == nil { add("test loss", "test_loss", percent: false) }
    let angles = row.columns.filter { $0.hasPrefix("angle_") }.compactMap { row[$0] }
    if !angles.isEmpty {
      parts.append("angles " + angles.map { "\(text($0))°" }.joined(separator: " "))
    }
    return parts.joined(separator: "  ")
  }

  private static func text(_ value: Double) -> String {
    String(format: abs(value) < 1 ? "%.4f" : abs(value) < 100 ? "%.2f" : "%.1f", value)
  }

  private static func json(_ row: MetricsRow) -> [String: Any] {
    var object: [String: Any] = ["event": "measured"]
    for (column, value) in zip(row.columns, row.values) {
      if let value, value.isFinite { object[column] = value }
    }
    return object
  }

  private func writeJSON(_ object: [String: Any]) {
    if let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]) {
      FileHandle.standardError.write(data + Data("\n".utf8))
    }
  }
}
