// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
internal import Substrates

extension DendriticNetwork {
  /// From mean potentials to slopes, predictions, losses and the output error.
  mutating func score(
    _ pass: DendriticWorkspace<Scalar>.PassName, _ batch: Batch<Scalar>, _ loss: Loss,
    needsSlopes: Bool, _ presentation: Presentation
  ) {
    let isMeasured = presentation.measuresTeaching && trial.outputTargets == .measured
    let measured = isMeasured ? workspace.taught.outputRate : nil
    workspace[pass].score(
      batch.targets, measured: measured, loss: loss, needsSlopes: needsSlopes)
  }

  /// Var m̄ of a forward phase of so many steps, once for each number.
  mutating func rememberVariance(_ steps: Int, _ window: Range<Int>) {
    guard workspace.variances[steps] == nil else { return }
    workspace.variances[steps] = (0..<architecture.hiddenLayerCount).map {
      engine.parameters.perturbationVariance(steps: steps, window: window, hiddenLayer: $0)
    }
  }

  /// Var ξ of every trial and unit, where perturbations are added; spikes have brought their own.
  mutating func setVariances(_ presentation: Presentation) {
    guard presentation.noise?.site != .spikes else { return }
    for index in 0..<architecture.hiddenLayerCount {
      for row in 0..<workspace.trials {
        let variance = Scalar(workspace.variances[workspace.stepsOfTrial[row]]?[index] ?? 0)
        for unit in 0..<architecture.widths[index + 1] {
          workspace.first.pass.noiseVariance[index][row, unit] = variance
        }
      }
      guard case .singleSided(_, let reversal) = engine.parameters.noise?.form else { continue }
      // The driving force without the perturbation, where it is known.
      let potential =
        presentation.needsCleanPass
        ? workspace.clean.driven[index] : workspace.first.driven[index]
      workspace.first.pass.noiseVariance[index].combineElements(potential) { v, x in
        v * (Scalar(reversal) - x) * (Scalar(reversal) - x)
      }
    }
    guard presentation.needsSecondPass else { return }
    for index in 0..<architecture.hiddenLayerCount {
      workspace.second.pass.noiseVariance[index].assign(
        workspace.first.pass.noiseVariance[index])
    }
  }

  /// x of the inputs, in the form in which they came: what rates and spikes made of them.
  mutating func recordInputs(
    _ shown: Activity<Scalar>, _ presentation: Presentation, carries: Bool,
    _ record: inout TrialRecord<Scalar>
  ) {
    let own =
      presentation.activityFrom == .clean ? workspace.clean.inputs : workspace.first.inputs
    // What an earlier trial's spikes leave lies where this trial's inputs may be zero.
    if case .sparse(let pattern) = shown, !carries {
      workspace.sparseInputs.setValues(of: own, at: pattern)
      record.inputs = .sparse(workspace.sparseInputs)
    } else {
      record.inputs = .dense(own)
    }
  }

  /// What arrived at the apical dendrites: forward minus target phase.
  mutating func recordTeaching(
    _ presentation: Presentation, _ record: inout TrialRecord<Scalar>
  ) {
    let forward = presentation.needsCleanPass ? workspace.clean : workspace.first
    let taught = workspace.taught
    let hiddenCount = architecture.hiddenLayerCount
    for index in 0..<hiddenCount {
      let hearsOutputs = topology != .layered || index + 1 == hiddenCount
      if record.layers[index].apical == nil {
        record.layers[index].apical = ApicalRecord(
          trials: record.trials, units: architecture.widths[index + 1],
          inputs: hearsOutputs ? architecture.outputs : architecture.widths[index + 2],
          isLinear: trial.readout == .linear)
      }
      if hearsOutputs {
        record.layers[index].apical?.input.setDifference(forward.outputSent, taught.outputSent)
      } else {
        record.layers[index].apical?.input.setDifference(
          forward.pass.transmitted[index + 1], taught.pass.transmitted[index + 1])
      }
      record.layers[index].apical?.teaching.setDifference(
        forward.apical[index], taught.apical[index])
      guard trial.readout == .plateau else { continue }
      // α(1 − α) at the mean of the two plateaus, the slope between them to second order.
      record.layers[index].apical?.slope?.combineElements(
        forward.apical[index], taught.apical[index]
      ) { _, a, b in
        let plateau = (a + b) / 2
        return plateau * (1 - plateau)
      }
    }
  }
}
