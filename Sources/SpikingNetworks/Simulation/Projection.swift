// SPDX-License-Identifier: GPL-3.0-or-later

internal import RandomStreams
internal import RealModule

/// Which cells of one population reach which cells of another, and how strongly.
public struct Projection: Sendable, Equatable {
  /// Who is connected to whom.
  public enum Connectivity: Sendable, Equatable {
    /// Cell i to cell i.
    case oneToOne(weight: Double)
    /// Every cell to every cell.
    case allToAll(weight: Double)
    /// Every pair with this probability, drawn from the simulation's seed; no cell to itself.
    case random(probability: Double, weight: Double)
    /// Weights `[sources, targets]`, row after row; zeros are no synapses.
    case matrix([Double])
    /// Single synapses.
    case list([Synapse])
  }

  /// A synapse of `Connectivity.list`.
  public struct Synapse: Sendable, Equatable, Codable {
    /// The cell that sends.
    public let source: Int
    /// The cell that receives.
    public let target: Int
    /// In nS, pA or mV as the receptor says.
    public let weight: Double
    /// In ms, or nil for the projection's.
    public let delay: Double?

    /// A synapse.
    public init(source: Int, target: Int, weight: Double, delay: Double? = nil) {
      self.source = source
      self.target = target
      self.weight = weight
      self.delay = delay
    }
  }

  /// The population or source that sends.
  public let source: String
  /// The population that receives.
  public let target: String
  /// The receptor, as `compartment.name`.
  public let receptor: String
  /// In ms.
  public let delay: Double
  /// Who is connected to whom.
  public let connectivity: Connectivity

  /// A projection.
  public init(
    from source: String, to target: String, receptor: String, delay: Double,
    connectivity: Connectivity
  ) throws(ModelError) {
    let place = "projection \(source)→\(target)"
    try ModelError.checkPositive(delay, "\(place).delay", "ms")
    switch connectivity {
    case .oneToOne(let weight), .allToAll(let weight):
      try ModelError.checkFinite(weight, "\(place).weight", "nS, pA or mV")
    case .random(let probability, let weight):
      try ModelError.checkFinite(weight, "\(place).weight", "nS, pA or mV")
      guard probability >= 0, probability <= 1 else {
        throw ModelError(
          "\(place).probability", "\(probability) is no probability", "give 0 to 1")
      }
    case .matrix(let weights):
      for (index, weight) in weights.enumerated() where !weight.isFinite {
        throw ModelError("\(place).weights[\(index)]", "\(weight) is not finite", "give numbers")
      }
    case .list(let synapses):
      for (index, synapse) in synapses.enumerated() {
        try ModelError.checkFinite(
          synapse.weight, "\(place).synapses[\(index)].weight", "nS, pA or mV")
        try ModelError.checkPositive(
          synapse.delay ?? delay, "\(place).synapses[\(index)].delay", "ms")
      }
    }
    self.source = source
    self.target = target
    self.receptor = receptor
    self.delay = delay
    self.connectivity = connectivity
  }

  /// The different weights, or all of them where each synapse has its own.
  var weights: [Double] {
    switch connectivity {
    case .oneToOne(let weight), .allToAll(let weight), .random(_, let weight): [weight]
    case .matrix(let weights): weights
    case .list(let synapses): synapses.map(\.weight)
    }
  }
}

/// A projection's synapses, row by row of the sources (compressed sparse rows), targets ascending
/// within a row. Eight bytes a synapse, two more where delays differ.
struct Synapses: Sendable {
  /// Where each source's synapses begin, `[sources + 1]`.
  private(set) var starts: [Int] = [0]
  /// Target cells.
  private(set) var targets: [UInt32] = []
  /// Weights.
  private(set) var weights: [Float] = []
  /// Delays in steps; empty where all are `delay`.
  private(set) var delays: [UInt16] = []
  /// The common delay in steps.
  let delay: Int

  /// The synapses of `projection` between `sources` and `targets` cells.
  ///
  /// - Parameter random: the address of random connectivity.
  init(
    _ projection: Projection, sources: Int, targets count: Int, timeStep: Double,
    random: RandomKey
  ) throws(ModelError) {
    let place = "projection \(projection.source)→\(projection.target)"
    delay = try Self.steps(projection.delay, timeStep, "\(place).delay")
    switch projection.connectivity {
    case .oneToOne(let weight):
      guard sources == count else {
        throw ModelError(
          place, "\(sources) cells one to one with \(count)", "give as many sources as targets")
      }
      for cell in 0..<sources { append(row: [(UInt32(cell), Float(weight))]) }
    case .allToAll(let weight):
      let row = (0..<count).map { (UInt32($0), Float(weight)) }
      for _ in 0..<sources { append(row: row) }
    case .random(let probability, let weight):
      var generator = GSLRandom(random)
      let excludesSelf = projection.source == projection.target
      for cell in 0..<sources {
        generator.seek(random, step: cell)
        var row: [(UInt32, Float)] = []
        // The gaps between successes of a Bernoulli sequence are geometric.
        var target = generator.gap(probability: probability)
        while target < count {
          if !(excludesSelf && target == cell) { row.append((UInt32(target), Float(weight))) }
          target += 1 + generator.gap(probability: probability)
        }
        append(row: row)
      }
    case .matrix(let weights):
      guard weights.count == sources * count else {
        throw ModelError(
          place, "\(weights.count) weights for [\(sources), \(count)]",
          "give one for every pair")
      }
      for cell in 0..<sources {
        append(
          row: (0..<count).compactMap {
            let weight = weights[cell * count + $0]
            return weight == 0 ? nil : (UInt32($0), Float(weight))
          })
      }
    case .list(let synapses):
      try append(synapses, projection, sources, count, timeStep, place)
    }
  }

  private mutating func append(row: [(UInt32, Float)]) {
    for (target, weight) in row {
      targets.append(target)
      weights.append(weight)
    }
    starts.append(targets.count)
  }

  private mutating func append(
    _ synapses: [Projection.Synapse], _ projection: Projection, _ sources: Int, _ count: Int,
    _ timeStep: Double, _ place: String
  ) throws(ModelError) {
    for (index, synapse) in synapses.enumerated() {
      guard (0..<sources).contains(synapse.source), (0..<count).contains(synapse.target) else {
        throw ModelError(
          "\(place).synapses[\(index)]", "cell \(synapse.source) to cell \(synapse.target)",
          "sources are 0 to \(sources - 1), targets 0 to \(count - 1)")
      }
    }
    let order = synapses.indices.sorted { a, b in
      (synapses[a].source, synapses[a].target, a) < (synapses[b].source, synapses[b].target, b)
    }
    var next = 0
    for cell in 0..<sources {
      while next < order.count, synapses[order[next]].source == cell {
        let synapse = synapses[order[next]]
        targets.append(UInt32(synapse.target))
        weights.append(Float(synapse.weight))
        delays.append(
          UInt16(
            try Self.steps(
              synapse.delay ?? projection.delay, timeStep,
              "\(place).synapses[\(order[next])].delay")))
        next += 1
      }
      starts.append(targets.count)
    }
    if delays.allSatisfy({ Int($0) == delay }) { delays = [] }
  }

  /// The delay as a number of steps, at least one.
  private static func steps(
    _ delay: Double, _ timeStep: Double, _ place: String
  ) throws(ModelError) -> Int {
    let steps = (delay / timeStep).rounded()
    guard steps >= 1 else {
      throw ModelError(
        place, "\(delay) ms is below the step of \(timeStep) ms",
        "give at least \(timeStep) ms, or a shorter step")
    }
    guard abs(steps * timeStep - delay) <= 1e-6 * timeStep, steps <= Double(UInt16.max) else {
      throw ModelError(
        place, "\(delay) ms is no whole number of steps of \(timeStep) ms (or above 65535)",
        "give \(steps * timeStep) ms, or another step")
    }
    return Int(steps)
  }

  /// The shortest delay in steps.
  var shortestDelay: Int { delays.map(Int.init).min() ?? delay }
  /// The longest delay in steps.
  var longestDelay: Int { delays.map(Int.init).max() ?? delay }
  /// Bytes of storage per synapse.
  var bytesPerSynapse: Int { delays.isEmpty ? 8 : 10 }
}

extension GSLRandom {
  /// Failures before the first success of a Bernoulli sequence.
  fileprivate mutating func gap(probability: Double) -> Int {
    if probability >= 1 { return 0 }
    if probability <= 0 { return Int.max / 2 }
    let gap = Double.log(1 - uniform()) / Double.log(1 - probability)
    return gap < Double(Int.max / 2) ? Int(gap) : Int.max / 2
  }
}
