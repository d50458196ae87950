// SPDX-License-Identifier: GPL-3.0-or-later

public import Traces

/// Reads the reports that `ReportWriter` wrote, whole or in part.
///
/// A report of a run that goes on, or was cut off, has the frames of its last `flush`.
public struct ReportReader: ~Copyable {
  /// The populations in the file, in alphabetical order.
  public let populations: [String]
  private let file: HDF5File

  /// Opens a file. Throws `ExportError`, of kind `.damaged` when it is not a SONATA file.
  public init(_ path: String) throws {
    let file = try HDF5File(path, .readOnly)
    try SonataFile.check(file)
    populations = try file.members(of: "/report")
    self.file = file
  }

  /// What the trace of a population is. It does not say whether full precision lies beside it.
  public func description(of population: String) throws -> TraceDescription {
    let data = "/report/\(population)/data"
    let mapping = "/report/\(population)/mapping"
    func number(_ name: String) throws -> Int {
      Int(try file.attribute(name, of: data, as: Int64.self).first ?? 0)
    }
    let unit = try file.texts("dt_units", of: data).joined()
    guard let time = SamplingClock.Unit(rawValue: unit),
      try number("dt_den") > 0, try number("start_den") > 0
    else {
      throw ExportError(
        .damaged, "cannot read", data, file: file.path,
        reason: "its times cannot be read (unit \"\(unit)\")",
        remedy: "Name a report that Apical wrote.")
    }
    let clock = try SamplingClock(
      start: ExactRatio(number("start_num"), number("start_den")),
      interval: ExactRatio(number("dt_num"), number("dt_den")), unit: time)
    let variable = try file.texts("variable", of: data).joined()
    let valueUnit = try file.texts("units", of: data).joined()
    let nodes = try file.read("\(mapping)/node_ids", as: UInt64.self).values
    let trials = try number("trials")
    if trials > 1 {
      return try TraceDescription(
        population: population, variable: variable, unit: valueUnit, units: nodes.count / trials,
        trials: trials, clock: clock)
    }
    return try TraceDescription(
      population: population, variable: variable, unit: valueUnit, nodeIDs: nodes,
      indexPointers: try file.read("\(mapping)/index_pointers", as: UInt64.self).values,
      elementIDs: try file.read("\(mapping)/element_ids", as: UInt32.self).values, clock: clock)
  }

  /// How many frames the trace of a population has.
  public func frameCount(of population: String) throws -> Int {
    let data = "/report/\(population)/data"
    let counted = Int(try file.attribute("n_frames", of: data, as: Int64.self).first ?? 0)
    return min(counted, try file.shape(of: data).first ?? 0)
  }

  /// The course of one column: a value for each frame of `frames`.
  public func values(
    of population: String, column: Int, frames: Range<Int>
  ) throws -> [Double] {
    try file.read(
      "/report/\(population)/data", rows: frames, columns: column..<column + 1, as: Double.self
    ).values
  }
}

/// Reads the spikes that `SpikeWriter` wrote.
public struct SpikeReader: ~Copyable {
  /// The populations in the file, in alphabetical order; silent ones too.
  public let populations: [String]
  private let file: HDF5File

  /// Opens a file. Throws `ExportError`, of kind `.damaged` when it is not a SONATA file.
  public init(_ path: String) throws {
    let file = try HDF5File(path, .readOnly)
    try SonataFile.check(file)
    populations = try file.members(of: "/spikes")
    self.file = file
  }

  /// The spikes of a population by time, ties by node.
  public func spikes(of population: String) throws -> [SpikeEvent] {
    let times = try file.read("/spikes/\(population)/timestamps", as: Double.self).values
    let nodes = try file.read("/spikes/\(population)/node_ids", as: UInt64.self).values
    return zip(times, nodes).map { SpikeEvent(time: $0, node: $1) }
  }
}
