// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import RateNetworks
internal import Substrates
internal import TraceExport
internal import Traces

/// A training session with its run directory.
struct FiledRun<Scalar: NetworkScalar, Learner: FeedbackLearner>: ~Copyable {
  private let spec: ExperimentSpec
  private let directory: RunDirectory
  private let resolved: ResolvedSpec
  private let resumeCommand: String
  private var manifest: Manifest
  private var session: TrainingSession<Scalar, Learner>
  private var metrics: CSVWriter
  private var recorder: Recorder<Scalar>
  private var lastRow: MetricsRow?

  /// Prepares a run, new or resumed, up to the point where it can take a step.
  init(
    _ spec: ExperimentSpec, _ resolved: ResolvedSpec, _ learner: Learner, _ request: RunRequest,
    _ tell: (RunEvent) -> Void
  ) throws {
    self.spec = spec
    self.resolved = resolved
    let path =
      request.output ?? RunDirectory.defaultPath(spec: request.document.file)
    if request.resumes, request.output == nil {
      throw RunFailure.usage("--resume needs the run's folder: name it with --out")
    }
    resumeCommand = "apical run \(request.document.file) --out \(path) --resume"
    let yaml = resolved.yaml
    let digest = Data(yaml.utf8).sha256
    var saved: Checkpoint<Scalar, Learner>?
    if request.resumes {
      directory = try RunDirectory.open(path)
      manifest = try Manifest.read(directory)
      guard manifest.resolvedSpecSHA256 == digest,
        request.seed == nil || request.seed == manifest.seed
      else {
        throw RunFailure.usage(
          "\(path) holds a run of another specification or seed: resume with the \(path)/spec.yaml that it was started with"
        )
      }
      saved = Self.latestCheckpoint(directory, digest, tell)
      manifest.threads = request.threads
    } else {
      let seed = request.seed ?? spec.seed ?? UInt64.random(in: 0..<(1 << 53))
      // Data first: a run directory without data would be a lie.
      directory = RunDirectory(path: path)
      manifest = Manifest(
        seed: seed, threads: request.threads, arguments: request.arguments,
        precision: Scalar.precisionName, digest: digest)
    }
    let random = RandomKey(seed: manifest.seed)
    let images = try ExperimentImages(
      spec.data, random: random, folder: request.dataFolder, threads: request.threads)
    session = TrainingSession(
      spec, learner: learner, data: ExperimentData(images, target: spec.data.target),
      random: random, threads: request.threads)
    if !request.resumes {
      _ = try RunDirectory.create(path)
      try directory.write(Data(request.document.text.utf8), to: "spec.yaml")
      try directory.write(Data(yaml.utf8), to: "resolved.yaml")
    }
    if let saved { session.restore(saved) }
    let step = session.trainer.state.step
    metrics =
      saved == nil
      ? try CSVWriter(path: directory.metrics, header: session.columns)
      : try CSVWriter(resuming: directory.metrics, header: session.columns, through: Double(step))
    if saved == nil, request.resumes { try directory.emptyTraces() }
    recorder = try Recorder(
      spec.records, widths: spec.network.layers, steps: spec.schedule.steps,
      folder: directory.traces, resumingAt: saved?.frames)
    manifest.status = .running
    try manifest.write(to: directory)
    tell(
      .began(
        directory: path, seed: manifest.seed, step: step, steps: spec.schedule.steps))
    if saved == nil { try evaluate(tell) }
  }

  private static func latestCheckpoint(
    _ directory: RunDirectory, _ digest: String, _ tell: (RunEvent) -> Void
  ) -> Checkpoint<Scalar, Learner>? {
    for step in directory.checkpointSteps {
      do {
        let checkpoint = try Checkpoint<Scalar, Learner>(
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

  private mutating func writeCheckpoint() throws {
    try recorder.flush()
    let checkpoint = session.checkpoint(
      spec: manifest.resolvedSpecSHA256, frames: recorder.frames)
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
      try? metrics.close()
      try? manifest.write(to: directory)
      throw failure
    }
  }

  private mutating func steps(_ stop: StopFlag, _ tell: (RunEvent) -> Void) throws {
    let total = spec.schedule.steps
    var lastTold = ContinuousClock.now
    while session.trainer.state.step < total {
      try session.step()
      let step = session.trainer.state.step
      try recorder.take(session.trainer.record, step: step - 1)
      if step % spec.schedule.evaluateEvery == 0 || step == total { try evaluate(tell) }
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
