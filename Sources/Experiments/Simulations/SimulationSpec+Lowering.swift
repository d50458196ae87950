// SPDX-License-Identifier: GPL-3.0-or-later

internal import Quantities
internal import SpikingNetworks

extension SimulationSpec {
  /// The network, with what `files` hold.
  ///
  /// - Throws: `ModelError`; and `RunFailure` or `DatasetError` for a file.
  func network(_ files: some InputFiles) throws -> Network {
    var built: [Population] = []
    for population in populations {
      built.append(try population.population(files))
    }
    var senders: [SpikeSource] = []
    for source in sources {
      let pattern = try source.pattern(files)
      senders.append(try SpikeSource(name: source.name, pattern: pattern))
    }
    var connections: [Projection] = []
    for projection in projections {
      connections.append(
        try Projection(
          from: projection.source, to: projection.target, receptor: projection.receptor,
          delay: projection.delay, connectivity: connectivity(of: projection, files)))
    }
    return try Network(
      timeStep: timeStep, populations: built, sources: senders, projections: connections)
  }

  /// Which cells `projection` connects, with what `files` hold.
  func connectivity(
    of projection: ProjectionSpec, _ files: some InputFiles
  ) throws -> Projection.Connectivity {
    switch projection.connectivity {
    case .given(let given): return given
    case .matrix(let path, let keyPath):
      let target = populations.first { $0.name == projection.target }
      return .matrix(
        try files.weights(
          path, rows: cellCount(projection.source), columns: cellCount(projection.target),
          isConductance: target?.model.dimension(ofReceptor: projection.receptor) == .conductance,
          keyPath))
    }
  }

  /// The number of cells of a population or source.
  func cellCount(_ name: String) -> Int {
    populations.first { $0.name == name }?.count ?? sources.first { $0.name == name }?.count ?? 0
  }
}

extension PopulationSpec {
  /// The population, with what `files` hold.
  func population(_ files: some InputFiles) throws -> Population {
    var inputs: [CurrentInput] = []
    for current in currents {
      let course = try current.course.course(files, isConductance: false)
      for cells in Self.ranges(current.cells) {
        inputs.append(
          CurrentInput(compartment: current.compartment, cells: cells, course: course))
      }
    }
    var steps: [ConductanceInput] = []
    for conductance in conductances {
      let course = try conductance.course.course(files, isConductance: true)
      for cells in Self.ranges(conductance.cells) {
        steps.append(
          try ConductanceInput(
            compartment: conductance.compartment, cells: cells,
            reversalPotential: conductance.reversalPotential, course: course))
      }
    }
    return try Population(
      name: name, count: count, model: model, method: method, convention: convention,
      noise: noise, currents: inputs, conductances: steps, drives: drives,
      initialPotentials: initialPotentials)
  }

  private static func ranges(_ cells: [Range<Int>]?) -> [Range<Int>?] {
    cells.map { $0.map { $0 } } ?? [nil]
  }
}

extension CourseSpec {
  /// The course, with what `files` hold.
  func course(_ files: some InputFiles, isConductance: Bool) throws -> Course {
    switch self {
    case .given(let course): course
    case .file(let path, let shape, let keyPath):
      try files.course(path, shape, isConductance: isConductance, keyPath)
    }
  }
}

extension SourceSpec {
  /// When its cells spike, with what `files` hold.
  func pattern(_ files: some InputFiles) throws -> SpikeSource.Pattern {
    switch pattern {
    case .given(let pattern): pattern
    case .file(let path, let count, let keyPath):
      .times(try files.spikes(path, cells: count, keyPath))
    case .image(let set, let index, let isTest, let rate, let keyPath):
      .poisson(
        rates: try files.pixels(set, index, isTest: isTest, keyPath).map { $0 * rate })
    }
  }
}
