// SPDX-License-Identifier: GPL-3.0-or-later

internal import CKernels
internal import Integration
internal import RandomStreams
internal import RealModule

/// A spike of a population within a stretch of steps.
struct Spike: Comparable, BitwiseCopyable, Sendable {
  /// The step at whose end it is sent.
  let step: Int
  let cell: UInt32
  /// In ms; inside the step where spikes are located.
  let time: Double

  static func < (a: Spike, b: Spike) -> Bool { (a.step, a.cell) < (b.step, b.cell) }
}

/// A Poisson drive at work.
final class RunningDrive: Sendable {
  /// Where arrivals go.
  let variable: Int
  /// What one adds there.
  let gain: Double
  let thresholds: Storage<UInt32>
  let key: RandomKey

  init(variable: Int, gain: Double, _ counts: PoissonCounts, _ key: RandomKey) {
    self.variable = variable
    self.gain = gain
    self.key = key
    thresholds = Storage(counts.thresholds.count, repeating: 0)
    thresholds.elements = counts.thresholds
  }
}

/// A running population: its state, and the buffers of a step.
///
/// Cells lie in blocks of `lanes`, the state of a block being `[variables, lanes]`. A block goes
/// through a whole stretch of steps before the next one is touched, so that its state stays in
/// the fastest cache; blocks share nothing but what is constant, so any number of threads gives
/// the same bits.
final class PopulationRuntime<Scalar: SpikingScalar>: @unchecked Sendable {
  let population: Population
  let timeStep: Double
  let lowered: LoweredCell
  let lanes: Int
  let blocks: Int
  /// `[blocks][variables, lanes]`.
  let state: Storage<Scalar>
  /// Steps left, `[blocks, lanes]`.
  let refractory: Storage<Int32>
  /// Where spikes are located: the end of the refractory period in ms, `[blocks, lanes]`.
  let refractoryUntil: Storage<Double>
  /// Held over a step, `[blocks][compartments, lanes]`.
  let conductance: Storage<Scalar>
  let current: Storage<Scalar>
  /// What will arrive, `[blocks][slots][receptors, lanes]`.
  let arrivals: Storage<Scalar>
  let slots: Int
  /// The receptors at which something arrives.
  let reached: [Int]
  let noise: [NoiseLanes<Scalar>]
  let drives: [RunningDrive]
  /// The inputs of every block.
  let currentInputs: [[BlockInput]]
  let conductanceInputs: [[BlockInput]]
  let escapeKey: RandomKey
  private let initialKey: RandomKey
  /// Spikes of the last stretch, per block.
  var spikes: [[Spike]]
  /// φ of the last stretch, `[steps, cells]`, where the population sends rates.
  var rates: [Double] = []
  let solvers: SolverBlocks?
  /// Whether what is held changes from step to step.
  let hasHeldInputs: Bool
  /// Whether nothing has been held yet.
  var isFresh = true
  /// What is recorded of it.
  var probes: [ProbeRuntime<Scalar>] = []
  /// One per thread.
  var scratches: [StepScratch<Scalar>] = []

  /// - Parameters:
  ///   - reached: the receptors that projections reach.
  ///   - slots: the length of the ring of arrivals, in steps.
  init(
    _ population: Population, timeStep: Double, reached: [String], slots: Int, random: RandomKey
  ) throws(ModelError) {
    let model = population.model
    self.population = population
    self.timeStep = timeStep
    self.slots = slots
    let period = model.firing?.refractoryPeriod ?? 0
    let steps = (period / timeStep).rounded()
    if population.convention != .located, abs(steps * timeStep - period) > 1e-6 * timeStep {
      throw ModelError(
        "\(population.name).firing.refractoryPeriod",
        "\(ModelError.text(period)) ms is no whole number of steps of \(ModelError.text(timeStep)) ms",
        "give \(ModelError.text(steps * timeStep)) ms, another step, or spikes: located")
    }
    // Brian2 counts from the begin of the step in which the neuron fired.
    let counted = population.convention == .onGridFromBegin ? max(steps - 1, 0) : steps
    lowered = LoweredCell(
      model, method: population.method, timeStep: timeStep, refractorySteps: Int(counted))
    lanes = Self.lanes(cells: population.count, variables: lowered.variables)
    blocks = (population.count + lanes - 1) / lanes
    state = Storage(blocks * lowered.variables * lanes, repeating: 0)
    refractory = Storage(blocks * lanes, repeating: 0)
    let isLocated = population.convention == .located
    refractoryUntil = Storage(isLocated ? blocks * lanes : 0, repeating: -.infinity)
    conductance = Storage(
      population.hasHeldConductance ? blocks * lowered.compartments * lanes : 0, repeating: 0)
    current = Storage(blocks * lowered.compartments * lanes, repeating: 0)
    arrivals = Storage(blocks * slots * model.receptors.count * lanes, repeating: 0)
    self.reached = model.receptors.indices.filter { reached.contains(model.receptors[$0].path) }
    let noiseKey = random.purpose(.conductanceNoise).named(population.name)
    var noise: [NoiseLanes<Scalar>] = []
    for source in population.noise {
      let running = NoiseLanes<Scalar>(
        source, in: population, blocks: blocks, lanes: lanes, timeStep: timeStep,
        places: lowered.receptorVariables, random: noiseKey.named(source.name))
      if case .multiplicative(let path) = source.form,
        case .conductance(let reversal) = model.receptors[model.index(ofReceptor: path)!].effect
      {
        running.multiplicativeReversal = reversal
      }
      noise.append(running)
    }
    self.noise = noise
    let driveKey = random.purpose(.poissonInput).named(population.name)
    let arrivalPlaces = lowered.arrivals
    drives = population.drives.enumerated().map { index, drive in
      let place = arrivalPlaces[model.index(ofReceptor: drive.receptor)!]
      return RunningDrive(
        variable: place.variable, gain: place.gain * drive.weight,
        PoissonCounts(mean: drive.rate * timeStep), driveKey.named(drive.receptor).child(index))
    }
    currentInputs = BlockInput.lists(
      population.currents.map { (model.index(ofCompartment: $0.compartment)!, $0.cells) },
      blocks: blocks, lanes: lanes)
    conductanceInputs = BlockInput.lists(
      population.conductances.map { (model.index(ofCompartment: $0.compartment)!, $0.cells) },
      blocks: blocks, lanes: lanes)
    escapeKey = random.purpose(.spikes).named(population.name)
    initialKey = random.purpose(.initialPotentials).named(population.name)
    spikes = Array(repeating: [], count: blocks)
    hasHeldInputs =
      !(population.noise.isEmpty && population.currents.allSatisfy(\.course.isConstant)
      && population.conductances.allSatisfy(\.course.isConstant))
    if case .gsl(let stepper, let tolerance) = population.method {
      solvers = try SolverBlocks(
        lowered, stepper: stepper, tolerance: tolerance, blocks: blocks, lanes: lanes,
        cells: population.count)
    } else {
      solvers = nil
    }
    reset()
  }

  /// A block's state takes at most 16 KiB, half of the fastest cache, and there are enough blocks for a
  /// few threads. A function of the population alone, never of the threads.
  static func lanes(cells: Int, variables: Int) -> Int {
    let chunk = Int(CK_CHUNK)
    var lanes = chunk
    while lanes < 512, lanes * 2 * variables * MemoryLayout<Scalar>.size <= 16384,
      lanes * 8 <= cells
    {
      lanes *= 2
    }
    return lanes
  }

  /// Follows the linear response to source number `index` from now on; false where theory has none.
  func follow(source index: Int) -> Bool {
    if noise[index].filter != nil { return true }
    guard let response = NoiseResponse(index, in: population, timeStep: timeStep) else {
      return false
    }
    noise[index].filter = NoiseFilter(
      response, compartments: lowered.compartments, blocks: blocks, lanes: lanes)
    return true
  }

  /// The cells of a block, without those that only fill it up.
  func cells(ofBlock block: Int) -> Int { min(lanes, population.count - block * lanes) }

  /// Puts every cell at its initial potential, nothing on its way, noise at its begin.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func reset() {
    state.fill(0)
    refractory.fill(0)
    refractoryUntil.fill(-.infinity)
    arrivals.fill(0)
    for block in 0..<blocks {
      let base = block * lowered.variables * lanes
      for (c, compartment) in population.model.compartments.enumerated() {
        for lane in 0..<lanes {
          state[base + c * lanes + lane] = Scalar(compartment.initialPotential)
        }
      }
      for source in noise { source.begin(block: block) }
    }
    drawInitialPotentials()
    solvers?.reset()
    isFresh = true
  }

  /// Draws the initial potentials that the population has distributions for.
  private func drawInitialPotentials() {
    for (c, compartment) in population.model.compartments.enumerated() {
      guard let distribution = population.initialPotentials[compartment.name] else { continue }
      let key = initialKey.named(compartment.name)
      var generator = GSLRandom(key)
      for cell in 0..<population.count {
        generator.seek(key, step: cell)
        let (block, lane) = (cell / lanes, cell % lanes)
        state[(block * lowered.variables + c) * lanes + lane] =
          Scalar(distribution.draw(&generator))
      }
    }
  }

  /// Values that noise could not take, all sources and cells.
  func clippedValues(ofSource index: Int) -> Int { noise[index].clipped.elements.reduce(0, +) }
}
