// SPDX-License-Identifier: GPL-3.0-or-later

internal import SpikingNetworks

extension SimulationSpec {
  /// About the bytes that the simulation takes in memory: state and delay lines of cells, synapses,
  /// lists of spikes. A number, not a promise: it is there to refuse what cannot be.
  var memoryBytes: Double {
    let longest = projections.map(\.longestDelay).max() ?? 0
    var sum = 0.0
    for population in populations {
      let isReached = projections.contains { $0.target == population.name }
      let slots = isReached ? (longest / timeStep).rounded() + 1 : 1
      sum += Double(population.count) * bytesPerCell(population, slots: slots)
    }
    for source in sources { sum += source.memoryBytes }
    for projection in projections {
      sum += projection.memoryBytes(sources: cells(projection.source), cells(projection.target))
    }
    return sum
  }

  private func cells(_ name: String) -> Double { Double(cellCount(name)) }

  private func bytesPerCell(_ population: PopulationSpec, slots: Double) -> Double {
    let compartments = Double(population.model.compartments.count)
    let receptors = Double(population.model.receptors.count)
    let scalars =
      3 * compartments + (2 + slots) * receptors + Double(population.noise.count)
    // A driver of GSL's has a dozen vectors of its own.
    let driver = if case .gsl = population.method { 2048.0 } else { 0.0 }
    return scalars * (precision == .float64 ? 8 : 4) + 16 + driver
  }
}

extension SourceSpec {
  /// Rates with their tables of counts, or spikes as they are sorted.
  fileprivate var memoryBytes: Double {
    if case .given(.times(let lists)) = pattern {
      return 32 * lists.reduce(0.0) { $0 + Double($1.count) }
    }
    return 100 * Double(count)
  }
}

extension ProjectionSpec {
  fileprivate var longestDelay: Double {
    guard case .given(.list(let synapses)) = connectivity else { return delay.largest }
    return synapses.reduce(delay.largest) { max($0, $1.delay ?? 0) }
  }

  fileprivate func memoryBytes(sources: Double, _ targets: Double) -> Double {
    switch connectivity {
    case .given(.oneToOne): 16 * sources
    case .given(.allToAll): 8 * (sources + sources * targets)
    case .given(.random(let probability, _)):
      8 * (sources + probability * sources * targets)
    case .given(.matrix), .matrix: 16 * sources * targets
    case .given(.list(let synapses)): 60 * Double(synapses.count)
    }
  }
}
