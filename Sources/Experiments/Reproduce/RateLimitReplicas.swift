// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import LinearAlgebra
internal import SpikingNetworks
internal import Substrates

/// Where each unit sends the mean of r spike trains, potentials and estimates must approach those of
/// rates as r^(−1/2): spikes add r⁻¹ of their variance, on the same realised noise.
struct RateLimitReplicas {
  let problem: RateLimitProblem

  init(_ problem: RateLimitProblem) { self.problem = problem }

  typealias Row = ReproductionTable.Row

  /// The root mean square difference to the rate twin, relative to that of the twin's values: of the
  /// estimates ê of all hidden layers, and of the outputs.
  func differences(_ replicas: Int?, _ twin: TrialRecord<Double>, _ batch: Batch<Double>)
    throws -> (estimates: Double, outputs: Double)
  {
    let own = try record(replicas, batch)
    return (
      Self.relativeDifference(Self.estimates(own), Self.estimates(twin)),
      Self.relativeDifference(own.prediction.elements, twin.prediction.elements)
    )
  }

  /// A presentation in spikes of so many replicas, or in rates.
  func record(_ replicas: Int?, _ batch: Batch<Double>) throws -> TrialRecord<Double> {
    let noise = try ConductanceNoise(form: .pushPull(resting: 10), standardDeviation: 1)
    let network = try DendriticNetwork<Double>(
      problem.trial(settling: 200, replicas: replicas, noise: noise),
      connections: problem.connections)
    return try problem.record(
      network, batch, .perturbed(by: Noise(site: .potential, standardDeviation: 0.3)))
  }

  func rows(_ counts: [Int], trials: Int) throws -> [Row] {
    let batch = problem.batch(trials)
    let twin = try record(nil, batch)
    let found = try counts.map { try differences($0, twin, batch) }
    var rows = zip(counts, found).map { count, found in
      Row(
        quantity: "relative difference of estimates ê in spikes and in rates, \(count) replicas",
        target: "–", measured: found.estimates, standardError: nil, band: nil,
        claim: "the spiking estimate approaches the rate estimate")
    }
    let x = counts.map { Double($0) }
    for (what, values) in [
      ("estimates ê", found.map(\.estimates)), ("outputs", found.map(\.outputs)),
    ] {
      rows.append(
        Row(
          quantity: "order in replicas of the difference of \(what)", target: "−0.5 ± 0.1",
          measured: LogLogFit(x, values).slope, standardError: nil, band: -0.6...(-0.4),
          claim: "the spiking estimate approaches the rate estimate"))
    }
    return rows
  }

  /// ΔL·ξ / Var ξ of all trials and hidden units.
  private static func estimates(_ record: TrialRecord<Double>) -> [Double] {
    record.layers.flatMap { layer in
      (0..<layer.output.rows).flatMap { row in
        (0..<layer.output.columns).map { unit in
          record.lossDifference[row] * layer.perturbation.values[row, unit]
            / layer.perturbation.variance[row, unit]
        }
      }
    }
  }

  private static func relativeDifference(_ own: [Double], _ truth: [Double]) -> Double {
    let difference = zip(own, truth).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (difference / truth.reduce(0) { $0 + $1 * $1 }).squareRoot()
  }
}
