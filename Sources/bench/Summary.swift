// SPDX-License-Identifier: GPL-3.0-or-later

/// Median and range of some measurements. The median, since a disturbed run must not move it; the
/// range, since it says how disturbed they were.
struct Spread: Codable, Equatable, Sendable {
  let median: Double
  let minimum: Double
  let maximum: Double

  /// Of at least one value.
  init(_ values: [Double]) {
    precondition(!values.isEmpty, "the spread of no values")
    let sorted = values.sorted()
    let middle = sorted.count / 2
    median =
      sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    minimum = sorted[0]
    maximum = sorted[sorted.count - 1]
  }

  /// `median [minimum – maximum]`, in `unit`s.
  func text(decimals: Int, unit: String = "") -> String {
    "\(median.text(decimals))\(unit) [\(minimum.text(decimals)) – \(maximum.text(decimals))]"
  }
}

/// What one side did in one pair; the line that a peer answers with has the same keys.
struct Timing: Codable, Equatable, Sendable {
  let steps: Int
  let wallSeconds: Double
  let cpuSeconds: Double
  /// The loss of the last minibatch, a sum over its trials: whether it learns.
  let loss: Double

  enum CodingKeys: String, CodingKey {
    case steps, loss
    case wallSeconds = "wall_seconds"
    case cpuSeconds = "cpu_seconds"
  }
}

/// Apical or a peer, and all that it did.
struct Side: Sendable {
  let name: String
  let version: String
  var measurements: [Timing] = []

  /// Microseconds per step by the wall clock.
  var wall: Spread {
    Spread(measurements.map { $0.wallSeconds / Double($0.steps) * 1e6 })
  }

  /// Microseconds per step by the processor's clock.
  var cpu: Spread {
    Spread(measurements.map { $0.cpuSeconds / Double($0.steps) * 1e6 })
  }
}

/// How many times faster Apical is than the fastest peer, pair by pair.
///
/// The ratio of a pair is time of the pair's fastest peer / time of Apical, both of the same
/// minute on the same machine; another pair may have another fastest peer.
func ratios(of apical: [Double], toFastestOf peers: [[Double]]) -> [Double] {
  apical.indices.compactMap { pair in
    peers.map { $0[pair] }.min().map { $0 / apical[pair] }
  }
}

extension Double {
  /// With a fixed number of decimals.
  func text(_ decimals: Int) -> String {
    let factor = (0..<decimals).reduce(1.0) { product, _ in product * 10 }
    let scaled = (magnitude * factor).rounded()
    guard isFinite, scaled < 1e15 else { return "\(self)" }
    let digits = String(Int(scaled))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = self < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return sign + padded }
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }
}

extension String {
  /// Filled up with spaces on the right.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - count))
  }

  /// Filled up with spaces on the left.
  func aligned(to width: Int) -> String {
    String(repeating: " ", count: Swift.max(0, width - count)) + self
  }
}
