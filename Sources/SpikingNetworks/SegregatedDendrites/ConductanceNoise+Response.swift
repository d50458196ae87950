// SPDX-License-Identifier: GPL-3.0-or-later

internal import RandomStreams

extension SegregatedDendriteParameters {
  /// c_V, the settled response of V to a frozen perturbation of one standard deviation: for a
  /// push–pull pair at the soma σ_g·(E_E − E_I)/(2G). Of a single conductance, to first order and
  /// per unit of driving force E − V̄; of a perturbed rate, c itself.
  public func settledResponse(ofHiddenLayer layer: Int = 0) -> Double {
    guard let noise else { return 0 }
    guard let target = perturbedCompartment(ofHiddenLayer: layer) else {
      return noise.standardDeviation
    }
    let own = noise.standardDeviation * noise.weight(in: self) / target.conductance
    guard noise.compartment != .soma else { return own }
    let conductances = conductances(ofHiddenLayer: layer)
    let coupling = noise.compartment == .basal ? conductances.basal : conductances.apical
    return own * coupling / soma(ofHiddenLayer: layer).conductance
  }

  /// Var m̄: the variance of the window mean of the realised perturbation in a phase that begins
  /// unperturbed, exact for these steps while nothing meets a limit.
  ///
  /// For single conductances it is the variance to first order and per unit of squared driving
  /// force: multiply by (E − V̄)², V̄ the mean potential of the perturbed compartment.
  ///
  /// As m̄ = Σ_k ω_k·δ_k is linear in the steps' perturbations, Var m̄ = σ²·Σ_kl ω_k·ω_l·ρ^|k−l|, with
  /// ρ = 1 (frozen), 0 (white) or e^{−dt/τ} (Ornstein–Uhlenbeck). Long after the beginning and for
  /// small steps it is, at the soma, (w/G)²·(2σ²τ/T)·[1 − (τ³(1−e^{−T/τ}) − τ_m³(1−e^{−T/τ_m}))
  /// / (T(τ²−τ_m²))] with τ_m = 1/G and w the current per unit of δ.
  public func perturbationVariance(
    steps: Int, window: Range<Int>, hiddenLayer layer: Int = 0
  ) -> Double {
    guard let noise else { return 0 }
    let weights = responseWeights(noise, steps: steps, window: window, hiddenLayer: layer)
    let correlation = noise.correlation(timeStep: timeStep)
    let deviation = noise.stepDeviation(timeStep: timeStep)
    // earlier = Σ_{l < k} ω_l·ρ^(k−l).
    var (sum, earlier) = (0.0, 0.0)
    for weight in weights {
      sum += weight * (weight + 2 * earlier)
      earlier = correlation * (earlier + weight)
    }
    return deviation * deviation * sum
  }

  /// The kurtosis of m̄, exact for these steps while nothing meets a limit.
  ///
  /// m̄ = Σ_l Ω_l·η_l is linear in independent deviates η_l, so that its excess is that of one of them
  /// times Σ Ω_l⁴ / (Σ Ω_l²)²: that of the deviate for a frozen perturbation, next to nothing for an
  /// average over many steps. A step's arrivals of shot noise, ν·dt on average, have the excess 1/(ν·dt).
  public func perturbationKurtosis(
    steps: Int, window: Range<Int>, hiddenLayer layer: Int = 0
  ) -> Double {
    guard let noise else { return 3 }
    let weights = responseWeights(noise, steps: steps, window: window, hiddenLayer: layer)
    let correlation = noise.correlation(timeStep: timeStep)
    let fresh = 1 - correlation * correlation
    // Ω_l = Σ_{k ≥ l} ω_k·ρ^(k−l), from the last step to the first.
    var (own, squares, fourths) = (0.0, 0.0, 0.0)
    for weight in weights.reversed() {
      own = weight + correlation * own
      squares += fresh * own * own
      fourths += fresh * fresh * own * own * own * own
    }
    // Where the process stood before: one deviate, or of shot noise all arrivals before.
    let before = correlation * own
    squares += before * before
    let excess: Double
    if case .poisson(let rate, _) = noise.course {
      excess = 1 / (rate * timeStep)
      fourths += before * before * before * before * fresh / (1 + correlation * correlation)
    } else {
      excess = noise.deviate.kurtosis - 3
      fourths += before * before * before * before
    }
    return squares > 0 ? 3 + excess * fourths / (squares * squares) : 3
  }

  /// ω_k, by running the response backwards from the window.
  private func responseWeights(
    _ noise: ConductanceNoise, steps: Int, window: Range<Int>, hiddenLayer layer: Int
  ) -> [Double] {
    var weights = Array(repeating: 0.0, count: steps)
    let share = 1 / Double(window.count)
    guard let target = perturbedCompartment(ofHiddenLayer: layer) else {
      for step in window { weights[step] = share }
      return weights
    }
    let soma = soma(ofHiddenLayer: layer)
    let conductances = conductances(ofHiddenLayer: layer)
    let coupling =
      switch noise.compartment {
      case .soma: 0.0
      case .basal: soma.gain * conductances.basal
      case .apical: soma.gain * conductances.apical
      }
    let weight = target.gain * noise.weight(in: self)
    var (atSoma, atDendrite) = (0.0, 0.0)
    for step in stride(from: steps - 1, through: 0, by: -1) {
      atSoma = (window.contains(step) ? share : 0) + soma.decay * atSoma
      atDendrite = coupling * atSoma + target.decay * atDendrite
      weights[step] = weight * (noise.compartment == .soma ? atSoma : atDendrite)
    }
    return weights
  }
}
