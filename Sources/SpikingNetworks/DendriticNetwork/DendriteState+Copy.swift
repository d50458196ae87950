// SPDX-License-Identifier: GPL-3.0-or-later

extension DendriteState {
  /// Becomes `other`, a state of the same network, without allocating.
  mutating func assign(_ other: DendriteState) {
    step = other.step
    for index in layers.indices { layers[index].assign(other.layers[index]) }
    for index in traces.indices {
      traces[index].assign(other.traces[index])
      history[index].assign(other.history[index])
    }
  }
}

extension DendriteLayerState {
  fileprivate mutating func assign(_ other: DendriteLayerState) {
    values.assign(other.values)
    basalRing.assign(other.basalRing)
    apicalRing.assign(other.apicalRing)
    place = other.place
    isPerturbed = other.isPerturbed
  }
}
