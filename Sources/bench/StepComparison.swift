// SPDX-License-Identifier: GPL-3.0-or-later

import Experiments

/// Times a workload, Apical beside its peers.
///
/// Goals, in order: no side is favoured, so Apical and the peers take turns on the same machine,
/// on the same images, within a second of each other, and only ratios within such a pair are
/// claimed; a number that is not what it seems is caught, so each side's loss is shown, and
/// Apical's must fall; nothing but steps is timed: start-up, loading, compiling and the first
/// 1000 steps of every side come before.
struct StepComparison {
  /// Untimed steps at the start, as the peers take them.
  static let warmUp = 1000

  let workload: Workload
  let pairs: Int
  let steps: Int
  let output: Output

  /// Runs all pairs and prints them; the result.
  func run(
    images: ImageFolder, environment: PeerEnvironment?, peers: [String], machine: Machine
  ) async throws -> StepResult {
    let document = try SpecDocument(text: workload.spec, file: workload.name)
    let apical = try StepBenchmark(document, seed: 1, folder: images.path)
    let firstLoss = try apical.run(1)
    _ = try apical.run(Self.warmUp - 1)
    let launches = environment.map { environment in
      peers.map { launch($0, environment, images) }
    }
    let sides = try await PeerServer.with(launches ?? []) { servers in
      try await takeTurns(apical, servers)
    }
    let result = StepResult(
      workload: workload, steps: steps, sides: sides, firstLoss: firstLoss,
      batch: apical.batch, data: "\(apical.trainingCount) training images of \(images.kind)",
      machine: machine)
    return try result.checked()
  }

  private func launch(
    _ name: String, _ environment: PeerEnvironment, _ images: ImageFolder
  ) -> PeerServer.Launch {
    PeerServer.Launch(
      name: name, python: environment.python,
      script: "\(environment.scripts)/\(workload.script)_\(name).py",
      arguments: ["--data", images.path, "--warm-up", "\(Self.warmUp)"]
        + workload.peerArguments)
  }

  private func takeTurns(_ apical: StepBenchmark, _ servers: [PeerServer]) async throws -> [Side] {
    for server in servers where !steps.isMultiple(of: server.ready.chunk) {
      throw BenchFailure.usage(
        "--steps: the \(server.ready.peer) peer takes multiples of \(server.ready.chunk) steps, "
          + "found \(steps)")
    }
    var sides = [Side(name: "apical", version: ApicalVersion.current)]
    sides += servers.map { Side(name: $0.ready.peer, version: $0.ready.version) }
    for pair in 1...pairs {
      take(try timed(apical), pair, &sides[0])
      for (index, server) in servers.enumerated() {
        take(try await server.run(steps), pair, &sides[index + 1])
      }
    }
    return sides
  }

  private func timed(_ apical: StepBenchmark) throws -> Timing {
    let cpu = ProcessClock.own
    let started = ContinuousClock.now
    let loss = try apical.run(steps)
    let wall = started.duration(to: .now).inSeconds
    return Timing(
      steps: steps, wallSeconds: wall, cpuSeconds: ProcessClock.own - cpu, loss: loss)
  }

  private func take(_ measurement: Timing, _ pair: Int, _ side: inout Side) {
    side.measurements.append(measurement)
    output.json(
      TimingLine(
        benchmark: workload.name, pair: pair, side: side.name, measurement: measurement))
  }
}

/// A measurement as a line of JSON.
struct TimingLine: Encodable {
  let benchmark: String
  let pair: Int
  let side: String
  let measurement: Timing

  private enum Keys: String, CodingKey { case benchmark, pair, side }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(benchmark, forKey: .benchmark)
    try container.encode(pair, forKey: .pair)
    try container.encode(side, forKey: .side)
    try measurement.encode(to: encoder)
  }
}
