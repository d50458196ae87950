// SPDX-License-Identifier: GPL-3.0-or-later

import Experiments
import Foundation

/// A learning curve drawn in characters: test error (or loss) over steps, error on a logarithmic
/// axis.
struct LearningCurve {
  private let points: [(step: Double, value: Double)]
  private let title: String

  init(_ rows: [MetricsRow]) {
    let hasError = rows.contains { $0["test_error"] != nil }
    let column = hasError ? "test_error" : "test_loss"
    title = hasError ? "test error, %" : "test loss"
    points = rows.compactMap { row in
      guard let step = row["step"], let value = row[column], value > 0 else { return nil }
      return (step, hasError ? 100 * value : value)
    }
  }

  /// The chart, or nil where there are fewer than three points.
  func text(width: Int, height: Int = 12) -> String? {
    guard points.count >= 3, let last = points.last,
      let lowest = points.map(\.value).min(), let highest = points.map(\.value).max(),
      highest > lowest
    else { return nil }
    let columns = max(20, width - 10)
    let (bottom, top) = (log(lowest), log(highest))
    // Braille cells have 2 × 4 dots.
    var dots = [[UInt32]](repeating: [UInt32](repeating: 0, count: columns), count: height)
    let bits: [[UInt32]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
    for x in 0..<(columns * 2) {
      let step = points[0].step + (last.step - points[0].step) * Double(x) / Double(columns * 2 - 1)
      let y = (log(value(at: step)) - bottom) / (top - bottom)
      let row = Int(((1 - y) * Double(height * 4 - 1)).rounded())
      dots[row / 4][x / 2] |= bits[x % 2][row % 4]
    }
    var lines = [title]
    for (row, cells) in dots.enumerated() {
      let level = exp(top - (top - bottom) * (Double(row) + 0.5) / Double(height))
      let label =
        row % 3 == 0 || row == height - 1 ? String(format: "%7.2f", level) : "       "
      lines.append(
        "\(label) ┤" + String(String.UnicodeScalarView(cells.map { Unicode.Scalar(0x2800 + $0)! })))
    }
    lines.append("        └" + String(repeating: "─", count: columns))
    let end = "step \(Int(last.step))"
    let start = "\(Int(points[0].step))"
    let gap = max(1, columns - start.count - end.count)
    lines.append("         " + start + String(repeating: " ", count: gap) + end)
    return lines.joined(separator: "\n")
  }

  private func value(at step: Double) -> Double {
    guard let index = points.firstIndex(where: { $0.step >= step }), index > 0 else {
      return points[0].value
    }
    let (a, b) = (points[index - 1], points[index])
    let share = (step - a.step) / (b.step - a.step)
    return exp(log(a.value) + share * (log(b.value) - log(a.value)))
  }
}
