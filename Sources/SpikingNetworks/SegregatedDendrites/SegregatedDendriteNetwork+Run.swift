// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
internal import RandomStreams
internal import Substrates

/// What a probe may look at, at the end of a step.
public struct DendriteStepView<Scalar: DendriteScalar>: Sendable {
  /// The step of the phase that has just ended, from 0.
  public let step: Int
  /// The network's state.
  public let state: DendriteState<Scalar>
  let events: [SpikeEvents<Scalar>]

  /// The spikes of a source in this step, as (unit, count), units ascending: 0 for the inputs, then
  /// hidden layers and outputs. With several replicas those of the last; of rates, their φ·dt.
  public func spikes(ofSource source: Int) -> [(unit: Int, count: Scalar)] {
    let own = events[source]
    return (0..<own.number).map { (Int(own.units[$0]), own.counts[$0]) }
  }
}

extension SegregatedDendriteNetwork {
  /// Runs a phase from `state`, which it advances, and overwrites `averages`.
  ///
  /// - Parameter probe: called at the end of every step; it changes no number.
  ///
  /// Does not allocate once it has run a phase as long.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func run(
    _ phase: DendriticPhase<Scalar>, _ state: inout DendriteState<Scalar>,
    into averages: inout PhaseAverages<Scalar>,
    probe: ((DendriteStepView<Scalar>) -> Void)? = nil
  ) {
    open(phase, &state, &averages)
    for step in 0..<phase.steps {
      let weights = workspace.tables.weights(
        step: step, steps: phase.steps, window: phase.window)
      let age = phase.steps - 1 - step
      drawInputs(state.step)
      deliver(source: 0, weights, age: age, &state)
      for layer in plans.indices {
        averages.clippedCount += advance(
          layer, phase.perturbation, &state.layers[layer], state.step)
        drawSpikes(layer, &state)
        deliver(source: layer + 1, weights, age: age, &state)
        if phase.window.contains(step) {
          averages.layers[layer].add(state.layers[layer])
        }
      }
      state.step += 1
      probe?(DendriteStepView(step: step, state: state, events: workspace.events))
    }
    close(phase, state, &averages)
  }

  /// Prepares a phase: traces, coefficients, perturbations.
  private mutating func open(
    _ phase: DendriticPhase<Scalar>, _ state: inout DendriteState<Scalar>,
    _ averages: inout PhaseAverages<Scalar>
  ) {
    precondition(
      state.fits(architecture, memory: workspace.tables.filters.memory)
        && averages.fits(architecture),
      "a state or averages of another network than \(architecture.widths)")
    workspace.tables.reserve(steps: phase.steps)
    averages.clear()
    for source in state.traces.indices { openTrace(source, phase, &state) }
    for layer in plans.indices {
      let plan = plans[layer]
      let isTaught = !plan.isHidden && phase.targets != nil
      workspace.layers[layer].set(
        .somaDecay, .somaGain, .somaOffset,
        to: isTaught ? parameters.outputSoma(teaching: true) : plan.soma)
      if let basal = plan.basal {
        workspace.layers[layer].set(.basalDecay, .basalGain, .basalOffset, to: basal)
      }
      if let apical = plan.apical {
        workspace.layers[layer].set(.apicalDecay, .apicalGain, .apicalOffset, to: apical)
      }
      let scale = Scalar(units.biases[layer])
      for unit in 0..<plan.units {
        workspace.layers[layer].biases[unit] = scale * connections[layer].biases[unit]
      }
      if plan.isHidden { openNoise(layer, phase.perturbation, &state.layers[layer], state.step) }
    }
    if let targets = phase.targets { teach(targets) }
    for source in architecture.widths.indices {
      let key = phase.spikes.child(source)
      for replica in 0..<parameters.replicas {
        workspace.spikeKeys[source * parameters.replicas + replica] = key.child(replica)
      }
    }
    if parameters.inputSignal == .rate { prepareConstantDrive() }
  }

  /// g_E = y·g_T and g_I = (1 − y)·g_T: their sum is g_T, so that only the current differs.
  private mutating func teach(_ targets: [Scalar]) {
    let last = plans.count - 1
    precondition(
      targets.count == plans[last].units,
      "\(targets.count) targets for \(plans[last].units) outputs")
    let gain = parameters.outputSoma(teaching: true).gain * parameters.teachingConductance
    for unit in targets.indices {
      let y = Double(targets[unit])
      workspace.layers[last].values[LayerBuffers<Scalar>.Row.somaOffset.rawValue, unit] = Scalar(
        gain * (y * parameters.excitatoryReversal + (1 - y) * parameters.inhibitoryReversal))
    }
  }

  /// What earlier spikes still give to this phase's window.
  private mutating func openTrace(
    _ source: Int, _ phase: DendriticPhase<Scalar>, _ state: inout DendriteState<Scalar>
  ) {
    let (tables, memory) = (workspace.tables, workspace.tables.filters.memory)
    var share = SIMD2(0.0, 0.0)
    if memory == 0 {
      for step in phase.window {
        share += SIMD2(tables.slowPowers[step + 1], tables.fastPowers[step + 1])
      }
      share *= tables.filters.scale
    }
    state.traces[source].open(
      share: share, left: SIMD2(tables.slowPowers[phase.steps], tables.fastPowers[phase.steps]))
    guard memory > 1 else { return }
    for past in 0..<(memory - 1) {
      let weight = tables.windowSum(ofSpikeIn: -1 - past, window: phase.window)
      guard weight != 0 else { continue }
      for unit in 0..<architecture.widths[source] {
        state.traces[source][unit, 0] += Scalar(weight) * state.history[source][past, unit]
      }
    }
    // Rows that this phase does not overwrite grow older.
    for past in stride(from: memory - 2 - phase.steps, through: 0, by: -1) {
      for unit in 0..<architecture.widths[source] {
        state.history[source][past + phase.steps, unit] = state.history[source][past, unit]
      }
    }
  }

  private func close(
    _ phase: DendriticPhase<Scalar>, _ state: DendriteState<Scalar>,
    _ averages: inout PhaseAverages<Scalar>
  ) {
    let share = 1 / Scalar(phase.window.count)
    averages.windowSteps = phase.window.count
    for layer in plans.indices { averages.layers[layer].finish(share) }
    for source in state.traces.indices { averages.take(state.traces[source], source, share) }
  }
}
