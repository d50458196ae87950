// SPDX-License-Identifier: GPL-3.0-or-later

/// A simulation for timing: built once, run again and again from its initial state. The networks
/// are those of the peers in `Sources/bench/peers`, where every parameter stands with its source.
public protocol SimulationWork: AnyObject {
  /// Steps, or images, of one run.
  var length: Int { get }
  /// What a run goes through, for the cost of one: cells times steps.
  var cellSteps: Int { get }
  /// Bytes of state per cell, each read and written in every step; nil where that is not known.
  var bytesPerCell: Int? { get }
  /// Back to the initial state; not timed.
  func reset()
  /// Runs from the initial state.
  ///
  /// - Returns: spikes per cell and second, and further numbers by name that show what was
  ///   simulated.
  func run() throws -> (rate: Double, figures: [String: Double])
}

extension SimulationWork {
  /// Not known.
  public var bytesPerCell: Int? { nil }
}
