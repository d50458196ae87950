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
    let begins = workspace.noiseKeys[layer].child(Self.beginning)
    let deviation = Scalar(noise.standardDeviation)
    guard case .poisson(_, let timeConstant) = noise.course else {
      fillNoise(layer, begins, noise, deviation, step, &state, keeping: 0)
      return
    }
    // Shot noise becomes stationary: ten correlation times leave e^{−10} of its mean.
    let past = Int((10 * timeConstant / parameters.timeStep).rounded(.up))
    state.values.fill(row: DendriteRow.noise.rawValue, 0)
    for index in 0..<past {
      drawStep(layer, begins, noise, step &* past &+ index, &state)
    }
  }

  /// The deviates of one step of a perturbation that changes with time.
  mutating func drawNoise(
    _ layer: Int, _ state: inout DendriteLayerState<Scalar>, _ step: Int
  ) {
    guard let noise = plans[layer].noise, noise.course != .frozen else { return }
    drawStep(layer, workspace.noiseKeys[layer].child(Self.continuing), noise, step, &state)
  }

  /// Children of a layer's key: where a process begins, how it goes on, and what the layer shares.
  private static var beginning: Int { 0 }
  private static var continuing: Int { 1 }
  private static var shared: Int { 2 }

  private mutating func drawStep(
    _ layer: Int, _ key: RandomKey, _ noise: ConductanceNoise, _ step: Int,
    _ state: inout DendriteLayerState<Scalar>
  ) {
    let dt = parameters.timeStep
    let kept = noise.correlation(timeStep: dt)
    let fresh = noise.stepDeviation(timeStep: dt) * (1 - kept * kept).squareRoot()
    fillNoise(layer, key, noise, Scalar(fresh), step, &state, keeping: Scalar(kept))
  }

  /// noise ← kept·noise + scale·ξ.
  private mutating func fillNoise(
    _ layer: Int, _ key: RandomKey, _ noise: ConductanceNoise, _ scale: Scalar, _ step: Int,
    _ state: inout DendriteLayerState<Scalar>, keeping kept: Scalar
  ) {
    let (units, first) = (state.units, DendriteRow.noise.rawValue * state.values.stride)
    let own = (1 - noise.sharedFraction).squareRoot()
    var common: Scalar = 0
    if noise.sharedFraction > 0 {
      fillDeviates(layer, key.child(Self.shared), noise, scale, step, count: 1)
      common = Scalar(noise.sharedFraction.squareRoot()) * workspace.deviates[0]
    }
    fillDeviates(layer, key, noise, scale * Scalar(own), step, count: units)
    if common != 0 {
      for unit in 0..<units { workspace.deviates[unit] += common }
    }
    unsafe workspace.deviates.withUnsafeMutableBufferPointer { fresh in
      unsafe state.values.elements.withUnsafeMutableBufferPointer { values in
        unsafe Scalar._axpby(
          units, 1, fresh.baseAddress!, kept, values.baseAddress! + first)
      }
    }
  }

  /// deviates ← scale·ξ, of unit variance; of shot noise, the arrivals of a step about their mean.
  private mutating func fillDeviates(
    _ layer: Int, _ key: RandomKey, _ noise: ConductanceNoise, _ scale: Scalar, _ step: Int,
    count: Int
  ) {
    let shots = plans[layer].shots
    unsafe workspace.deviates.withUnsafeMutableBufferPointer { deviates in
      let fresh = unsafe UnsafeMutableBufferPointer(rebasing: deviates[0..<count])
      guard let shots else {
        unsafe Scalar._fill(key, noise.deviate, scale, step, fresh)
        return
      }
      unsafe Scalar._fill(key, .uniform, 1, step, fresh)
      let size = Double(scale) / shots.mean.squareRoot()
      for unit in 0..<count {
        // A uniform deviate of unit variance lies within ±√3.
        let u = 0.5 + Double(unsafe fresh[unit]) / 12.0.squareRoot()
        let word = UInt32(min(max(u * 0x1p32, 0), 0x1p32 - 1))
        unsafe fresh[unit] = Scalar(size * (Double(shots.counts.count(word)) - shots.mean))
      }
    }
  }
}
