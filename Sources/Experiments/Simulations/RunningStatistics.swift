// SPDX-License-Identifier: GPL-3.0-or-later

/// Number, extremes, mean and standard deviation of values that come one by one.
///
/// Sums are taken about the first value, so that potentials far from 0 lose no digits; the order
/// of the values alone decides the result, however they are grouped.
struct RunningStatistics: Sendable, Equatable, Codable {
  private(set) var count = 0
  private(set) var minimum = Double.infinity
  private(set) var maximum = -Double.infinity
  private var first = 0.0
  private var sum = 0.0
  private var squares = 0.0

  mutating func add(_ values: [Double]) {
    guard let start = values.first else { return }
    if count == 0 { first = start }
    count += values.count
    for value in values {
      minimum = min(minimum, value)
      maximum = max(maximum, value)
      let difference = value - first
      sum += difference
      squares += difference * difference
    }
  }

  var mean: Double { first + sum / Double(count) }

  /// Of these values, not an estimate for others.
  var standardDeviation: Double {
    let shift = sum / Double(count)
    return max(0, squares / Double(count) - shift * shift).squareRoot()
  }
}

/// The spikes of a population or a source.
struct SpikeCounts: Sendable, Equatable, Codable {
  private(set) var total = 0
  /// Per cell, where a protocol asks: number, first and last time in ms, from `begin` on.
  private(set) var cells: [Cell]
  private let begin: Double

  struct Cell: Sendable, Equatable, Codable {
    var count = 0
    var first: Double?
    var last: Double?
  }

  /// - Parameter begin: in ms; earlier spikes count in the total alone.
  init(cells: Int, from begin: Double = 0) {
    self.cells = Array(repeating: Cell(), count: cells)
    self.begin = begin
  }

  mutating func add(_ time: Double, cell: Int) {
    total += 1
    guard cell < cells.count, time >= begin else { return }
    cells[cell].count += 1
    if cells[cell].first == nil { cells[cell].first = time }
    cells[cell].last = time
  }
}
