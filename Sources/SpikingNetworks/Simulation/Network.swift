// SPDX-License-Identifier: GPL-3.0-or-later

/// Populations, sources and projections with a common time step: what a simulation runs.
public struct Network: Sendable, Equatable {
  /// dt, in ms.
  public let timeStep: Double
  /// The cells.
  public let populations: [Population]
  /// Cells that only send spikes.
  public let sources: [SpikeSource]
  /// Who is connected to whom.
  public let projections: [Projection]

  /// A network, or the first thing that is wrong with it.
  public init(
    timeStep: Double, populations: [Population], sources: [SpikeSource] = [],
    projections: [Projection] = []
  ) throws(ModelError) {
    try ModelError.checkPositive(timeStep, "timeStep", "ms")
    let names = populations.map(\.name) + sources.map(\.name)
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      throw ModelError("populations", "\(name) occurs twice", "give each a name of its own")
    }
    for projection in projections {
      let place = "projection \(projection.source)→\(projection.target)"
      guard names.contains(projection.source) else {
        throw ModelError(
          place, "there is no population \(projection.source)",
          "there are \(names.joined(separator: ", "))")
      }
      guard let target = populations.first(where: { $0.name == projection.target }) else {
        throw ModelError(
          place, "there is no population of neurons \(projection.target)",
          "there are \(populations.map(\.name).joined(separator: ", "))")
      }
      try target.check(receptor: projection.receptor, place)
    }
    for population in populations {
      // Exact and implicit steps are stable at any length.
      let shortest = population.model.shortestTimeConstant
      guard timeStep <= shortest || population.method.needsLinearCell else {
        throw ModelError(
          "timeStep",
          "\(timeStep) ms is above the shortest time constant of \(population.name), \(shortest) ms",
          "give \(shortest) ms or less")
      }
      guard population.method.needsLinearCell else { continue }
      let reached = population.reachedConductances(
        projections.filter { $0.target == population.name }.map(\.receptor))
      if let receptor = reached.first {
        throw ModelError(
          "\(population.name).integrator",
          "exact and implicit Euler steps need a linear cell; \(receptor) is a conductance that "
            + "is reached", "choose rungeKutta4, exponentialEuler or gsl")
      }
      if population.hasHeldConductance {
        throw ModelError(
          "\(population.name).integrator",
          "exact and implicit Euler steps need a linear cell; a conductance is held in it",
          "choose rungeKutta4, exponentialEuler or gsl")
      }
    }
    self.timeStep = timeStep
    self.populations = populations
    self.sources = sources
    self.projections = projections
  }
}
