// SPDX-License-Identifier: GPL-3.0-or-later

internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import Substrates
internal import Traces

extension ExperimentSpec {
  /// The schema: asks a specification for every parameter of an experiment.
  public init(reading spec: SpecObject) {
    let seed = spec.optional(
      "seed", .integer(.atLeast(0)),
      about: "seed of all randomness; one is drawn and stored where none is given")
    self.seed = seed.map(UInt64.init)
    let network = spec.oneOf(
      "substrate",
      [
        ("rate", { NetworkSpec(reading: $0) }),
        ("dendritic", { NetworkSpec(readingDendritic: $0) }),
      ], about: "the network")
    self.network = network
    let loss = spec.oneOf(
      "loss",
      [
        ("squaredError", { Loss(.squaredError, reduction: Self.reduction($0)) }),
        ("crossEntropy", { Loss(.crossEntropy, reduction: Self.reduction($0)) }),
      ], default: "squaredError",
      about: "½ Σ (ŷ − y)² over outputs, or −Σ y log ŷ; per trial")
    self.loss = loss
    if spec.isSound, !network.output.accepts(loss.kind) {
      spec.report(
        "loss", "crossEntropy needs softmax or sigmoid outputs, found \(network.output.rawValue)")
    }
    let data = spec.oneOf(
      "data",
      DataSpec.variants, about: "the examples")
    self.data = data
    feedback = spec.oneOf("feedback", FeedbackSpec.variants, about: "how credit is assigned")
    let descent = spec.oneOf("descent", Self.descentVariants, about: "how W descends")
    self.descent = descent.optimizer
    rateFactors = descent.factors
    biasFactor = descent.biasFactor
    let schedule = spec.object("schedule") { ScheduleSpec(reading: $0) }
    self.schedule = schedule
    metrics = spec.objectOrDefaults("metrics") { MetricsSpec(reading: $0) }
    records = spec.objects("record", about: "variables written to traces/") { item in
      RecordSpec(reading: item, network: network, data: data)
    }
    trials = spec.optionalObject("trials", nullIsNone: true) {
      TrialsSpec(reading: $0, network: network, data: data)
    }
    if spec.isSound {
      checkRelations(spec)
      checkRecords(spec)
      trials?.check(feedback.presentation, spec)
    }
  }

  private static func reduction(_ spec: SpecObject) -> Loss.Reduction {
    spec.value(
      "reduction", .choice, default: .sum,
      about: "how trials of a batch add up; learning rates refer to it")
  }

  /// How W descends, as written.
  private struct DescentSpec {
    var optimizer: Optimizer?
    var factors: [Double] = []
    var biasFactor = 1.0

    init(_ optimizer: Optimizer?) { self.optimizer = optimizer }

    /// A rule whose steps are in proportion to its rate, which may then differ from part to part.
    init(_ optimizer: Optimizer, factorsFrom spec: SpecObject) {
      self.optimizer = optimizer
      factors =
        spec.optional(
          "rateFactors", .list(of: .real(.atLeast(0)), atLeast: 1),
          about: "factors on the rate, one per connection, inputs first") ?? []
      biasFactor = spec.value(
        "biasFactor", .real(.atLeast(0)), default: 1, about: "factor on the rate of biases")
    }
  }

  private static var descentVariants: [SpecObject.Variant<DescentSpec>] {
    [
      (
        "sgd",
        {
          DescentSpec(
            .sgd(rate: Self.rate($0), weightDecay: Self.weightDecay($0)), factorsFrom: $0)
        }
      ),
      (
        "momentum",
        {
          DescentSpec(
            .momentum(
              rate: Self.rate($0),
              momentum: $0.value(
                "momentum", .real(.from(0, below: 1)), default: 0.9, about: "share of the old step"),
              weightDecay: Self.weightDecay($0)), factorsFrom: $0)
        }
      ),
      (
        "adam",
        {
          DescentSpec(
            .adam(
              rate: Self.rate($0),
              beta1: $0.value(
                "beta1", .real(.from(0, below: 1)), default: 0.9,
                about: "decay of the first moment; Kingma & Ba 2015"),
              beta2: $0.value(
                "beta2", .real(.from(0, below: 1)), default: 0.999,
                about: "decay of the second moment; Kingma & Ba 2015"),
              epsilon: $0.value(
                "epsilon", .real(.greaterThan(0)), default: 1e-8,
                about: "added to the root of the second moment; Kingma & Ba 2015")))
        }
      ),
      ("fixed", { _ in DescentSpec(nil) }),
    ]
  }

  private static func rate(_ spec: SpecObject) -> Double {
    spec.required("rate", .real(.greaterThan(0)), about: "learning rate of W")
  }

  private static func weightDecay(_ spec: SpecObject) -> Double {
    spec.value(
      "weightDecay", .real(.atLeast(0)), default: 0,
      about: "W loses this share times the rate per step; biases do not")
  }

  private func checkRelations(_ spec: SpecObject) {
    let pixels = 784
    if network.layers[0] != pixels {
      spec.report(
        "substrate",
        "the images of this data set have 784 pixels, but the first of `layers` is \(network.layers[0])"
      )
    }
    let outputs = data.target == .labels ? 10 : pixels
    if let last = network.layers.last, last != outputs {
      spec.report(
        "substrate",
        "target \(data.target.rawValue) needs \(outputs) outputs, but the last of `layers` is \(last)"
      )
    }
    if !rateFactors.isEmpty, rateFactors.count != network.layers.count - 1 {
      spec.report(
        "descent",
        "\(rateFactors.count) rateFactors for \(network.layers.count - 1) connections")
    }
    if network.dendritic == nil, feedback.initialization.design != nil {
      spec.report(
        "feedback",
        "initialization \(feedback.initialization.rawValue) is a law of dendritic networks; use gaussian"
      )
    }
    if network.dendritic == nil, feedback.presentation.noise?.site == .spikes {
      spec.report(
        "feedback",
        "noise at the site spikes needs a network that spikes; use substrate dendritic, or site output or potential"
      )
    }
    if feedback.learner == .symmetric, feedback.topology == .activity {
      spec.report("feedback", "feedback from activity has no counterpart in W; use direct")
    }
    checkWeightDecay(spec)
    if feedback.learner == .kolenPollack { checkKolenPollack(spec) }
    checkEligibility(spec)
    network.dendritic?.check(self, spec)
    if feedback.credit != .backpropagation, network.layers.count < 3 {
      spec.report("substrate", "feedback needs a hidden layer; `layers` has none")
    }
    if case .classMean = feedback.baseline, data.target == .inputs {
      spec.report("feedback", "a classMean baseline needs labels as targets")
    }
    if network.precision == .float32, let noise = feedback.presentation.noise,
      noise.standardDeviation > 0
    {
      let deviation = Float(noise.standardDeviation)
      if !(deviation * deviation).isNormal {
        spec.report(
          "feedback",
          "float32 has no variance for noise of standard deviation \(noise.standardDeviation): use 1e-18 to 1e18, or precision float64"
        )
      }
    }
  }
}

extension ExperimentSpec {
  /// One file holds one trace of a layer.
  private func checkRecords(_ spec: SpecObject) {
    var seen: Set<String> = []
    for record in records {
      let name = "layer\(record.layer).\(record.variable.rawValue)"
      if !seen.insert(name).inserted {
        spec.report("record", "\(name) is recorded twice: name it once")
      }
    }
  }
}

extension NetworkSpec {
  init(reading spec: SpecObject) {
    layers = spec.required(
      "layers", .list(of: .integer(.from(1, to: 1_000_000)), atLeast: 2),
      about: "widths, inputs first")
    let activation: Activation = spec.value(
      "activation", .choice, default: .sigmoid, about: "φ of the hidden layers")
    let each: [Activation]? = spec.optional(
      "activations", .list(of: .choice, atLeast: 1),
      about: "φ of each hidden layer, in place of `activation`")
    activations = each ?? Array(repeating: activation, count: max(0, layers.count - 2))
    if spec.isSound, let each, each.count != layers.count - 2 {
      spec.report(
        "activations", "\(each.count) activations for \(layers.count - 2) hidden layers")
    }
    dendritic = nil
    output = spec.value("output", .choice, default: .identity, about: "f of the outputs")
    initialization = spec.value(
      "initialization", .choice, default: .gaussian, about: "where W starts: N(0, 2/fan-in), …")
    learnsBiases = spec.value(
      "biases", .boolean, default: true, about: "whether biases learn; false keeps their start")
    precision = spec.value(
      "precision", .choice, default: .float32, about: "scalars of the computation")
  }
}

extension DataSpec {
  static var variants: [SpecObject.Variant<DataSpec>] {
    [
      (
        "syntheticDigits",
        { spec in
          let training = spec.value(
            "train", .integer(.from(1, to: 10_000_000)), default: 60_000,
            about: "training examples, those for validation included")
          let test = spec.value(
            "test", .integer(.from(1, to: 10_000_000)), default: 10_000, about: "test examples")
          return DataSpec(
            reading: spec, source: .syntheticDigits(training: training, test: test),
            training: training)
        }
      ),
      ("mnist", { DataSpec(reading: $0, source: .family("mnist"), training: 60_000) }),
      (
        "fashionMnist",
        { DataSpec(reading: $0, source: .family("fashion-mnist"), training: 60_000) }
      ),
    ]
  }

  init(reading spec: SpecObject, source: Source, training: Int) {
    self.source = source
    batch = spec.value(
      "batch", .integer(.from(1, to: 100_000)), default: 32, about: "trials per step")
    validation = spec.value(
      "validation", .integer(.atLeast(0)), default: 5_000,
      about: "last training examples, set aside; nothing is tuned on the test set")
    target = spec.value(
      "target", .choice, default: .labels, about: "one-hot classes, or the inputs themselves")
    if spec.isSound, validation >= training {
      spec.report(
        "validation", "no training example is left of \(training) after \(validation)")
    }
  }
}

extension ScheduleSpec {
  init(reading spec: SpecObject) {
    steps = spec.required("steps", .integer(.from(1, to: 1_000_000_000)), about: "training steps")
    evaluateEvery = spec.value(
      "evaluateEvery", .integer(.from(1, to: 1_000_000_000)), default: 1_000,
      about: "steps between rows of metrics.csv")
    checkpointEvery = spec.value(
      "checkpointEvery", .integer(.from(1, to: 1_000_000_000_000)), default: evaluateEvery * 10,
      about: "steps between checkpoints; a multiple of evaluateEvery")
    if spec.isSound, checkpointEvery % evaluateEvery != 0 {
      spec.report(
        "checkpointEvery",
        "expected a multiple of evaluateEvery (\(evaluateEvery)), found \(checkpointEvery)")
    }
  }
}

extension MetricsSpec {
  init(reading spec: SpecObject) {
    examples = spec.value(
      "examples", .integer(.from(1, to: 100_000)), default: 500,
      about: "validation examples on which angles to the true gradient are measured")
    paper = spec.value(
      "paper", .boolean, default: false,
      about: "add the paper's own angle (one sample, folded) and matrix measures (with bias row)")
    trajectory = spec.value(
      "trajectory", .boolean, default: false,
      about:
        "add the paper's own test error (one test minibatch after each of the last 1000 steps)")
  }
}

extension RecordSpec {
  init(reading spec: SpecObject, network: NetworkSpec, data: DataSpec) {
    let hidden = max(1, network.layers.count - 2)
    let names = (1...hidden).flatMap { layer in
      Variable.allCases.map { "layer\(layer).\($0.rawValue)" }
    }
    let what = spec.required(
      "what",
      .parsed(
        expected: "a variable of a hidden layer (\(names.joined(separator: ", ")))",
        placeholder: names[0], parse: { names.contains($0) ? $0 : nil }, format: { $0 }),
      about: "the recorded variable")
    let parts = what.split(separator: ".")
    layer = Int(parts[0].dropFirst("layer".count)) ?? 1
    variable = Variable(rawValue: String(parts[1])) ?? .output
    every = spec.value(
      "every", .integer(.from(1, to: 1_000_000_000)), default: 100, unit: "steps",
      about: "steps between frames")
    trials = spec.value(
      "trials", .integer(.from(1, to: 100_000)), default: 1,
      about: "the first trials of the batch")
    precision = spec.value(
      "precision", .choice, default: .float32,
      about: "float64 writes full precision beside the SONATA report")
    if spec.isSound, network.layers.count < 3 {
      spec.report("what", "\(what) cannot be recorded: `layers` has no hidden layer")
    }
    if spec.isSound, trials > data.batch {
      spec.report("trials", "a batch has \(data.batch) trials, found \(trials)")
    }
  }
}
