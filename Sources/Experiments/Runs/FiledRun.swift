// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import Substrates
internal import TraceExport
internal import Traces

/// A training session with its run directory.
struct FiledRun<Network: TrainableNetwork, Learner: FeedbackLearner>: ~Copyable {
  typealias Scalar = Network.Scalar

  private let spec: ExperimentSpec
  private let directory: RunDirectory
  private let resumeCommand: String
  /// Whether no earlier part of this run is continued.
  private let isFresh: Bool
  private var manifest: Manifest
  private var session: TrainingSession<Network, Learner>
  private var metrics: CSVWriter
  private var recorder: Recorder<Scalar>
  private let trialRecorder: TrialRecorder?
  private var lastRow: MetricsRow?

  /// Prepares a run, new or resumed, up to the point where it can take a step.
  init(
    _ spec: ExperimentSpec, _ resolved: ResolvedSpec, _ learner: Learner, _ request: RunRequest,
    _ tell: (RunEvent) -> Void
  ) throws {
    if request.resumes, request.output == nil {
      throw RunFailure.usage("--resume needs the run's folder: name it with --out")
    }
    let yaml = resolved.yaml
    let digest = Data(yaml.utf8).sha256
    let directory = RunDirectory(
      path: request.output ?? RunDirectory.defaultPath(spec: request.document.file))
    var manifest = try Self.manifest(directory, spec, digest, request)
    let saved = request.resumes ? Self.latestCheckpoint(directory, digest, tell) : nil
    let random = RandomKey(seed: manifest.seed)
    let images = try ExperimentImages(
      spec.data, random: random, folder: request.dataFolder, threads: request.threads)
    var session = try TrainingSession<Network, Learner>(
      spec, learner: learner, data: ExperimentData(images, target: spec.data.target),
      random: random, threads: request.threads)
    // What begins and fails before its first step leaves nothing behind.
    let wasThere = FileManager.default.fileExists(atPath: directory.path)
    var leftovers: RunDirectory?
    defer { leftovers?.discard(keepingFolder: wasThere) }
    if request.resumes {
      if let saved { session.restore(saved) } else { try directory.emptyTraces() }
    } else {
      // Only now, with the data in hand: a run directory without data would be a lie.
      leftovers = directory
      try directory.create()
      try directory.write(Data(request.document.text.utf8), to: "spec.yaml")
      try directory.write(Data(yaml.utf8), to: "resolved.yaml")
    }
    let step = session.trainer.state.step
    let metrics =
      saved == nil
      ? try CSVWriter(path: directory.metrics, header: session.columns)
      : try CSVWriter(resuming: directory.metrics, header: session.columns, through: Double(step))
    let recorder = try Recorder<Scalar>(
      spec.records, widths: spec.network.layers, steps: spec.schedule.steps,
      folder: directory.traces, resumingAt: saved?.frames)
    let trialRecorder = try spec.trials.map { trials in
      try TrialRecorder(
        trials, spec, folder: directory.traces,
        resumingAt: saved.flatMap { saved in saved.trialFrames.map { ($0, step) } })
    }
    manifest.status = .running
    try manifest.write(to: directory)
    leftovers = nil
    tell(
      .began(directory: directory.path, seed: manifest.seed, step: step, steps: spec.schedule.steps)
    )
    self.spec = spec
    self.directory = directory
    self.manifest = manifest
    self.session = session
    self.metrics = metrics
    self.recorder = recorder
    self.trialRecorder = trialRecorder
    isFresh = saved == nil
    resumeCommand = directory.resumeCommand(dataFolder: request.dataFolder)
  }

  /// The manifest of the run to resume, or a new one.
  private static func manifest(
    _ directory: RunDirectory, _ spec: ExperimentSpec, _ digest: String, _ request: RunRequest
  ) throws -> Manifest {
    guard request.resumes else {
      try directory.checkIsFree()
      let seed = request.seed ?? spec.seed ?? UInt64.random(in: 0..<(1 << 53))
      return Manifest(
        seed: seed, threads: request.threads, arguments: request.arguments,
        precision: Scalar.precisionName, digest: digest)
    }
    try directory.checkHoldsRun()
    var manifest = try Manifest.read(directory)
    guard manifest.resolvedSpecSHA256 == digest,
      request.seed == nil || request.seed == manifest.seed
    else {
      throw RunFailure.usage(
        "\(directory.path) holds a run of another specification or seed: resume with the specification that it was started with, \(directory.resolved)"
      )
    }
    manifest.threads = request.threads
    return manifest
  }

  private static func latestCheckpoint(
    _ directory: RunDirectory, _ digest: String, _ tell: (RunEvent) -> Void
  ) -> Checkpoint<Network, Learner>? {
    for step in directory.checkpointSteps {
      do {
        let checkpoint = try Checkpoint<Network, Learner>(
          contentsOf: directory.checkpointPath(step))
        if checkpoint.spec == digest { return checkpoint }
      } catch {
        tell(.noticed("\(error); an earlier one is taken"))
      }
    }
    tell(.noticed("no checkpoint can be used: the run begins again at step 0"))
    return nil
  }

  private mutating func evaluate(_ tell: (RunEvent) -> Void) throws {
    let row = try session.measure()
    try metrics.append(row.values)
    lastRow = row
    tell(.measured(row))
  }

  /// Shows the examples that are watched, where it is time.
  private func watchTrials() throws {
    let step = session.trainer.state.step
    guard let trials = spec.trials, let trialRecorder, trials.isDue(step) else { return }
    for example in trials.examples {
      try trialRecorder.take(
        session.frames(ofExample: example, trials.layers), step: step, example: example)
    }
  }

  private mutating func writeCheckpoint() throws {
    try recorder.flush()
    try trialRecorder?.flush()
    let checkpoint = session.checkpoint(
      spec: manifest.resolvedSpecSHA256, frames: recorder.frames,
      trialFrames: trialRecorder?.frameCount)
    try directory.writeCheckpoint(checkpoint.encoded(), step: session.trainer.state.step)
  }

  /// Steps to the end.
  mutating func execute(_ stop: StopFlag, _ tell: (RunEvent) -> Void) throws {
    do {
      try steps(stop, tell)
    } catch {
      let last = directory.checkpointSteps.first.map { directory.checkpointPath($0) }
      let failure = RunFailure(error, step: session.trainer.state.step, checkpoint: last)
      manifest.status =
        switch failure {
        case .interrupted: .interrupted
        case .diverged: .diverged
        default: .failed
        }
      manifest.step = session.trainer.state.step
      manifest.wallSeconds = session.wallSeconds
      try? recorder.close()
      try? trialRecorder?.close()
      try? metrics.close()
      manifest.writeLast(to: directory)
      throw failure
    }
  }

  private mutating func steps(_ stop: StopFlag, _ tell: (RunEvent) -> Void) throws {
    let total = spec.schedule.steps
    var lastTold = ContinuousClock.now
    if isFresh {
      try evaluate(tell)
      try watchTrials()
    }
    while session.trainer.state.step < total {
      try session.step()
      let step = session.trainer.state.step
      if recorder.isDue(step - 1) {
        try recorder.take(session.trainer.record, step: step - 1)
      }
      if step % spec.schedule.evaluateEvery == 0 || step == total { try evaluate(tell) }
      try watchTrials()
      if step % spec.schedule.checkpointEvery == 0, step < total { try writeCheckpoint() }
      if step % 64 == 0, lastTold.duration(to: .now) > .milliseconds(200) {
        lastTold = .now
        tell(.advanced(step: step, steps: total, seconds: session.wallSeconds))
      }
      if stop.isSet, step < total {
        try writeCheckpoint()
        throw RunFailure.interrupted(step: step, resume: resumeCommand)
      }
    }
    try finish()
    tell(.finished(directory: directory.path, last: lastRow))
  }

  private mutating func finish() throws {
    try recorder.close()
    try trialRecorder?.close()
    try metrics.close()
    try weightsFile().write(to: directory.weights)
    manifest.status = .done
    manifest.step = session.trainer.state.step
    manifest.wallSeconds = session.wallSeconds
    manifest.files = directory.contents()
    try manifest.write(to: directory)
  }

  private func weightsFile() -> WeightsFile {
    let precision: TracePrecision = Scalar.self == Float.self ? .float32 : .float64
    var matrices: [WeightMatrix] = []
    for k in 0..<spec.network.architecture.connectionCount {
      let connection = session.trainer.network.connection(k)
      matrices.append(
        WeightMatrix(
          "forward/\(k + 1)/weights", rows: connection.weights.rows,
          columns: connection.weights.columns,
          values: connection.weights.elements.map(Double.init), precision: precision))
      matrices.append(
        WeightMatrix(
          vector: "forward/\(k + 1)/biases", values: connection.biases.map(Double.init),
          precision: precision))
    }
    if spec.feedback.credit == .feedback {
      for (index, b) in session.trainer.state.pathway.weights.enumerated() {
        matrices.append(
          WeightMatrix(
            "feedback/\(index + 1)/weights", rows: b.rows, columns: b.columns,
            rowMeaning: "unit", columnMeaning: "feedback input",
            values: b.elements.map(Double.init), precision: precision))
      }
    }
    let count = spec.network.layers.count
    return WeightsFile(
      step: session.trainer.state.step,
      layers: (0..<count).map { $0 == 0 ? "input" : $0 == count - 1 ? "output" : "hidden\($0)" },
      matrices: matrices)
  }
}

extension RunDirectory {
  /// Removes recordings of a run that begins again.
  func emptyTraces() throws {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: traces)) ?? [] {
      try FileManager.default.removeItem(atPath: "\(traces)/\(name)")
    }
  }
}
