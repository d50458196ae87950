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

  private static let widths = [20, 12, 8, 5]
  private let loss = Loss(.squaredError)

  private var key: RandomKey { RandomKey(seed: request.firstSeed) }

  private func connections(_ widths: [Int] = widths) -> [Connection<Double>] {
    (0..<(widths.count - 1)).map { k in
      Initialization.gaussian.connection(
        inputs: widths[k], outputs: widths[k + 1],
        random: key.purpose(.initialWeights).child(k))
    }
  }

  /// Inputs uniform on 0…1, one target of 1 in each trial.
  private func batch(_ trials: Int, _ widths: [Int] = widths, part: Int = 0) -> Batch<Double> {
    let random = key.purpose(.syntheticData).child(part)
    let inputs = random.deviates(.uniform, count: trials * widths[0]).map {
      0.5 + 0.5 * $0 / 3.0.squareRoot()
    }
    let outputs = widths[widths.count - 1]
    var targets = Matrix<Double>(rows: trials, columns: outputs)
    // The class is the largest of the first inputs, so that there is something to be learned.
    targets.setOneHot(
      (0..<trials).map { trial in
        let row = inputs[(trial * widths[0])..<(trial * widths[0] + outputs)]
        return row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 } - row.startIndex
      })
    return Batch(
      inputs: .dense(Matrix(rows: trials, columns: widths[0], elements: inputs)),
      targets: targets)
  }

  private func trial(
    settling: Double, spiking: Bool = false, noise: ConductanceNoise?
  ) throws -> DendriticTrial {
    let signal: SegregatedDendriteParameters.Signal = spiking ? .poisson : .rate
    let duration = PhaseDuration(base: Int(settling) + 50, mean: 0)
    return try DendriticTrial(
      circuit: SegregatedDendriteParameters.paper(
        signal: signal, inputSignal: signal, noise: noise
      ).with(window: .afterSettling(settling)),
      forward: duration, target: duration, testSteps: duration.base)
  }

  private func record<Network: Substrate & Copyable>(
    _ network: Network, _ batch: Batch<Double>, _ presentation: Presentation, step: Int = 0
  ) throws -> TrialRecord<Double> where Network.Scalar == Double {
    var network = network
    var record = network.makeRecord(trials: batch.trials, presentation: presentation)
    try network.present(batch, loss: loss, random: key, step: step, into: &record)
    return record
  }

  func table(_ tell: @escaping @Sendable (String) -> Void) throws -> ReproductionTable {
    LinearAlgebraRuntime.useOneThread()
    tell("activities and estimates")
    let settled = try activityRows() + siteRows()
    tell("feedback learned in spikes")
    let spiking = try RateLimitSpikes(request).rows(tell)
    return ReproductionTable(
      title: "The rate limit, budget \(request.budget.rawValue)",
      notes: [
        "A 20-12-8-5 network of neurons with segregated dendrites against the rate network of the same weights, double precision, 20 trials, sigmoid outputs.",
        "Apical \(ApicalVersion.current).",
      ],
      rows: settled + spiking)
  }

  private func activityRows() throws -> [Row] {
    let batch = batch(20)
    let rate = RateNetwork<Double>(
      connections: connections(), activations: [.sigmoid, .sigmoid], output: .sigmoid)
    let truth = try record(rate, batch, .quiet)
    // Resting conductances of 10 per ms: no perturbation of 0.3 ever meets a limit.
    let noise = try ConductanceNoise(form: .pushPull(resting: 10), standardDeviation: 1)
    var rows: [Row] = []
    for settling in [100.0, 200, 400] {
      let network = try DendriticNetwork<Double>(
        trial(settling: settling, noise: noise), connections: connections())
      let own = try record(
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
      let connections = connections()
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
    let batch = batch(200)
    let noise = try ConductanceNoise(form: .pushPull(resting: 10), standardDeviation: 1)
    let conductance = try DendriticNetwork<Double>(
      trial(settling: 400, noise: noise), connections: connections([20, 12, 5]))
    let rates = try DendriticNetwork<Double>(
      trial(settling: 400, noise: nil), connections: connections([20, 12, 5]))
    let strengths = [0.2, 0.1, 0.05, 0.025]
    var differences: [Double] = []
    for c in strengths {
      let a = try record(
        conductance, batch,
        .perturbed(
          by: Noise(site: .potential, standardDeviation: c), comparedWith: .antithetic))
      let b = try record(
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
    let slope = Self.slope(strengths, differences)
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
    let weights = connections([20, 12, 5])[1].weights
    return (0..<weights.columns).reduce(0) {
      $0 + weights[unit, $1] * record.outputError[row, $1]
    }
  }

  /// The slope of log y over log x, by least squares.
  static func slope(_ x: [Double], _ y: [Double]) -> Double {
    let (a, b) = (x.map { log($0) }, y.map { log($0) })
    let (ma, mb) = (
      a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count)
    )
    let covariance = zip(a, b).reduce(0) { $0 + ($1.0 - ma) * ($1.1 - mb) }
    return covariance / a.reduce(0) { $0 + ($1 - ma) * ($1 - ma) }
  }
}
