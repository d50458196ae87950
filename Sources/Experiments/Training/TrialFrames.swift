// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import LinearAlgebra
internal import RandomStreams
internal import RateNetworks
internal import SpikingNetworks
internal import Substrates

/// What one step of a watched trial leaves of the watched units.
struct TrialFrame: Sendable, Equatable {
  /// The phase.
  var phase: String
  /// `[units]` of every variable of every watched layer, in the order of the specification.
  var values: [[Double]]
  /// Per watched layer, the places of units among the watched ones that fired in this step, as
  /// often as they did.
  var spikes: [[Int]]
}

/// One trial to be watched.
struct WatchedTrial<Scalar: NetworkScalar> {
  /// A batch of one trial.
  var batch: Batch<Scalar>
  var presentation: Presentation
  var loss: Loss
  var random: RandomKey
  var step: Int
  var layers: [TrialsSpec.Layer]
}

extension RateNetwork {
  func frames(of trial: WatchedTrial<Scalar>) -> [TrialFrame] {
    preconditionFailure("a rate network has no time within a trial")
  }
}

extension DendriticNetwork {
  func frames(of trial: WatchedTrial<Scalar>) throws -> [TrialFrame] {
    var network = replica()
    var record = network.makeRecord(trials: 1, presentation: trial.presentation)
    var frames: [TrialFrame] = []
    var sums = trial.layers.map { $0.units.map { _ in 0.0 } }
    let signalsSpike = self.trial.circuit.signal != .rate
    try network.present(
      trial.batch, loss: trial.loss, random: trial.random, step: trial.step, into: &record
    ) { step in
      var frame = TrialFrame(phase: step.phase.rawValue, values: [], spikes: [])
      for (number, layer) in trial.layers.enumerated() {
        if layer.variables.contains(.plateau) { step.add(layer, to: &sums[number]) }
        for variable in layer.variables {
          frame.values.append(step.values(variable, layer, sums: sums[number]))
        }
        frame.spikes.append(signalsSpike ? step.spikes(layer) : [])
      }
      frames.append(frame)
    }
    return frames
  }
}

extension DendriticTrialStep {
  /// Mean potentials of the window so far, times their number; anew in every phase.
  fileprivate func add(_ layer: TrialsSpec.Layer, to sums: inout [Double]) {
    if view.step <= window.lowerBound {
      for place in sums.indices { sums[place] = 0 }
    }
    guard window.contains(view.step) else { return }
    let potential = view.state.values(.apical, ofLayer: layer.index)
    for (place, unit) in layer.units.enumerated() { sums[place] += Double(potential[unit]) }
  }

  fileprivate func values(
    _ variable: TrialsSpec.Variable, _ layer: TrialsSpec.Layer, sums: [Double]
  ) -> [Double] {
    func read(_ name: DendriteState<Scalar>.Variable) -> [Double] {
      let all = view.state.values(name, ofLayer: layer.index)
      return layer.units.map { Double(all[$0]) }
    }
    switch variable {
    case .soma: return read(.potential)
    case .basal: return read(.basal)
    case .apical: return read(.apical)
    case .rate: return read(.rate)
    case .noise: return read(.noise).map { Double(noiseSign) * $0 }
    case .response: return read(.perturbation)
    case .plateau:
      let taken = view.step + 1 - window.lowerBound
      let means =
        window.contains(view.step) ? sums.map { $0 / Double(taken) } : read(.apical)
      return means.map { 1 / (1 + exp(-$0)) }
    }
  }

  fileprivate func spikes(_ layer: TrialsSpec.Layer) -> [Int] {
    let counts = Dictionary(uniqueKeysWithValues: view.spikes(ofSource: layer.index + 1))
    return layer.units.enumerated().flatMap { place, unit in
      Array(repeating: place, count: Int(counts[unit] ?? 0))
    }
  }
}
