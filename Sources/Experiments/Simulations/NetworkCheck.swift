// SPDX-License-Identifier: GPL-3.0-or-later

internal import Quantities
internal import SpikingNetworks

/// What must hold between a population and the rest of a network: asked of everything that could be
/// read, whatever is wrong elsewhere.
struct NetworkCheck {
  let spec: SpecObject
  /// Those that could be read.
  let populations: [PopulationSpec]
  /// Those that could be read.
  let projections: [ProjectionSpec]

  /// A step is no longer than the shortest time constant of a cell that it could make unstable.
  func timeStep(_ step: Double) {
    let constants = populations.filter { !$0.method.needsLinearCell }.map {
      (name: $0.name, shortest: shortestTimeConstant($0))
    }
    guard let least = constants.min(by: { $0.shortest < $1.shortest }), step > least.shortest
    else { return }
    spec.report(
      below: ["simulation", "timeStep"],
      "\(SpecObject.text(step)) is above the shortest time constant of \(least.name), "
        + "\(SpecObject.text(least.shortest)); give \(SpecObject.text(least.shortest)) or less")
  }

  /// With what is held over a step, as far as the specification itself says it.
  private func shortestTimeConstant(_ population: PopulationSpec) -> Double {
    guard population.method.isUnstableWhereHeld,
      let built = try? population.population(StandInFiles())
    else { return population.model.shortestTimeConstant }
    return population.model.shortestTimeConstant(holding: built.heldConductances)
  }

  /// Every cell of a sweep has what its one cell has, which single cells named in a projection have
  /// not.
  func sweeps(_ analysis: ProtocolSpec?) {
    guard case .currentSweep(let name, _, _, _)? = analysis else { return }
    for projection in projections where projection.source == name || projection.target == name {
      let kind: String? =
        switch projection.connectivity {
        case .given(.oneToOne): "one to one"
        case .given(.list): "a list"
        case .given(.matrix), .matrix: "a matrix"
        case .given(.allToAll), .given(.random): nil
        }
      guard let kind else { continue }
      spec.report(
        "projections",
        "\(projection.source) → \(projection.target) is \(kind), and the sweep makes one cell of "
          + "\(name) for every amplitude; choose allToAll")
    }
  }

  /// Spikes are located where there is a threshold.
  func conventions() {
    for population in populations where population.convention == .located {
      switch population.model.firing?.mechanism {
      case .threshold?, nil: continue
      case .escape?, .rate?:
        report(
          "spikes", of: population, "\(population.name) has no threshold to locate; choose onGrid")
      }
    }
  }

  /// Reports what is wrong with a key that a population has of its own or from `simulation`.
  private func report(_ key: String, of population: PopulationSpec, _ message: String) {
    let own = ["populations", population.name, key]
    spec.report(below: spec.isWritten(own) ? own : ["simulation", key], message)
  }

  /// Exact and implicit steps take linear cells.
  func integrators() {
    for population in populations where population.method.needsLinearCell {
      let reached =
        projections.filter { $0.target == population.name }.map(\.receptor)
        + population.drives.map(\.receptor)
      let conductance = population.model.receptors.map(\.path).first {
        reached.contains($0) && population.model.dimension(ofReceptor: $0) == .conductance
      }
      let isHeld =
        !population.conductances.isEmpty
        || population.noise.contains { if case .current = $0.form { false } else { true } }
      guard
        let reason = conductance.map({ "\($0) is a conductance that is reached" })
          ?? (isHeld ? "a conductance is held in it" : nil)
      else { continue }
      report(
        "integrator", of: population,
        "exact and implicit Euler steps need a linear cell; \(reason) (\(population.name)); choose "
          + "rungeKutta4, exponentialEuler or gsl")
    }
  }
}
