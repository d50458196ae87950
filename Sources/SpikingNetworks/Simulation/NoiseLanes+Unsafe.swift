// SPDX-License-Identifier: GPL-3.0-or-later

internal import Integration
internal import RandomStreams
internal import RealModule

/// One source of noise over the cells of a population: x of every cell, and what it adds to the
/// held conductances and currents of a step. A class, so that a step does not copy it; threads
/// touch different blocks.
final class NoiseLanes<Scalar: SpikingScalar>: @unchecked Sendable {
  let source: NoiseSource
  let compartment: Int
  let receptorVariable: Int?
  /// x before it is clipped, `[blocks, lanes]`.
  let x: Storage<Scalar>
  /// Where x is kept: what is realised is the nearest value in it.
  let range: ClosedRange<Scalar>
  /// Values beyond the clip, per block.
  let clipped: Storage<Int>
  /// The linear response of every compartment to x, where it is recorded.
  var filter: NoiseFilter<Scalar>?
  private let key: RandomKey
  private let decay: Double
  private let kick: Double
  private let mean: Double
  private let counts: PoissonCounts
  private let itoConductance: Double
  private let lanes: Int

  init(
    _ source: NoiseSource, in population: Population, blocks: Int, lanes: Int, timeStep: Double,
    places: [Int], random: RandomKey
  ) {
    let model = population.model
    self.source = source
    self.lanes = lanes
    compartment = model.index(ofCompartment: source.compartment)!
    if case .multiplicative(let receptor) = source.form {
      receptorVariable = places[model.index(ofReceptor: receptor)!]
    } else {
      receptorVariable = nil
    }
    x = Storage(blocks * lanes, repeating: 0)
    clipped = Storage(blocks, repeating: 0)
    key = random
    var counts = PoissonCounts(mean: 0)
    switch source.process {
    case .frozen: (decay, kick, mean) = (1, 0, 0)
    case .white: (decay, kick, mean) = (0, source.strength / timeStep.squareRoot(), 0)
    case .ornsteinUhlenbeck(let tau):
      (decay, kick, mean) = (
        Double.exp(-timeStep / tau),
        source.strength * (-Double.expMinusOne(-2 * timeStep / tau)).squareRoot(), 0
      )
    case .poisson(let rate, let tau):
      decay = Double.exp(-timeStep / tau)
      kick = source.strength
      mean = source.mean(timeStep: timeStep)
      counts = PoissonCounts(mean: rate * timeStep)
    }
    self.counts = counts
    let isWhite = source.process == .white
    let itoConductance =
      isWhite && source.interpretation == .ito
      ? source.strength * source.strength / (2 * model.compartments[compartment].capacitance) : 0
    self.itoConductance = itoConductance
    switch source.form {
    case .conductance(let mean, _, true):
      // A Poisson barrage is its own mean.
      let offset = if case .poisson = source.process { 0.0 } else { mean + itoConductance }
      range = Scalar(-offset)...Scalar.infinity
    case .pushPull(let base, _, _): range = Scalar(-2 * base)...Scalar(2 * base)
    case .multiplicative: range = -1...Scalar.infinity
    case .conductance(_, _, false), .current: range = -Scalar.infinity...Scalar.infinity
    }
  }

  /// Draws x of a block as a simulation begins: frozen values, and the stationary distribution of an
  /// Ornstein–Uhlenbeck process. A Poisson barrage begins at its mean.
  func begin(block: Int) {
    let first = block * lanes
    let values = unsafe x.base + first
    switch source.process {
    case .frozen, .ornsteinUhlenbeck:
      unsafe values.update(repeating: 0, count: lanes)
      var deviates = Array(repeating: Float(0), count: lanes)
      unsafe draw(key.child(1), step: 0, first: first, &deviates)
      unsafe Scalar._ornsteinUhlenbeck(lanes, 0, source.strength, deviates, values)
    case .white: unsafe values.update(repeating: 0, count: lanes)
    case .poisson: unsafe values.update(repeating: Scalar(mean), count: lanes)
    }
    filter?.reset()
  }

  /// Moves x of a block to step `step`. `floats` and `words` are scratch, `[lanes]`.
  func move(
    step: Int, block: Int, floats: UnsafeMutablePointer<Float>,
    words: UnsafeMutablePointer<UInt32>
  ) {
    let first = block * lanes
    let values = unsafe x.base + first
    switch source.process {
    case .frozen: break
    case .white, .ornsteinUhlenbeck:
      unsafe draw(key.child(2), step: step, first: first, floats)
      unsafe Scalar._ornsteinUhlenbeck(lanes, decay, kick, floats, values)
    case .poisson:
      unsafe Scalar._ornsteinUhlenbeck(lanes, decay, 0, floats, values)
      unsafe key.child(3).fill(
        step: step, first: first, words: UnsafeMutableBufferPointer(start: words, count: lanes))
      unsafe counts.thresholds.withUnsafeBufferPointer {
        unsafe Scalar._poisson(lanes, words, $0.count, $0.baseAddress, kick, values)
      }
    }
  }

  /// Normal deviates of cells `first` …, correlated as the source says.
  private func draw(
    _ key: RandomKey, step: Int, first: Int, _ out: UnsafeMutablePointer<Float>
  ) {
    let rho = source.correlation
    unsafe key.fill(
      .gaussian, scale: Float((1 - rho).squareRoot()), step: step, first: first,
      into: UnsafeMutableBufferPointer(start: out, count: lanes))
    guard rho > 0 else { return }
    var common = Float(0)
    unsafe withUnsafeMutablePointer(to: &common) {
      unsafe key.child(0).fill(
        .gaussian, scale: Float(rho.squareRoot()), step: step,
        into: UnsafeMutableBufferPointer(start: $0, count: 1))
    }
    for lane in 0..<lanes { unsafe out[lane] += common }
  }

  /// Adds what x means to a block's held conductances and currents `[compartments, lanes]`.
  func hold(
    block: Int, cells: Int, state: UnsafePointer<Scalar>,
    conductance: UnsafeMutablePointer<Scalar>, current: UnsafeMutablePointer<Scalar>,
    scratch: UnsafeMutablePointer<Scalar>
  ) {
    let values = unsafe x.base + block * lanes
    let g = unsafe conductance + compartment * lanes
    let i = unsafe current + compartment * lanes
    switch source.form {
    case .conductance(let mean, let reversal, let isClipped):
      // A Poisson barrage is its own mean.
      let offset: Double = if case .poisson = source.process { 0 } else { mean }
      let floor = isClipped ? 0 : -Double.infinity
      unsafe clipped.base[block] += Scalar._holdConductance(
        lanes, cells, offset + itoConductance, floor, reversal, values, g, i)
    case .pushPull(let base, let up, let down):
      let total = Scalar(2 * base)
      let pair = Scalar(base * (up + down))
      let drive = Scalar((up - down) / 2)
      var beyond = 0
      for lane in 0..<lanes {
        let raw = unsafe values[lane]
        let value = realised(raw)
        if value != raw, lane < cells { beyond += 1 }
        unsafe g[lane] += total
        unsafe i[lane] += pair + drive * value
      }
      unsafe clipped.base[block] += beyond
    case .current(let mean):
      let offset: Scalar = if case .poisson = source.process { 0 } else { Scalar(mean) }
      for lane in 0..<lanes { unsafe i[lane] += offset + values[lane] }
    case .multiplicative:
      let receptor = unsafe state + receptorVariable! * lanes
      var beyond = 0
      for lane in 0..<lanes {
        let raw = unsafe values[lane]
        let value = realised(raw)
        if value != raw, lane < cells { beyond += 1 }
        unsafe scratch[lane] = value * receptor[lane]
      }
      unsafe clipped.base[block] += beyond
      _ = unsafe Scalar._holdConductance(
        lanes, 0, 0, -Double.infinity, multiplicativeReversal, scratch, g, i)
    }
  }

  /// What becomes of x.
  func realised(_ x: Scalar) -> Scalar { min(max(x, range.lowerBound), range.upperBound) }

  /// Set where the population is built: the reversal potential of the receptor.
  var multiplicativeReversal = 0.0
}

/// The linear response m of the potentials to the noise that was realised, as `NoiseResponse` has
/// it: m ← P m + q (x − ⟨x⟩), `[blocks][compartments, lanes]` in mV.
struct NoiseFilter<Scalar: SpikingScalar>: Sendable {
  let response: NoiseResponse
  let m: Storage<Scalar>
  private let compartments: Int
  private let lanes: Int

  init(_ response: NoiseResponse, compartments: Int, blocks: Int, lanes: Int) {
    self.response = response
    self.compartments = compartments
    self.lanes = lanes
    m = Storage(blocks * compartments * lanes, repeating: 0)
  }

  func reset() { m.fill(0) }

  /// Moves a block by one step in which `x` [lanes] was held within `range`.
  func move(block: Int, x: UnsafePointer<Scalar>, within range: ClosedRange<Scalar>) {
    let base = unsafe m.base + block * compartments * lanes
    var next = Array(repeating: Scalar(0), count: compartments)
    for lane in 0..<lanes {
      let held = unsafe min(max(x[lane], range.lowerBound), range.upperBound)
      for c in 0..<compartments {
        var sum = Scalar(response.input[c]) * (held - Scalar(response.mean))
        for j in 0..<compartments {
          unsafe sum += Scalar(response.propagator[c * compartments + j]) * base[j * lanes + lane]
        }
        next[c] = sum
      }
      for c in 0..<compartments { unsafe base[c * lanes + lane] = next[c] }
    }
  }
}
