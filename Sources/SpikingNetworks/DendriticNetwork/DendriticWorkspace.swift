// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
internal import Substrates

/// What one phase of every trial left, `[trials, units]`.
struct DendriticPass<Scalar: DendriteScalar>: Sendable {
  /// What the waist compares.
  var pass: Pass<Scalar>
  /// V̄ of hidden layers.
  var potentials: [Matrix<Scalar>]
  /// V̄ of the outputs.
  var output: Matrix<Scalar>
  /// x that the outputs sent.
  var outputSent: Matrix<Scalar>
  /// h̄ of the outputs.
  var outputRate: Matrix<Scalar>
  /// x that the inputs sent.
  var inputs: Matrix<Scalar>
  /// V̄^a of hidden layers, or their plateaus.
  var apical: [Matrix<Scalar>]
  /// Mean potential of the perturbed compartment, where its driving force matters; else empty.
  var driven: [Matrix<Scalar>]
  private var stage: OutputStage<Scalar>
  private var scratch: [Matrix<Scalar>]

  init(_ architecture: Architecture, _ trial: DendriticTrial, trials: Int) {
    pass = Pass(architecture: architecture, trials: trials)
    potentials = pass.outputs
    apical = pass.outputs
    driven = trial.hasDrivingForce ? pass.outputs : []
    stage = OutputStage(trial.output, outputs: architecture.outputs)
    scratch = pass.outputs
    pass.noiseVariance = pass.outputs
    pass.transmitted = pass.outputs
    output = Matrix(rows: trials, columns: architecture.outputs)
    outputSent = output
    outputRate = output
    inputs = Matrix(rows: trials, columns: architecture.inputs)
  }

  /// Takes in a phase of one trial.
  mutating func store(
    _ averages: PhaseAverages<Scalar>, _ plan: DendriticTrial, trial: Int
  ) {
    let (share, readout) = (Scalar(1 / plan.fullDrive), plan.readout)
    let hiddenCount = potentials.count
    for index in 0..<hiddenCount {
      let layer = averages.layers[index]
      pass.outputs[index].setRow(trial, to: layer.rate)
      potentials[index].setRow(trial, to: layer.potential)
      pass.noise[index].setRow(trial, to: layer.perturbation)
      apical[index].setRow(trial, to: readout == .linear ? layer.apical : layer.plateau)
      pass.transmitted[index].setRow(trial, to: averages.presynaptic[index + 1], times: share)
      guard !driven.isEmpty else { continue }
      switch plan.circuit.noise?.compartment {
      case .basal: driven[index].setRow(trial, to: layer.basal)
      case .apical: driven[index].setRow(trial, to: layer.apical)
      case .soma, nil: driven[index].setRow(trial, to: layer.potential)
      }
    }
    output.setRow(trial, to: averages.layers[hiddenCount].potential)
    outputRate.setRow(trial, to: averages.layers[hiddenCount].rate)
    outputSent.setRow(trial, to: averages.presynaptic[hiddenCount + 1], times: share)
    inputs.setRow(trial, to: averages.presynaptic[0], times: share)
  }

  /// Takes in what a trial's spikes were beside what was expected.
  mutating func store(_ spikes: SpikeSurprise<Scalar>, trial: Int) {
    for index in potentials.indices {
      pass.noise[index].setRow(trial, to: spikes.values[index])
      pass.noiseVariance[index].setRow(trial, to: spikes.variances[index])
    }
  }

  /// From mean potentials to slopes, predictions, losses and the output error.
  ///
  /// - Parameter measured: what takes the targets' place in the output error, if anything.
  mutating func score(
    _ targets: Matrix<Scalar>, measured: Matrix<Scalar>?, loss: Loss, needsSlopes: Bool
  ) {
    if needsSlopes {
      for index in potentials.indices {
        Activation.sigmoid.apply(
          to: potentials[index], output: &scratch[index], slope: &pass.slopes[index])
      }
    }
    if needsSlopes, let measured {
      stage.evaluate(
        output, targets: measured, loss: loss, prediction: &pass.prediction,
        losses: &pass.loss, error: &pass.error)
    }
    stage.evaluate(
      output, targets: targets, loss: loss, needsError: needsSlopes && measured == nil,
      prediction: &pass.prediction, losses: &pass.loss, error: &pass.error)
  }
}

extension DendriticTrial {
  /// Whether perturbations act in proportion to a driving force.
  var hasDrivingForce: Bool {
    if case .singleSided = circuit.noise?.form { true } else { false }
  }
}

/// The buffers of a presentation. Never saved.
struct DendriticWorkspace<Scalar: DendriteScalar>: Sendable {
  enum PassName { case clean, first, second }

  let trials: Int
  var clean: DendriticPass<Scalar>
  var first: DendriticPass<Scalar>
  var second: DendriticPass<Scalar>
  /// The phase in which outputs are taught.
  var taught: DendriticPass<Scalar>
  var averages: PhaseAverages<Scalar>
  /// The activity of the pass under way, once there was one.
  var running: DendriteState<Scalar>?
  /// Where the phases ended that the next trial continues.
  var end: DendriteState<Scalar>?
  /// The steps of each trial's forward phase.
  var stepsOfTrial: [Int]
  var sparseInputs: SparseRows<Scalar>
  var targets: [Scalar]
  /// Var m̄ per hidden layer, by the number of steps of a forward phase.
  var variances: [Int: [Double]] = [:]

  init(_ architecture: Architecture, _ trial: DendriticTrial, trials: Int) {
    self.trials = trials
    clean = DendriticPass(architecture, trial, trials: trials)
    first = clean
    second = clean
    taught = clean
    averages = PhaseAverages(architecture: architecture)
    stepsOfTrial = Array(repeating: 0, count: trials)
    sparseInputs = SparseRows(columns: architecture.inputs)
    targets = Array(repeating: 0, count: architecture.outputs)
  }

  /// A pass by its name.
  subscript(name: PassName) -> DendriticPass<Scalar> {
    get {
      switch name {
      case .clean: clean
      case .first: first
      case .second: second
      }
    }
    _modify {
      switch name {
      case .clean: yield &clean
      case .first: yield &first
      case .second: yield &second
      }
    }
  }
}
