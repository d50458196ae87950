// SPDX-License-Identifier: GPL-3.0-or-later

internal import Dispatch

/// A projection at work: spikes go down the rows of its synapses into the target's ring of
/// arrivals. Threads divide the targets, so that every sum runs in the order of the spikes.
final class RunningProjection<Scalar: SpikingScalar>: @unchecked Sendable {
  let projection: Projection
  let synapses: Synapses
  private let target: PopulationRuntime<Scalar>
  private let receptor: Int
  private let timeStep: Double
  private let shift: Int
  private let mask: Int

  init(
    _ projection: Projection, _ synapses: Synapses, _ target: PopulationRuntime<Scalar>,
    timeStep: Double
  ) {
    self.projection = projection
    self.synapses = synapses
    self.target = target
    self.timeStep = timeStep
    receptor = target.population.model.index(ofReceptor: projection.receptor)!
    // Lanes are a power of two.
    shift = target.lanes.trailingZeroBitCount
    mask = target.lanes - 1
  }

  /// Delivers spikes in their order.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func deliver(_ spikes: [Spike], threads: Int) {
    let work = spikes.count * (synapses.targets.count / max(synapses.starts.count - 1, 1))
    // A fork costs about as much as a few thousand synapses.
    let parts = work < 20_000 ? 1 : min(threads, target.blocks)
    if parts == 1 { return deliver(spikes, from: 0, below: UInt32.max) }
    DispatchQueue.concurrentPerform(iterations: parts) { part in
      let first = target.blocks * part / parts * target.lanes
      let end = target.blocks * (part + 1) / parts * target.lanes
      deliver(spikes, from: UInt32(first), below: UInt32(end))
    }
  }

  /// The synapses with targets from `low` to below `high`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func deliver(_ spikes: [Spike], from low: UInt32, below high: UInt32) {
    let receptors = target.lowered.arrivals.count
    let blockStride = target.slots * receptors * target.lanes
    let slotStride = receptors * target.lanes
    let ring = unsafe target.arrivals.base + receptor * target.lanes
    unsafe synapses.targets.withUnsafeBufferPointer { targets in
      unsafe synapses.weights.withUnsafeBufferPointer { weights in
        unsafe synapses.delays.withUnsafeBufferPointer { delays in
          for spike in spikes {
            var (k, end) = (synapses.starts[Int(spike.cell)], synapses.starts[Int(spike.cell) + 1])
            if low > 0 { k = unsafe Self.lowerBound(targets, k, end, low) }
            if high < .max { end = unsafe Self.lowerBound(targets, k, end, high) }
            if synapses.delays.isEmpty {
              let slot = unsafe ring + (spike.step + synapses.delay) % target.slots * slotStride
              while k < end {
                let cell = Int(unsafe targets[k])
                unsafe slot[(cell >> shift) * blockStride + (cell & mask)] += Scalar(weights[k])
                k += 1
              }
            } else {
              while k < end {
                let cell = Int(unsafe targets[k])
                let slot = (spike.step + Int(unsafe delays[k])) % target.slots * slotStride
                let place = slot + (cell >> shift) * blockStride + (cell & mask)
                unsafe ring[place] += Scalar(weights[k])
                k += 1
              }
            }
          }
        }
      }
    }
  }

  private static func lowerBound(
    _ targets: UnsafeBufferPointer<UInt32>, _ start: Int, _ end: Int, _ value: UInt32
  ) -> Int {
    var (low, high) = (start, end)
    while low < high {
      let middle = (low + high) / 2
      if unsafe targets[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Delivers rates `[steps, cells]` per ms as what spikes bring on average: weight·φ·dt.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func deliver(rates: [Double], first: Int, count: Int) {
    let cells = synapses.starts.count - 1
    let receptors = target.lowered.arrivals.count
    for index in 0..<count {
      for cell in 0..<cells {
        let amount = rates[index * cells + cell] * timeStep
        for k in synapses.starts[cell]..<synapses.starts[cell + 1] {
          let delay = synapses.delays.isEmpty ? synapses.delay : Int(synapses.delays[k])
          let slot = (first + index + delay) % target.slots
          let to = Int(synapses.targets[k])
          let place =
            (((to >> shift) * target.slots + slot) * receptors + receptor) * target.lanes
            + (to & mask)
          unsafe target.arrivals.base[place] += Scalar(synapses.weights[k]) * Scalar(amount)
        }
      }
    }
  }
}
