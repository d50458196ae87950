// SPDX-License-Identifier: GPL-3.0-or-later

import Experiments

/// Times a simulation, Apical beside its peers.
///
/// As in `StepComparison`, sides take turns and only ratios within a pair are claimed. Sides must
/// have simulated the same thing: their firing rates stand beside the times, and a rate more than
/// a tenth from Apical's is said aloud.
struct SimulationComparison {
  let workload: SimulationWorkload
  let pairs: Int
  let threads: Int
  let output: Output

  /// One side's turns.
  struct Side: Sendable {
    let name: String
    let version: String
    var turns: [SimulationTiming] = []

    var wall: Spread { Spread(turns.map(\.wallSeconds)) }
    var rate: Double { turns.map(\.rate).reduce(0, +) / Double(turns.count) }
  }

  /// Runs all pairs and prints them.
  func run(
    images: ImageFolder?, environment: PeerEnvironment?, peers: [String], machine: Machine
  ) async throws {
    let folder = images?.path ?? ""
    let work = try workload.make(threads, folder)
    work.reset()
    _ = try work.run()
    let chosen = workload.peers.filter { peers.contains($0.name) }
    let launches = environment.map { environment in
      chosen.map { peer in
        PeerServer.Launch(
          name: peer.name, python: environment.python,
          script: "\(environment.scripts)/\(peer.script).py",
          arguments: ["--threads", "\(threads)"] + peer.arguments
            + (workload.needsImages ? ["--data", folder] : []))
      }
    }
    let sides = try await PeerServer.with(launches ?? []) { servers in
      try await takeTurns(work, servers)
    }
    try report(sides, work, chosen)
  }

  private func takeTurns(
    _ work: any SimulationWork, _ servers: [PeerServer]
  ) async throws -> [Side] {
    var sides = [Side(name: "apical", version: ApicalVersion.current)]
    sides += servers.map { Side(name: $0.ready.peer, version: $0.ready.version) }
    for pair in 1...pairs {
      record(try timed(work), pair, &sides[0])
      for (index, server) in servers.enumerated() {
        record(try await server.simulate(work.length), pair, &sides[index + 1])
      }
    }
    return sides
  }

  private func timed(_ work: any SimulationWork) throws -> SimulationTiming {
    work.reset()
    let cpu = ProcessClock.own
    let started = ContinuousClock.now
    let (rate, figures) = try work.run()
    let wall = started.duration(to: .now).inSeconds
    return SimulationTiming(
      steps: work.length, wallSeconds: wall, cpuSeconds: ProcessClock.own - cpu, rate: rate,
      figures: figures)
  }

  private func record(_ timing: SimulationTiming, _ pair: Int, _ side: inout Side) {
    side.turns.append(timing)
    output.json(
      SimulationLine(benchmark: workload.name, pair: pair, side: side.name, timing: timing))
  }

  private func report(
    _ sides: [Side], _ work: any SimulationWork, _ peers: [SimulationWorkload.Peer]
  ) throws {
    output.text("")
    output.text("\(workload.name): \(workload.about)")
    output.text("\(threads) thread\(threads == 1 ? "" : "s"); \(pairs) pairs")
    output.text("")
    output.text(
      "side".padded(to: 24) + "seconds".padded(to: 28) + "ns per cell and step".padded(to: 24)
        + "rate, Hz")
    for side in sides {
      let cost = side.wall.median / Double(work.cellSteps) * 1e9
      output.text(
        "\(side.name) \(side.version)".padded(to: 24) + side.wall.text(decimals: 4).padded(to: 28)
          + cost.text(2).padded(to: 24) + side.rate.text(2))
    }
    output.text("")
    for (side, peer) in zip(sides.dropFirst(), peers) {
      let ratios = zip(sides[0].turns, side.turns).map { $1.wallSeconds / $0.wallSeconds }
      let spread = Spread(ratios)
      var line = "\(peer.name): \(spread.text(decimals: 2, unit: "×"))"
      if let target = peer.target {
        line += "; target \(target.text(1))×: \(spread.median >= target ? "met" : "MISSED")"
      }
      if abs(side.rate - sides[0].rate) > 0.1 * sides[0].rate {
        line += "; RATES DIFFER by more than a tenth: no comparison"
      }
      output.text(line)
      output.json(
        RatioLine(
          benchmark: workload.name, peer: peer.name, threads: threads, ratio: spread,
          target: peer.target))
    }
    if let bytes = work.bytesPerCell {
      let bandwidth = 2 * Double(bytes * work.cellSteps) / sides[0].wall.median / 1e9
      output.text(
        "state: \(bytes) bytes per cell; read and written once a step that is "
          + "\(bandwidth.text(2)) GB/s")
    }
    if let most = workload.mostMillisecondsEach {
      let each = Spread(sides[0].turns.map { $0.wallSeconds / Double(work.length) * 1000 })
      output.text(
        "\(each.text(decimals: 3)) ms each; at most \(most.text(1)): "
          + (each.median <= most ? "met" : "MISSED"))
    }
    if let remark = workload.remark { output.text(try remark()) }
  }
}

/// A turn as a line of JSON.
private struct SimulationLine: Encodable {
  let benchmark: String
  let pair: Int
  let side: String
  let timing: SimulationTiming
}

/// A ratio as a line of JSON.
private struct RatioLine: Encodable {
  let benchmark: String
  let peer: String
  let threads: Int
  let ratio: Spread
  let target: Double?
}
