// SPDX-License-Identifier: GPL-3.0-or-later

/// What one side of a spiking benchmark did in one turn; a peer's answer has the same keys
/// (peers/spiking.py).
struct SimulationTiming: Codable, Equatable, Sendable {
  /// Time steps of 0.1 ms, or images.
  let steps: Int
  let wallSeconds: Double
  let cpuSeconds: Double
  /// Spikes per neuron and second of biological time. Sides may be compared where their rates are
  /// within a tenth of each other.
  let rate: Double
  /// Further numbers by name: what shows that the same thing was simulated.
  let figures: [String: Double]

  enum CodingKeys: String, CodingKey {
    case steps, rate, figures
    case wallSeconds = "wall_seconds"
    case cpuSeconds = "cpu_seconds"
  }
}
