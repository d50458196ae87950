// SPDX-License-Identifier: GPL-3.0-or-later

/// How exactly a trace is kept.
public enum TracePrecision: String, Sendable, CaseIterable {
  /// Single precision: the report alone.
  case float32
  /// The report in single precision, and beside it every value in double precision.
  case float64
}

/// What a trace is: whose variable, in which unit, what its columns are, and when it was sampled.
///
/// A frame is one row of the trace, `[columns]`. Columns belong to nodes: those of node i are
/// `indexPointers[i] ..< indexPointers[i + 1]`, and each names its compartment by an element id
/// (0 soma, 1 basal, 2 apical). The layout is that of SONATA compartment reports
/// (SONATA developer guide, "Compartment reports"), so a description can be written as it is.
public struct TraceDescription: Equatable, Sendable {
  /// The recorded population, for instance `layer1`.
  public let population: String
  /// The recorded variable, for instance `output` or `v`.
  public let variable: String
  /// The unit of the values: `"1"` for pure numbers, `"mV"`, `"nS"`, ….
  public let unit: String
  /// The recorded nodes, each once.
  public let nodeIDs: [UInt64]
  /// `[nodes + 1]`, from 0 to the number of columns, never decreasing.
  public let indexPointers: [UInt64]
  /// `[columns]`: the compartment of each column.
  public let elementIDs: [UInt32]
  /// Trials in one frame; see `init(population:variable:unit:units:trials:clock:precision:)`.
  public let trials: Int
  /// When frames are taken.
  public let clock: SamplingClock
  /// How exactly values are kept.
  public let precision: TracePrecision

  /// Values per frame.
  public var columnCount: Int { elementIDs.count }

  /// `population.variable`, as in a spec.
  public var name: String { "\(population).\(variable)" }

  /// A trace with any number of compartments per node.
  ///
  /// Throws `TraceError.invalidDescription` when a name is empty or has a slash, when a node
  /// occurs twice, or when the index pointers do not divide the columns among the nodes.
  public init(
    population: String, variable: String, unit: String, nodeIDs: [UInt64],
    indexPointers: [UInt64], elementIDs: [UInt32], clock: SamplingClock,
    precision: TracePrecision = .float32
  ) throws {
    try self.init(
      population, variable, unit, nodeIDs, indexPointers, elementIDs, trials: 1, clock, precision)
  }

  /// A trace with one value per unit of a layer: node ids 0 ..< units, all somatic.
  ///
  /// With several trials a frame is `[trials, units]`, row after row, and the node id of unit u
  /// in trial t is `t · units + u`: SONATA has no axis for trials.
  public init(
    population: String, variable: String, unit: String = "1", units: Int, trials: Int = 1,
    clock: SamplingClock, precision: TracePrecision = .float32
  ) throws {
    precondition(units >= 0 && trials >= 1, "\(units) units, \(trials) trials")
    let columns = UInt64(units * trials)
    try self.init(
      population, variable, unit, Array(0..<columns), Array(0...columns),
      Array(repeating: 0, count: units * trials), trials: trials, clock, precision)
  }

  private init(
    _ population: String, _ variable: String, _ unit: String, _ nodeIDs: [UInt64],
    _ indexPointers: [UInt64], _ elementIDs: [UInt32], trials: Int, _ clock: SamplingClock,
    _ precision: TracePrecision
  ) throws {
    self.population = population
    self.variable = variable
    self.unit = unit
    self.nodeIDs = nodeIDs
    self.indexPointers = indexPointers
    self.elementIDs = elementIDs
    self.trials = trials
    self.clock = clock
    self.precision = precision
    if let reason = mistake { throw TraceError.invalidDescription(trace: name, reason: reason) }
  }

  /// The first thing that is wrong, if any.
  private var mistake: String? {
    for (what, text) in [("population", population), ("variable", variable)]
    where text.isEmpty || text == "." || text == ".." || text.contains("/") {
      return "a \(what) is named \"\(text)\"; give it a name without slashes"
    }
    if elementIDs.isEmpty { return "there are no columns; record at least one node" }
    if Set(nodeIDs).count != nodeIDs.count { return "a node id occurs twice" }
    if indexPointers.count != nodeIDs.count + 1 {
      return "\(nodeIDs.count) nodes need \(nodeIDs.count + 1) index pointers, "
        + "not \(indexPointers.count)"
    }
    if indexPointers.first != 0 || indexPointers.last != UInt64(elementIDs.count) {
      return "the index pointers run from \(indexPointers.first ?? 0) to "
        + "\(indexPointers.last ?? 0), not from 0 to \(elementIDs.count) columns"
    }
    for (lower, upper) in zip(indexPointers, indexPointers.dropFirst()) where upper < lower {
      return "the index pointers decrease from \(lower) to \(upper)"
    }
    return nil
  }
}
