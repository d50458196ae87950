// SPDX-License-Identifier: GPL-3.0-or-later

internal import Integration
internal import SpikingNetworks

/// What theory says of a source of noise in a cell of one compartment.
///
/// With V̄ the mean, G all conductances and C the capacitance, τ_m = C/G, a noise that drives the
/// membrane by k mV per unit of x leaves the standard deviation |k|·SD(x) behind a filter of τ_m.
/// For push–pull pairs and currents k is constant and the result exact; for a single conductance
/// it is first order in σ/G. The noise is held over a step here, which moves results by a relative
/// (dt/τ)² or so.
struct NoiseForecast {
  /// Mean and standard deviation.
  struct Moments: Equatable {
    let mean: Double
    let standardDeviation: Double
  }

  /// Of x.
  let noise: Moments
  /// Of V in mV; nil where there is no closed form.
  let membrane: Moments?
  /// Whether `membrane` is first order in σ/G only.
  let isFirstOrder: Bool

  init(_ source: NoiseSource, in model: CompartmentModel, timeStep: Double) {
    noise = Self.moments(source, timeStep)
    if case .conductance = source.form { isFirstOrder = true } else { isFirstOrder = false }
    let cell = model.compartments[0]
    guard model.compartments.count == 1, let held = Held(source, cell, meanOfX: noise.mean),
      held.conductance > 0
    else {
      membrane = nil
      return
    }
    let tau = cell.capacitance / held.conductance
    let filtered: Double?
    switch source.process {
    case .frozen: filtered = noise.standardDeviation * noise.standardDeviation
    case .white:
      filtered = WhiteNoise.voltageVariance(
        currentDensity: source.strength * held.conductance, conductance: held.conductance,
        capacitance: cell.capacitance)
    case .ornsteinUhlenbeck(let correlation):
      filtered =
        (try? OrnsteinUhlenbeck(
          standardDeviation: source.strength, timeConstant: correlation))?
        .filteredVariance(membraneTimeConstant: tau)
    case .poisson(let rate, let decay):
      filtered = (try? PoissonBarrage(rate: rate, weight: source.strength, timeConstant: decay))?
        .gaussianTwin.filteredVariance(membraneTimeConstant: tau)
    }
    let mean = held.mean(source, cell)
    membrane = filtered.flatMap { variance in
      mean.map {
        Moments(mean: $0, standardDeviation: abs(held.gain) * variance.squareRoot())
      }
    }
  }

  private static func moments(_ source: NoiseSource, _ timeStep: Double) -> Moments {
    switch source.process {
    case .frozen, .ornsteinUhlenbeck: Moments(mean: 0, standardDeviation: source.strength)
    case .white: Moments(mean: 0, standardDeviation: source.strength / timeStep.squareRoot())
    case .poisson(let rate, let tau):
      (try? PoissonBarrage(rate: rate, weight: source.strength, timeConstant: tau)).map {
        Moments(mean: $0.mean, standardDeviation: $0.variance.squareRoot())
      } ?? Moments(mean: 0, standardDeviation: 0)
    }
  }

  /// The membrane with x at its mean.
  private struct Held {
    /// G in nS.
    let conductance: Double
    /// What drives it, in pA.
    let drive: Double
    /// k: mV per unit of x.
    let gain: Double

    /// Nil for a multiplicative noise, whose conductance depends on what arrives.
    init?(_ source: NoiseSource, _ cell: Compartment, meanOfX: Double) {
      let leak = cell.leakConductance
      let rest = leak * cell.restingPotential + cell.current
      switch source.form {
      case .conductance(let mean, let reversal, _):
        let mean = meanOfX > 0 ? meanOfX : mean
        conductance = leak + mean
        drive = rest + mean * reversal
        gain = (reversal - drive / conductance) / conductance
      case .pushPull(let base, let up, let down):
        conductance = leak + 2 * base
        drive = rest + base * (up + down) + meanOfX * (up - down) / 2
        gain = (up - down) / 2 / conductance
      case .current(let mean):
        conductance = leak
        drive = rest + (meanOfX > 0 ? meanOfX : mean)
        gain = 1 / leak
      case .multiplicative: return nil
      }
    }

    func mean(_ source: NoiseSource, _ cell: Compartment) -> Double? {
      guard case .conductance(_, let reversal, _) = source.form, case .white = source.process else {
        return drive / conductance
      }
      return WhiteNoise.meanVoltage(
        conductanceDensity: source.strength, reversal: reversal, drive: drive,
        conductance: conductance, capacitance: cell.capacitance,
        source.interpretation == .ito ? .ito : .stratonovich)
    }
  }
}
