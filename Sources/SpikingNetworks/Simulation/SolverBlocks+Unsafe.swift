// SPDX-License-Identifier: GPL-3.0-or-later

internal import CKernels
internal import Integration

/// GSL's solvers of a population: one driver per cell, so that no cell feels another's step size;
/// one set of equations per block, which one thread at a time walks through.
@safe final class SolverBlocks: @unchecked Sendable {
  private let lowered: LoweredCell
  private let lanes: Int
  private let cells: Int
  private let drivers: UnsafeMutablePointer<ODEDriver>
  private let systems: [ODESystem]
  private let inputs: UnsafeMutablePointer<ck_cell_input>
  /// Per block: held conductances, held currents, the state, and a saved one.
  private let scratch: UnsafeMutablePointer<Double>
  private let stride: Int

  init(
    _ lowered: LoweredCell, stepper: ODEStepper, tolerance: ODETolerance, blocks: Int,
    lanes: Int, cells: Int
  ) throws(ModelError) {
    self.lowered = lowered
    self.lanes = lanes
    self.cells = cells
    stride = 2 * (lowered.compartments + lowered.variables)
    unsafe inputs = .allocate(capacity: blocks)
    unsafe scratch = .allocate(capacity: blocks * stride)
    unsafe scratch.initialize(repeating: 0, count: blocks * stride)
    var systems: [ODESystem] = []
    for block in 0..<blocks {
      let own = unsafe scratch + block * stride
      unsafe (inputs + block).initialize(
        to: ck_cell_input(
          cell: UnsafePointer(lowered.cell), conductance: UnsafePointer(own),
          current: UnsafePointer(own + lowered.compartments), isRefractory: 0))
      systems.append(
        unsafe ODESystem(
          dimension: lowered.variables, function: ck_cell_derivatives,
          jacobian: ck_cell_jacobian, parameters: inputs + block))
    }
    self.systems = systems
    unsafe drivers = .allocate(capacity: cells)
    for cell in 0..<cells {
      do {
        unsafe (drivers + cell).initialize(
          to: try ODEDriver(systems[cell / lanes], stepper: stepper, tolerance: tolerance))
      } catch {
        // Nothing of a driver depends on the cell: the first one fails, or none.
        throw ModelError("integrator", "\(error)", "choose another stepper or tolerance")
      }
    }
  }

  deinit {
    unsafe drivers.deinitialize(count: cells)
    unsafe drivers.deallocate()
    unsafe inputs.deallocate()
    unsafe scratch.deallocate()
  }

  /// Forgets every trajectory.
  func reset() { for cell in 0..<cells { unsafe drivers[cell].restart() } }

  /// The next internal step of every cell's driver, in ms: all that a driver carries over a grid
  /// time, because every call of it begins afresh.
  var steps: [Double] {
    get { (0..<cells).map { unsafe drivers[$0].step } }
    set { for (cell, h) in newValue.enumerated() { unsafe drivers[cell].propose(step: h) } }
  }

  /// Gathers cell `lane` of a block into the block's scratch and returns the state there.
  private func gather<Scalar: SpikingScalar>(
    _ runtime: PopulationRuntime<Scalar>, block: Int, lane: Int
  ) -> UnsafeMutableBufferPointer<Double> {
    let n = lowered.compartments
    let own = unsafe scratch + block * stride
    let held = block * n * lanes + lane
    for c in 0..<n {
      unsafe own[c] =
        runtime.conductance.count == 0 ? 0 : Double(runtime.conductance.base[held + c * lanes])
      unsafe own[n + c] = Double(runtime.current.base[held + c * lanes])
    }
    let y = unsafe own + 2 * n
    let base = unsafe runtime.state.base + block * lowered.variables * lanes + lane
    for v in 0..<lowered.variables { unsafe y[v] = Double(base[v * lanes]) }
    return unsafe UnsafeMutableBufferPointer(start: y, count: lowered.variables)
  }

  private func scatter<Scalar: SpikingScalar>(
    _ y: UnsafeMutableBufferPointer<Double>, _ runtime: PopulationRuntime<Scalar>, block: Int,
    lane: Int
  ) {
    let base = unsafe runtime.state.base + block * lowered.variables * lanes + lane
    for v in 0..<lowered.variables { unsafe base[v * lanes] = Scalar(y[v]) }
  }

  /// Takes the cells of a block over one step.
  func advance<Scalar: SpikingScalar>(
    _ runtime: PopulationRuntime<Scalar>, block: Int, step: Int
  ) throws(SimulationError) {
    let start = Double(step) * runtime.timeStep
    let end = Double(step + 1) * runtime.timeStep
    for lane in 0..<runtime.cells(ofBlock: block) {
      let cell = block * lanes + lane
      let y = unsafe gather(runtime, block: block, lane: lane)
      unsafe inputs[block].isRefractory = runtime.refractory.base[cell] > 0 ? 1 : 0
      do {
        try unsafe drivers[cell].advance(y, from: start, to: end)
      } catch {
        unsafe scatter(y, runtime, block: block, lane: lane)
        throw .solver(population: runtime.population.name, cell: cell, step: step, error)
      }
      unsafe scatter(y, runtime, block: block, lane: lane)
    }
  }

  /// The same with spikes located inside the step; calls `fire` with each cell and time.
  func advanceLocating<Scalar: SpikingScalar>(
    _ runtime: PopulationRuntime<Scalar>, block: Int, step: Int,
    fire: (_ lane: Int, _ time: Double) -> Void
  ) throws(SimulationError) {
    let population = runtime.population
    guard let firing = population.model.firing,
      case .threshold(let threshold, let reset) = firing.mechanism
    else { return try advance(runtime, block: block, step: step) }
    let spiking = population.model.spikingIndex!
    let most = SimulationError.mostSpikesInStep
    let start = Double(step) * runtime.timeStep
    let end = Double(step + 1) * runtime.timeStep
    for lane in 0..<runtime.cells(ofBlock: block) {
      let cell = block * lanes + lane
      let y = unsafe gather(runtime, block: block, lane: lane)
      let saved = unsafe UnsafeMutableBufferPointer(
        start: y.baseAddress! + y.count, count: y.count)
      var t = start
      var until = unsafe runtime.refractoryUntil.base[cell]
      var count = 0
      // A multistep method keeps its history from one internal step to the next; what happens in
      // between ends it.
      var goesOn = false
      do {
        while t < end, count <= most {
          let isRefractory = until > t
          unsafe inputs[block].isRefractory = isRefractory ? 1 : 0
          if isRefractory {
            let stop = min(until, end)
            try unsafe drivers[cell].advance(y, from: t, to: stop)
            t = stop
            if firing.whileRefractory != .holdNone { unsafe y[spiking] = reset }
            goesOn = false
            continue
          }
          // An arrival may have lifted the potential over the threshold.
          guard unsafe y[spiking] < threshold else {
            count += 1
            fire(lane, t)
            unsafe y[spiking] = reset
            until = t + firing.refractoryPeriod
            goesOn = false
            continue
          }
          _ = unsafe saved.update(fromContentsOf: y)
          let before = t
          try unsafe drivers[cell].step(y, &t, to: end, continuing: goesOn)
          goesOn = true
          guard unsafe y[spiking] >= threshold else { continue }
          t = try unsafe drivers[cell].locateCrossing(
            of: spiking, level: threshold, from: UnsafeBufferPointer(saved), at: before, to: t, y)
          count += 1
          fire(lane, t)
          unsafe y[spiking] = reset
          until = t + firing.refractoryPeriod
          goesOn = false
        }
      } catch {
        unsafe scatter(y, runtime, block: block, lane: lane)
        throw .solver(population: population.name, cell: cell, step: step, error)
      }
      guard count <= most else {
        throw .tooManySpikes(population: population.name, cell: cell, time: t)
      }
      unsafe runtime.refractoryUntil.base[cell] = until
      unsafe scatter(y, runtime, block: block, lane: lane)
    }
  }
}
