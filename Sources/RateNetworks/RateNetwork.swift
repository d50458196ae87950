// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra
public import RandomStreams
public import Substrates

/// A feed-forward network of rate units (the paper's section 2):
///
///     h^l = φ_l(h^{l−1}·W^l + b^l),  l = 1…N,      ŷ = f(h^N·W^{N+1} + b^{N+1})
///
/// and with noise of standard deviation c at its site, h̃^l = φ_l(ũ^l) + c·ξ^l (output) or
/// φ_l(ũ^l + c·ξ^l) (potential), each layer hearing the noise of those below it.
///
/// Goals, in order: what `LinearSubstrate` computes in plain loops, this computes to rounding;
/// no allocation in a step; the first layer's potentials, where most of the work lies, are
/// computed once per presentation (no noise enters below them) and from the inputs' non-zero
/// entries where that is faster.
public struct RateNetwork<Scalar: NetworkScalar>: Substrate, Sendable {
  /// The shape.
  public let architecture: Architecture
  /// φ_1…φ_N, from index 0.
  public let activations: [Activation]
  /// f.
  public let output: OutputFunction
  private var connections: [Connection<Scalar>]
  private var workspace: RateWorkspace<Scalar>

  /// A network with the given connections, input side first.
  ///
  /// - Parameter activations: one per hidden layer.
  public init(
    connections: [Connection<Scalar>], activations: [Activation], output: OutputFunction
  ) {
    precondition(!connections.isEmpty, "a network needs at least one connection")
    architecture = Architecture(
      widths: [connections[0].weights.rows] + connections.map { $0.weights.columns })
    for (k, connection) in connections.enumerated() {
      precondition(
        connection.weights.rows == architecture.widths[k],
        "connection \(k) takes \(connection.weights.rows) inputs from \(architecture.widths[k])")
    }
    precondition(
      activations.count == architecture.hiddenLayerCount,
      "\(activations.count) activations for \(architecture.hiddenLayerCount) hidden layers")
    self.connections = connections
    self.activations = activations
    self.output = output
    workspace = RateWorkspace(architecture: architecture, trials: 0, output: output)
  }

  /// A network with weights drawn from `initialization` under `random`.
  public init(
    _ architecture: Architecture, activations: [Activation], output: OutputFunction,
    initialization: Initialization, random: RandomKey
  ) {
    let key = random.purpose(.initialWeights)
    self.init(
      connections: (0..<architecture.connectionCount).map { k in
        initialization.connection(
          inputs: architecture.widths[k], outputs: architecture.widths[k + 1],
          random: key.child(k))
      },
      activations: activations, output: output)
  }

  /// The weights and biases from layer k to layer k + 1, copied.
  public func connection(_ k: Int) -> Connection<Scalar> { connections[k] }

  /// Lets `body` change connection k in place.
  public mutating func withConnection<R>(
    _ k: Int, _ body: (inout Connection<Scalar>) throws -> R
  ) rethrows -> R {
    try body(&connections[k])
  }

  /// Another network with the same parameters and buffers of its own.
  public borrowing func replica() -> RateNetwork {
    RateNetwork(connections: connections, activations: activations, output: output)
  }

  /// Shows a batch; see `Substrate.present`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func present(
    _ batch: Batch<Scalar>, loss: Loss, random: RandomKey, step: Int,
    into record: inout TrialRecord<Scalar>
  ) throws(SubstrateError) {
    precondition(
      batch.trials == record.trials && batch.inputs.units == architecture.inputs
        && batch.targets.columns == architecture.outputs,
      "a batch [\(batch.trials), \(batch.inputs.units)] → \(batch.targets.columns) for a record of \(record.trials) trials and a network \(architecture.widths)"
    )
    if workspace.trials != batch.trials {
      workspace = RateWorkspace(architecture: architecture, trials: batch.trials, output: output)
    }
    let presentation = record.presentation
    record.inputs = batch.inputs
    record.labels = batch.labels
    connections[0].apply(to: batch.inputs, into: &workspace.buffers.first)
    if presentation.needsCleanPass {
      run(batch, loss: loss, noise: nil, needsSlopes: true, .clean)
    }
    if let noise = presentation.noise {
      let needsSlopes = presentation.activityFrom != .clean
      workspace.first.drawNoise(noise, random: random.purpose(.perturbation), step: step)
      run(batch, loss: loss, noise: noise, needsSlopes: needsSlopes, .first)
      if presentation.needsSecondPass {
        if presentation.comparison == .antithetic {
          workspace.second.mirrorNoise(of: workspace.first)
        } else {
          workspace.second.drawNoise(
            noise, random: random.purpose(.secondPerturbation), step: step)
        }
        run(batch, loss: loss, noise: noise, needsSlopes: needsSlopes, .second)
      }
    }
    workspace.fill(&record)
    try record.checkFinite()
  }

  private mutating func run(
    _ batch: Batch<Scalar>, loss: Loss, noise: Noise?, needsSlopes: Bool,
    _ pass: RateWorkspace<Scalar>.PassName
  ) {
    workspace.run(
      pass, connections, activations, batch.targets, loss: loss, noise: noise,
      needsSlopes: needsSlopes)
  }
}
