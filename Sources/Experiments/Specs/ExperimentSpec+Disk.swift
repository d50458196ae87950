// SPDX-License-Identifier: GPL-3.0-or-later

internal import Substrates
internal import Traces

extension ExperimentSpec {
  /// Bytes that a run leaves, about: recordings, weights, two checkpoints, metrics.
  var diskSpace: Double {
    let scalar = network.precision == .float32 ? 4.0 : 8.0
    let state = parameterMemory(scalar) + feedbackMemory(scalar)
    let rows = Double(schedule.steps / schedule.evaluateEvery + 1)
    let metrics = 12 * rows * Double(MetricsRow.columns(for: self).count)
    return recordingSpace + 2 * scalar * Double(network.architecture.parameterCount) + 2 * state
      + metrics + 20_000
  }

  /// Bytes of the recordings.
  var recordingSpace: Double {
    records.reduce(trialSpace) { total, record in
      let frames = Double((schedule.steps - 1) / record.every + 1)
      let width = record.precision == .float64 ? 12.0 : 4
      return total + width * frames * Double(record.trials) * Double(network.layers[record.layer])
    }
  }

  private var trialSpace: Double {
    guard let trials else { return 0 }
    let columns = trials.layers.reduce(0) { $0 + $1.units.count * $1.variables.count }
    return 4 * Double(columns) * Double(trialSteps) * Double(trials.count(steps: schedule.steps))
  }
}
