// SPDX-License-Identifier: GPL-3.0-or-later
//
// Spikes, and what they add where.

internal import LinearAlgebra
internal import RandomStreams
internal import Substrates

extension SegregatedDendriteNetwork {
  private var expected: Scalar { Scalar(parameters.maximumRate * parameters.timeStep) }

  /// The inputs' rates as events that last the phase, and the drive that they add up to.
  mutating func prepareConstantDrive() {
    let count = workspace.input.activeCount
    workspace.events[0].number = count
    for index in 0..<count {
      workspace.events[0].units[index] = workspace.input.activeUnits[index]
      workspace.events[0].counts[index] = workspace.input.activeValues[index]
    }
    let (weights, width) = (connections[0].weights.elements, plans[0].units)
    let scale = Scalar(units.weights[0])
    for index in workspace.input.constant.indices { workspace.input.constant[index] = 0 }
    unsafe workspace.events[0].withPointers { spikes in
      unsafe workspace.input.constant.withUnsafeMutableBufferPointer { drive in
        unsafe spikes.addRows(of: weights, width: width, scale: scale, to: drive.baseAddress!)
      }
    }
  }

  /// The spikes of a layer in this step, or its rates: replica 0 of them.
  mutating func drawSpikes(_ layer: Int, _ state: inout DendriteState<Scalar>) {
    guard parameters.signal == .rate else {
      drawSpikes(source: layer + 1, replica: 0, &state)
      return
    }
    let (units, scale) = (plans[layer].units, expected)
    workspace.events[layer + 1].number = units
    unsafe workspace.events[layer + 1].counts.withUnsafeMutableBufferPointer { counts in
      unsafe state.layers[layer].withRow(.rate) {
        unsafe Scalar._axpby(units, scale, $0, 0, counts.baseAddress!)
      }
    }
  }

  mutating func drawInputs(_ step: Int) {
    guard parameters.inputSignal != .rate else { return }
    drawInputs(replica: 0, step)
  }

  private mutating func drawInputs(replica: Int, _ step: Int) {
    let most: UInt32 = parameters.inputSignal == .bernoulli ? 1 : .max
    let (units, scale) = (architecture.inputs, expected)
    let key = workspace.spikeKeys[replica].value
    workspace.events[0].number = unsafe workspace.input.withBlocks { count, blocks, rates in
      unsafe workspace.events[0].draw(
        count, blocks, units, scale, rates, key, step, most, &workspace.uniforms)
    }
  }

  private mutating func drawSpikes(
    source: Int, replica: Int, _ state: inout DendriteState<Scalar>
  ) {
    let most: UInt32 = parameters.signal == .bernoulli ? 1 : .max
    let key = workspace.spikeKeys[source * parameters.replicas + replica].value
    let (blocks, units) = (plans[source - 1].stride / 4, plans[source - 1].units)
    let (scale, step) = (expected, state.step)
    workspace.events[source].number = unsafe state.layers[source - 1].withRow(.rate) { rates in
      unsafe workspace.events[source].draw(
        blocks, nil, units, scale, rates, key, step, most, &workspace.uniforms)
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
          drawSpikes(source: source, replica: replica, &state)
        }
      }
      deliverOnce(source, share, weights, remembers ? age : nil, &state)
    }
  }

  private func deliverOnce(
    _ source: Int, _ scale: Scalar, _ weights: SIMD4<Double>, _ age: Int?,
    _ state: inout DendriteState<Scalar>
  ) {
    let drivesAtOnce = source == 0 && parameters.inputSignal == .rate
    if drivesAtOnce { state.layers[0].add(workspace.input.constant, to: .basalDrive) }
    unsafe workspace.events[source].withPointers { spikes in
      if source < connections.count && !drivesAtOnce {
        unsafe state.layers[source].withRow(.basalDrive) {
          unsafe spikes.addRows(
            of: connections[source].weights.elements, width: plans[source].units,
            scale: scale * Scalar(units.weights[source]), to: $0)
        }
      }
      for layer in apicalTargets[source] {
        unsafe state.layers[layer].withRow(.apicalDrive) {
          unsafe spikes.addRows(
            of: feedback[layer].elements, width: plans[layer].units,
            scale: scale * Scalar(units.feedback[layer]), to: $0)
        }
      }
      unsafe state.traces[source].elements.withUnsafeMutableBufferPointer {
        unsafe Scalar._dendriteCredit(
          spikes.number, spikes.units, spikes.counts, scale, weights, $0.baseAddress!)
      }
      guard let age else { return }
      unsafe state.history[source].withRow(age) { counts in
        for index in unsafe 0..<spikes.number {
          unsafe counts[Int(spikes.units[index])] += scale * spikes.counts[index]
        }
      }
    }
  }
}

/// The spikes of a source, seen through pointers.
@unsafe private struct DrawnSpikes<Scalar: DendriteScalar> {
  let number: Int
  let units: UnsafePointer<UInt32>
  let counts: UnsafePointer<Scalar>

  /// out ← out + scale·Σ counts·rows of `weights` [units, width].
  func addRows(
    of weights: [Scalar], width: Int, scale: Scalar, to out: UnsafeMutablePointer<Scalar>
  ) {
    guard unsafe number > 0 else { return }
    unsafe weights.withUnsafeBufferPointer {
      unsafe Scalar._dendriteAddRows(
        number, units, counts, scale, $0.baseAddress!, width, out)
    }
  }
}

extension SpikeEvents {
  fileprivate func withPointers(_ body: (DrawnSpikes<Scalar>) -> Void) {
    unsafe units.withUnsafeBufferPointer { units in
      unsafe counts.withUnsafeBufferPointer { counts in
        unsafe body(
          DrawnSpikes(
            number: number, units: units.baseAddress!, counts: counts.baseAddress!))
      }
    }
  }

  /// Draws one step; the number of spikes.
  fileprivate mutating func draw(
    _ blocks: Int, _ listed: UnsafePointer<UInt32>?, _ units: Int, _ scale: Scalar,
    _ rates: UnsafePointer<Scalar>, _ key: UInt64, _ step: Int, _ most: UInt32,
    _ uniforms: inout [Scalar]
  ) -> Int {
    guard blocks > 0 else { return 0 }
    return unsafe self.units.withUnsafeMutableBufferPointer { drawn in
      unsafe counts.withUnsafeMutableBufferPointer { counts in
        unsafe uniforms.withUnsafeMutableBufferPointer { room in
          unsafe Scalar._dendriteSpikes(
            blocks, listed, units, scale, rates, key, UInt64(step), most, drawn.baseAddress!,
            counts.baseAddress!, room.baseAddress!)
        }
      }
    }
  }
}

extension InputDrive {
  fileprivate func withBlocks<R>(
    _ body: (Int, UnsafePointer<UInt32>, UnsafePointer<Scalar>) -> R
  ) -> R {
    unsafe blocks.withUnsafeBufferPointer { listed in
      unsafe blockValues.withUnsafeBufferPointer { rates in
        unsafe body(blockCount, listed.baseAddress!, rates.baseAddress!)
      }
    }
  }
}

extension DendriteLayerState {
  fileprivate mutating func withRow<R>(
    _ row: DendriteRow, _ body: (UnsafeMutablePointer<Scalar>) -> R
  ) -> R {
    let first = row.rawValue * values.stride
    return unsafe values.elements.withUnsafeMutableBufferPointer {
      unsafe body($0.baseAddress! + first)
    }
  }

  /// row ← row + amounts.
  fileprivate mutating func add(_ amounts: [Scalar], to row: DendriteRow) {
    let count = values.stride
    unsafe withRow(row) { own in
      unsafe amounts.withUnsafeBufferPointer {
        unsafe Scalar._axpby(count, 1, $0.baseAddress!, 1, own)
      }
    }
  }
}
