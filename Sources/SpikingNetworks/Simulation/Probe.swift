// SPDX-License-Identifier: GPL-3.0-or-later

/// What is recorded of a population: a variable of some of its cells, at some of its steps.
public struct Probe: Sendable, Equatable {
  /// What becomes of the values between two samples, or of the cells.
  public enum Reduction: String, Sendable, Codable, CaseIterable {
    /// The value at the sampling time, of every cell.
    case none
    /// The mean over the steps since the last sample, of every cell.
    case windowMean
    /// The value at the sampling time, averaged over the cells.
    case populationMean
  }

  /// The population.
  public let population: String
  /// `compartment.v`, `compartment.receptor`, `noise.name`, `noise.name.response` (the linear
  /// response of that compartment's potential, see `NoiseResponse`), or `rate` where rates are sent.
  public let variable: String
  /// The cells, ascending; nil for all.
  public let cells: [Int]?
  /// Steps from one sample to the next, at least 1.
  public let every: Int
  /// The first sample is taken at the end of step `phase` + `every` − 1, counted from 0: a sample
  /// bears the time of a step's end.
  public let phase: Int
  /// What is kept.
  public let reduction: Reduction

  /// A probe.
  public init(
    population: String, variable: String, cells: [Int]? = nil, every: Int = 1, phase: Int = 0,
    reduction: Reduction = .none
  ) throws(ModelError) {
    guard every >= 1 else {
      throw ModelError("record.every", "\(every) steps", "give at least one")
    }
    guard phase >= 0 else {
      throw ModelError("record.phase", "\(phase) steps", "give 0 or more")
    }
    if let cells {
      guard !cells.isEmpty, zip(cells, cells.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw ModelError("record.cells", "\(cells)", "give ascending cell numbers")
      }
    }
    self.population = population
    self.variable = variable
    self.cells = cells
    self.every = every
    self.phase = phase
    self.reduction = reduction
  }

  /// Whether a sample is taken at the end of `step`.
  func isDue(_ step: Int) -> Bool { step >= phase && (step - phase + 1) % every == 0 }
}

extension Population {
  /// Every variable that a probe can record, with its unit.
  public var recordables: [(name: String, unit: String)] {
    var all = model.compartments.map { ("\($0.name).v", "mV") }
    for receptor in model.receptors where receptor.variableCount > 0 {
      if case .current = receptor.effect {
        all.append((receptor.path, "pA"))
      } else {
        all.append((receptor.path, "nS"))
      }
    }
    for source in noise {
      switch source.form {
      case .conductance, .pushPull: all.append(("noise.\(source.name)", "nS"))
      case .current: all.append(("noise.\(source.name)", "pA"))
      case .multiplicative: all.append(("noise.\(source.name)", "1"))
      }
      if case .multiplicative = source.form { continue }
      all.append(("noise.\(source.name).response", "mV"))
    }
    if case .rate? = model.firing?.mechanism { all.append(("rate", "1/ms")) }
    return all.map { (name: $0.0, unit: $0.1) }
  }
}
