// SPDX-License-Identifier: GPL-3.0-or-later

/// A running probe: the samples of one stretch of steps.
///
/// Blocks write to places of their own, so that several threads may sample at once; a population
/// mean adds up per block first and over the blocks in order afterwards.
@safe final class ProbeRuntime<Scalar: SpikingScalar>: @unchecked Sendable {
  enum Source {
    /// Variable number v of the state.
    case state(Int)
    /// Source number k of noise.
    case noise(Int)
    /// The response of its compartment to source number k of noise.
    case response(Int)
    /// φ of the spiking compartment.
    case rate(RateFunction, variable: Int)
  }

  let probe: Probe
  let unit: String
  let source: Source
  let cells: [Int]
  /// Columns of a frame.
  let columns: Int
  private let blocks: Int
  private let lanes: Int
  /// The columns whose cells lie in a block, first and end, `[blocks + 1]`.
  private let starts: [Int]
  /// `[frames of a stretch, columns]`, or `[frames, blocks]` partial sums.
  private let frames: UnsafeMutablePointer<Double>
  /// Running sums of a window, `[cells]`.
  private let sums: UnsafeMutablePointer<Double>
  private let frameCapacity: Int

  init(_ probe: Probe, _ runtime: PopulationRuntime<Scalar>, stretch: Int) throws(ModelError) {
    let population = runtime.population
    let place = "record \(probe.population).\(probe.variable)"
    guard let known = population.recordables.first(where: { $0.name == probe.variable }) else {
      throw ModelError(
        place, "\(population.name) has no variable \(probe.variable)",
        "it has \(population.recordables.map(\.name).joined(separator: ", "))")
    }
    if let last = probe.cells?.last, last >= population.count || probe.cells![0] < 0 {
      throw ModelError(
        place, "cells \(probe.cells![0]) to \(last) of \(population.count)",
        "give cells from 0 to \(population.count - 1)")
    }
    self.probe = probe
    unit = known.unit
    if let k = population.noise.firstIndex(where: { "noise.\($0.name)" == probe.variable }) {
      source = .noise(k)
    } else if let k = population.noise.firstIndex(where: {
      "noise.\($0.name).response" == probe.variable
    }) {
      guard runtime.follow(source: k) else {
        throw ModelError(
          place, "linear theory has no response where a source is multiplicative",
          "record noise.\(population.noise[k].name)")
      }
      source = .response(k)
    } else if case .rate(let rate)? = population.model.firing?.mechanism, probe.variable == "rate" {
      source = .rate(rate, variable: population.model.spikingIndex!)
    } else if let c = population.model.compartments.firstIndex(
      where: { "\($0.name).v" == probe.variable })
    {
      source = .state(c)
    } else {
      source = .state(
        runtime.lowered.receptorVariables[population.model.index(ofReceptor: probe.variable)!])
    }
    cells = probe.cells ?? Array(0..<population.count)
    blocks = runtime.blocks
    lanes = runtime.lanes
    let (cells, lanes) = (cells, lanes)
    starts = (0...blocks).map { block in cells.firstIndex { $0 >= block * lanes } ?? cells.count }
    columns = probe.reduction == .populationMean ? 1 : cells.count
    frameCapacity = stretch / probe.every + 1
    let width = probe.reduction == .populationMean ? blocks : cells.count
    unsafe frames = .allocate(capacity: frameCapacity * width)
    unsafe frames.initialize(repeating: 0, count: frameCapacity * width)
    unsafe sums = .allocate(capacity: cells.count)
    unsafe sums.initialize(repeating: 0, count: cells.count)
  }

  deinit {
    unsafe frames.deallocate()
    unsafe sums.deallocate()
  }

  /// The running sums, for a checkpoint.
  var windowSums: [Double] {
    get { unsafe Array(UnsafeBufferPointer(start: sums, count: cells.count)) }
    set { for (index, value) in newValue.enumerated() { unsafe sums[index] = value } }
  }

  /// Frames due in steps `first ..< first + count`.
  func frameCount(first: Int, count: Int) -> Int {
    max(0, first + count - probe.phase) / probe.every - max(0, first - probe.phase) / probe.every
  }

  /// Takes the values of a block at the end of `step`, the stretch's step number `index`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func sample(_ runtime: PopulationRuntime<Scalar>, block: Int, step: Int, index: Int) {
    let isDue = probe.isDue(step)
    guard isDue || probe.reduction == .windowMean, step >= probe.phase else { return }
    let (start, end) = (starts[block], starts[block + 1])
    let frame = frameCount(first: step - index, count: index)
    switch probe.reduction {
    case .none:
      let out = unsafe frames + frame * cells.count
      for column in start..<end {
        unsafe out[column] = value(runtime, block, cells[column] - block * lanes)
      }
    case .windowMean:
      let out = unsafe frames + frame * cells.count
      for column in start..<end {
        unsafe sums[column] += value(runtime, block, cells[column] - block * lanes)
        if isDue {
          unsafe out[column] = sums[column] / Double(probe.every)
          unsafe sums[column] = 0
        }
      }
    case .populationMean:
      var sum = 0.0
      for column in start..<end { sum += value(runtime, block, cells[column] - block * lanes) }
      unsafe frames[frame * blocks + block] = sum
    }
  }

  private func value(
    _ runtime: PopulationRuntime<Scalar>, _ block: Int, _ lane: Int
  ) -> Double {
    switch source {
    case .state(let variable):
      Double(
        unsafe runtime.state.base[(block * runtime.lowered.variables + variable) * lanes + lane])
    case .noise(let k):
      Double(runtime.noise[k].realised(unsafe runtime.noise[k].x.base[block * lanes + lane]))
    case .response(let k):
      Double(responseValue(runtime, k, block, lane))
    case .rate(let rate, let variable):
      rate(
        Double(
          unsafe runtime.state.base[(block * runtime.lowered.variables + variable) * lanes + lane]))
    }
  }

  private func responseValue(
    _ runtime: PopulationRuntime<Scalar>, _ k: Int, _ block: Int, _ lane: Int
  ) -> Scalar {
    let noise = runtime.noise[k]
    let place = (block * runtime.lowered.compartments + noise.compartment) * lanes + lane
    return unsafe noise.filter!.m.base[place]
  }

  /// Frame number `index` of the stretch.
  func frame(_ index: Int) -> [Double] {
    guard probe.reduction == .populationMean else {
      return unsafe Array(
        UnsafeBufferPointer(start: frames + index * cells.count, count: cells.count))
    }
    var sum = 0.0
    for block in 0..<blocks { unsafe sum += frames[index * blocks + block] }
    return [sum / Double(cells.count)]
  }
}
