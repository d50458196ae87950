// SPDX-License-Identifier: GPL-3.0-or-later

internal import RandomStreams
internal import RealModule

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
  /// - Parameter keys: where what is random lives.
  init(
    _ projection: Projection, sources: Int, targets count: Int, timeStep: Double,
    keys: SynapseKeys
  ) throws(ModelError) {
    let place = "projection \(projection.source)→\(projection.target)"
    let random = keys.connectivity
    switch projection.delay {
    case .same(let value): delay = try Self.steps(value, timeStep, "\(place).delay")
    case .drawn(let distribution):
      delay = Int(try Self.drawn(distribution, timeStep, "\(place).delay")(distribution.lower))
    }
    switch projection.connectivity {
    case .oneToOne(let weight):
      guard sources == count else {
        throw ModelError(
          place, "\(sources) cells one to one with \(count)", "give as many sources as targets")
      }
      for cell in 0..<sources { append(row: [(UInt32(cell), weight.single)]) }
    case .allToAll(let weight):
      let row = (0..<count).map { (UInt32($0), weight.single) }
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
          if !(excludesSelf && target == cell) { row.append((UInt32(target), weight.single)) }
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
      try append(synapses, projection, sources, count, timeStep, place, keys)
      return
    }
    if let distribution = projection.connectivity.weight?.distribution {
      drawWeights(distribution, targets: count, keys.weights)
    }
    if let distribution = projection.delay.distribution {
      let steps = try Self.drawn(distribution, timeStep, "\(place).delay")
      drawDelays(distribution, steps, targets: count, keys.delays)
    }
  }

  /// Draws every weight at the address of its two cells.
  private mutating func drawWeights(
    _ distribution: Distribution, targets count: Int, _ key: RandomKey
  ) {
    var generator = GSLRandom(key)
    for source in 0..<starts.count - 1 {
      for k in starts[source]..<starts[source + 1] {
        generator.seek(key, step: source * count + Int(targets[k]))
        weights[k] = Float(distribution.draw(&generator))
      }
    }
  }

  /// The same for delays.
  private mutating func drawDelays(
    _ distribution: Distribution, _ steps: (Double) -> UInt16, targets count: Int,
    _ key: RandomKey
  ) {
    var generator = GSLRandom(key)
    delays = Array(repeating: 0, count: targets.count)
    for source in 0..<starts.count - 1 {
      for k in starts[source]..<starts[source + 1] {
        generator.seek(key, step: source * count + Int(targets[k]))
        delays[k] = steps(distribution.draw(&generator))
      }
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
    _ timeStep: Double, _ place: String, _ keys: SynapseKeys
  ) throws(ModelError) {
    var generator = GSLRandom(keys.delays)
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
        let place = "\(place).synapses[\(order[next])].delay"
        switch (synapse.delay, projection.delay) {
        case (let own?, _): delays.append(UInt16(try Self.steps(own, timeStep, place)))
        case (nil, .same(let common)):
          delays.append(UInt16(try Self.steps(common, timeStep, place)))
        case (nil, .drawn(let distribution)):
          // Two cells may share several synapses: each has the address of its place in the list.
          generator.seek(keys.delays, step: order[next])
          delays.append(
            try Self.drawn(distribution, timeStep, place)(distribution.draw(&generator)))
        }
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
    let (given, step) = (ModelError.text(delay), ModelError.text(timeStep))
    guard steps >= 1 else {
      throw ModelError(
        place, "\(given) ms is below the step of \(step) ms",
        "give at least \(step) ms, or a shorter step")
    }
    guard abs(steps * timeStep - delay) <= 1e-6 * timeStep, steps <= Double(UInt16.max) else {
      throw ModelError(
        place, "\(given) ms is no whole number of steps of \(step) ms (or above 65535)",
        "give \(ModelError.text(steps * timeStep)) ms, or another step")
    }
    return Int(steps)
  }

  /// How a delay drawn from `distribution` becomes a number of steps: the nearest one.
  private static func drawn(
    _ distribution: Distribution, _ timeStep: Double, _ place: String
  ) throws(ModelError) -> (Double) -> UInt16 {
    let bounds = timeStep * (1 - 1e-6)...timeStep * (Double(UInt16.max) + 1e-6)
    guard bounds.contains(distribution.lower), bounds.contains(distribution.upper) else {
      throw ModelError(
        place,
        "delays from \(ModelError.text(distribution.lower)) to "
          + "\(ModelError.text(distribution.upper)) ms with steps of \(ModelError.text(timeStep)) ms",
        "give bounds from 1 to 65535 steps")
    }
    return { UInt16(min(max(($0 / timeStep).rounded(), 1), Double(UInt16.max))) }
  }

  /// The shortest delay in steps.
  var shortestDelay: Int { delays.map(Int.init).min() ?? delay }
  /// The longest delay in steps.
  var longestDelay: Int { delays.map(Int.init).max() ?? delay }
}

/// Where what is random of a projection lives: three streams, so that drawing one of them changes no
/// other.
struct SynapseKeys: Sendable {
  let connectivity: RandomKey
  let weights: RandomKey
  let delays: RandomKey
}

extension SynapseKeys {
  /// Those of projection number `index`, the `occurrence`-th of its name.
  init(_ projection: Projection, index: Int, occurrence: Int, random: RandomKey) {
    let name = "\(projection.source)→\(projection.target).\(projection.receptor)"
    connectivity = random.purpose(.connectivity).named(name).child(index)
    weights = random.purpose(.synapticWeights).named(name).child(occurrence)
    delays = random.purpose(.synapticDelays).named(name).child(occurrence)
  }

  /// Those of every projection of a network.
  static func all(_ projections: [Projection], random: RandomKey) -> [SynapseKeys] {
    var seen: [String: Int] = [:]
    return projections.enumerated().map { index, projection in
      let name = "\(projection.source)→\(projection.target).\(projection.receptor)"
      defer { seen[name, default: 0] += 1 }
      return SynapseKeys(
        projection, index: index, occurrence: seen[name] ?? 0, random: random)
    }
  }
}

extension SampledValue {
  /// A synapse's value until it is drawn.
  fileprivate var single: Float { Float(least) }
}

extension Projection.Connectivity {
  /// The weight that one key gives to all synapses.
  fileprivate var weight: SampledValue? {
    switch self {
    case .oneToOne(let weight), .allToAll(let weight), .random(_, let weight): weight
    case .matrix, .list: nil
    }
  }
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
