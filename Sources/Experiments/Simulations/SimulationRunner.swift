// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import RandomStreams
internal import SpikingNetworks
internal import TraceExport

/// Runs a simulation into a run directory.
enum SimulationRunner {
  static func run(_ request: RunRequest, stop: StopFlag, tell: (RunEvent) -> Void) throws {
    let (spec, resolved) = try request.document.read(SimulationSpec.init(reading:))
    switch spec.precision {
    case .float32: try run(Float.self, spec, resolved, request, stop, tell)
    case .float64: try run(Double.self, spec, resolved, request, stop, tell)
    }
  }

  private static func run<Scalar: SpikingScalar>(
    _: Scalar.Type, _ spec: SimulationSpec, _ resolved: ResolvedSpec, _ request: RunRequest,
    _ stop: StopFlag, _ tell: (RunEvent) -> Void
  ) throws {
    let opened = try OpenedSimulation(spec, resolved, request)
    if opened.manifest.status == .done {
      tell(.noticed("this run is complete: nothing is left to do"))
      return tell(.finished(directory: opened.directory.path, last: nil))
    }
    let run = try FiledSimulation<Scalar>(opened, request, tell)
    try run.execute(stop, tell)
  }
}

/// What a simulation's checkpoint holds.
struct SimulationCheckpoint: Codable {
  /// SHA-256 of the specification and of every file that it names.
  var spec: String
  var simulation: SimulationState
  var recorder: TraceRecorder.State
  var seconds: Double
}

/// A simulation with its run directory.
final class FiledSimulation<Scalar: SpikingScalar> {
  private let spec: SimulationSpec
  private let directory: RunDirectory
  private let resumeCommand: String
  private let simulation: Simulation<Scalar>
  private var recorder: TraceRecorder
  private var manifest: Manifest
  private let began = ContinuousClock.now
  private let earlierSeconds: Double

  /// Prepares a run, new or resumed, up to the point where it can take a step.
  init(
    _ opened: OpenedSimulation, _ request: RunRequest, _ tell: (RunEvent) -> Void
  ) throws {
    let (spec, directory, digest) = (opened.spec, opened.directory, opened.digest)
    var manifest = opened.manifest
    try Self.checkSize(spec, request, tell)
    let probes = try spec.probes()
    let simulation = try Simulation<Scalar>(
      opened.network, probes: probes, threads: request.threads,
      random: RandomKey(seed: manifest.seed))
    let saved = request.resumes ? Self.latestCheckpoint(directory, digest, tell) : nil
    if let saved { try simulation.restore(saved.simulation) }
    // What begins and fails before its first step leaves nothing behind.
    let wasThere = FileManager.default.fileExists(atPath: directory.path)
    var leftovers: RunDirectory?
    defer { leftovers?.discard(keepingFolder: wasThere) }
    if !request.resumes {
      // Only now, with every input in hand: a run directory without them would be a lie.
      leftovers = directory
      try directory.create()
      try directory.write(Data(request.document.text.utf8), to: "spec.yaml")
      try directory.write(Data(opened.resolved.utf8), to: "resolved.yaml")
    } else if saved == nil {
      try directory.emptyTraces()
    }
    recorder = try TraceRecorder(
      spec, folder: directory.traces, probeCount: probes.count,
      saved: saved.map { ($0.recorder, simulation.time) })
    // What cannot go on keeps its status.
    manifest.resolvedSpecSHA256 = digest
    manifest.status = .running
    try manifest.write(to: directory)
    leftovers = nil
    self.simulation = simulation
    self.spec = spec
    self.directory = directory
    self.manifest = manifest
    earlierSeconds = saved?.seconds ?? 0
    resumeCommand = request.resumeCommand(directory.path)
    tell(
      .began(
        directory: directory.path, seed: manifest.seed, step: simulation.step, steps: spec.steps))
  }

  /// Says what the recordings will take, and refuses more than is allowed.
  private static func checkSize(
    _ spec: SimulationSpec, _ request: RunRequest, _ tell: (RunEvent) -> Void
  ) throws {
    let size = ByteCount(spec.traceBytes)
    if let limit = request.traceLimit, spec.traceBytes > limit {
      throw RunFailure.usage(
        "the recordings would take \(size), and \(ByteCount(limit)) are allowed: record fewer "
          + "cells or less often, raise --max-trace-size, or allow it with --yes")
    }
    if !spec.records.isEmpty {
      tell(.noticed("recordings will take \(size), and 16 bytes for every spike"))
    }
  }

  private static func latestCheckpoint(
    _ directory: RunDirectory, _ digest: String, _ tell: (RunEvent) -> Void
  ) -> SimulationCheckpoint? {
    for step in directory.checkpointSteps {
      do {
        let saved: SimulationCheckpoint = try CheckpointFile.decoded(
          directory.checkpointPath(step))
        if saved.spec == digest { return saved }
      } catch {
        tell(.noticed("\(error); an earlier one is taken"))
      }
    }
    tell(.noticed("no checkpoint can be used: the run begins again at step 0"))
    return nil
  }

  private var seconds: Double {
    let passed = began.duration(to: .now).components
    return earlierSeconds + Double(passed.seconds) + Double(passed.attoseconds) * 1e-18
  }

  private func writeCheckpoint() throws {
    let checkpoint = SimulationCheckpoint(
      spec: manifest.resolvedSpecSHA256, simulation: simulation.state,
      recorder: try recorder.checkpoint(), seconds: seconds)
    try directory.writeCheckpoint(CheckpointFile.encoded(checkpoint), step: simulation.step)
  }

  /// Steps to the end.
  func execute(_ stop: StopFlag, _ tell: (RunEvent) -> Void) throws {
    do {
      try steps(stop, tell)
      try finish(tell)
    } catch {
      var failure = RunFailure(error, step: simulation.step)
      try? recorder.close()
      switch failure {
      case .interrupted: manifest.status = .interrupted
      case .stopped(let text):
        manifest.status = .diverged
        failure = .stopped("\(text). What was recorded before is kept in \(directory.traces)")
      default: manifest.status = .failed
      }
      try? directory.write(Data("\(failure)\n".utf8), to: "log.txt")
      manifest.step = simulation.step
      manifest.wallSeconds = seconds
      manifest.writeLast(to: directory)
      throw failure
    }
  }

  /// Runs in stretches of about 50 ms of the wall clock; where they end changes nothing.
  private func steps(_ stop: StopFlag, _ tell: (RunEvent) -> Void) throws {
    var length = 16
    // The first stretch is told at once: whoever listens may stop the run there.
    var lastTold: ContinuousClock.Instant?
    var lastSaved = ContinuousClock.now
    while simulation.step < spec.steps {
      if stop.isSet {
        try writeCheckpoint()
        throw RunFailure.interrupted(step: simulation.step, resume: resumeCommand)
      }
      let start = ContinuousClock.now
      let count = min(length, spec.steps - simulation.step)
      try simulation.run(
        steps: count, into: &recorder, checksEnd: simulation.step + count == spec.steps)
      let now = ContinuousClock.now
      if start.duration(to: now) < .milliseconds(25) {
        length = min(length * 2, 1 << 20)
      } else if start.duration(to: now) > .milliseconds(100) {
        length = max(length / 2, 1)
      }
      if lastTold.map({ $0.duration(to: now) > .milliseconds(200) }) ?? true {
        lastTold = now
        tell(.advanced(step: simulation.step, steps: spec.steps, seconds: seconds))
      }
      if lastSaved.duration(to: now) > .seconds(60) {
        lastSaved = now
        try writeCheckpoint()
      }
    }
  }

  private func finish(_ tell: (RunEvent) -> Void) throws {
    try recorder.close()
    var clipped: [(name: String, count: Int)] = []
    for population in simulation.network.populations {
      for source in population.noise {
        let count = simulation.clippedValues(population: population.name, noise: source.name) ?? 0
        clipped.append(("\(population.name).noise.\(source.name)", count))
      }
    }
    let summary = SimulationSummary(
      spec: spec, network: simulation.network, statistics: recorder.statistics,
      counts: recorder.counts, synapses: simulation.synapseCounts, clipped: clipped)
    if let table = summary.table { try directory.write(Data(table.text.utf8), to: table.name) }
    let lines = summary.lines
    try directory.write(Data((lines.joined(separator: "\n") + "\n").utf8), to: "log.txt")
    manifest.status = .done
    manifest.step = simulation.step
    manifest.wallSeconds = seconds
    manifest.files = directory.contents()
    try manifest.write(to: directory)
    tell(.summarised(lines))
    tell(.finished(directory: directory.path, last: nil))
  }
}
