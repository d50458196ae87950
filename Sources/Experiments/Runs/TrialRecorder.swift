// SPDX-License-Identifier: GPL-3.0-or-later

internal import SpikingNetworks
internal import Substrates
internal import TraceExport
internal import Traces

/// Streams watched trials to `traces/`: one SONATA report `trial-<variable>.h5` per variable, a
/// frame per step of the network; `trial-spikes.h5`; and `trials.csv`, which says what was shown
/// when.
///
/// Trials follow one another in one time, which counts the watched steps only. A frame, and a
/// spike, bears the time of its step's end, as in simulations; a row of `trials.csv` has the times
/// after `start` and up to `stop`.
final class TrialRecorder {
  private let layers: [TrialsSpec.Layer]
  private let timeStep: Double
  /// One per variable of every layer, in the order of the specification.
  private let writers: [ReportWriter]
  private let spikes: SpikeWriter?
  private var table: CSVWriter
  /// Frames written.
  private(set) var frameCount: Int

  private static let header = ["step", "example", "phase", "start", "stop"]

  /// - Parameter saved: the frames and the step of the checkpoint to go on from; nil for a new run.
  init(
    _ trials: TrialsSpec, _ spec: ExperimentSpec, folder: String,
    resumingAt saved: (frames: Int, step: Int)?
  ) throws {
    let circuit = try spec.dendriticTrial().trial.circuit
    layers = trials.layers
    timeStep = circuit.timeStep
    frameCount = saved?.frames ?? 0
    guard let step = ExactTime(timeStep) else {
      throw RunFailure.usage("a time step of \(timeStep) ms has more than six decimals")
    }
    let clock = try SamplingClock(
      start: step.ratio, interval: step.ratio, unit: .milliseconds)
    let expected = spec.trialSteps * trials.count(steps: spec.schedule.steps)
    writers = try trials.layers.flatMap { layer in
      try layer.variables.map { variable in
        let trace = try TraceDescription(
          population: layer.name, variable: variable.rawValue,
          unit: spec.unit(of: variable), nodeIDs: layer.units.map(UInt64.init),
          indexPointers: (0...layer.units.count).map(UInt64.init),
          elementIDs: layer.units.map { _ in spec.element(of: variable) }, clock: clock)
        let path = "\(folder)/trial-\(variable.rawValue).h5"
        return try saved.map {
          try ReportWriter(
            resuming: trace, in: path, atFrame: $0.frames, expectedFrames: expected)
        } ?? ReportWriter(trace, in: path, expectedFrames: expected)
      }
    }
    let path = "\(folder)/trial-spikes.h5"
    let names = trials.layers.map(\.name)
    if circuit.signal == .rate {
      spikes = nil
    } else if let saved {
      // Half a step beyond the last frame: its spikes stay.
      spikes = try SpikeWriter(
        resuming: path, populations: names, from: (Double(saved.frames) + 0.5) * timeStep)
    } else {
      spikes = try SpikeWriter(creating: path, populations: names)
    }
    let tablePath = "\(folder)/trials.csv"
    table =
      try saved.map {
        try CSVWriter(resuming: tablePath, header: Self.header, through: Double($0.step))
      } ?? CSVWriter(path: tablePath, header: Self.header)
  }

  /// Takes in a trial that was shown after `step` steps of learning.
  func take(_ frames: [TrialFrame], step: Int, example: Int) throws {
    let units = layers.map { $0.units.map(UInt64.init) }
    var start = frameCount
    for (index, frame) in frames.enumerated() {
      for (writer, values) in zip(writers, frame.values) { try writer.append(values) }
      frameCount += 1
      let time = Double(frameCount) * timeStep
      for (number, places) in frame.spikes.enumerated() {
        try spikes?.append(
          places.map { SpikeEvent(time: time, node: units[number][$0]) }, population: number)
      }
      if index + 1 == frames.count || frames[index + 1].phase != frame.phase {
        try table.append(cells: [
          "\(step)", "\(example)", frame.phase, CSV.text(Double(start) * timeStep),
          CSV.text(time),
        ])
        start = frameCount
      }
    }
    try spikes?.advance(to: (Double(frameCount) + 0.5) * timeStep)
    try flush()
  }

  /// Makes what was taken in readable by others.
  func flush() throws {
    for writer in writers { try writer.flush() }
    try spikes?.flush()
  }

  /// Writes what is left. The first failure is thrown after everything was tried.
  func close() throws {
    var failure: (any Error)?
    for writer in writers {
      do { try writer.close() } catch { failure = failure ?? error }
    }
    do { try spikes?.close() } catch { failure = failure ?? error }
    do { try table.close() } catch { failure = failure ?? error }
    if let failure { throw failure }
  }
}

extension ExperimentSpec {
  /// Steps of the network in one trial, waiting times of the phases not counted.
  var trialSteps: Int {
    guard let dendritic = network.dendritic else { return 0 }
    return presentation.passCount * dendritic.forwardPhase
      + (presentation.measuresTeaching ? dendritic.targetPhase : 0)
  }

  /// The unit of a watched variable: potentials of the circuit are pure numbers.
  fileprivate func unit(of variable: TrialsSpec.Variable) -> String {
    // Conductances are per capacitance, currents potentials per time: both are rates.
    variable == .noise && feedback.presentation.noise?.site == .potential ? "1/ms" : "1"
  }

  /// SONATA's element: 0 soma, 1 basal and 2 apical dendrite.
  fileprivate func element(of variable: TrialsSpec.Variable) -> UInt32 {
    switch variable {
    case .soma, .rate: 0
    case .basal: 1
    case .apical, .plateau: 2
    case .response: 0
    case .noise:
      switch network.dendritic?.conductance.compartment {
      case .basal: 1
      case .apical: 2
      case .soma, nil: 0
      }
    }
  }
}
