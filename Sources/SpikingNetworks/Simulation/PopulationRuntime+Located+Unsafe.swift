// SPDX-License-Identifier: GPL-3.0-or-later

/// Spikes inside the step.
extension PopulationRuntime {
  /// One step in which spikes are located, and what they leave for the next one.
  func stepLocating(
    _ block: Int, _ step: Int, _ states: UnsafeMutablePointer<Scalar>,
    _ scratch: StepScratch<Scalar>, _ spikes: inout [Spike]
  ) throws(SimulationError) {
    let first = block * lanes
    func record(_ lane: Int, _ time: Double) {
      spikes.append(Spike(step: step, cell: UInt32(first + lane), time: time))
    }
    if let solvers {
      return try solvers.advanceLocating(self, block: block, step: step, fire: record)
    }
    guard case .threshold(let threshold, _)? = population.model.firing?.mechanism else {
      return unsafe advanceKernel(lowered, block, states)
    }
    let size = lowered.variables * lanes
    unsafe scratch.saved.update(from: states, count: size)
    unsafe advanceKernel(lowered, block, states)
    let spiking = population.model.spikingIndex! * lanes
    let start = Double(step) * timeStep
    let limit = Scalar(threshold)
    for lane in 0..<cells(ofBlock: block) {
      let wasRefractory = unsafe refractoryUntil.base[first + lane] > start
      if unsafe wasRefractory || states[spiking + lane] >= limit
        || scratch.saved[spiking + lane] >= limit
      {
        try unsafe walk(block, lane, step, states, scratch, record)
      }
    }
  }

  /// Takes one cell over a step piece by piece: to the end of its refractory period, to each
  /// crossing of the threshold, to the step's end. A piece is a step of its own length by the
  /// population's method; the crossing is where such a step ends on the threshold.
  private func walk(
    _ block: Int, _ lane: Int, _ step: Int, _ states: UnsafeMutablePointer<Scalar>,
    _ scratch: StepScratch<Scalar>, _ record: (Int, Double) -> Void
  ) throws(SimulationError) {
    let firing = population.model.firing!
    guard case .threshold(let threshold, let reset) = firing.mechanism else { return }
    let single = SingleCell(self, block: block, lane: lane)
    let spiking = population.model.spikingIndex!
    var x = (0..<lowered.variables).map { Double(unsafe scratch.saved[$0 * lanes + lane]) }
    var t = Double(step) * timeStep
    let end = Double(step + 1) * timeStep
    var until = refractoryUntil[block * lanes + lane]
    var count = 0
    while t < end {
      if until > t {
        let stop = min(until, end)
        x = single.advanced(x, by: stop - t, isRefractory: true)
        // What arrived meanwhile at a potential that is held is lost.
        if firing.whileRefractory != .holdNone { x[spiking] = reset }
        t = stop
        continue
      }
      if x[spiking] < threshold {
        let next = single.advanced(x, by: end - t, isRefractory: false)
        if next[spiking] < threshold {
          x = next
          break
        }
        let h = single.crossing(of: spiking, level: threshold, from: x, within: end - t)
        x = single.advanced(x, by: h, isRefractory: false)
        t += h
      }
      count += 1
      guard count <= SimulationError.mostSpikesInStep else {
        throw .tooManySpikes(population: population.name, cell: block * lanes + lane, time: t)
      }
      record(lane, t)
      x[spiking] = reset
      until = t + firing.refractoryPeriod
    }
    refractoryUntil[block * lanes + lane] = until
    unsafe refractory.base[block * lanes + lane] = until > end ? 1 : 0
    for v in 0..<lowered.variables { unsafe states[v * lanes + lane] = Scalar(x[v]) }
  }
}
