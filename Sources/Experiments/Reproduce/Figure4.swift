// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
internal import RandomStreams
internal import RateNetworks
internal import Substrates

/// The paper's Figure 4: B learns by ridge least squares while W rests at its random start.
///
/// The level of the relative error depends on the initial W four-fold, through the smallest
/// eigenvalue of the error covariance; so the level is judged against the least-squares formula at
/// the W drawn (`LeastSquaresPrediction`), and angles, which hardly depend on it, against the
/// paper's.
struct Figure4 {
  let request: ReproductionRequest
  let stop: StopFlag

  init(_ request: ReproductionRequest, _ stop: StopFlag) {
    self.request = request
    self.stop = stop
  }

  static let preset = """
    substrate: {rate: {layers: [784, 50, 20, 10], activation: sigmoid, output: identity}}
    feedback: {perturbation: {topology: layered, estimator: ridge, ridge: 0.1, noise: {standardDeviation: 1.0e-2, constantUnit: true}}}
    descent: {fixed: {}}
    loss: {squaredError: {reduction: sum}}
    data: {mnist: {batch: 32, validation: 5000}}
    schedule: {steps: 250000, evaluateEvery: 5000, checkpointEvery: 50000}
    metrics: {paper: true}
    """

  private var isFull: Bool { request.budget == .full }

  /// Steps of the noise sweep; Figure 4A–C shows 10⁶.
  private var steps: Int { isFull ? 1_000_000 : 250_000 }
  /// Steps of the width sweep.
  private var widthSteps: Int { isFull ? 250_000 : 20_000 }

  private static let widths = [30, 100, 300, 1_000]

  func table(_ tell: @escaping @Sendable (String) -> Void) throws -> ReproductionTable {
    let noises = isFull ? ["1.0e-2", "1.0e-3", "1.0e-1"] : ["1.0e-2"]
    let noiseConditions = try noises.map { noise in
      try Condition(
        "fixed-W-noise-\(noise)", Self.preset,
        [
          "schedule.steps=\(steps)",
          "feedback.perturbation.noise.standardDeviation=\(noise)",
        ])
    }
    let widthConditions = try Self.widths.map { width in
      try Condition(
        "fixed-W-width-\(width)", Self.preset,
        [
          "schedule.steps=\(widthSteps)", "schedule.evaluateEvery=\(widthSteps / 10)",
          "schedule.checkpointEvery=\(widthSteps / 10)",
          "substrate.rate.layers=[784, \(width), 50, 10]",
          "feedback.perturbation.noise.standardDeviation=1.0e-3",
        ])
    }
    let noiseResults = try request.run(noiseConditions, stop, tell)
    var widthRequest = request
    widthRequest.seeds = min(request.seeds, isFull ? 2 : 1)
    let widthResults = try widthRequest.run(widthConditions, stop, tell)
    let rows =
      try formulaRows(noiseConditions[0], noiseResults[0], tell)
      + angleRows(noiseResults) + noiseRows(noiseResults) + widthRows(widthResults)
    return ReproductionTable(
      title: "Figure 4, budget \(request.budget.rawValue)",
      notes: [
        "784-50-20-10 on MNIST, W fixed, B by ridge least squares (γ = 0.1), \(steps) minibatches of 32, \(request.seeds) independent initial weights; width sweep 784-N-50-10, c = 10⁻³, \(widthSteps) minibatches, \(widthRequest.seeds) initial weights. Mean ± s.e.m. An epoch is 1,000 minibatches. \"Upper\" is the matrix from 20 to 10 units (layer 2), \"lower\" from 50 to 20 (layer 1).",
        "Apical \(ApicalVersion.current).",
      ],
      rows: rows)
  }

  private func row(
    _ quantity: String, _ target: String, _ value: MeanAndError, _ band: ClosedRange<Double>?,
    _ claim: String
  ) -> ReproductionTable.Row {
    ReproductionTable.Row(
      quantity: quantity, target: target, measured: value.mean,
      standardError: value.standardError, band: band, claim: claim)
  }

  /// The measured squared error over the formula's, seed by seed.
  private func formulaRows(
    _ condition: Condition, _ result: ConditionResult, _ tell: @Sendable (String) -> Void
  ) throws -> [ReproductionTable.Row] {
    let (spec, _) = try condition.document.read(ExperimentSpec.init(reading:))
    let step = 250_000
    let images = try ExperimentImages(
      spec.data, random: RandomKey(seed: request.firstSeed), folder: request.dataFolder,
      threads: request.threads)
    let data = ExperimentData<Double>(images, target: spec.data.target)
    let ratios = try (0..<request.seeds).compactMap { index -> Double? in
      let seed = request.firstSeed + UInt64(index)
      let network = RateNetwork<Double>(
        spec.network.architecture, activations: spec.network.activations,
        output: spec.network.output, initialization: spec.network.initialization,
        random: RandomKey(seed: seed))
      let prediction = try LeastSquaresPrediction(
        network, noise: spec.feedback.presentation.noise!, loss: spec.loss, examples: data.training)
      guard let measured = result.runs[index].number("relative_error_2", at: step) else {
        return nil
      }
      let predicted = prediction.relativeError(layer: 1, samples: step * spec.data.batch)
      tell("seed \(seed): upper relative error \(measured), formula \(predicted)")
      return measured * measured / (predicted * predicted)
    }
    return [
      row(
        "upper squared error of B over the least-squares formula at the drawn W, 2.5·10⁵ minibatches",
        "1 ± 0.15", MeanAndError(ratios), 0.85...1.15,
        "App. B: B is the consistent least-squares estimate of W; its error is the sampling error"),
      row(
        "upper relative error, 2.5·10⁵ minibatches", "0.0096 (one initial W; varies four-fold)",
        result.value("relative_error_2", at: step), nil, "Figure 4A"),
    ]
  }

  private func angleRows(_ results: [ConditionResult]) -> [ReproductionTable.Row] {
    let result = results[0]
    let step = 250_000
    var rows = [
      row(
        "angle to the true gradient, lower, epoch 250, °", "1.5 … 2.5",
        result.value("angle_1", at: step), 1.5...2.5,
        "App. B: angles \"very close to zero for both layers\""),
      row(
        "angle to the true gradient, upper, epoch 250, °", "≤ 0.5",
        result.value("angle_2", at: step), -Double.infinity...0.5,
        "App. B: angles \"very close to zero for both layers\""),
    ]
    for (epoch, lower, upper) in [
      (10, "8.8", "1.4"), (25, "5.9", "0.9"), (50, "4.4", "0.6"), (100, "3.2", "0.4"),
    ] {
      rows.append(
        row(
          "angle, lower, epoch \(epoch), °", lower, result.value("angle_1", at: epoch * 1000), nil,
          "independent check, one initial W"))
      rows.append(
        row(
          "angle, upper, epoch \(epoch), °", upper, result.value("angle_2", at: epoch * 1000), nil,
          "independent check, one initial W"))
    }
    return rows
  }

  private func noiseRows(_ results: [ConditionResult]) -> [ReproductionTable.Row] {
    var rows: [ReproductionTable.Row] = []
    for result in results {
      for (layer, name) in [(1, "lower"), (2, "upper")] {
        rows.append(
          row(
            "relative error with bias row, \(name), \(result.name), \(steps) minibatches",
            published[result.name]?[layer - 1] ?? "–",
            result.value("paper_relative_error_\(layer)", at: steps), nil, "Figure 4A"))
        rows.append(
          row(
            "sign congruence with bias row, \(name), \(result.name), \(steps) minibatches", "–",
            result.value("paper_sign_congruence_\(layer)", at: steps), nil, "Figure 4C"))
      }
    }
    return rows
  }

  private var published: [String: [String]] {
    isFull
      ? [
        "fixed-W-noise-1.0e-2": ["0.58", "0.0050"], "fixed-W-noise-1.0e-3": ["0.6", "0.044"],
        "fixed-W-noise-1.0e-1": ["0.62", "0.036"],
      ] : ["fixed-W-noise-1.0e-2": ["1.0", "0.0096"]]
  }

  private func widthRows(_ results: [ConditionResult]) -> [ReproductionTable.Row] {
    var rows = zip(Self.widths, results).map { width, result in
      row(
        "angle to the true gradient, lower, N = \(width), \(widthSteps) minibatches, °",
        Self.publishedWidthAngles[width] ?? "–", result.value("angle_1", at: widthSteps), nil,
        "Figure 4E")
    }
    let narrow = results.first?.value("angle_1", at: widthSteps).mean
    let wide = results.last?.value("angle_1", at: widthSteps).mean
    if let narrow, let wide {
      rows.append(
        ReproductionTable.Row(
          quantity: "lower angle, N = 1000 over N = 30", target: "about 5.6 (√(1000/30) = 5.8)",
          measured: wide / narrow, standardError: nil, band: 4.2...7.5,
          claim: "Figure 4D, E: the number of neurons has an effect, about √N"))
    }
    return rows
  }

  private static let publishedWidthAngles = [
    30: "3.0 at epoch 100, 1.5 at 500", 100: "4.9 at 100, 2.7 at 500",
    300: "8.3 at 100, 4.3 at 500", 1_000: "17 at 100, 8.6 at 500",
  ]
}
