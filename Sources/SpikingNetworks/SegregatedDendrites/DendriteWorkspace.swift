// SPDX-License-Identifier: GPL-3.0-or-later

internal import RandomStreams
internal import Substrates

/// The buffers of a network. Never saved.
struct DendriteWorkspace<Scalar: DendriteScalar>: Sendable {
  /// Per source (inputs, hidden layers, outputs).
  var events: [SpikeEvents<Scalar>]
  /// Per layer.
  var layers: [LayerBuffers<Scalar>]
  var input: InputDrive<Scalar>
  var tables: PhaseTables
  /// Keys of the phase's spikes: [source · replicas + replica].
  var spikeKeys: [RandomKey]
  /// Keys of the phase's noise, per layer.
  var noiseKeys: [RandomKey]
  /// Room for the uniforms of one layer's step, and for one layer's fresh deviates.
  var uniforms: [Scalar]
  var deviates: [Scalar]

  init(_ parameters: SegregatedDendriteParameters, _ architecture: Architecture) {
    let widths = architecture.widths
    events = widths.map { SpikeEvents(units: $0) }
    layers = widths.dropFirst().map { LayerBuffers(units: $0) }
    input = InputDrive(units: widths[0], targets: widths[1])
    tables = PhaseTables(KernelFilters(parameters.kernel, timeStep: parameters.timeStep))
    let none = RandomKey(seed: 0)
    spikeKeys = Array(repeating: none, count: widths.count * parameters.replicas)
    noiseKeys = Array(repeating: none, count: widths.count)
    let widest = DendriteLayerState<Scalar>.stride(widths.max() ?? 0)
    uniforms = Array(repeating: 0, count: widest)
    deviates = uniforms
  }
}

/// The spikes of one source in the present step.
struct SpikeEvents<Scalar: DendriteScalar>: Sendable {
  var units: [UInt32]
  var counts: [Scalar]
  var number = 0

  init(units: Int) {
    let room = DendriteLayerState<Scalar>.stride(units)
    self.units = (0..<room).map { UInt32($0) }
    counts = Array(repeating: 0, count: room)
  }
}

/// Coefficients of a layer's compartments, unit by unit, and a row of synaptic drive.
struct LayerBuffers<Scalar: DendriteScalar>: Sendable {
  enum Row: Int, CaseIterable {
    case somaDecay, somaGain, somaOffset, basalDecay, basalGain, basalOffset
    case apicalDecay, apicalGain, apicalOffset, drive
  }

  var values: DendriteRows<Scalar>
  /// The biases of the connection from below, padded.
  var biases: [Scalar]

  init(units: Int) {
    let stride = DendriteLayerState<Scalar>.stride(units)
    values = DendriteRows(count: Row.allCases.count, stride: stride)
    biases = Array(repeating: 0, count: stride)
  }

  mutating func set(_ decay: Row, _ gain: Row, _ offset: Row, to step: CompartmentStep) {
    values.fill(row: decay.rawValue, Scalar(step.decay))
    values.fill(row: gain.rawValue, Scalar(step.gain))
    values.fill(row: offset.rawValue, Scalar(step.gain * step.rest))
  }
}

/// The image on show: what the inputs send.
struct InputDrive<Scalar: DendriteScalar>: Sendable {
  /// Units of a value above zero, ascending, and φ_max·dt times their values.
  var activeUnits: [UInt32]
  var activeValues: [Scalar]
  var activeCount = 0
  /// Blocks of four units among which some are active, padded to sixteens, and the values of all
  /// their units.
  var blocks: [UInt32]
  var blockValues: [Scalar]
  var blockCount = 0
  /// The drive of the first layer, where inputs send rates.
  var constant: [Scalar]

  init(units: Int, targets: Int) {
    activeUnits = Array(repeating: 0, count: units)
    activeValues = Array(repeating: 0, count: units)
    let room = (units + 63) / 64 * 16
    blocks = Array(repeating: 0, count: room)
    blockValues = Array(repeating: 0, count: 4 * room)
    constant = Array(repeating: 0, count: DendriteLayerState<Scalar>.stride(targets))
  }

  mutating func clear() {
    for index in 0..<(4 * blockCount) { blockValues[index] = 0 }
    activeCount = 0
    blockCount = 0
  }

  /// Adds a unit's value; units come in ascending order.
  mutating func append(unit: Int, value: Scalar, expected: Scalar) {
    precondition(
      value >= 0 && value.isFinite, "input \(unit) is \(value); a rate must be 0 or more")
    guard value > 0 else { return }
    let block = UInt32(unit / 4)
    if blockCount == 0 || blocks[blockCount - 1] != block {
      blocks[blockCount] = block
      blockCount += 1
    }
    blockValues[4 * (blockCount - 1) + unit % 4] = value
    activeUnits[activeCount] = UInt32(unit)
    activeValues[activeCount] = value * expected
    activeCount += 1
  }

  /// The number of blocks, rounded up to sixteens; what is beyond has no rate.
  mutating func pad() {
    while !blockCount.isMultiple(of: 16) {
      blocks[blockCount] = 0
      blockCount += 1
    }
  }
}

/// What one spike gives to a window, by its age: tables that grow with the longest phase.
struct PhaseTables: Sendable {
  let filters: KernelFilters
  /// Σ_{k = 1…n} κ(k·dt), a_L^n, a_s^n.
  private(set) var cumulative = [0.0]
  private(set) var slowPowers = [1.0]
  private(set) var fastPowers = [1.0]

  init(_ filters: KernelFilters) {
    self.filters = filters
    reserve(steps: 256)
  }

  mutating func reserve(steps: Int) {
    let count = steps + filters.memory + 2
    while cumulative.count < count {
      let age = cumulative.count
      cumulative.append(cumulative[age - 1] + filters.value(age: age))
      slowPowers.append(slowPowers[age - 1] * filters.slowDecay)
      fastPowers.append(fastPowers[age - 1] * filters.fastDecay)
    }
  }

  /// Σ over the window's steps of the potential of a spike in step `step`, which may lie before
  /// the phase.
  func windowSum(ofSpikeIn step: Int, window: Range<Int>) -> Double {
    guard step < window.upperBound else { return 0 }
    return cumulative[window.upperBound - step]
      - cumulative[max(window.lowerBound - step, 0)]
  }

  /// The weights of a spike in `step`: window sum, slow and fast filter at the end, its count.
  func weights(step: Int, steps: Int, window: Range<Int>) -> SIMD4<Double> {
    SIMD4(
      windowSum(ofSpikeIn: step, window: window), slowPowers[steps - step],
      fastPowers[steps - step], window.contains(step) ? 1 : 0)
  }
}
