// SPDX-License-Identifier: GPL-3.0-or-later

internal import CKernels
internal import Integration
internal import RealModule

/// A model in the form that kernels read, for one step length. Fixed addresses, never changed.
@safe final class LoweredCell: @unchecked Sendable {
  let compartments: Int
  let variables: Int
  /// The place of each receptor's g; for a delta receptor that of its compartment's potential.
  let receptorVariables: [Int]
  /// Where arrivals go, and what one of weight 1 adds there.
  let arrivals: [(variable: Int, gain: Double)]
  let refractorySteps: Int32
  /// A `ck_cell`.
  let cell: UnsafeMutablePointer<ck_cell>
  /// A `ck_step`.
  let step: UnsafeMutablePointer<ck_step>
  /// `ck_linear_step`s of a free and of a refractory cell, where the method is linear.
  let linear: UnsafeMutablePointer<ck_linear_step>?
  private var numbers: [Storage<Double>] = []
  private var integers: [Storage<Int32>] = []

  init(
    _ model: CompartmentModel, method: StepMethod, timeStep h: Double, refractorySteps: Int
  ) {
    let n = model.compartments.count
    var places: [Int] = []
    var next = n
    for receptor in model.receptors {
      let isDelta = receptor.variableCount == 0
      places.append(isDelta ? model.index(ofCompartment: receptor.compartment)! : next)
      next += receptor.variableCount
    }
    compartments = n
    variables = next
    receptorVariables = places
    arrivals = zip(model.receptors, places).map { receptor, place in
      (place + max(receptor.variableCount, 1) - 1, receptor.gain)
    }
    self.refractorySteps = Int32(refractorySteps)
    // Compartment by compartment, each with its receptors in the model's order.
    let owners = model.receptors.map { model.index(ofCompartment: $0.compartment)! }
    let lasting = (0..<n).flatMap { owner in
      model.receptors.indices.filter {
        owners[$0] == owner && model.receptors[$0].variableCount > 0
      }
    }
    let receptors = lasting.map { model.receptors[$0] }
    let taus = receptors.map { $0.kernel.timeConstant! }
    let coupling = Self.couplings(of: model)

    unsafe cell = .allocate(capacity: 1)
    unsafe step = .allocate(capacity: 1)
    unsafe linear = method.needsLinearCell ? .allocate(capacity: 2) : nil
    var threshold = 0.0
    var reset = 0.0
    if case .threshold(let level, let low)? = model.firing?.mechanism {
      (threshold, reset) = (level, low)
    }
    let hold: Int32 =
      switch model.firing?.whileRefractory {
      case .holdSpiking: Int32(CK_HOLD_SPIKING)
      case .holdAll: Int32(CK_HOLD_ALL)
      case .holdNone, nil: Int32(CK_HOLD_NONE)
      }
    unsafe cell.initialize(
      to: ck_cell(
        compartments: Int32(n), receptors: Int32(receptors.count), variables: Int32(next),
        spiking: Int32(model.spikingIndex ?? -1), whileRefractory: hold,
        clampsAtThreshold: model.firing?.clampsAtThreshold == true ? 1 : 0,
        threshold: threshold, reset: reset,
        elastance: keep(model.compartments.map { 1 / $0.capacitance }),
        leak: keep(model.compartments.map(\.leakConductance)),
        rest: keep(model.compartments.map(\.restingPotential)), coupling: keep(coupling),
        first: keep((0...n).map { owner in Int32(lasting.count { owners[$0] < owner }) }),
        compartment: keep(lasting.map { Int32(owners[$0]) }),
        kind: keep(receptors.map(Self.kind)), variable: keep(lasting.map { Int32(places[$0]) }),
        reversal: keep(receptors.map(Self.reversal)), rate: keep(taus.map { 1 / $0 })))
    let methodNumber: Int32 =
      switch method {
      case .rungeKutta4: Int32(CK_RK4)
      case .exponentialEuler: Int32(CK_EXPONENTIAL_EULER)
      case .euler, .exact, .implicitEuler, .gsl: Int32(CK_EULER)
      }
    unsafe step.initialize(
      to: ck_step(
        method: methodNumber, h: h, decay: keep(taus.map { Double.exp(-h / $0) }),
        halfDecay: keep(taus.map { Double.exp(-h / 2 / $0) })))
    if let linear = unsafe linear {
      for (index, isRefractory) in [false, true].enumerated() {
        let system = LinearCell(model, places: places, variables: next, isRefractory: isRefractory)
        let solved = method == .exact ? system.exact(h) : system.implicitEuler(h)
        unsafe (linear + index).initialize(
          to: ck_linear_step(
            propagator: keep(solved.propagator), input: keep(solved.input),
            constant: keep(solved.constant)))
      }
    }
  }

  deinit {
    unsafe cell.deallocate()
    unsafe step.deallocate()
    unsafe linear?.deallocate()
  }

  private func keep(_ values: [Double]) -> UnsafePointer<Double> {
    let kept = Storage(values.count, repeating: 0.0)
    kept.elements = values
    numbers.append(kept)
    return unsafe UnsafePointer(kept.base)
  }

  private func keep(_ values: [Int32]) -> UnsafePointer<Int32> {
    let kept = Storage(values.count, repeating: Int32(0))
    kept.elements = values
    integers.append(kept)
    return unsafe UnsafePointer(kept.base)
  }

  /// [to, from], in nS.
  static func couplings(of model: CompartmentModel) -> [Double] {
    let n = model.compartments.count
    var matrix = Array(repeating: 0.0, count: n * n)
    for coupling in model.couplings {
      let first = model.index(ofCompartment: coupling.first)!
      let second = model.index(ofCompartment: coupling.second)!
      matrix[second * n + first] += coupling.conductance
      matrix[first * n + second] += coupling.backward
    }
    return matrix
  }

  private static func kind(_ receptor: Receptor) -> Int32 {
    var kind: Int32 = 0
    if case .current = receptor.effect { kind |= Int32(CK_CURRENT) }
    if case .alpha = receptor.kernel { kind |= Int32(CK_ALPHA) }
    return kind
  }

  private static func reversal(_ receptor: Receptor) -> Double {
    if case .conductance(let reversal) = receptor.effect { reversal } else { 0 }
  }
}
