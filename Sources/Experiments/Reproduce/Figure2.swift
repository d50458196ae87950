// SPDX-License-Identifier: GPL-3.0-or-later

/// The paper's Figure 2: a 784-50-20-10 network whose W and B learn together on MNIST, against
/// feedback alignment and backpropagation.
///
/// Two presets. `figure` is what made the published curves (the authors' code): ridge least squares
/// for B with γ = 0.1, 1,000 steps in which W rests, noise on the constant unit too, a linear
/// output, loss summed over the batch. `paper` is what the text of C.1 says: B by stochastic
/// gradient with rate 5e-4, no warm-up, no noise on the constant unit; the output stays linear
/// and the loss a sum, without which no published number can be met.
struct Figure2 {
  let request: ReproductionRequest
  let stop: StopFlag

  init(_ request: ReproductionRequest, _ stop: StopFlag) {
    self.request = request
    self.stop = stop
  }

  /// Steps per epoch of the paper's figures: 1,000 minibatches, not a pass over the data.
  static let epoch = 1_000

  static let preset = """
    substrate: {rate: {layers: [784, 50, 20, 10], activation: sigmoid, output: identity}}
    feedback: {backpropagation: {}}
    descent: {sgd: {rate: 4.0e-4}}
    loss: {squaredError: {reduction: sum}}
    data: {mnist: {batch: 32, validation: 5000}}
    schedule: {steps: 100000, evaluateEvery: 10000, checkpointEvery: 50000}
    metrics: {paper: true}
    """

  static func perturbation(noise: String, preset: String) -> String {
    preset == "figure"
      ? "feedback={perturbation: {topology: layered, estimator: ridge, ridge: 0.1, warmup: 1000, noise: {standardDeviation: \(noise), constantUnit: true}}}"
      : "feedback={perturbation: {topology: layered, estimator: sgd, rate: 5.0e-4, noise: {standardDeviation: \(noise)}}}"
  }

  func table(_ tell: @escaping @Sendable (String) -> Void) throws -> ReproductionTable {
    let steps = (request.budget == .quick ? 100 : 2_000) * Self.epoch
    let common =
      ["schedule.steps=\(steps)"]
      + (request.budget == .full
        ? [
          "schedule.evaluateEvery=20000", "schedule.checkpointEvery=100000",
          "metrics.trajectory=true",
        ] : [])
    let noises = request.budget == .quick ? ["1.0e-2"] : ["1.0e-2", "1.0e-3", "1.0e-4", "1.0e-1"]
    var conditions = [
      try Condition("backpropagation", Self.preset, common),
      try Condition(
        "feedback-alignment", Self.preset,
        common + ["feedback={alignment: {topology: layered}}"]),
    ]
    for noise in noises {
      conditions.append(
        try Condition(
          "node-perturbation-\(noise)", Self.preset,
          common + [Self.perturbation(noise: noise, preset: "figure")]))
    }
    conditions.append(
      try Condition(
        "paper-text-1.0e-2", Self.preset,
        common + [Self.perturbation(noise: "1.0e-2", preset: "paper")]))
    let results = try request.run(conditions, stop, tell)
    let named = Dictionary(uniqueKeysWithValues: results.map { ($0.name, $0) })
    return ReproductionTable(
      title: "Figure 2, budget \(request.budget.rawValue)",
      notes: [
        "784-50-20-10 on MNIST, \(steps) minibatches of 32, \(request.seeds) independent initial weights (seeds \(request.firstSeed)…\(request.firstSeed + UInt64(request.seeds) - 1)); mean ± s.e.m. Preset `figure` unless a row says `paper`. Errors are of the clean output on the test set, angles against the true gradient over 500 validation examples, unless a row says otherwise. Nothing was tuned on the test set.",
        "Apical \(ApicalVersion.current).",
      ],
      rows: request.budget == .quick ? quickRows(named, steps) : fullRows(named, steps))
  }
}
