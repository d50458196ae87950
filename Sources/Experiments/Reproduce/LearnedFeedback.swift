// SPDX-License-Identifier: GPL-3.0-or-later

/// The spiking networks of Guerguiev et al. (2017) with their feedback learned by conductance noise
/// and one global reward, beside fixed random and symmetric feedback.
///
/// The circuit is the paper's by exact steps; teaching is measured at apical dendrites that listen
/// to the outputs, linearly. Perturbations are frozen push–pull conductances at the soma, compared
/// with a clean pass that has the same spikes; B is the ridge solution with slow forgetting, on the
/// surprise (control variate). The noise is strong, one unit of potential: what the loss differs
/// by because single spikes flip grows as its square root, and the estimate's share of it shrinks.
/// Nothing is tuned on the test set.
struct LearnedFeedback {
  let request: ReproductionRequest
  let stop: StopFlag

  init(_ request: ReproductionRequest, _ stop: StopFlag) {
    self.request = request
    self.stop = stop
  }

  /// One network, and its learning rate.
  struct Network {
    var name: String
    var layers: [Int]
    var rate: Double

    var hiddenCount: Int { layers.count - 2 }
  }

  static let networks = [
    Network(name: "784-500-10", layers: [784, 500, 10], rate: 0.1),
    Network(name: "784-500-100-10", layers: [784, 500, 100, 10], rate: 0.1),
  ]

  /// A network whose middle is narrow: fixed feedback cannot make up for its directions there.
  static let narrow = Network(name: "784-100-8-10", layers: [784, 100, 8, 10], rate: 0.1)

  static let preset = """
    substrate: {dendritic: {layers: [784, 500, 10], preset: paper, teaching: measured}}
    feedback: {alignment: {topology: direct}}
    descent: {sgd: {rate: 0.1}}
    loss: {squaredError: {reduction: sum}}
    data: {mnist: {batch: 1, validation: 5000}}
    schedule: {steps: 60000, evaluateEvery: 60000}
    metrics: {examples: 200}
    """

  /// - Parameter forgetting: per image; the past that B remembers is a fraction of the run.
  static func feedbacks(forgetting: String) -> [(String, String)] {
    [
      ("fixed", "feedback={alignment: {topology: direct, initialization: gaussian}}"),
      ("symmetric", "feedback={symmetric: {topology: direct}}"),
      (
        "learned",
        "feedback={perturbation: {topology: direct, estimator: ridge, ridge: 0.1, forgetting: \(forgetting), controlVariate: true, solveEvery: 50, baseline: clean, noise: {site: potential, standardDeviation: 1.0}}}"
      ),
    ]
  }

  private var isFull: Bool { request.budget == .full }

  func table(_ tell: @escaping @Sendable (String) -> Void) throws -> ReproductionTable {
    let steps = isFull ? 600_000 : 60_000
    let schedule = [
      "schedule={steps: \(steps), evaluateEvery: \(steps / 10), checkpointEvery: \(steps / 10)}"
    ]
    let networks = Self.networks + [Self.narrow]
    let feedbacks = Self.feedbacks(forgetting: isFull ? "0.99999" : "0.9999")
    let conditions = try networks.flatMap { network in
      try feedbacks.map { name, feedback in
        try Condition(
          "\(network.name)-\(name)", Self.preset,
          schedule + [
            "substrate.dendritic.layers=[\(network.layers.map(String.init).joined(separator: ", "))]",
            "substrate.dendritic.conductance.resting=0.2",
            "descent.sgd.rate=\(network.rate)", feedback,
          ])
      }
    }
    let results = try request.run(conditions, stop, tell)
    let rows = networks.enumerated().flatMap { index, network in
      self.rows(network, Array(results[(3 * index)..<(3 * index + 3)]), steps)
    }
    return ReproductionTable(
      title: "Feedback learned by conductance noise, budget \(request.budget.rawValue)",
      notes: [
        "Spiking networks with segregated dendrites, preset `paper`, on MNIST, \(steps) images one by one, \(request.seeds) paired seeds; mean ± s.e.m. Feedback comes from the outputs and is measured at the apical dendrite. \"Without chance\" is the teaching that B carries in the rate twin of the same weights; angles are to the true gradient of that twin, over 200 validation images.",
        "Apical \(ApicalVersion.current).",
      ],
      rows: rows)
  }

  private func rows(
    _ network: Network, _ results: [ConditionResult], _ steps: Int
  ) -> [ReproductionTable.Row] {
    let (fixed, symmetric, learned) = (results[0], results[1], results[2])
    var rows: [ReproductionTable.Row] = []
    for layer in 1...network.hiddenCount {
      for (column, name) in [
        ("angle", "without chance"), ("update_angle", "of ΔW without chance"),
        ("single_trial_angle", "one trial"),
      ] {
        for (result, feedback) in zip(results, ["fixed", "symmetric", "learned"]) {
          rows.append(
            row(
              "angle, \(name), layer \(layer), \(network.name), \(feedback), °", "–",
              result.value("\(column)_\(layer)", at: steps), nil, "reported"))
        }
      }
      let angles = results.map { $0.values("angle_\(layer)", at: steps) }
      let gained = zip(angles[0], angles[2]).map { $0 - $1 }
      let share = zip(gained, zip(angles[0], angles[1])).map { $0 / ($1.0 - $1.1) }
      rows.append(
        row(
          "angle, fixed minus learned, layer \(layer), \(network.name), °", "≥ 15",
          MeanAndError(gained), network.name == Self.narrow.name ? nil : 15...Double.infinity,
          "learned feedback is better aligned"))
      rows.append(
        row(
          "share of the way from fixed to symmetric, layer \(layer), \(network.name)", "0.8",
          MeanAndError(share), nil, "goal"))
    }
    for (result, feedback) in zip(results, ["fixed", "symmetric", "learned"]) {
      let error = result.value("test_error", at: steps)
      rows.append(
        ReproductionTable.Row(
          quantity: "test error, \(network.name), \(feedback), %", target: "–",
          measured: error.mean.map { 100 * $0 },
          standardError: error.standardError.map { 100 * $0 }, band: nil, claim: "reported"))
    }
    let errors = [fixed, symmetric, learned].map { $0.values("test_error", at: steps) }
    let recovered = zip(errors[0], zip(errors[1], errors[2])).map { ($0 - $1.1) / ($0 - $1.0) }
    rows.append(
      row(
        "share of the gap in error recovered, \(network.name)",
        network.name == Self.narrow.name ? "≥ 0.8" : "–", MeanAndError(recovered),
        network.name == Self.narrow.name ? 0.8...Double.infinity : nil,
        "learned feedback recovers what fixed feedback loses"))
    return rows
  }

  private func row(
    _ quantity: String, _ target: String, _ value: MeanAndError, _ band: ClosedRange<Double>?,
    _ claim: String
  ) -> ReproductionTable.Row {
    ReproductionTable.Row(
      quantity: quantity, target: target, measured: value.mean,
      standardError: value.standardError, band: band, claim: claim)
  }
}
