// SPDX-License-Identifier: GPL-3.0-or-later

import Experiments
import Foundation
import Testing

/// The promise on spiking networks: same specification and seed, same bits, whatever the threads
/// and interruptions; activity that carries over is part of a checkpoint.
@Suite struct DendriticRunLawTests {
  private static let text = """
    seed: 7
    substrate: {dendritic: {layers: [784, 12, 10], teaching: measured, carryState: true, testPhase: 60}}
    feedback: {perturbation: {topology: direct, estimator: ridge, solveEvery: 3, noise: {site: potential, standardDeviation: 0.3}}}
    descent: {sgd: {rate: 0.1, biasFactor: 2}}
    data: {syntheticDigits: {batch: 1, train: 300, test: 600, validation: 20}}
    schedule: {steps: 60, evaluateEvery: 10, checkpointEvery: 20}
    metrics: {examples: 5}
    record: [{what: layer1.perturbation, every: 7}]
    """

  private func request(
    _ output: String, _ overrides: [String] = [], threads: Int = 1, resumes: Bool = false
  ) throws -> RunRequest {
    RunRequest(
      try SpecDocument(text: Self.text, file: "x.yaml", overrides: overrides), threads: threads,
      output: output, resumes: resumes)
  }

  private func run(_ request: RunRequest, until step: Int? = nil) throws {
    let stop = StopFlag()
    func go() throws {
      try ExperimentRunner.run(request, stop: stop) { event in
        if case .measured(let row) = event, let step, row["step"] == Double(step) { stop.set() }
      }
    }
    if step == nil { try go() } else { #expect(throws: RunFailure.self) { try go() } }
  }

  @Test(
    "Threads and interruptions change no bit of a spiking run",
    arguments: [
      [],
      [
        "feedback={perturbation: {topology: direct, estimator: kalman, noise: {site: potential, standardDeviation: 0.3}, baseline: antithetic}}"
      ],
    ])
  func promise(_ overrides: [String]) throws {
    try RunFixture.withFolder { folder in
      try run(request("\(folder)/whole", overrides))
      let whole = try RunFixture.contents("\(folder)/whole")
      try run(request("\(folder)/threads", overrides, threads: 3))
      #expect(try RunFixture.contents("\(folder)/threads") == whole)
      for step in [10, 40] {
        try run(request("\(folder)/cut\(step)", overrides), until: step)
        try run(request("\(folder)/cut\(step)", overrides, threads: 2, resumes: true))
        #expect(try RunFixture.contents("\(folder)/cut\(step)") == whole)
      }
      let header = try String(
        contentsOfFile: "\(folder)/whole/metrics.csv", encoding: .utf8
      ).split(whereSeparator: \.isNewline)[0]
      #expect(
        header.hasSuffix(
          "estimator_variance_1,estimator_variance_1_formula,single_trial_angle_1,update_angle_1"))
    }
  }

  @Test(
    "Every rule runs on a spiking network",
    arguments: [
      "feedback={backpropagation: {}}", "feedback={alignment: {topology: direct}}",
      "feedback={alignment: {topology: layered, initialization: designed}}",
      "feedback={symmetric: {topology: direct}}", "feedback={symmetric: {topology: layered}}",
      "feedback={nodePerturbation: {noise: {site: potential, standardDeviation: 0.3}}}",
      "feedback={perturbation: {topology: layered, estimator: sgd, rate: 0.01}}",
      "feedback={perturbation: {topology: direct, estimator: controlVariate, rate: 0.01, noise: {site: potential, standardDeviation: 0.3}, baseline: antithetic}}",
      "feedback={perturbation: {topology: direct, estimator: kalman, noise: {site: potential, standardDeviation: 0.3}, baseline: antithetic}}",
      "feedback={weightMirror: {topology: direct, rate: 1, noise: {site: potential, standardDeviation: 0.3}}}",
      "feedback={weightMirror: {rate: 0.1, topology: layered, baseline: secondNoisy}}",
      "feedback={kolenPollack: {topology: layered}}",
      "feedback={perturbation: {topology: direct, eligibility: activityDifference, reward: {delay: 3}, noise: {site: potential, standardDeviation: 0.3}}}",
      "feedback={perturbation: {topology: layered, estimator: kalman, eligibility: transmittedDifference, reward: {delay: 3}, noise: {site: potential, standardDeviation: 0.1}}}",
      "feedback={perturbation: {topology: direct, estimator: ridge, eligibility: transmittedDifference, controlVariate: true, baseline: secondNoisy}}",
      "feedback={perturbation: {topology: direct, eligibility: runningMean, baseline: runningMean, reward: {binarised: true}}}",
      "feedback={nodePerturbation: {eligibility: activityDifference, reward: {binarised: true}, baseline: antithetic}}",
      "feedback={perturbation: {topology: activity, estimator: ridge, noise: {site: potential, standardDeviation: 0.3}, baseline: secondNoisy, activityFrom: mean}}",
    ])
  func rules(_ feedback: String) throws {
    try RunFixture.withFolder { folder in
      for teaching in ["transported", "measured"] {
        let measures = ["direct", "topology: layered"].contains { feedback.contains($0) }
        guard teaching == "transported" || measures else { continue }
        try run(
          request(
            "\(folder)/\(teaching)",
            [
              feedback, "descent.sgd.weightDecay=0.1", "substrate.dendritic.teaching=\(teaching)",
              "schedule.steps=10",
              "schedule.checkpointEvery=10",
            ]))
      }
    }
  }
}
