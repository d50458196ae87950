// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
internal import Substrates

/// The buffers of a presentation, and the forward pass that fills them. Never saved.
struct RateWorkspace<Scalar: NetworkScalar>: Sendable {
  enum PassName { case clean, first, second }

  let trials: Int
  var clean: Pass<Scalar>
  var first: Pass<Scalar>
  var second: Pass<Scalar>
  var buffers: Potentials<Scalar>
  private var stage: OutputStage<Scalar>

  init(architecture: Architecture, trials: Int, output: OutputFunction) {
    self.trials = trials
    clean = Pass(architecture: architecture, trials: trials)
    first = clean
    second = clean
    buffers = Potentials(architecture: architecture, trials: trials)
    stage = OutputStage(output, outputs: architecture.outputs)
  }

  mutating func fill(_ record: inout TrialRecord<Scalar>) {
    record.compose(clean: &clean, first: &first, second: &second)
  }

  /// One forward pass from u^1 to the losses, into the pass named.
  mutating func run(
    _ name: PassName, _ connections: [Connection<Scalar>], _ activations: [Activation],
    _ targets: Matrix<Scalar>, loss: Loss, noise: Noise?, needsSlopes: Bool
  ) {
    switch name {
    case .clean:
      propagate(&clean, &buffers, connections, activations, noise, needsSlopes)
      stage.score(&clean, buffers.output, targets, loss, needsSlopes)
    case .first:
      propagate(&first, &buffers, connections, activations, noise, needsSlopes)
      stage.score(&first, buffers.output, targets, loss, needsSlopes)
    case .second:
      propagate(&second, &buffers, connections, activations, noise, needsSlopes)
      stage.score(&second, buffers.output, targets, loss, needsSlopes)
    }
  }
}

/// The potentials of a pass.
struct Potentials<Scalar: NetworkScalar>: Sendable {
  /// u^1, common to all passes of a presentation; read only during a pass.
  var first: Matrix<Scalar>
  /// u^2…u^N, indexed like hidden layers; index 0 holds u^1 with this pass's noise.
  var hidden: [Matrix<Scalar>]
  /// u^{N+1}.
  var output: Matrix<Scalar>

  init(architecture: Architecture, trials: Int) {
    first = Matrix(rows: trials, columns: architecture.widths[1])
    hidden = architecture.hidden.map { Matrix(rows: trials, columns: $0) }
    output = Matrix(rows: trials, columns: architecture.outputs)
  }
}

/// From u^1 to u^{N+1}, through the hidden layers and their noise.
private func propagate<Scalar>(
  _ pass: inout Pass<Scalar>, _ potentials: inout Potentials<Scalar>,
  _ connections: [Connection<Scalar>], _ activations: [Activation], _ noise: Noise?,
  _ needsSlopes: Bool
) {
  let hiddenCount = activations.count
  if hiddenCount == 0 { potentials.output.assign(potentials.first) }
  for layer in 0..<hiddenCount {
    if let noise, noise.site == .potential {
      if layer == 0 {
        potentials.hidden[0].setSum(potentials.first, pass.noise[0])
      } else {
        potentials.hidden[layer].add(pass.noise[layer])
      }
    }
    let isShared = layer == 0 && noise?.site != .potential
    let u = isShared ? potentials.first : potentials.hidden[layer]
    if needsSlopes {
      activations[layer].apply(to: u, output: &pass.outputs[layer], slope: &pass.slopes[layer])
    } else {
      pass.outputs[layer].assign(u)
      activations[layer].apply(inPlace: &pass.outputs[layer])
    }
    if noise?.site == .output { pass.outputs[layer].add(pass.noise[layer]) }
    let above = connections[layer + 1]
    if layer + 1 == hiddenCount {
      above.apply(to: pass.outputs[layer], into: &potentials.output)
      above.addConstantNoise(pass.constantNoise[layer], noise, to: &potentials.output)
    } else {
      above.apply(to: pass.outputs[layer], into: &potentials.hidden[layer + 1])
      above.addConstantNoise(
        pass.constantNoise[layer], noise, to: &potentials.hidden[layer + 1])
    }
  }
}

extension Connection {
  /// u ← u + ξ₀·b, the effect of noise on the constant unit.
  fileprivate func addConstantNoise(
    _ values: Matrix<Scalar>, _ noise: Noise?, to u: inout Matrix<Scalar>
  ) {
    guard let noise, noise.perturbsConstantUnit else { return }
    u.accumulateProduct(
      values, .plain, Matrix(rows: 1, columns: biases.count, elements: biases), .plain, beta: 1)
  }
}

extension OutputStage {
  fileprivate mutating func score(
    _ pass: inout Pass<Scalar>, _ potentials: Matrix<Scalar>, _ targets: Matrix<Scalar>,
    _ loss: Loss, _ needsError: Bool
  ) {
    evaluate(
      potentials, targets: targets, loss: loss, needsError: needsError,
      prediction: &pass.prediction,
      losses: &pass.loss, error: &pass.error)
  }
}
