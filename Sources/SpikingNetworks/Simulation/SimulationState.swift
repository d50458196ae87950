// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

/// Everything in which a simulation at one step differs from one at time 0: what a checkpoint keeps.
///
/// Randomness needs no place in it, because deviates have addresses; nor do synapses, which are
/// drawn from the seed again. Numbers are kept as their bytes, so that a simulation of the same
/// network and seed that is given the state goes on to the same bits. It is bound to machines of
/// one byte order.
public struct SimulationState: Sendable, Codable {
  struct Cells: Sendable, Codable {
    let state: Data
    let refractory: Data
    let refractoryUntil: Data
    let arrivals: Data
    let noise: [Data]
    let clipped: [Data]
    /// The linear response to every source of noise; empty where it is not followed.
    let responses: [Data]
    let solverSteps: [Double]
  }

  /// Steps taken.
  public let step: Int
  let populations: [Cells]
  /// The running sums of every probe.
  let windowSums: [[Double]]
}

extension Simulation {
  /// The present state.
  public var state: SimulationState {
    SimulationState(
      step: step,
      populations: runtimes.map { runtime in
        SimulationState.Cells(
          state: runtime.state.bytes, refractory: runtime.refractory.bytes,
          refractoryUntil: runtime.refractoryUntil.bytes, arrivals: runtime.arrivals.bytes,
          noise: runtime.noise.map(\.x.bytes), clipped: runtime.noise.map(\.clipped.bytes),
          responses: runtime.noise.map { $0.filter?.m.bytes ?? Data() },
          solverSteps: runtime.solvers?.steps ?? [])
      },
      windowSums: probes.map(\.windowSums))
  }

  /// Goes on from `saved`.
  ///
  /// - Throws: `ModelError` where `saved` is of another network or other probes; the simulation is
  ///   then as it was.
  public func restore(_ saved: SimulationState) throws(ModelError) {
    let fits =
      saved.populations.count == runtimes.count
      && zip(saved.populations, runtimes).allSatisfy { cells, runtime in
        cells.state.count == runtime.state.bytes.count
          && cells.refractory.count == runtime.refractory.bytes.count
          && cells.refractoryUntil.count == runtime.refractoryUntil.bytes.count
          && cells.arrivals.count == runtime.arrivals.bytes.count
          && cells.noise.map(\.count) == runtime.noise.map(\.x.bytes.count)
          && cells.clipped.map(\.count) == runtime.noise.map(\.clipped.bytes.count)
          && cells.responses.map(\.count) == runtime.noise.map { $0.filter?.m.bytes.count ?? 0 }
          && cells.solverSteps.count == runtime.solvers?.steps.count ?? 0
      } && saved.windowSums.map(\.count) == probes.map(\.windowSums.count)
    guard fits else {
      throw ModelError(
        "state", "it is the state of another network, or of other probes",
        "give one of this simulation")
    }
    step = saved.step
    for (cells, runtime) in zip(saved.populations, runtimes) {
      runtime.state.bytes = cells.state
      runtime.refractory.bytes = cells.refractory
      runtime.refractoryUntil.bytes = cells.refractoryUntil
      runtime.arrivals.bytes = cells.arrivals
      for (source, x) in zip(runtime.noise, cells.noise) { source.x.bytes = x }
      for (source, clipped) in zip(runtime.noise, cells.clipped) { source.clipped.bytes = clipped }
      for (source, response) in zip(runtime.noise, cells.responses) {
        source.filter?.m.bytes = response
      }
      runtime.solvers?.steps = cells.solverSteps
    }
    for (probe, sums) in zip(probes, saved.windowSums) { probe.windowSums = sums }
  }
}
