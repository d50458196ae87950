// SPDX-License-Identifier: GPL-3.0-or-later

internal import Dispatch
internal import Synchronization

extension PopulationRuntime {
  /// Takes all blocks over steps `first ..< first + count`, on up to `threads` threads.
  ///
  /// - Throws: the error of the first block that failed; others may have gone on.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func advance(
    first: Int, count: Int, probes: [ProbeRuntime<Scalar>], threads: Int
  ) throws(SimulationError) {
    let held = hasHeldInputs || isFresh ? held(first: first, count: count) : Held()
    defer { isFresh = false }
    let sendsRates = if case .rate? = population.model.firing?.mechanism { true } else { false }
    if sendsRates, rates.count != count * population.count {
      rates = Array(repeating: 0, count: count * population.count)
    }
    let workers = max(1, min(threads, blocks))
    while scratches.count < workers {
      scratches.append(StepScratch(lanes: lanes, variables: lowered.variables))
    }
    if workers == 1 {
      for block in 0..<blocks {
        try unsafe rates.withUnsafeMutableBufferPointer { (rates) throws(SimulationError) in
          try unsafe advance(
            block: block, first: first, count: count, held: held, probes: probes,
            scratch: scratches[0], spikes: &spikes[block],
            rates: sendsRates ? rates.baseAddress : nil)
        }
      }
      return
    }
    try advanceInParallel(
      first: first, count: count, held: held, probes: probes, workers: workers,
      sendsRates: sendsRates)
  }

  private func advanceInParallel(
    first: Int, count: Int, held: Held, probes: [ProbeRuntime<Scalar>], workers: Int,
    sendsRates: Bool
  ) throws(SimulationError) {
    let failures = Mutex([Int: SimulationError]())
    unsafe spikes.withUnsafeMutableBufferPointer { spikes in
      unsafe rates.withUnsafeMutableBufferPointer { rates in
        // Each block is one thread's.
        nonisolated(unsafe) let (spikes, rates) = unsafe (spikes, rates.baseAddress)
        let body: @Sendable (Int) -> Void = { worker in
          let scratch = self.scratches[worker]
          let blocks = self.blocks
          for block in blocks * worker / workers..<blocks * (worker + 1) / workers {
            do throws(SimulationError) {
              try unsafe self.advance(
                block: block, first: first, count: count, held: held, probes: probes,
                scratch: scratch, spikes: &spikes[block], rates: sendsRates ? rates : nil)
            } catch {
              failures.withLock { $0[block] = error }
            }
          }
        }
        DispatchQueue.concurrentPerform(iterations: workers, execute: body)
      }
    }
    let failed = failures.withLock { $0 }
    if let block = failed.keys.min() { throw failed[block]! }
  }
}
