// SPDX-License-Identifier: GPL-3.0-or-later
//
// Chance and its delivery: deviates of perturbations, spikes, and what they add where.

internal import CKernels
internal import LinearAlgebra
internal import RandomStreams
internal import Substrates

extension SegregatedDendriteNetwork {
  // MARK: Perturbations

  /// Begins, continues or forgets a hidden layer's perturbation at the start of a phase.
  mutating func openNoise(
    _ layer: Int, _ perturbation: DendriticPhase<Scalar>.Perturbation,
    _ state: inout DendriteLayerState<Scalar>, _ step: Int
  ) {
    guard let key = perturbation.key else {
      guard state.isPerturbed else { return }
      state.isPerturbed = false
      for row in [DendriteRow.noise, .trace, .dendriteTrace] {
        state.values.fill(row: row.rawValue, 0)
      }
      return
    }
    guard let noise = plans[layer].noise else {
      preconditionFailure("a perturbed phase of a network without noise in its parameters")
    }
    workspace.noiseKeys[layer] = key.child(layer)
    let goesOn = state.isPerturbed && noise.course != .frozen
    state.isPerturbed = true
    guard !goesOn, noise.course != .white else { return }
    // Child 0 holds where a process begins, child 1 how it goes on.
    fillNoise(
      workspace.noiseKeys[layer].child(0), noise, Scalar(noise.standardDeviation), step,
      &state, keeping: 0)
  }

  /// The deviates of one step of a perturbation that changes with time.
  mutating func drawNoise(
    _ layer: Int, _ state: inout DendriteLayerState<Scalar>, _ step: Int
  ) {
    guard let noise = plans[layer].noise, noise.course != .frozen else { return }
    let dt = parameters.timeStep
    let kept = noise.correlation(timeStep: dt)
    let fresh = noise.stepDeviation(timeStep: dt) * (1 - kept * kept).squareRoot()
    fillNoise(
      workspace.noiseKeys[layer].child(1), noise, Scalar(fresh), step, &state,
      keeping: Scalar(kept))
  }

  /// noise ← kept·noise + scale·ξ.
  private mutating func fillNoise(
    _ key: RandomKey, _ noise: ConductanceNoise, _ scale: Scalar, _ step: Int,
    _ state: inout DendriteLayerState<Scalar>, keeping kept: Scalar
  ) {
    let (units, first) = (state.units, DendriteRow.noise.rawValue * state.values.stride)
    unsafe workspace.deviates.withUnsafeMutableBufferPointer { deviates in
      let fresh = unsafe UnsafeMutableBufferPointer(rebasing: deviates[0..<units])
      unsafe Scalar._fill(key, noise.deviate, scale, step, fresh)
      unsafe state.values.elements.withUnsafeMutableBufferPointer { values in
        unsafe Scalar._axpby(
          units, 1, fresh.baseAddress!, kept, values.baseAddress! + first)
      }
    }
  }

  // MARK: Spikes

  private var expected: Scalar { Scalar(parameters.maximumRate * parameters.timeStep) }

  /// The inputs' rates as events that last the phase, and the drive that they add up to.
  mutating func prepareConstantDrive() {
    let count = workspace.input.activeCount
    workspace.events[0].number = count
    for index in 0..<count {
      workspace.events[0].units[index] = workspace.input.activeUnits[index]
      workspace.events[0].counts[index] = workspace.input.activeValues[index]
    }
    let (events, weights, width) = (
      workspace.events[0], connections[0].weights.elements, plans[0].units
    )
    unsafe workspace.input.constant.withUnsafeMutableBufferPointer { drive in
      for index in drive.indices { unsafe drive[index] = 0 }
      unsafe Self.addRows(events, scale: 1, weights, width, drive.baseAddress!)
    }
  }

  /// The spikes of a layer in this step, or its rates: replica 0 of them.
  mutating func drawSpikes(_ layer: Int, _ state: DendriteLayerState<Scalar>, _ step: Int) {
    guard parameters.signal == .rate else {
      drawSpikes(source: layer + 1, replica: 0, state, step)
      return
    }
    let (units, scale) = (plans[layer].units, expected)
    let first = DendriteRow.rate.rawValue * state.values.stride
    workspace.events[layer + 1].number = units
    unsafe workspace.events[layer + 1].counts.withUnsafeMutableBufferPointer { counts in
      unsafe state.values.elements.withUnsafeBufferPointer { values in
        unsafe Scalar._axpby(
          units, scale, values.baseAddress! + first, 0, counts.baseAddress!)
      }
    }
  }

  mutating func drawInputs(_ step: Int) {
    guard parameters.inputSignal != .rate else { return }
    drawInputs(replica: 0, step)
  }

  private mutating func drawInputs(replica: Int, _ step: Int) {
    let most: UInt32 = parameters.inputSignal == .bernoulli ? 1 : .max
    let (blocks, units, scale) = (workspace.input.blockCount, architecture.inputs, expected)
    let key = workspace.spikeKeys[replica].value
    unsafe workspace.input.blocks.withUnsafeBufferPointer { listed in
      unsafe workspace.input.blockValues.withUnsafeBufferPointer { rates in
        unsafe Self.draw(
          blocks, listed.baseAddress!, units, scale, rates.baseAddress!, key, step, most,
          &workspace.events[0], &workspace.uniforms)
      }
    }
  }

  private mutating func drawSpikes(
    source: Int, replica: Int, _ state: DendriteLayerState<Scalar>, _ step: Int
  ) {
    let most: UInt32 = parameters.signal == .bernoulli ? 1 : .max
    let first = DendriteRow.rate.rawValue * state.values.stride
    let key = workspace.spikeKeys[source * parameters.replicas + replica].value
    let (blocks, units, scale) = (state.values.stride / 4, state.units, expected)
    unsafe state.values.elements.withUnsafeBufferPointer { values in
      unsafe Self.draw(
        blocks, nil, units, scale, values.baseAddress! + first, key, step, most,
        &workspace.events[source], &workspace.uniforms)
    }
  }

  private static func draw(
    _ blocks: Int, _ listed: UnsafePointer<UInt32>?, _ units: Int, _ scale: Scalar,
    _ rates: UnsafePointer<Scalar>, _ key: UInt64, _ step: Int, _ most: UInt32,
    _ events: inout SpikeEvents<Scalar>, _ uniforms: inout [Scalar]
  ) {
    guard blocks > 0 else {
      events.number = 0
      return
    }
    events.number = unsafe events.units.withUnsafeMutableBufferPointer { drawn in
      unsafe events.counts.withUnsafeMutableBufferPointer { counts in
        unsafe uniforms.withUnsafeMutableBufferPointer { room in
          unsafe Scalar._dendriteSpikes(
            blocks, listed, units, scale, rates, key, UInt64(step), most, drawn.baseAddress!,
            counts.baseAddress!, room.baseAddress!)
        }
      }
    }
  }

  // MARK: Delivery

  /// Adds a source's spikes to the dendrites that hear them and to its presynaptic trace; with
  /// replicas, draws and adds the further ones too.
  ///
  /// - Parameter age: steps from now to the end of the phase.
  mutating func deliver(
    source: Int, _ weights: SIMD4<Double>, age: Int, _ state: inout DendriteState<Scalar>
  ) {
    let remembers = age < state.history[source].count
    if remembers { state.history[source].fill(row: age, 0) }
    let signal = source == 0 ? parameters.inputSignal : parameters.signal
    guard signal != .rate else {
      deliverOnce(source, 1, weights, remembers ? age : nil, &state)
      return
    }
    let share = 1 / Scalar(parameters.replicas)
    for replica in 0..<parameters.replicas {
      if replica > 0 {
        if source == 0 {
          drawInputs(replica: replica, state.step)
        } else {
          drawSpikes(source: source, replica: replica, state.layers[source - 1], state.step)
        }
      }
      deliverOnce(source, share, weights, remembers ? age : nil, &state)
    }
  }

  private mutating func deliverOnce(
    _ source: Int, _ scale: Scalar, _ weights: SIMD4<Double>, _ age: Int?,
    _ state: inout DendriteState<Scalar>
  ) {
    if source == 0 && parameters.inputSignal == .rate {
      unsafe workspace.input.constant.withUnsafeBufferPointer { drive in
        unsafe state.layers[0].withRow(.basalDrive) {
          unsafe Scalar._axpby(plans[0].lanes, 1, drive.baseAddress!, 1, $0)
        }
      }
    } else if source < connections.count {
      unsafe state.layers[source].withRow(.basalDrive) {
        unsafe Self.addRows(
          workspace.events[source], scale: scale, connections[source].weights.elements,
          plans[source].units, $0)
      }
    }
    for layer in feedback.indices where self.source(ofHiddenLayer: layer) == source {
      unsafe state.layers[layer].withRow(.apicalDrive) {
        unsafe Self.addRows(
          workspace.events[source], scale: scale, feedback[layer].elements,
          plans[layer].units, $0)
      }
    }
    credit(workspace.events[source], scale, weights, &state.traces[source])
    guard let age else { return }
    for index in 0..<workspace.events[source].number {
      let unit = Int(workspace.events[source].units[index])
      state.history[source][age, unit] += scale * workspace.events[source].counts[index]
    }
  }

  private static func addRows(
    _ events: SpikeEvents<Scalar>, scale: Scalar, _ weights: [Scalar], _ width: Int,
    _ out: UnsafeMutablePointer<Scalar>
  ) {
    guard events.number > 0 else { return }
    unsafe events.units.withUnsafeBufferPointer { units in
      unsafe events.counts.withUnsafeBufferPointer { counts in
        unsafe weights.withUnsafeBufferPointer { rows in
          unsafe Scalar._dendriteAddRows(
            events.number, units.baseAddress!, counts.baseAddress!, scale, rows.baseAddress!,
            width, out)
        }
      }
    }
  }

  private func credit(
    _ events: SpikeEvents<Scalar>, _ scale: Scalar, _ weights: SIMD4<Double>,
    _ trace: inout DendriteRows<Scalar>
  ) {
    guard events.number > 0 else { return }
    unsafe events.units.withUnsafeBufferPointer { units in
      unsafe events.counts.withUnsafeBufferPointer { counts in
        unsafe trace.elements.withUnsafeMutableBufferPointer { trace in
          unsafe Scalar._dendriteCredit(
            events.number, units.baseAddress!, counts.baseAddress!, scale, weights,
            trace.baseAddress!)
        }
      }
    }
  }
}

extension DendriteLayerState {
  fileprivate mutating func withRow(
    _ row: DendriteRow, _ body: (UnsafeMutablePointer<Scalar>) -> Void
  ) {
    let first = row.rawValue * values.stride
    unsafe values.elements.withUnsafeMutableBufferPointer {
      unsafe body($0.baseAddress! + first)
    }
  }
}

extension DendriteRows {
  /// Opens a phase on presynaptic traces; see `ck_dendrite_open`.
  mutating func open(share: SIMD2<Double>, left: SIMD2<Double>) {
    unsafe elements.withUnsafeMutableBufferPointer {
      unsafe Scalar._dendriteOpen(count, share, left, $0.baseAddress!)
    }
  }
}

extension PhaseAverages.Layer {
  /// Adds one step of the window.
  mutating func add(_ state: DendriteLayerState<Scalar>) {
    let stride = state.values.stride
    unsafe state.values.elements.withUnsafeBufferPointer { values in
      func sum(_ row: DendriteRow, _ into: inout [Scalar]) {
        unsafe into.withUnsafeMutableBufferPointer { sums in
          unsafe Scalar._axpby(
            sums.count, 1, values.baseAddress! + row.rawValue * stride, 1, sums.baseAddress!)
        }
      }
      sum(.potential, &potential)
      sum(.basal, &basal)
      sum(.apical, &apical)
      sum(.rate, &rate)
      if state.isPerturbed { sum(.trace, &perturbation) }
    }
  }

  /// Turns sums into means, and the mean apical potential into the plateau.
  mutating func finish(_ share: Scalar) {
    for unit in potential.indices {
      potential[unit] *= share
      basal[unit] *= share
      apical[unit] *= share
      rate[unit] *= share
      perturbation[unit] *= share
    }
    unsafe apical.withUnsafeBufferPointer { mean in
      unsafe plateau.withUnsafeMutableBufferPointer { plateau in
        unsafe Scalar._activate(
          Int32(CK_SIGMOID), mean.count, mean.baseAddress!, plateau.baseAddress!, nil)
      }
    }
  }
}
