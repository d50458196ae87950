// SPDX-License-Identifier: GPL-3.0-or-later

internal import CKernels

/// One cell of a block, for steps of any length in double precision: the pieces into which an
/// event inside a step cuts it. Rare, so it may be slow.
struct SingleCell {
  private let population: Population
  private let conductance: [Double]
  private let current: [Double]
  private let hasConductance: Bool

  init<Scalar: SpikingScalar>(_ runtime: PopulationRuntime<Scalar>, block: Int, lane: Int) {
    population = runtime.population
    hasConductance = runtime.conductance.count > 0
    let n = runtime.lowered.compartments
    let chunk = Int(CK_CHUNK)
    var conductance = Array(repeating: 0.0, count: n * chunk)
    var current = conductance
    for c in 0..<n {
      let place = (block * n + c) * runtime.lanes + lane
      current[c * chunk] = Double(runtime.current[place])
      if runtime.conductance.count > 0 {
        conductance[c * chunk] = Double(runtime.conductance[place])
      }
    }
    self.conductance = conductance
    self.current = current
  }

  /// The state `x` [variables] after `h` ms.
  func advanced(_ x: [Double], by h: Double, isRefractory: Bool) -> [Double] {
    guard h > 0 else { return x }
    let chunk = Int(CK_CHUNK)
    let lowered = LoweredCell(
      population.model, method: population.method, timeStep: h, refractorySteps: 0)
    var state = Array(repeating: 0.0, count: x.count * chunk)
    for (variable, value) in x.enumerated() { state[variable * chunk] = value }
    var waiting = Array(repeating: Int32(0), count: chunk)
    waiting[0] = isRefractory ? 1 : 0
    if let linear = unsafe lowered.linear {
      unsafe Double._advanceLinear(
        OpaquePointer(lowered.cell), OpaquePointer(lowered.step), OpaquePointer(linear),
        OpaquePointer(linear + 1), chunk, &state, waiting, current)
    } else if hasConductance {
      unsafe Double._advance(
        OpaquePointer(lowered.cell), OpaquePointer(lowered.step), chunk, &state, waiting,
        conductance, current)
    } else {
      unsafe Double._advance(
        OpaquePointer(lowered.cell), OpaquePointer(lowered.step), chunk, &state, waiting, nil,
        current)
    }
    return x.indices.map { state[$0 * chunk] }
  }

  /// The h within (0, `length`] at which a step of length h from `x` ends with component
  /// `component` on `level`: the method's own continuous extension. By bisection and secants in
  /// turn (Illinois), to 10⁻¹² ms.
  func crossing(
    of component: Int, level: Double, from x: [Double], within length: Double
  ) -> Double {
    func distance(_ h: Double) -> Double {
      advanced(x, by: h, isRefractory: false)[component] - level
    }
    var (low, high) = (0.0, length)
    var (below, above) = (x[component] - level, distance(length))
    var side = 0
    for _ in 0..<200 where high - low > 1e-12 {
      let guess = min(max((low * above - high * below) / (above - below), low), high)
      let value = distance(guess)
      if value == 0 { return guess }
      if value < 0 {
        if guess == low { return high }
        (low, below) = (guess, value)
        if side == -1 { above /= 2 }
        side = -1
      } else {
        if guess == high { return high }
        (high, above) = (guess, value)
        if side == 1 { below /= 2 }
        side = 1
      }
      if abs(value) < 1e-13 { return guess }
    }
    return high
  }
}
