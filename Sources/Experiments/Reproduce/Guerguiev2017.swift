// SPDX-License-Identifier: GPL-3.0-or-later

internal import SpikingNetworks
internal import Substrates

/// Guerguiev, Lillicrap & Richards (2017): spiking networks with segregated dendrites and fixed
/// random feedback on MNIST, tested in spikes.
///
/// Preset `authors` is their code: Euler steps, the kernel cut after 10 ms, averages over the last
/// 20 ms, activity carried from image to image, tests of 250 ms. Preset `exact` is their text: the
/// whole kernel, exact steps, averages after 30 ms, tests of 500 ms. Both have plateaus, output
/// targets measured in the taught phase, images one by one, and the paper's learning rates.
///
/// Weights start by the design in its intended width (the code until May 2017); its last commit's
/// double width is run beside it. The first is judged.
struct Guerguiev2017 {
  let request: ReproductionRequest
  let stop: StopFlag

  init(_ request: ReproductionRequest, _ stop: StopFlag) {
    self.request = request
    self.stop = stop
  }

  /// One network of the paper.
  struct Network {
    var name: String
    var hidden: [Int]
    /// η of hidden layers and of the outputs.
    var hiddenRate: Double
    var outputRate: Double
    /// Published error after 60 epochs, %.
    var published: Double

    var layers: [Int] { [784] + hidden + [10] }
  }

  static let networks = [
    Network(
      name: "784-10", hidden: [], hiddenRate: 0.19, outputRate: 0.19, published: 8.3),
    Network(
      name: "784-500-10", hidden: [500], hiddenRate: 0.21, outputRate: 0.21, published: 4.1),
    Network(
      name: "784-500-100-10", hidden: [500, 100], hiddenRate: 0.23, outputRate: 0.12,
      published: 3.2),
  ]

  static let preset = """
    substrate: {dendritic: {layers: [784, 10], output: sigmoid, outputTargets: measured}}
    feedback: {backpropagation: {}}
    descent: {sgd: {rate: 0.1}}
    loss: {squaredError: {reduction: sum}}
    data: {mnist: {batch: 1, validation: 0}}
    schedule: {steps: 60000, evaluateEvery: 60000}
    metrics: {examples: 200}
    """

  /// The paper's learning rates in the units of the waist.
  ///
  /// With T the teaching and s̄ = φ_max·Σκ·x the paper's update is ΔW = 20·η·k·T·σ′·s̄ of a weight
  /// that is W/(k·φ_max·Σκ) there, and Δb = 20·η·k·T·σ′ of b/k: rates 20·η·(k·φ_max·Σκ)² for W and
  /// 20·η·k² for b.
  static func descent(_ network: Network, cutKernel: Bool) throws -> String {
    let circuit =
      cutKernel
      ? try SegregatedDendriteParameters.authors() : try SegregatedDendriteParameters.paper()
    let trial = try DendriticTrial(circuit: circuit)
    let architecture = Architecture(widths: network.layers)
    let drive = trial.fullDrive
    let rates = (0..<architecture.connectionCount).map { k in
      let gain = trial.basalGain(ofConnection: k, in: architecture)
      let eta = k < architecture.hiddenLayerCount ? network.hiddenRate : network.outputRate
      return 20 * eta * gain * gain * drive * drive
    }
    let factors = rates.map { "\($0 / rates[0])" }.joined(separator: ", ")
    return
      "descent={sgd: {rate: \(rates[0]), rateFactors: [\(factors)], biasFactor: \(1 / (drive * drive))}}"
  }

  static func overrides(
    _ network: Network, preset: String, initialization: String
  ) throws -> [String] {
    let isCode = preset == "authors"
    let hidden =
      network.hidden.isEmpty
      ? "" : "teaching: measured, readout: plateau, "
    var result = [
      "substrate={dendritic: {layers: [\(network.layers.map(String.init).joined(separator: ", "))], output: sigmoid, preset: \(isCode ? "authors" : "paper"), outputTargets: measured, \(hidden)carryState: \(isCode), initialization: \(initialization)}}",
      try descent(network, cutKernel: isCode),
    ]
    if !network.hidden.isEmpty {
      result.append(
        "feedback={alignment: {topology: direct, initialization: \(initialization)}}")
    }
    return result
  }

  /// A network with a preset and initial weights; `schedule` is set first.
  static func condition(
    _ network: Network, preset: String, initialization: String, schedule: [String]
  ) throws -> Condition {
    try Condition(
      "\(network.name)-\(preset)-\(initialization)", Self.preset,
      schedule + overrides(network, preset: preset, initialization: initialization))
  }

  private var epochs: Int { request.budget == .full ? 60 : 1 }

  func table(_ tell: @escaping @Sendable (String) -> Void) throws -> ReproductionTable {
    let steps = epochs * 60_000
    let every = request.budget == .full ? 300_000 : 60_000
    let schedule = [
      "schedule={steps: \(steps), evaluateEvery: \(every), checkpointEvery: \(every)}"
    ]
    let variants = [("authors", "designed"), ("authors", "designedTwice"), ("exact", "designed")]
    var conditions: [Condition] = []
    for network in Self.networks {
      for (preset, initialization) in variants {
        conditions.append(
          try Self.condition(
            network, preset: preset, initialization: initialization, schedule: schedule))
      }
    }
    let results = try request.run(conditions, stop, tell)
    var rows: [ReproductionTable.Row] = []
    for (index, network) in Self.networks.enumerated() {
      for (offset, (preset, initialization)) in variants.enumerated() {
        rows += self.rows(
          network, preset, initialization, results[index * variants.count + offset], steps)
      }
    }
    return ReproductionTable(
      title: "Guerguiev, Lillicrap & Richards 2017, budget \(request.budget.rawValue)",
      notes: [
        "Spiking networks with segregated dendrites, fixed random feedback, MNIST, \(epochs) \(epochs == 1 ? "epoch" : "epochs") of 60,000 images one by one, \(request.seeds) independent initial weights; mean ± s.e.m. Tests are of the spiking network, the class being the output of largest mean potential. `authors`: their code's circuit; `exact`: their text's. `designed` initial weights are judged, `designedTwice` are those of the code's last commit. The published errors were reached after 60 epochs with learning rates chosen on the test set; nothing was tuned here.",
        "Apical \(ApicalVersion.current).",
      ],
      rows: rows)
  }

  private func rows(
    _ network: Network, _ preset: String, _ initialization: String, _ result: ConditionResult,
    _ steps: Int
  ) -> [ReproductionTable.Row] {
    let error = result.value("test_error", at: steps)
    let isJudged = preset == "authors" && initialization == "designed"
    let band =
      request.budget == .full
      ? (network.published - 0.4)...(network.published + 0.4) : 0...25
    var rows = [
      ReproductionTable.Row(
        quantity: "test error, \(network.name), `\(preset)`, \(initialization), %",
        target: request.budget == .full
          ? "\(network.published) ± 0.4" : "≤ 25 (chance 90; \(network.published) after 60 epochs)",
        measured: error.mean.map { 100 * $0 }, standardError: error.standardError.map { 100 * $0 },
        band: isJudged ? band : nil,
        claim: network.hidden.isEmpty
          ? "no hidden layer" : "\(network.hidden.count) hidden, Results and Figure 3")
    ]
    guard !network.hidden.isEmpty else { return rows }
    for layer in 1...network.hidden.count {
      for (column, name, target) in [
        ("single_trial_angle", "teaching of one spiking trial", "about 65–90 (spiking feedback)"),
        ("angle", "teaching without chance", "–"),
        ("update_angle", "ΔW without chance", "about 35–40 (rate feedback)"),
      ] {
        let angle = result.value("\(column)_\(layer)", at: steps)
        rows.append(
          ReproductionTable.Row(
            quantity:
              "angle to the true gradient, \(name), layer \(layer), \(network.name), `\(preset)`, \(initialization), °",
            target: layer == 1 && network.hidden.count == 1 ? target : "–", measured: angle.mean,
            standardError: angle.standardError, band: nil, claim: "Figure 7A, 10 epochs"))
      }
    }
    return rows
  }
}
