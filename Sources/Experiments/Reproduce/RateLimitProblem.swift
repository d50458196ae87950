// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import SpikingNetworks
internal import Substrates

/// The networks and examples of the rate limit: weights and inputs drawn at addresses of one key, a
/// class to be learned, and trials with a settling of their own.
struct RateLimitProblem {
  let key: RandomKey
  let widths: [Int]
  let loss = Loss(.squaredError)

  var connections: [Connection<Double>] {
    (0..<(widths.count - 1)).map { k in
      Initialization.gaussian.connection(
        inputs: widths[k], outputs: widths[k + 1],
        random: key.purpose(.initialWeights).child(k))
    }
  }

  /// Inputs uniform on 0…1, one target of 1 in each trial, at the parts `address` of the key; every
  /// example `copies` times in a row.
  func batch(_ trials: Int, at address: [Int] = [0], copies: Int = 1) -> Batch<Double> {
    let (inputs, outputs) = (widths[0], widths[widths.count - 1])
    let random = address.reduce(key.purpose(.syntheticData)) { $0.child($1) }
    let examples = trials / copies
    let x = random.deviates(.uniform, count: examples * inputs).map {
      0.5 + 0.5 * $0 / 3.0.squareRoot()
    }
    // The class is the largest of the first inputs, so that there is something to be learned.
    let labels = (0..<examples).map { example in
      let row = x[(example * inputs)..<(example * inputs + outputs)]
      return row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 } - row.startIndex
    }
    let order = (0..<trials).map { $0 / copies }
    var targets = Matrix<Double>(rows: trials, columns: outputs)
    targets.setOneHot(order.map { labels[$0] })
    let all = Matrix<Double>(rows: examples, columns: inputs, elements: x)
    return Batch(inputs: .dense(all.rows(order)), targets: targets)
  }

  /// A trial whose phases settle for so many ms and are then averaged over 50 ms.
  func trial(
    settling: Double, replicas: Int? = nil, noise: ConductanceNoise?
  ) throws -> DendriticTrial {
    let signal: SegregatedDendriteParameters.Signal = replicas == nil ? .rate : .poisson
    let duration = PhaseDuration(base: Int(settling) + 50, mean: 0)
    return try DendriticTrial(
      circuit: SegregatedDendriteParameters.paper(
        signal: signal, inputSignal: signal, noise: noise
      ).with(replicas: replicas, window: .afterSettling(settling)),
      forward: duration, target: duration, testSteps: duration.base)
  }

  func record<Network: Substrate & Copyable>(
    _ network: Network, _ batch: Batch<Double>, _ presentation: Presentation
  ) throws -> TrialRecord<Double> where Network.Scalar == Double {
    var network = network
    var record = network.makeRecord(trials: batch.trials, presentation: presentation)
    try network.present(batch, loss: loss, random: key, step: 0, into: &record)
    return record
  }
}
