// SPDX-License-Identifier: GPL-3.0-or-later

/// The spikes that one population sends in a stretch, in the order of steps and cells. Kept from
/// stretch to stretch, so that none allocates.
struct Outbox {
  private(set) var spikes: [Spike] = []
  private(set) var times: [Double] = []
  private(set) var cells: [Int] = []

  /// Takes what the blocks of a population sent. Blocks of a single step are in order.
  mutating func gather(_ blocks: [[Spike]], isOneStep: Bool) {
    spikes.removeAll(keepingCapacity: true)
    for block in blocks where !block.isEmpty { spikes += block }
    if !isOneStep, blocks.count > 1 { spikes.sort() }
    list()
  }

  /// Takes spikes that are in order.
  mutating func take(_ ordered: [Spike]) {
    spikes = ordered
    list()
  }

  private mutating func list() {
    times.removeAll(keepingCapacity: true)
    cells.removeAll(keepingCapacity: true)
    for spike in spikes {
      times.append(spike.time)
      cells.append(Int(spike.cell))
    }
  }
}

extension Simulation {
  /// What a stretch brought goes on its way: along projections, and to the recorder.
  func exchange<Recorder: SimulationRecorder>(
    _ length: Int, _ recorder: inout Recorder
  ) throws {
    for index in sources.indices {
      sendFromSource(index, length)
      try record(sources[index].source.name, &recorder)
    }
    for index in network.populations.indices where sendFromPopulation(index, length) {
      try record(network.populations[index].name, &recorder)
    }
    for (index, probe) in probes.enumerated() {
      var frame = 0
      for offset in 0..<length where probe.probe.isDue(step + offset) {
        let time = Double(step + offset + 1) * network.timeStep
        try recorder.frame(probe.frame(frame), probe: index, time: time)
        frame += 1
      }
    }
  }

  private func record<Recorder: SimulationRecorder>(
    _ name: String, _ recorder: inout Recorder
  ) throws {
    guard !outbox.spikes.isEmpty else { return }
    try recorder.spikes(outbox.times, cells: outbox.cells, of: name)
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func sendFromSource(_ index: Int, _ length: Int) {
    outbox.take(sources[index].spikes(first: step, count: length))
    send(along: leavingSources[index])
  }

  /// Sends a population's spikes, or its rates; whether there may be spikes.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func sendFromPopulation(_ index: Int, _ length: Int) -> Bool {
    let runtime = runtimes[index]
    if case .rate? = runtime.population.model.firing?.mechanism {
      for projection in leavingPopulations[index] {
        projection.deliver(rates: runtime.rates, first: step, count: length)
      }
      return false
    }
    outbox.gather(runtime.spikes, isOneStep: length == 1)
    send(along: leavingPopulations[index])
    return true
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func send(along projections: [RunningProjection<Scalar>]) {
    guard !outbox.spikes.isEmpty else { return }
    for projection in projections { projection.deliver(outbox.spikes, threads: threads) }
  }
}
