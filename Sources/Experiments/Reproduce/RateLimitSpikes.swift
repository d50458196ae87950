// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import SpikingNetworks
internal import Substrates

/// Feedback that spiking neurons learn while W rests, as trials accumulate.
///
/// B is the ridge solution without forgetting, so that after T trials it is the gain-weighted
/// regression of ∂L/∂V on what arrives at the apical dendrite, up to sampling noise: independent
/// runs must approach one matrix, the gain matrix that all their trials together measure, as
/// T^(−1/2).
struct RateLimitSpikes {
  let request: ReproductionRequest

  init(_ request: ReproductionRequest) { self.request = request }

  typealias Row = ReproductionTable.Row

  private static let widths = [20, 12, 5]
  private let runs = 8

  private var key: RandomKey { RandomKey(seed: request.firstSeed) }
  private var times: [Int] {
    let base = request.budget == .full ? 4_000 : 400
    return (0..<4).map { base << (2 * $0) }
  }

  private func batch(_ trials: Int, run: Int, part: Int) -> Batch<Double> {
    let (inputs, outputs) = (Self.widths[0], Self.widths[2])
    let random = key.purpose(.syntheticData).child(run).child(part)
    let x = random.deviates(.uniform, count: trials * inputs).map {
      0.5 + 0.5 * $0 / 3.0.squareRoot()
    }
    var targets = Matrix<Double>(rows: trials, columns: outputs)
    targets.setOneHot(
      (0..<trials).map { trial in
        let row = x[(trial * inputs)..<(trial * inputs + outputs)]
        return row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 } - row.startIndex
      })
    return Batch(
      inputs: .dense(Matrix(rows: trials, columns: inputs, elements: x)), targets: targets)
  }

  private func network(sharesSpikes: Bool) throws -> DendriticNetwork<Double> {
    let duration = PhaseDuration(base: 100, mean: 0)
    let noise = try ConductanceNoise(form: .pushPull(resting: 0.2), standardDeviation: 1)
    let trial = try DendriticTrial(
      circuit: SegregatedDendriteParameters.paper(noise: noise), forward: duration,
      target: duration, sharesSpikes: sharesSpikes)
    let random = key.purpose(.initialWeights)
    return try DendriticNetwork<Double>(
      trial,
      connections: (0..<2).map { k in
        Initialization.gaussian.connection(
          inputs: Self.widths[k], outputs: Self.widths[k + 1], random: random.child(k))
      })
  }

  /// B after each of `times` trials of one run.
  private func learn(_ run: Int, sharesSpikes: Bool) throws -> [Matrix<Double>] {
    var presentation = Presentation.perturbed(
      by: Noise(site: .potential, standardDeviation: 1))
    presentation.measuresTeaching = true
    let plan = LearningPlan(
      credit: .measured, presentation: presentation, descent: nil)
    let network = try network(sharesSpikes: sharesSpikes)
    let batch = 100
    var trainer = Trainer(
      network, plan: plan, learner: RidgeFeedback(ridge: 0.1),
      pathway: FeedbackPathway(zeroFor: network.architecture, topology: .direct), trials: batch,
      random: key.child(run))
    var result: [Matrix<Double>] = []
    for step in 0..<(times[times.count - 1] / batch) {
      try trainer.step(self.batch(batch, run: run, part: step))
      if times.contains((step + 1) * batch) {
        result.append(trainer.state.pathway.weights[0])
      }
    }
    return result
  }

  func rows(_ tell: @escaping @Sendable (String) -> Void) throws -> [Row] {
    var rows: [Row] = []
    for shares in [true, false] {
      let learned = try parallelMap(runs, threads: request.threads) { run in
        let result = try learn(run, sharesSpikes: shares)
        tell("run \(run + 1) of \(runs), \(shares ? "common" : "independent") spikes")
        return result
      }
      let last = times.count - 1
      let errors = times.indices.map { index in
        let squares = (0..<runs).map { run -> Double in
          // The matrix of all other runs' trials, and its own sampling noise taken out.
          var others = Matrix<Double>(
            rows: learned[0][0].rows, columns: learned[0][0].columns)
          for other in 0..<runs where other != run {
            others.scaleAndAdd(1 / Double(runs - 1), learned[other][last])
          }
          let error = Alignment.relativeError(of: learned[run][index], to: others)
          return error * error
        }
        let mean = squares.reduce(0, +) / Double(runs)
        return (mean, mean.squareRoot())
      }
      let name = shares ? "common random numbers" : "an independent clean pass"
      // The reference has (runs − 1)·T_last trials: its share of each squared error is known.
      let own = errors[last].0 / (1 + 1 / Double(runs - 1))
      let corrected = errors.map { max($0.0 - own / Double(runs - 1), 0).squareRoot() }
      rows.append(
        Row(
          quantity: "order in T of the relative error of B in spikes, \(name)",
          target: "−0.5 ± 0.1", measured: RateLimit.slope(times.map { Double($0) }, corrected),
          standardError: nil, band: shares ? -0.6...(-0.4) : nil,
          claim: "B approaches the measured gain matrix"))
      rows.append(
        Row(
          quantity: "relative error of B after \(times[last]) trials, \(name)",
          target: shares ? "≤ 0.1" : "–", measured: corrected[last], standardError: nil,
          band: shares ? 0...0.1 : nil, claim: "B approaches the measured gain matrix"))
    }
    return rows
  }
}
