// SPDX-License-Identifier: GPL-3.0-or-later

internal import Substrates

/// Everything of a segregated-dendrite network that evolves but its weights: a value.
///
/// Copy it to let a second pass start where the first one did, keep it to carry activity from
/// image to image, `reset` it to forget, encode it for a checkpoint (bit for bit).
public struct DendriteState<Scalar: DendriteScalar>: Sendable, Codable, Equatable {
  /// Variables of a layer that can be looked at.
  public enum Variable: String, Sendable, CaseIterable {
    /// V of the soma.
    case potential
    /// V^b.
    case basal
    /// V^a; 0 in the output layer.
    case apical
    /// h = φ/φ_max.
    case rate
    /// The perturbing process δ, before its sign and limits.
    case noise
    /// m, its realised effect on V, or on h where rates are perturbed.
    case perturbation
  }

  /// Steps since the last reset: part of the address of every random number.
  public internal(set) var step = 0
  /// Hidden layers and the output layer.
  var layers: [DendriteLayerState<Scalar>]
  /// Per source of spikes (inputs, hidden layers, outputs) `[units, 4]`: window sum of the
  /// postsynaptic potential, slow and fast filter, window sum of spikes.
  var traces: [DendriteRows<Scalar>]
  /// Per source, the counts of the last m − 1 steps, latest first; empty where kernels do not end.
  var history: [DendriteRows<Scalar>]

  init(architecture: Architecture, memory: Int) {
    layers = architecture.widths.dropFirst().map {
      DendriteLayerState(units: $0, memory: memory)
    }
    traces = architecture.widths.map { DendriteRows(count: $0, stride: 4) }
    history = architecture.widths.map { DendriteRows(count: max(memory - 1, 0), stride: $0) }
  }

  /// Whether this state, perhaps read from a file, is one of a network of this shape whose kernel
  /// ends after `memory` steps (0: never).
  func fits(_ architecture: Architecture, memory: Int) -> Bool {
    let widths = architecture.widths
    return step >= 0 && layers.count == widths.count - 1 && traces.count == widths.count
      && history.count == widths.count
      && zip(layers, widths.dropFirst()).allSatisfy { $0.fits(units: $1, memory: memory) }
      && zip(traces, widths).allSatisfy { $0.count == $1 && $0.stride == 4 }
      && zip(history, widths).allSatisfy { $0.count == max(memory - 1, 0) && $0.stride == $1 }
  }

  /// Back to rest, at step 0.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func reset() {
    step = 0
    for index in layers.indices { layers[index].reset() }
    for index in traces.indices {
      traces[index].fill(0)
      history[index].fill(0)
    }
  }

  /// A variable of every unit of a layer: hidden layers from 0, the outputs last.
  public func values(_ variable: Variable, ofLayer layer: Int) -> [Scalar] {
    let own = layers[layer]
    let row: DendriteRow =
      switch variable {
      case .potential: .potential
      case .basal: .basal
      case .apical: .apical
      case .rate: .rate
      case .noise: .noise
      case .perturbation: .trace
      }
    let start = row.rawValue * own.values.stride
    return Array(own.values.elements[start..<(start + own.units)])
  }
}

/// The rows of a layer's state.
enum DendriteRow: Int, CaseIterable {
  case potential, rate, basalDrive, basalSlow, basalFast, basal, apicalDrive, apicalSlow
  case apicalFast, apical, noise, trace, dendriteTrace
}

/// What evolves in one layer.
struct DendriteLayerState<Scalar: DendriteScalar>: Sendable, Codable, Equatable {
  let units: Int
  /// `[rows of DendriteRow, stride]`, the stride a multiple of 64; what lies beyond the units is
  /// never read by another layer.
  var values: DendriteRows<Scalar>
  /// Drives of the last m steps, `[m, stride]`, and the place of the oldest.
  var basalRing: DendriteRows<Scalar>
  var apicalRing: DendriteRows<Scalar>
  var place = 0
  /// Whether `noise` holds a process that may go on.
  var isPerturbed = false

  init(units: Int, memory: Int) {
    self.units = units
    let stride = Self.stride(units)
    values = DendriteRows(count: DendriteRow.allCases.count, stride: stride)
    basalRing = DendriteRows(count: memory, stride: stride)
    apicalRing = basalRing
  }

  static func stride(_ units: Int) -> Int { (units + 63) / 64 * 64 }

  /// Whether a state, perhaps read from a file, has this layer's shape.
  func fits(units: Int, memory: Int) -> Bool {
    let stride = Self.stride(units)
    return self.units == units && values.count == DendriteRow.allCases.count
      && values.stride == stride && basalRing.count == memory && basalRing.stride == stride
      && apicalRing.count == memory && apicalRing.stride == stride
      && (place == 0 || (place > 0 && place < memory))
  }

  mutating func reset() {
    values.fill(0)
    basalRing.fill(0)
    apicalRing.fill(0)
    place = 0
    isPerturbed = false
  }
}
