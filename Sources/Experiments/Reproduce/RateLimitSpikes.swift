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
/// runs must approach one matrix, what all their trials together measure, as T^(−1/2). Every
/// example is shown twice in a batch, which lets `AttenuationSums` measure what that matrix is.
struct RateLimitSpikes {
  private let problem: RateLimitProblem
  private let threads: Int
  /// Independent runs.
  private let runs: Int
  /// The numbers of trials at which B is looked at, each four times the last.
  private let times: [Int]

  init(_ request: ReproductionRequest, runs: Int = 8, firstTime: Int? = nil) {
    problem = RateLimitProblem(
      key: RandomKey(seed: request.firstSeed), widths: [20, 12, 5])
    threads = request.threads
    self.runs = runs
    let base = firstTime ?? (request.budget == .full ? 1_600 : 400)
    times = (0..<4).map { base << (2 * $0) }
  }

  typealias Row = ReproductionTable.Row

  /// What a run leaves: B after each of `times` trials, and sums over all of them.
  struct Learned: Sendable {
    var feedback: [Matrix<Double>] = []
    var sums: AttenuationSums
  }

  private func network(sharesSpikes: Bool) throws -> DendriticNetwork<Double> {
    let duration = PhaseDuration(base: 100, mean: 0)
    let noise = try ConductanceNoise(form: .pushPull(resting: 0.2), standardDeviation: 1)
    let trial = try DendriticTrial(
      circuit: SegregatedDendriteParameters.paper(noise: noise), forward: duration,
      target: duration, sharesSpikes: sharesSpikes)
    return try DendriticNetwork<Double>(trial, connections: problem.connections)
  }

  private func learn(_ run: Int, sharesSpikes: Bool) throws -> Learned {
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
      random: problem.key.child(run))
    var result = Learned(
      sums: AttenuationSums(units: problem.widths[1], inputs: problem.widths[2]))
    for step in 0..<(times[times.count - 1] / batch) {
      try trainer.step(problem.batch(batch, at: [run, step], copies: 2))
      result.sums.add(trainer.record, layer: 0)
      if times.contains((step + 1) * batch) {
        result.feedback.append(trainer.state.pathway.weights[0])
      }
    }
    return result
  }

  /// All runs with common random numbers, or with an independent clean pass.
  func learned(
    sharesSpikes: Bool, _ tell: @escaping @Sendable (String) -> Void
  ) throws -> [Learned] {
    try parallelMap(runs, threads: threads) { run in
      let result = try learn(run, sharesSpikes: sharesSpikes)
      tell("run \(run + 1) of \(runs), \(sharesSpikes ? "common" : "independent") spikes")
      return result
    }
  }

  func rows(_ tell: @escaping @Sendable (String) -> Void) throws -> [Row] {
    let common = try learned(sharesSpikes: true, tell)
    let independent = try learned(sharesSpikes: false, tell)
    return convergence(common, isCommon: true) + convergence(independent, isCommon: false)
      + AttenuationComparison(common: common, independent: independent).rows
  }

  private func convergence(_ learned: [Learned], isCommon: Bool) -> [Row] {
    let last = times.count - 1
    let errors = times.indices.map { index in
      let squares = (0..<runs).map { run -> Double in
        // The matrix of all other runs' trials, and its own sampling noise taken out.
        let others = (0..<runs).filter { $0 != run }.map { learned[$0].feedback[last] }.mean
        let error = Alignment.relativeError(of: learned[run].feedback[index], to: others)
        return error * error
      }
      return squares.reduce(0, +) / Double(runs)
    }
    let name = isCommon ? "common random numbers" : "an independent clean pass"
    // The reference has (runs − 1)·T_last trials: its share of each squared error is known.
    let own = errors[last] / (1 + 1 / Double(runs - 1))
    let corrected = errors.map { max($0 - own / Double(runs - 1), 0).squareRoot() }
    return [
      Row(
        quantity: "order in T of the relative error of B in spikes, \(name)",
        target: "−0.5 ± 0.1", measured: LogLogFit(times.map { Double($0) }, corrected).slope,
        standardError: nil, band: isCommon ? -0.6...(-0.4) : nil,
        claim: "B approaches what all trials together measure"),
      Row(
        quantity: "relative error of B after \(times[last]) trials, \(name)",
        target: isCommon ? "≤ 0.1" : "–", measured: corrected[last], standardError: nil,
        band: isCommon ? 0...0.1 : nil, claim: "B approaches what all trials together measure"),
    ]
  }
}

extension [Matrix<Double>] {
  /// The mean of one matrix or more, all of one shape.
  var mean: Matrix<Double> {
    var result = Matrix<Double>(rows: self[0].rows, columns: self[0].columns)
    for matrix in self { result.scaleAndAdd(1 / Double(count), matrix) }
    return result
  }
}
