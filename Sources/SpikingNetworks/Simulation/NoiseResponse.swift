// SPDX-License-Identifier: GPL-3.0-or-later

internal import Integration
internal import RealModule

/// What a source of noise does to the potentials of its population, by linear theory.
///
/// Around the operating point (the steady state with every conductance at its mean) a cell follows
///
///     V_{k+1} = P V_k + q x_k,   x_{k+1} = a x_k + s n_k,
///
/// where x is the noise held over a step, P = e^{A dt}, q the response to one unit of x, and n
/// standard normal. This is what the simulation does, so the covariances below have no error from
/// dt. They are exact for additive forms (`pushPull`, `current`) where nothing else moves;
/// for `conductance` they are of first order in x/G, and `isFirstOrder` says so.
public struct NoiseResponse: Sendable {
  /// The potentials at the operating point, in mV, `[compartments]`.
  public let operatingPoint: [Double]
  /// The potential of every compartment per unit of a constant x, in mV per nS, pA or 1.
  public let gains: [Double]
  /// Whether the theory neglects higher orders of x.
  public let isFirstOrder: Bool
  /// P, `[compartments, compartments]`.
  let propagator: [Double]
  /// q, `[compartments]`.
  let input: [Double]
  /// ⟨x⟩: 0 but for a Poisson barrage.
  let mean: Double
  private let decay: Double
  private let variance: Double
  private let isFrozen: Bool
  private let n: Int

  /// The response of `population` to its source number `index`; nil for a multiplicative source,
  /// whose size depends on what arrives.
  public init?(_ index: Int, in population: Population, timeStep: Double) {
    let source = population.noise[index]
    let model = population.model
    n = model.compartments.count
    let place = model.index(ofCompartment: source.compartment)!
    // Mean conductances and currents of every source.
    var conductance = Array(repeating: 0.0, count: n)
    var current = model.compartments.map { $0.current + $0.leakConductance * $0.restingPotential }
    for other in population.noise {
      let c = model.index(ofCompartment: other.compartment)!
      let barrage = other.mean(timeStep: timeStep)
      // The mean of a white conductance of Itô's is that of its equation without noise; the limit
      // of coloured noise has the conductance s²/(2C) less.
      let drift =
        other.process == .white && other.interpretation == .stratonovich
        ? -other.strength * other.strength / (2 * model.compartments[c].capacitance) : 0
      switch other.form {
      case .conductance(let mean, let reversal, _):
        let isBarrage = if case .poisson = other.process { true } else { false }
        let g = (isBarrage ? barrage : mean) + drift
        conductance[c] += g
        current[c] += g * reversal
      case .pushPull(let base, let up, let down):
        conductance[c] += 2 * base
        current[c] += base * (up + down) + barrage * (up - down) / 2
      case .current(let mean):
        let isBarrage = if case .poisson = other.process { true } else { false }
        current[c] += isBarrage ? barrage : mean
      case .multiplicative: return nil
      }
    }
    let coupling = LoweredCell.couplings(of: model)
    var a = Array(repeating: 0.0, count: n * n)
    for (c, compartment) in model.compartments.enumerated() {
      var total = compartment.leakConductance + conductance[c]
      for j in 0..<n {
        total += coupling[c * n + j]
        a[c * n + j] += coupling[c * n + j] / compartment.capacitance
      }
      a[c * n + c] -= total / compartment.capacitance
    }
    guard let solution = try? LinearPropagator(a, interval: timeStep) else { return nil }
    propagator = solution.propagator
    let charge = zip(current, model.compartments).map { $0 / $1.capacitance }
    operatingPoint = Self.fixedPoint(propagator, solution.offset(charge), n)
    var unit = Array(repeating: 0.0, count: n)
    switch source.form {
    case .conductance(_, let reversal, _):
      unit[place] = reversal - operatingPoint[place]
      isFirstOrder = true
    case .pushPull(_, let up, let down):
      unit[place] = (up - down) / 2
      isFirstOrder = false
    case .current, .multiplicative:
      unit[place] = 1
      isFirstOrder = false
    }
    unit[place] /= model.compartments[place].capacitance
    input = solution.offset(unit)
    gains = Self.fixedPoint(propagator, input, n)
    variance = source.variance(timeStep: timeStep)
    mean = source.mean(timeStep: timeStep)
    switch source.process {
    case .frozen: (decay, isFrozen) = (1, true)
    case .white: (decay, isFrozen) = (0, false)
    case .ornsteinUhlenbeck(let tau), .poisson(_, let tau):
      (decay, isFrozen) = (Double.exp(-timeStep / tau), false)
    }
  }

  /// The fixed point of V ← P V + q, which solves (1 − P) V = q.
  private static func fixedPoint(_ p: [Double], _ q: [Double], _ n: Int) -> [Double] {
    let matrix = SquareMatrix.identity(n) + -1 * SquareMatrix(size: n, elements: p)
    return matrix.inverse.applied(to: q)
  }

  /// The stationary variance of the potential of compartment `c`, in mV².
  public func variance(of c: Int) -> Double {
    isFrozen ? gains[c] * gains[c] * variance : stationaryVariance(of: c)
  }

  /// The stationary covariance of (V, x), Σ M^j N M^jᵀ with M = [[P, q], [0, a]], summed by doubling;
  /// of it the variance of V_c.
  private func stationaryVariance(of c: Int) -> Double {
    let size = n + 1
    var m = SquareMatrix(size: size)
    for i in 0..<n {
      for j in 0..<n { m[i, j] = propagator[i * n + j] }
      m[i, n] = input[i]
    }
    m[n, n] = decay
    var sum = SquareMatrix(size: size)
    sum[n, n] = variance * (1 - decay * decay)
    var power = m
    // 2⁴⁰ steps are longer than any memory of a validated cell.
    for _ in 0..<40 {
      sum = sum + power * sum * power.transposed
      power = power * power
    }
    return sum[c, c]
  }
}

extension NoiseSource {
  /// ⟨x⟩ as it is held: 0 but for a Poisson barrage (`PoissonBarrage.held`).
  public func mean(timeStep: Double) -> Double { barrage?.held(step: timeStep).mean ?? 0 }

  /// The variance of x as it is held.
  public func variance(timeStep: Double) -> Double {
    switch process {
    case .frozen, .ornsteinUhlenbeck: strength * strength
    case .white: strength * strength / timeStep
    case .poisson: barrage?.held(step: timeStep).variance ?? 0
    }
  }

  private var barrage: PoissonBarrage? {
    guard case .poisson(let rate, let tau) = process else { return nil }
    return try? PoissonBarrage(rate: rate, weight: strength, timeConstant: tau)
  }
}
