// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra
internal import RandomStreams
public import Substrates

/// The layered network of neurons with segregated dendrites of Guerguiev, Lillicrap & Richards
/// (2017), one trial at a time.
///
/// Goals, in order: the recurrences of `SegregatedDendriteParameters`, to rounding; the same bits
/// for the same key and state, whatever else is recorded or perturbed; work in proportion to
/// spikes; no allocation in a step.
///
/// ```swift
/// var state = network.makeState()
/// var averages = PhaseAverages<Double>(architecture: network.architecture)
/// network.show(images, trial: 0)
/// network.run(phase, &state, into: &averages)
/// ```
///
/// A step goes from the inputs upwards; in each layer the basal dendrite, the apical dendrite, the
/// soma, then its spikes. A layer hears the layer below in the same step and its feedback, from
/// the layer above or from the outputs, one step late. What a spike does to a dendrite is added to
/// it as a row of weights, and the two exponentials of the kernel run once per dendrite, not per
/// synapse; window means of presynaptic potentials, which learning needs, are kept per
/// presynaptic unit and cost a few additions per spike.
///
/// Nothing here learns: weights are set from outside.
public struct SegregatedDendriteNetwork<Scalar: DendriteScalar>: Sendable {
  /// Where a hidden layer's apical dendrite listens.
  public enum FeedbackSource: Sendable, Equatable {
    /// To the outputs (the paper's broadcast).
    case outputs
    /// To the layer above.
    case layerAbove
  }

  /// What a weight, a bias and a feedback weight stand for, in potential per synaptic drive
  /// (1/ms), potential, and potential per drive: factors on the numbers stored, one per connection
  /// and per hidden layer. With all 1 the numbers are the paper's.
  public struct Units: Sendable, Equatable {
    /// Per connection, the factor on W.
    public var weights: [Double]
    /// Per connection, the factor on b.
    public var biases: [Double]
    /// Per hidden layer, the factor on Y.
    public var feedback: [Double]

    /// Factors, one per connection, per connection, and per hidden layer.
    public init(weights: [Double], biases: [Double], feedback: [Double]) {
      self.weights = weights
      self.biases = biases
      self.feedback = feedback
    }
  }

  /// The shape.
  public let architecture: Architecture
  /// What all neurons share.
  public let parameters: SegregatedDendriteParameters
  /// Where each hidden layer's apical dendrites listen.
  public let feedbackSources: [FeedbackSource]
  /// W and b from layer k to layer k + 1, W `[below, above]`.
  public private(set) var connections: [Connection<Scalar>]
  /// Y of each hidden layer, `[units of its source, units]`.
  public private(set) var feedback: [Matrix<Scalar>]

  let units: Units
  let plans: [LayerPlan]
  /// Per source of spikes, the hidden layers whose apical dendrites hear it.
  let apicalTargets: [[Int]]
  let filters: _DendriteFilters
  var workspace: DendriteWorkspace<Scalar>

  /// A network.
  ///
  /// - Parameters:
  ///   - connections: input side first; one more than hidden layers.
  ///   - feedbackSources: one per hidden layer.
  ///   - feedback: Y of each hidden layer, `[units of its source, units]`; nil for zeros.
  ///   - units: what the numbers of `connections` and `feedback` stand for; nil for the paper's.
  public init(
    _ parameters: SegregatedDendriteParameters, connections: [Connection<Scalar>],
    feedbackSources: [FeedbackSource], feedback: [Matrix<Scalar>]? = nil, units: Units? = nil
  ) {
    precondition(!connections.isEmpty, "a network needs at least one connection")
    architecture = Architecture(
      widths: [connections[0].weights.rows] + connections.map { $0.weights.columns })
    for (k, connection) in connections.enumerated() {
      precondition(
        connection.weights.rows == architecture.widths[k],
        "connection \(k) takes \(connection.weights.rows) inputs from \(architecture.widths[k])")
    }
    let hiddenCount = architecture.hiddenLayerCount
    precondition(
      feedbackSources.count == hiddenCount,
      "\(feedbackSources.count) feedback sources for \(hiddenCount) hidden layers")
    self.parameters = parameters
    self.connections = connections
    self.units =
      units
      ?? Units(
        weights: connections.map { _ in 1 }, biases: connections.map { _ in 1 },
        feedback: feedbackSources.map { _ in 1 })
    precondition(
      self.units.weights.count == connections.count
        && self.units.biases.count == connections.count
        && self.units.feedback.count == hiddenCount,
      "units \(self.units) for \(connections.count) connections")
    self.feedbackSources = feedbackSources
    let widths = architecture.widths
    let shapes = (0..<hiddenCount).map { layer in
      (
        feedbackSources[layer] == .outputs ? widths[hiddenCount + 1] : widths[layer + 2],
        widths[layer + 1]
      )
    }
    self.feedback = feedback ?? shapes.map { Matrix(rows: $0.0, columns: $0.1) }
    precondition(
      zip(self.feedback, shapes).allSatisfy { ($0.rows, $0.columns) == $1 }
        && self.feedback.count == hiddenCount,
      "feedback of shapes \(self.feedback.map { [$0.rows, $0.columns] }), not \(shapes)")
    plans = (1..<widths.count).map {
      LayerPlan(parameters, layer: $0 - 1, units: widths[$0], isHidden: $0 <= hiddenCount)
    }
    apicalTargets = widths.indices.map { source in
      (0..<hiddenCount).filter {
        source == (feedbackSources[$0] == .outputs ? widths.count - 1 : $0 + 2)
      }
    }
    let kernel = KernelFilters(parameters.kernel, timeStep: parameters.timeStep)
    filters = _DendriteFilters(
      slowDecay: kernel.slowDecay, fastDecay: kernel.fastDecay, slowDrop: kernel.slowDrop,
      fastDrop: kernel.fastDrop, scale: kernel.scale)
    workspace = DendriteWorkspace(parameters, architecture)
  }

  /// A state at rest.
  public func makeState() -> DendriteState<Scalar> {
    DendriteState(architecture: architecture, memory: parameters.kernel.truncation ?? 0)
  }

  /// Whether a state, perhaps read from a checkpoint, is one of a network of this shape and kernel;
  /// `run` traps on others.
  public func accepts(_ state: DendriteState<Scalar>) -> Bool {
    state.fits(architecture, memory: parameters.kernel.truncation ?? 0)
  }

  /// Lets `body` change W and b from layer k to layer k + 1 in place.
  public mutating func withConnection<R>(
    _ k: Int, _ body: (inout Connection<Scalar>) throws -> R
  ) rethrows -> R {
    try body(&connections[k])
  }

  /// Lets `body` change Y of a hidden layer, `[units of its source, units]`, in place.
  public mutating func withFeedback<R>(
    ofHiddenLayer layer: Int, _ body: (inout Matrix<Scalar>) throws -> R
  ) rethrows -> R {
    let shape = (feedback[layer].rows, feedback[layer].columns)
    defer {
      precondition(
        (feedback[layer].rows, feedback[layer].columns) == shape, "feedback changed its shape")
    }
    return try body(&feedback[layer])
  }

  /// Puts one trial's input on show, for all phases until the next: φ_max times its values are the
  /// inputs' rates. Values must be finite and not negative.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func show(_ inputs: Activity<Scalar>, trial: Int) {
    precondition(
      inputs.units == architecture.inputs && trial >= 0 && trial < inputs.trials,
      "trial \(trial) of [\(inputs.trials), \(inputs.units)] for \(architecture.inputs) inputs")
    let expected = Scalar(parameters.maximumRate * parameters.timeStep)
    workspace.input.clear()
    switch inputs {
    case .dense(let matrix):
      for unit in 0..<matrix.columns {
        workspace.input.append(unit: unit, value: matrix[trial, unit], expected: expected)
      }
    case .sparse(let rows):
      for entry in rows.entries(ofRow: trial) {
        workspace.input.append(
          unit: Int(rows.columnIndices[entry]), value: rows.values[entry], expected: expected)
      }
    }
    workspace.input.pad()
  }
}
