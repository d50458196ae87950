// SPDX-License-Identifier: GPL-3.0-or-later

/// A current into one compartment of some cells of a population.
public struct CurrentInput: Sendable, Equatable, Codable {
  /// The compartment.
  public let compartment: String
  /// The cells, or nil for all.
  public let cells: Range<Int>?
  /// In pA.
  public let course: Course

  /// A current into `compartment`.
  public init(compartment: String, cells: Range<Int>? = nil, course: Course) {
    self.compartment = compartment
    self.cells = cells
    self.course = course
  }
}

/// A conductance with a reversal potential in one compartment of some cells.
public struct ConductanceInput: Sendable, Equatable, Codable {
  /// The compartment.
  public let compartment: String
  /// The cells, or nil for all.
  public let cells: Range<Int>?
  /// E, in mV.
  public let reversalPotential: Double
  /// In nS.
  public let course: Course

  /// A conductance in `compartment`.
  public init(
    compartment: String, cells: Range<Int>? = nil, reversalPotential: Double, course: Course
  ) throws(ModelError) {
    try ModelError.checkFinite(reversalPotential, "\(compartment).conductance", "mV")
    for value in course.values where value < 0 {
      throw ModelError(
        "\(compartment).conductance", "\(ModelError.text(value)) nS is negative",
        "give 0 nS or more")
    }
    self.compartment = compartment
    self.cells = cells
    self.reversalPotential = reversalPotential
    self.course = course
  }
}

/// Independent Poisson spikes into one receptor of every cell: each cell has a source of its own.
public struct PoissonDrive: Sendable, Equatable, Codable {
  /// The receptor, as `compartment.name`.
  public let receptor: String
  /// Arrivals per ms.
  public let rate: Double
  /// Of one arrival, in nS, pA or mV as the receptor says.
  public let weight: Double

  /// Spikes at `rate` per ms into `receptor`.
  public init(receptor: String, rate: Double, weight: Double) throws(ModelError) {
    try ModelError.checkNotNegative(rate, "\(receptor).poisson.rate", "per ms")
    try ModelError.checkFinite(weight, "\(receptor).poisson.weight", "nS, pA or mV")
    self.receptor = receptor
    self.rate = rate
    self.weight = weight
  }
}

/// Cells that only send spikes.
public struct SpikeSource: Sendable, Equatable, Codable {
  /// When they spike.
  public enum Pattern: Sendable, Equatable, Codable {
    /// Every cell at given times in ms, ascending.
    case times([[Double]])
    /// Every cell at its own rate per ms, as independent Poisson processes; several spikes may
    /// fall into one step.
    case poisson(rates: [Double])
  }

  /// The name of the population.
  public let name: String
  /// When they spike.
  public let pattern: Pattern

  /// A population of sources.
  public init(name: String, pattern: Pattern) throws(ModelError) {
    switch pattern {
    case .times(let lists):
      // Cells often share one list, which is then looked at once.
      for (cell, times) in lists.enumerated() where cell == 0 || times != lists[cell - 1] {
        for (index, time) in times.enumerated() {
          guard time.isFinite, time > 0 else {
            throw ModelError(
              "\(name).times",
              "spike \(index + 1) of cell \(cell) is at \(ModelError.text(time)) ms",
              "give finite times above 0 ms")
          }
          if index > 0, time < times[index - 1] {
            throw ModelError(
              "\(name).times",
              "spike \(index + 1) of cell \(cell) at \(ModelError.text(time)) ms comes after one at "
                + "\(ModelError.text(times[index - 1])) ms",
              "let the times of each cell ascend")
          }
        }
      }
    case .poisson(let rates):
      for (cell, rate) in rates.enumerated() {
        try ModelError.checkNotNegative(rate, "\(name).rates[\(cell)]", "per ms")
      }
    }
    self.name = name
    self.pattern = pattern
  }

  /// The number of cells.
  public var count: Int {
    switch pattern {
    case .times(let lists): lists.count
    case .poisson(let rates): rates.count
    }
  }
}
