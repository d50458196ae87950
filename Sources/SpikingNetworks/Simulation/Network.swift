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
      try target.check(weights: projection.leastWeights, at: projection.receptor, place)
    }
    try Self.checkNumbers(timeStep, populations, sources)
    for population in populations {
      // Exact and implicit steps are stable at any length.
      let shortest =
        population.method.isUnstableWhereHeld
        ? population.model.shortestTimeConstant(holding: population.heldConductances)
        : population.model.shortestTimeConstant
      guard timeStep <= shortest || population.method.needsLinearCell else {
        throw ModelError(
          "timeStep",
          "\(ModelError.text(timeStep)) ms is above the shortest time constant of \(population.name), \(ModelError.text(shortest)) ms",
          "give \(ModelError.text(shortest)) ms or less")
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
  /// The mean of a Poisson count has this bound.
  public static let mostArrivalsPerStep = 700.0
  /// Steps are counted below this in lists of spikes.
  public static let mostSteps = 0x1p40
  /// The longest refractory period in steps, of which cells keep the number in 32 bits.
  public static let mostRefractorySteps = 0x1p31 - 2

  private static func checkNumbers(
    _ timeStep: Double, _ populations: [Population], _ sources: [SpikeSource]
  ) throws(ModelError) {
    for population in populations {
      for drive in population.drives {
        try checkRate(drive.rate, timeStep, "\(population.name).drives")
      }
      for source in population.noise {
        guard case .poisson(let rate, _) = source.process else { continue }
        try checkRate(rate, timeStep, "\(population.name).noise.\(source.name)")
      }
      let period = population.model.firing?.refractoryPeriod ?? 0
      guard population.convention == .located || period / timeStep <= mostRefractorySteps else {
        throw ModelError(
          "\(population.name).firing",
          "a refractory period of \(ModelError.text(period)) ms is more than 2³¹ steps of \(ModelError.text(timeStep)) ms",
          "give at most \(ModelError.text(mostRefractorySteps * timeStep)) ms")
      }
    }
    for source in sources {
      switch source.pattern {
      case .poisson(let rates):
        try checkRate(rates.max() ?? 0, timeStep, "sources.\(source.name)")
      case .times(let lists):
        let last = lists.reduce(0) { max($0, $1.last ?? 0) }
        guard last / timeStep < mostSteps else {
          throw ModelError(
            "sources.\(source.name)",
            "a spike at \(ModelError.text(last)) ms is more than 2⁴⁰ steps of \(ModelError.text(timeStep)) ms away",
            "give times below \(ModelError.text(mostSteps * timeStep)) ms")
        }
      }
    }
  }

  private static func checkRate(
    _ rate: Double, _ timeStep: Double, _ place: String
  ) throws(ModelError) {
    guard rate * timeStep < mostArrivalsPerStep else {
      throw ModelError(
        place,
        "\(ModelError.text(rate)) kHz makes \(ModelError.text(rate * timeStep)) Poisson spikes in a step of \(ModelError.text(timeStep)) ms",
        "give less than \(ModelError.text(mostArrivalsPerStep / timeStep)) kHz, or a shorter step"
      )
    }
  }
}
