// SPDX-License-Identifier: GPL-3.0-or-later

/// Which cells of one population reach which cells of another, and how strongly.
public struct Projection: Sendable, Equatable {
  /// Who is connected to whom.
  public enum Connectivity: Sendable, Equatable {
    /// Cell i to cell i.
    case oneToOne(weight: SampledValue)
    /// Every cell to every cell.
    case allToAll(weight: SampledValue)
    /// Every pair with this probability, drawn from the simulation's seed; no cell to itself.
    case random(probability: Double, weight: SampledValue)
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
  /// In ms; where it is drawn, rounded to whole steps.
  public let delay: SampledValue
  /// Who is connected to whom.
  public let connectivity: Connectivity

  /// A projection.
  public init(
    from source: String, to target: String, receptor: String, delay: SampledValue,
    connectivity: Connectivity
  ) throws(ModelError) {
    let place = "projection \(source)→\(target)"
    try ModelError.checkPositive(delay.least, "\(place).delay", "ms")
    guard delay.largest.isFinite else {
      throw ModelError("\(place).delay", "it has no upper bound", "give one")
    }
    switch connectivity {
    case .oneToOne(let weight), .allToAll(let weight):
      try weight.checkFinite("\(place).weight", "nS, pA or mV")
    case .random(let probability, let weight):
      try weight.checkFinite("\(place).weight", "nS, pA or mV")
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
          synapse.delay ?? delay.least, "\(place).synapses[\(index)].delay", "ms")
      }
    }
    self.source = source
    self.target = target
    self.receptor = receptor
    self.delay = delay
    self.connectivity = connectivity
  }

  /// The least of the weights, or all of them where each synapse has its own.
  var leastWeights: [Double] {
    switch connectivity {
    case .oneToOne(let weight), .allToAll(let weight), .random(_, let weight): [weight.least]
    case .matrix(let weights): weights
    case .list(let synapses): synapses.map(\.weight)
    }
  }
}
