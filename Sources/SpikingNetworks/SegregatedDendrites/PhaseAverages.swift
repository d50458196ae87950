// SPDX-License-Identifier: GPL-3.0-or-later

public import Substrates

/// What a phase left: means over its window, unit by unit.
public struct PhaseAverages<Scalar: DendriteScalar>: Sendable, Equatable {
  /// Means of one layer, `[units]` each.
  public struct Layer: Sendable, Equatable {
    /// V̄.
    public var potential: [Scalar]
    /// Mean V^b.
    public var basal: [Scalar]
    /// Mean V^a; 0 for outputs.
    public var apical: [Scalar]
    /// The plateau potential α = σ(mean V^a); ½ for outputs.
    public var plateau: [Scalar]
    /// h̄, the mean of φ/φ_max.
    public var rate: [Scalar]
    /// m̄, the realised perturbation: of V, or of h where rates are perturbed.
    public var perturbation: [Scalar]

    init(units: Int) {
      potential = Array(repeating: 0, count: units)
      basal = potential
      apical = potential
      plateau = potential
      rate = potential
      perturbation = potential
    }
  }

  /// Hidden layers, then the outputs.
  public var layers: [Layer]
  /// s̄ of the inputs, the hidden layers and the outputs: mean postsynaptic potential, 1/ms.
  public var presynaptic: [[Scalar]]
  /// Spikes within the window of the inputs, the hidden layers and the outputs; of rates, their
  /// expected number.
  public var spikeCounts: [[Scalar]]
  /// How many values met a limit in this phase: perturbations held, and rates below zero.
  public var clippedCount = 0
  /// The number of steps of the window.
  public var windowSteps = 0

  /// Room for a phase.
  public init(architecture: Architecture) {
    layers = architecture.widths.dropFirst().map { Layer(units: $0) }
    presynaptic = architecture.widths.map { Array(repeating: 0, count: $0) }
    spikeCounts = presynaptic
  }

  /// The output of the largest mean potential, the first of equals (the paper's Methods and the
  /// authors' code; under noise it may differ from the output of the highest mean rate).
  public var predictedClass: Int {
    let potential = layers[layers.count - 1].potential
    return potential.indices.reduce(0) { potential[$1] > potential[$0] ? $1 : $0 }
  }

  /// The output's target φ* of the paper's equation 8: its mean rate h̄ in a phase with teaching.
  public var outputRates: [Scalar] { layers[layers.count - 1].rate }

  func fits(_ architecture: Architecture) -> Bool {
    layers.count == architecture.widths.count - 1
      && presynaptic.count == architecture.widths.count
      && zip(layers, architecture.widths.dropFirst()).allSatisfy { $0.potential.count == $1 }
      && zip(presynaptic, architecture.widths).allSatisfy { $0.count == $1 }
  }

  mutating func clear() {
    clippedCount = 0
    for index in layers.indices { layers[index].clear() }
  }
}

extension PhaseAverages.Layer {
  mutating func clear() {
    for unit in potential.indices {
      potential[unit] = 0
      basal[unit] = 0
      apical[unit] = 0
      rate[unit] = 0
      perturbation[unit] = 0
    }
  }
}
