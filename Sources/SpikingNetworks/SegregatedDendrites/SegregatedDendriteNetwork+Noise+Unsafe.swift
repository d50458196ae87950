// SPDX-License-Identifier: GPL-3.0-or-later
//
// The deviates of perturbations.

internal import LinearAlgebra
internal import RandomStreams

extension SegregatedDendriteNetwork {
  /// Begins, continues or forgets a hidden layer's perturbation at the start of a phase.
  mutating func openNoise(
    _ layer: Int, _ perturbation: DendriticPhase<Scalar>.Perturbation,
    _ state: inout DendriteLayerState<Scalar>, _ step: Int
  ) {
    guard let key = perturbation.key else {
      guard state.isPerturbed else { return }
      state.isPerturbed = false
      state.values.fill(row: DendriteRow.noise.rawValue, 0)
      state.values.fill(row: DendriteRow.trace.rawValue, 0)
      state.values.fill(row: DendriteRow.dendriteTrace.rawValue, 0)
      return
    }
    guard let noise = plans[layer].noise else {
      preconditionFailure("a perturbed phase of a network without noise in its parameters")
    }
    workspace.noiseKeys[layer] = key.child(layer)
    let goesOn = state.isPerturbed && noise.course != .frozen
    state.isPerturbed = true
    guard !goesOn, noise.course != .white else { return }
    // Child 0 holds where a process begins, child 1 how it goes on.
    fillNoise(
      workspace.noiseKeys[layer].child(0), noise, Scalar(noise.standardDeviation), step,
      &state, keeping: 0)
  }

  /// The deviates of one step of a perturbation that changes with time.
  mutating func drawNoise(
    _ layer: Int, _ state: inout DendriteLayerState<Scalar>, _ step: Int
  ) {
    guard let noise = plans[layer].noise, noise.course != .frozen else { return }
    let dt = parameters.timeStep
    let kept = noise.correlation(timeStep: dt)
    let fresh = noise.stepDeviation(timeStep: dt) * (1 - kept * kept).squareRoot()
    fillNoise(
      workspace.noiseKeys[layer].child(1), noise, Scalar(fresh), step, &state,
      keeping: Scalar(kept))
  }

  /// noise ← kept·noise + scale·ξ.
  private mutating func fillNoise(
    _ key: RandomKey, _ noise: ConductanceNoise, _ scale: Scalar, _ step: Int,
    _ state: inout DendriteLayerState<Scalar>, keeping kept: Scalar
  ) {
    let (units, first) = (state.units, DendriteRow.noise.rawValue * state.values.stride)
    unsafe workspace.deviates.withUnsafeMutableBufferPointer { deviates in
      let fresh = unsafe UnsafeMutableBufferPointer(rebasing: deviates[0..<units])
      unsafe Scalar._fill(key, noise.deviate, scale, step, fresh)
      unsafe state.values.elements.withUnsafeMutableBufferPointer { values in
        unsafe Scalar._axpby(
          units, 1, fresh.baseAddress!, kept, values.baseAddress! + first)
      }
    }
  }
}
