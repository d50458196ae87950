// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import RateNetworks
internal import SpikingNetworks
internal import Substrates

/// The dendritic network validated by the rate network.
///
/// Where rates travel, noise is frozen and phases settle, both must be one network; where spikes
/// travel, what B learns must approach what the same regression gives with ever more trials.
struct RateLimit {
  let request: ReproductionRequest

  init(_ request: ReproductionRequest) { self.request = request }

  typealias Row = ReproductionTable.Row

  private var deep: RateLimitProblem { problem([20, 12, 8, 5]) }
  private var shallow: RateLimitProblem { problem([20, 12, 5]) }

  private func problem(_ widths: [Int]) -> RateLimitProblem {
    RateLimitProblem(key: RandomKey(seed: request.firstSeed), widths: widths)
  }

  func table(_ tell: @escaping @Sendable (String) -> Void) throws -> ReproductionTable {
    LinearAlgebraRuntime.useOneThread()
    tell("activities and estimates")
    let settled = try activityRows() + siteRows()
    tell("estimates from replicas")
    let replicas = try RateLimitReplicas(deep).rows([4, 16, 64, 256], trials: 100)
    tell("feedback learned in spikes")
    let spiking = try RateLimitSpikes(request).rows(tell)
    return ReproductionTable(
      title: "The rate limit, budget \(request.budget.rawValue)",
      notes: [
        "A 20-12-8-5 network of neurons with segregated dendrites against the rate network of the same weights, double precision, 20 trials, sigmoid outputs.",
        "Replicas: the mean of so many spike trains in the place of each, 100 trials. Feedback in spikes: 8 runs of a 20-12-5 network, W at rest, every example shown twice, each time with other spikes; e is the feedback input of a trial (forward minus taught phase), ē its mean over spikes given the example, G the gain matrix that e without chance would have. F is the squared distance of the runs' mean over what their spread makes of it, 1 ± 0.3 where sampling alone is left.",
        "Apical \(ApicalVersion.current).",
      ],
      rows: settled + replicas + spiking)
  }

  private func activityRows() throws -> [Row] {
    let (problem, batch) = (deep, deep.batch(20))
    let rate = RateNetwork<Double>(
      connections: problem.connections, activations: [.sigmoid, .sigmoid], output: .sigmoid)
    let truth = try problem.record(rate, batch, .quiet)
    // Resting conductances of 10 per ms: no perturbation of 0.3 ever meets a limit.
    let noise = try ConductanceNoise(form: .pushPull(resting: 10), standardDeviation: 1)
    var rows: [Row] = []
    for settling in [100.0, 200, 400] {
      let network = try DendriticNetwork<Double>(
        problem.trial(settling: settling, noise: noise), connections: problem.connections)
      let own = try problem.record(
        network, batch, .perturbed(by: Noise(site: .potential, standardDeviation: 0.3)))
      let first = distance(own.layers[0].output, truth.layers[0].output)
      let estimates = try estimateDifference(own, batch)
      let isLimit = settling == 400
      rows.append(
        Row(
          quantity: "largest difference of first-layer rates, settling \(Int(settling)) ms",
          target: isLimit ? "≤ 1e-12" : "–", measured: first, standardError: nil,
          band: isLimit ? 0...1e-12 : nil, claim: "the potentials are one network's"))
      rows.append(
        Row(
          quantity:
            "largest difference of estimates ê, all layers, settling \(Int(settling)) ms",
          target: isLimit ? "≤ 1e-11" : "–", measured: estimates, standardError: nil,
          band: isLimit ? 0...1e-11 : nil, claim: "equation (2) on the same noise"))
    }
    return rows
  }

  private func distance(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
    zip(a.elements, b.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  /// The estimates against those of a plain forward pass with the noise that was realised.
  private func estimateDifference(
    _ record: TrialRecord<Double>, _ batch: Batch<Double>
  ) throws -> Double {
    func losses(perturbed: Bool) -> [Double] {
      var x = batch.inputs.dense
      let connections = deep.connections
      for (k, connection) in connections.enumerated() {
        var u = Matrix<Double>(rows: x.rows, columns: connection.biases.count)
        connection.apply(to: x, into: &u)
        if perturbed, k < record.layers.count { u.add(record.layers[k].perturbation.values) }
        Activation.sigmoid.apply(inPlace: &u)
        x = u
      }
      return (0..<x.rows).map { row in
        (0..<x.columns).reduce(0) { sum, unit in
          let d = x[row, unit] - batch.targets[row, unit]
          return sum + d * d / 2
        }
      }
    }
    let (with, without) = (losses(perturbed: true), losses(perturbed: false))
    var worst = 0.0
    for layer in record.layers {
      for row in 0..<batch.trials {
        for unit in 0..<layer.output.columns {
          let xi = layer.perturbation.values[row, unit]
          let own = record.lossDifference[row] * xi / layer.perturbation.variance[row, unit]
          worst = max(worst, abs(own - (with[row] - without[row]) * xi / 0.09))
        }
      }
    }
    return worst
  }

  /// Antithetic estimates from conductances and from rates, on the same ξ: their difference is of
  /// the order c², trial by trial.
  private func siteRows() throws -> [Row] {
    let (problem, batch) = (shallow, shallow.batch(200))
    let noise = try ConductanceNoise(form: .pushPull(resting: 10), standardDeviation: 1)
    let conductance = try DendriticNetwork<Double>(
      problem.trial(settling: 400, noise: noise), connections: problem.connections)
    let rates = try DendriticNetwork<Double>(
      problem.trial(settling: 400, noise: nil), connections: problem.connections)
    let strengths = [0.2, 0.1, 0.05, 0.025]
    var differences: [Double] = []
    for c in strengths {
      let a = try problem.record(
        conductance, batch,
        .perturbed(
          by: Noise(site: .potential, standardDeviation: c), comparedWith: .antithetic))
      let b = try problem.record(
        rates, batch,
        .perturbed(by: Noise(site: .output, standardDeviation: c), comparedWith: .antithetic))
      var sum = 0.0
      for row in 0..<batch.trials {
        // The rates are perturbed by c·ξ·σ′/σ′: a unit's own scale is taken out in both.
        let own = projected(a, row)
        let other = projected(b, row)
        sum += (own - other) * (own - other)
      }
      differences.append((sum / Double(batch.trials)).squareRoot())
    }
    let slope = LogLogFit(strengths, differences).slope
    return [
      Row(
        quantity: "order in c of the difference of estimates from conductances and from rates",
        target: "2 ± 0.1", measured: slope, standardError: nil, band: 1.9...2.1,
        claim: "conductance noise perturbs rates by σ′·c_V to first order")
    ]
  }

  /// The directional derivative that a trial measured, less what the true gradient says of it, per
  /// noise strength: both sites' first order taken out.
  private func projected(_ record: TrialRecord<Double>, _ row: Int) -> Double {
    let layer = record.layers[0]
    var predicted = 0.0
    var scale = 0.0
    for unit in 0..<layer.output.columns {
      let xi = layer.perturbation.values[row, unit]
      predicted += xi * layer.perturbation.gain[row, unit] * gradient(record, row, unit)
      scale += xi * xi
    }
    return (record.lossDifference[row] - predicted) / scale.squareRoot()
  }

  /// ∂L/∂h of the hidden layer, by the exact output error.
  private func gradient(_ record: TrialRecord<Double>, _ row: Int, _ unit: Int) -> Double {
    let weights = shallow.connections[1].weights
    return (0..<weights.columns).reduce(0) {
      $0 + weights[unit, $1] * record.outputError[row, $1]
    }
  }
}
