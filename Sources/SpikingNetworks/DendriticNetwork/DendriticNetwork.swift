// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
public import RandomStreams
public import Substrates

/// A layered network of spiking neurons with segregated dendrites as learning rules meet it: the
/// circuit of Guerguiev, Lillicrap & Richards (2017), perturbed by conductance noise.
///
/// | in the record | is |
/// | --- | --- |
/// | x, `input(toConnection:)` | s̄ / (φ_max·Σκ), window mean of the postsynaptic potential: 0…1 on average |
/// | u | V̄ of the soma, what x·W + b settles to |
/// | h, `output` | window mean of φ/φ_max |
/// | `slope` | σ′(V̄) |
/// | ŷ | f(V̄) of the outputs, as a test reads them |
/// | ξ | m̄, the window mean of the realised response of V to the noise (of h at the `output` site) |
/// | Var ξ | of that mean, in closed form; of a single conductance times (E − V̄)², unit by unit |
/// | gain | σ′(V̄), or 1 at the `output` site |
/// | ξ, Var ξ at the `spikes` site | see `SpikeSurprise` |
/// | `apical.input` | x of the layer that B comes from, forward minus target phase |
/// | `apical.teaching` | V̄^a (or the plateau) of the forward minus the target phase |
///
/// **Numbers.** W, b and B mean here what they mean on a rate network: with k the share of a basal
/// drive that reaches the soma (0.857 of Table 1's, less with resting noise conductances), a synapse
/// has the paper's weight W/(k·φ_max·Σκ), a neuron the bias b/k, an apical synapse the weight
/// B/(φ_max·Σκ). When rates travel, nothing perturbs apical dendrites or passes from them to
/// the soma (g_a = 0) and phases are long, this network *is* `RateNetwork` with sigmoid layers, on
/// the same W and b; rules, learning rates and initial weights carry over.
///
/// `Noise.standardDeviation` is c of the same site: at `potential`, the potential by which a frozen
/// perturbation of one standard deviation moves a settled soma, c_V. (Of a single conductance, a
/// soma at rest.) Perturbations that change with time are weaker over a window; Var ξ says by how
/// much.
///
/// **Chance.** Spikes of trial i live at (purpose `spikes`, step, i, pass); passes that share their
/// spikes have one pass number. Perturbations live at (purpose of the pass, step, i, layer).
public struct DendriticNetwork<Scalar: DendriteScalar>: Substrate, Sendable {
  /// What carries over from trial to trial: the activity, where the trial says so.
  public struct Carried: Codable, Sendable, Equatable {
    var state: DendriteState<Scalar>?
  }

  /// The shape.
  public let architecture: Architecture
  /// How a trial goes.
  public let trial: DendriticTrial
  /// Where apical dendrites listen.
  public let topology: FeedbackPathway<Scalar>.Topology
  var engine: SegregatedDendriteNetwork<Scalar>
  /// The noise that `engine` makes.
  var noise: Noise?
  var workspace: DendriticWorkspace<Scalar>
  /// The activity from which the next trial starts.
  var start: DendriteState<Scalar>

  /// A network.
  ///
  /// - Parameters:
  ///   - connections: W and b, input side first, in the units of a rate network.
  ///   - topology: `direct` for apical dendrites that listen to the outputs, `layered` to the layer
  ///     above; with `activity` they hear the outputs and nothing is installed.
  ///
  /// - Throws: `SegregatedDendriteError` for a circuit that cannot be.
  public init(
    _ trial: DendriticTrial, connections: [Connection<Scalar>],
    topology: FeedbackPathway<Scalar>.Topology = .direct
  ) throws(SegregatedDendriteError) {
    self.trial = trial
    self.topology = topology
    engine = try Self.engine(trial, connections, topology, feedback: nil, noise: nil)
    architecture = engine.architecture
    workspace = DendriticWorkspace(architecture, trial, trials: 0)
    start = engine.makeState()
  }

  static func engine(
    _ trial: DendriticTrial, _ connections: [Connection<Scalar>],
    _ topology: FeedbackPathway<Scalar>.Topology, feedback: [Matrix<Scalar>]?, noise: Noise?
  ) throws(SegregatedDendriteError) -> SegregatedDendriteNetwork<Scalar> {
    let architecture = Architecture(
      widths: [connections[0].weights.rows] + connections.map { $0.weights.columns })
    let units = trial.units(architecture)
    return SegregatedDendriteNetwork(
      try trial.circuit(perturbedBy: noise), connections: connections,
      feedbackSources: (0..<architecture.hiddenLayerCount).map { index in
        topology == .layered && index + 1 < architecture.hiddenLayerCount ? .layerAbove : .outputs
      },
      feedback: feedback,
      units: .init(weights: units.weights, biases: units.biases, feedback: units.feedback))
  }

  /// The weights and biases from layer k to layer k + 1, copied.
  public func connection(_ k: Int) -> Connection<Scalar> { engine.connections[k] }

  /// Lets `body` change connection k in place.
  public mutating func withConnection<R>(
    _ k: Int, _ body: (inout Connection<Scalar>) throws -> R
  ) rethrows -> R {
    try engine.withConnection(k, body)
  }

  /// Another network with the same weights, which begins at rest.
  public borrowing func replica() -> DendriticNetwork {
    var result = copy self
    result.start.reset()
    return result
  }

  /// The network of the same weights whose phases last until nothing moves and in which rates
  /// travel in the place of spikes.
  public borrowing func deterministicTwin() -> DendriticNetwork? {
    // A circuit that is valid stays so when its signals become rates and its phases longer.
    guard let settled = try? trial.settled(),
      var twin = try? DendriticNetwork(
        settled, connections: engine.connections, topology: topology)
    else { return nil }
    for index in engine.feedback.indices {
      twin.engine.withFeedback(ofHiddenLayer: index) { $0 = engine.feedback[index] }
    }
    return twin
  }

  /// Rewires the apical synapses; B must be of the network's topology.
  public mutating func install(_ feedback: FeedbackPathway<Scalar>) {
    precondition(
      feedback.topology == topology && topology != .activity,
      "\(feedback.topology) feedback for a network of \(topology) feedback")
    for index in feedback.weights.indices {
      let b = feedback.weights[index]
      engine.withFeedback(ofHiddenLayer: index) { $0.setTransposed(b) }
    }
  }

  /// The activity that the next trial starts from.
  public var carried: Carried {
    get { Carried(state: trial.carriesState ? start : nil) }
    set {
      guard let state = newValue.state else { return start.reset() }
      precondition(engine.accepts(state), "the activity of another network")
      start = state
    }
  }
}

extension DendriticNetwork {
  /// W and b drawn by the design of Guerguiev et al. (2017), in the units of this network.
  public static func designedConnections(
    _ trial: DendriticTrial, _ architecture: Architecture, width: DesignedInitialization.Width,
    random: RandomKey
  ) -> [Connection<Scalar>] {
    let design = DesignedInitialization(maximumRate: trial.circuit.maximumRate, width: width)
    let units = trial.units(architecture)
    let key = random.purpose(.initialWeights)
    return (0..<architecture.connectionCount).map { k in
      var connection: Connection<Scalar> = design.connection(
        inputs: architecture.widths[k], outputs: architecture.widths[k + 1],
        random: key.child(k))
      connection.weights.update { _, _, w in w / Scalar(units.weights[k]) }
      connection.biases = connection.biases.map { $0 / Scalar(units.biases[k]) }
      return connection
    }
  }

  /// B drawn by the same design, uniform about the mean weight out of the layer that it teaches
  /// (the authors' code), in the units of this network.
  public static func designedFeedback(
    _ trial: DendriticTrial, _ architecture: Architecture,
    topology: FeedbackPathway<Scalar>.Topology, width: DesignedInitialization.Width,
    random: RandomKey
  ) -> FeedbackPathway<Scalar> {
    let design = DesignedInitialization(maximumRate: trial.circuit.maximumRate, width: width)
    let units = trial.units(architecture)
    var pathway = FeedbackPathway<Scalar>(zeroFor: architecture, topology: topology)
    let key = random.purpose(.initialFeedback)
    for index in pathway.weights.indices {
      let b = pathway.weights[index]
      pathway.weights[index] = design.feedback(
        sources: b.rows, units: b.columns, fanIn: architecture.widths[index + 1],
        random: key.child(index))
      pathway.weights[index].update { _, _, y in y / Scalar(units.feedback[index]) }
    }
    return pathway
  }
}
