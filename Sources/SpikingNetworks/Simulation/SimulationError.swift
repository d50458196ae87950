// SPDX-License-Identifier: GPL-3.0-or-later

public import Integration

/// Why a simulation stopped.
public enum SimulationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// GSL's solver failed in one cell.
  case solver(population: String, cell: Int, step: Int, ODEError)
  /// A variable stopped being finite.
  case diverged(population: String, cell: Int, variable: String, time: Double)
  /// A cell whose spikes are located had more than `mostSpikesInStep` of them in one step.
  case tooManySpikes(population: String, cell: Int, time: Double)

  /// The most spikes that one cell may have in one step.
  public static let mostSpikesInStep = 1000

  /// The culprit, the place and what may help, in one line.
  public var description: String {
    switch self {
    case .solver(let population, let cell, let step, let error):
      "\(population), cell \(cell), step \(step): \(error)"
    case .diverged(let population, let cell, let variable, let time):
      "\(population), cell \(cell): \(variable) is no longer a finite number at \(ModelError.text(time)) ms; "
        + "take a shorter step, or check the inputs"
    case .tooManySpikes(let population, let cell, let time):
      "\(population), cell \(cell): more than \(Self.mostSpikesInStep) spikes in the step around "
        + "\(ModelError.text(time)) ms; give a refractory period, a shorter step, or less input"
    }
  }
}
