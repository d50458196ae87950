// SPDX-License-Identifier: GPL-3.0-or-later

internal import Integration
internal import SpikingNetworks

/// What theory says of the noise of a population and of the potentials that it shakes.
struct NoiseForecast {
  /// Mean.
  let mean: Double
  /// Standard deviation.
  let standardDeviation: Double
  /// Whether the theory neglects higher orders of the noise over the conductance, σ/G.
  var isFirstOrder = false
}

extension NoiseForecast {
  /// Of x, in the units of the source.
  init(of source: NoiseSource, timeStep: Double) {
    // Of x as it is held: that of a Poisson barrage, after the arrivals of a step, is about dt/2τ
    // above w ν τ and w² ν τ/2, its mean and variance in continuous time.
    self.init(
      mean: source.mean(timeStep: timeStep),
      standardDeviation: source.variance(timeStep: timeStep).squareRoot())
  }

  /// Of the potential of a compartment, in mV: the steady state with every conductance at its mean,
  /// and the variances that independent sources leave there, by linear response (`NoiseResponse`).
  ///
  /// Nil where there is none: a cell that spikes or receives anything but noise, or a multiplicative
  /// source.
  init?(ofCompartment name: String, in population: Population, timeStep: Double) {
    guard let compartment = population.model.index(ofCompartment: name) else { return nil }
    var (mean, variance, isFirstOrder) = (0.0, 0.0, false)
    for index in population.noise.indices {
      guard let response = NoiseResponse(index, in: population, timeStep: timeStep) else {
        return nil
      }
      mean = response.operatingPoint[compartment]
      variance += response.variance(of: compartment)
      isFirstOrder = isFirstOrder || response.isFirstOrder
    }
    self.init(
      mean: mean, standardDeviation: variance.squareRoot(), isFirstOrder: isFirstOrder)
  }
}
