// SPDX-License-Identifier: GPL-3.0-or-later

internal import CKernels
internal import RandomStreams
internal import RealModule

/// Buffers of one thread while it walks a block through a stretch of steps.
@safe final class StepScratch<Scalar: SpikingScalar> {
  let floats: UnsafeMutablePointer<Float>
  let words: UnsafeMutablePointer<UInt32>
  let values: UnsafeMutablePointer<Scalar>
  let fired: UnsafeMutablePointer<UInt32>
  /// A copy of a block's state, where spikes are located.
  let saved: UnsafeMutablePointer<Scalar>

  init(lanes: Int, variables: Int) {
    unsafe floats = .allocate(capacity: lanes)
    unsafe floats.initialize(repeating: 0, count: lanes)
    unsafe words = .allocate(capacity: lanes)
    unsafe values = .allocate(capacity: lanes)
    unsafe fired = .allocate(capacity: lanes)
    unsafe saved = .allocate(capacity: lanes * variables)
  }

  deinit {
    unsafe floats.deallocate()
    unsafe words.deallocate()
    unsafe values.deallocate()
    unsafe fired.deallocate()
    unsafe saved.deallocate()
  }
}

extension PopulationRuntime {
  /// What the courses of the inputs hold over every step of a stretch, `[inputs][steps]`.
  struct Held: Sendable {
    var currents: [[Double]] = []
    var conductances: [[Double]] = []
  }

  /// The courses over steps `first ..< first + count`.
  func held(first: Int, count: Int) -> Held {
    func values(_ course: Course) -> [Double] {
      (first..<first + count).map { course.held(from: Double($0) * timeStep, timeStep: timeStep) }
    }
    return Held(
      currents: population.currents.map { values($0.course) },
      conductances: population.conductances.map { values($0.course) })
  }

  /// Takes a block over steps `first ..< first + count`; its spikes go to `spikes[block]`, its
  /// samples to `probes`.
  func advance(
    block: Int, first: Int, count: Int, held: Held, probes: [ProbeRuntime<Scalar>],
    scratch: StepScratch<Scalar>, spikes: inout [Spike],
    rates: UnsafeMutablePointer<Double>?
  ) throws(SimulationError) {
    spikes.removeAll(keepingCapacity: true)
    let states = unsafe state.base + block * lowered.variables * lanes
    for index in 0..<count {
      let step = first + index
      if hasHeldInputs || (isFresh && index == 0) {
        unsafe hold(block, step, index, held, states, scratch)
      }
      if population.convention == .located {
        try unsafe stepLocating(block, step, states, scratch, &spikes)
        unsafe arrive(block, step, states, scratch)
      } else {
        try unsafe integrate(block, step, states)
        unsafe arrive(block, step, states, scratch)
        unsafe fire(block, step, states, scratch, &spikes)
      }
      if let rates = unsafe rates {
        unsafe sendRates(block, states, rates + index * population.count)
      }
      for source in noise {
        unsafe source.filter?.move(
          block: block, x: source.x.base + block * lanes, within: source.range)
      }
      for probe in probes { probe.sample(self, block: block, step: step, index: index) }
    }
    // Every 64 steps: a number that is not finite never becomes finite again.
    if (first + count) / 64 != first / 64 {
      try unsafe checkFinite(block, states, time: Double(first + count) * timeStep)
    }
  }

  private func hold(
    _ block: Int, _ step: Int, _ index: Int, _ held: Held,
    _ states: UnsafeMutablePointer<Scalar>, _ scratch: StepScratch<Scalar>
  ) {
    let n = lowered.compartments
    let current = unsafe self.current.base + block * n * lanes
    for (c, compartment) in population.model.compartments.enumerated() {
      unsafe (current + c * lanes).update(repeating: Scalar(compartment.current), count: lanes)
    }
    for part in currentInputs[block] {
      let place = unsafe current + part.compartment * lanes
      let value = Scalar(held.currents[part.input][index])
      for lane in part.lanes { unsafe place[lane] += value }
    }
    guard self.conductance.count > 0 || !noise.isEmpty else { return }
    let conductance = unsafe self.conductance.base + block * n * lanes
    if self.conductance.count > 0 { unsafe conductance.update(repeating: 0, count: n * lanes) }
    for part in conductanceInputs[block] {
      let place = part.compartment * lanes
      let g = held.conductances[part.input][index]
      let drive = g * population.conductances[part.input].reversalPotential
      for lane in part.lanes {
        unsafe conductance[place + lane] += Scalar(g)
        unsafe current[place + lane] += Scalar(drive)
      }
    }
    for source in noise {
      unsafe source.move(step: step, block: block, floats: scratch.floats, words: scratch.words)
      unsafe source.hold(
        block: block, cells: cells(ofBlock: block), state: states, conductance: conductance,
        current: current, scratch: scratch.values)
    }
  }

  private func integrate(
    _ block: Int, _ step: Int, _ states: UnsafeMutablePointer<Scalar>
  ) throws(SimulationError) {
    if let solvers { return try solvers.advance(self, block: block, step: step) }
    unsafe advanceKernel(lowered, block, states)
  }

  /// One step of `lowered`'s length by the kernels.
  func advanceKernel(
    _ lowered: LoweredCell, _ block: Int, _ states: UnsafeMutablePointer<Scalar>
  ) {
    let held = block * lowered.compartments * lanes
    let current = unsafe self.current.base + held
    let waiting = unsafe refractory.base + block * lanes
    if let linear = unsafe lowered.linear {
      unsafe Scalar._advanceLinear(
        OpaquePointer(lowered.cell), OpaquePointer(lowered.step), OpaquePointer(linear),
        OpaquePointer(linear + 1), lanes, states, waiting, current)
    } else {
      unsafe Scalar._advance(
        OpaquePointer(lowered.cell), OpaquePointer(lowered.step), lanes, states, waiting,
        conductance.count == 0 ? nil : UnsafePointer(conductance.base + held), current)
    }
  }

  private func arrive(
    _ block: Int, _ step: Int, _ states: UnsafeMutablePointer<Scalar>,
    _ scratch: StepScratch<Scalar>
  ) {
    let receptors = lowered.arrivals.count
    let slot = step % slots
    for r in reached {
      let waiting = unsafe arrivals.base + ((block * slots + slot) * receptors + r) * lanes
      let (variable, gain) = lowered.arrivals[r]
      unsafe Scalar._arrive(lanes, gain, waiting, states + variable * lanes)
    }
    for drive in drives {
      unsafe drive.key.fill(
        step: step, first: block * lanes,
        words: UnsafeMutableBufferPointer(start: scratch.words, count: lanes))
      unsafe Scalar._poisson(
        lanes, scratch.words, drive.thresholds.count, drive.thresholds.base, drive.gain,
        states + drive.variable * lanes)
    }
  }

  private func fire(
    _ block: Int, _ step: Int, _ states: UnsafeMutablePointer<Scalar>,
    _ scratch: StepScratch<Scalar>, _ spikes: inout [Spike]
  ) {
    guard let firing = population.model.firing else { return }
    let cells = cells(ofBlock: block)
    let first = block * lanes
    let waiting = unsafe refractory.base + first
    let stamp = population.convention == .onGridFromBegin ? step : step + 1
    let time = Double(stamp) * timeStep
    switch firing.mechanism {
    case .threshold:
      let count = unsafe Scalar._fire(
        OpaquePointer(lowered.cell), lanes, cells, lowered.refractorySteps, states, waiting,
        scratch.fired)
      for k in 0..<count {
        let cell = UInt32(first) + (unsafe scratch.fired[k])
        spikes.append(Spike(step: step, cell: cell, time: time))
      }
    case .escape(let rate):
      unsafe escapeKey.fill(
        step: step, first: first,
        words: UnsafeMutableBufferPointer(start: scratch.words, count: lanes))
      let potential = unsafe states + population.model.spikingIndex! * lanes
      for lane in 0..<cells {
        if unsafe waiting[lane] > 0 {
          unsafe waiting[lane] -= 1
          continue
        }
        let probability = -Double.expMinusOne(-rate(Double(unsafe potential[lane])) * timeStep)
        guard (Double(unsafe scratch.words[lane]) + 0.5) * 0x1p-32 < probability else { continue }
        unsafe waiting[lane] = lowered.refractorySteps
        spikes.append(Spike(step: step, cell: UInt32(first + lane), time: time))
      }
    case .rate: break
    }
  }

  private func sendRates(
    _ block: Int, _ states: UnsafeMutablePointer<Scalar>, _ rates: UnsafeMutablePointer<Double>
  ) {
    guard case .rate(let rate)? = population.model.firing?.mechanism else { return }
    let potential = unsafe states + population.model.spikingIndex! * lanes
    for lane in 0..<cells(ofBlock: block) {
      unsafe rates[block * lanes + lane] = rate(Double(potential[lane]))
    }
  }

  /// Throws where a variable of any cell is not finite at `time`.
  func checkFinite(time: Double) throws(SimulationError) {
    for block in 0..<blocks {
      try unsafe checkFinite(
        block, state.base + block * lowered.variables * lanes, time: time)
    }
  }

  /// x·0 is 0 for finite numbers alone.
  private func checkFinite(
    _ block: Int, _ states: UnsafeMutablePointer<Scalar>, time: Double
  ) throws(SimulationError) {
    var sum: Scalar = 0
    for index in 0..<lowered.variables * lanes { unsafe sum += states[index] * 0 }
    guard sum != 0 else { return }
    // Lanes beyond the cells fill up the block and are nobody's.
    for variable in 0..<lowered.variables {
      for lane in 0..<cells(ofBlock: block) where unsafe !states[variable * lanes + lane].isFinite {
        throw .diverged(
          population: population.name, cell: block * lanes + lane,
          variable: variableName(variable), time: time)
      }
    }
  }

  private func variableName(_ variable: Int) -> String {
    let model = population.model
    if variable < model.compartments.count { return "\(model.compartments[variable].name).v" }
    let receptor = lowered.receptorVariables.lastIndex {
      $0 <= variable && $0 >= lowered.compartments
    }
    return receptor.map { model.receptors[$0].path } ?? "a variable"
  }
}
