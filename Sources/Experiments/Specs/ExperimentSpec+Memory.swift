// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import LearningRules
internal import LinearAlgebra
internal import Substrates

extension ExperimentSpec {
  /// Bytes that a run holds at once, at the least: parameters with what the optimizer and the
  /// learner of B remember, the activity of a batch, the examples. Temporary copies, as for a
  /// checkpoint, come on top.
  var memory: Double {
    let scalar = network.precision == .float32 ? 4.0 : 8.0
    return parameterMemory(scalar) + feedbackMemory(scalar) + activityMemory(scalar)
      + exampleMemory(scalar)
  }

  /// Throws where a run cannot fit into `bytes` of memory: nothing could be caught later, for a
  /// program that gets no memory ends at once.
  func checkFits(inMemory bytes: Double) throws(RunFailure) {
    guard memory > bytes else { return }
    throw .usage(
      "the experiment needs at least \(Self.bytes(memory)) of memory and this machine has \(Self.bytes(bytes)): choose narrower layers, a smaller batch or fewer examples"
    )
  }

  /// Bytes of W and b with what the optimizer remembers.
  func parameterMemory(_ scalar: Double) -> Double {
    let copies =
      switch descent {
      case nil, .sgd: 1.0
      case .momentum: 3.0
      case .adam: 4.0
      }
    return copies * scalar * Double(network.architecture.parameterCount)
  }

  /// Bytes of B with what its learner remembers.
  func feedbackMemory(_ scalar: Double) -> Double {
    guard feedback.credit == .feedback else { return 0 }
    let widths = FeedbackPathway<Float>.inputWidths(network.architecture, feedback.topology)
    let isWeighted = feedback.presentation.noise?.site == .potential
    return zip(network.architecture.hidden, widths).reduce(0) { total, shape in
      let (units, inputs) = (Double(shape.0), Double(shape.1))
      switch feedback.learner {
      case .ridge:
        let grams = isWeighted ? units : 1
        return total + (scalar + 8) * units * inputs + 8 * grams * inputs * inputs
      case .kalman: return total + (scalar + 8) * units * inputs + 8 * inputs * inputs
      default: return total + scalar * units * inputs
      }
    }
  }

  /// h, φ′ and noise of every pass; twelve blocks of the record; nine of every batch that waits for
  /// its reward.
  private func activityMemory(_ scalar: Double) -> Double {
    let blocks =
      12 + 3 * Double(feedback.presentation.passCount) + 9 * Double(feedback.reward.delay)
    return scalar * blocks * Double(data.batch)
      * network.layers.dropFirst().reduce(0) { $0 + Double($1) }
  }

  /// A byte for every pixel, and one pixel in eight that is not paper, with its column.
  private func exampleMemory(_ scalar: Double) -> Double {
    let count =
      switch data.source {
      case .syntheticDigits(let training, let test): Double(training) + Double(test)
      case .family: 70_000.0
      }
    return count * Double(network.layers[0]) * (1 + (scalar + 4) / 8)
  }

  /// "3.1 TB" and the like.
  static func bytes(_ count: Double) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
    var (value, unit) = (count, 0)
    while value >= 1_000, unit < units.count - 1 {
      value /= 1_000
      unit += 1
    }
    return String(format: value < 10 && unit > 0 ? "%.1f %@" : "%.0f %@", value, units[unit])
  }
}
