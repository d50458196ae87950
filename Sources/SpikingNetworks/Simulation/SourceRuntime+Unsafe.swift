// SPDX-License-Identifier: GPL-3.0-or-later

internal import RandomStreams

/// A running source: its spikes, stretch by stretch.
final class SourceRuntime {
  let source: SpikeSource
  private let timeStep: Double
  private let key: RandomKey
  private let counts: [PoissonCounts]
  /// Where spikes are listed: (step, cell, time), ascending.
  private let listed: [Spike]

  init(_ source: SpikeSource, timeStep: Double, random: RandomKey) {
    self.source = source
    self.timeStep = timeStep
    key = random.purpose(.poissonInput).named(source.name)
    switch source.pattern {
    case .times(let lists):
      counts = []
      // A spike at time t belongs to the step that ends at t, or in which t lies.
      listed = lists.enumerated().flatMap { cell, times in
        times.map { time in
          Spike(
            step: Int((time / timeStep - 1e-6).rounded(.up)) - 1, cell: UInt32(cell), time: time)
        }
      }.sorted()
    case .poisson(let rates):
      listed = []
      counts = rates.map { PoissonCounts(mean: $0 * timeStep) }
    }
  }

  /// The spikes of steps `first ..< first + count`.
  func spikes(first: Int, count: Int) -> [Spike] {
    guard case .poisson = source.pattern else {
      return listed[lowerBound(first)..<lowerBound(first + count)].map { $0 }
    }
    var spikes: [Spike] = []
    var words = Array(repeating: UInt32(0), count: counts.count)
    for step in first..<first + count {
      unsafe words.withUnsafeMutableBufferPointer { unsafe key.fill(step: step, words: $0) }
      for (cell, word) in words.enumerated() {
        let spike = Spike(step: step, cell: UInt32(cell), time: Double(step + 1) * timeStep)
        for _ in 0..<counts[cell].count(word) { spikes.append(spike) }
      }
    }
    return spikes
  }

  private func lowerBound(_ step: Int) -> Int {
    var (low, high) = (0, listed.count)
    while low < high {
      let middle = (low + high) / 2
      if listed[middle].step < step { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
