// SPDX-License-Identifier: GPL-3.0-or-later

internal import RandomStreams
public import Substrates

/// How a segregated-dendrite network is shown a trial: which circuit, how long, what arrives at the
/// apical dendrites, and what carries over.
///
/// A trial has up to four phases. From one start a clean and one or two perturbed forward phases
/// run, each of which settles and is then averaged over a window; where teaching is measured, a
/// phase with taught outputs continues from the end of the clean one (of the first one, where none
/// is clean).
public struct DendriticTrial: Sendable, Equatable {
  /// What the apical dendrite makes of its mean potential V̄^a.
  public enum Readout: String, Sendable, CaseIterable {
    /// V̄^a itself.
    case linear
    /// The plateau potential σ(V̄^a) (Guerguiev et al. 2017, equation 5).
    case plateau
  }

  /// What the outputs learn from.
  public enum OutputTargets: String, Sendable, CaseIterable {
    /// The targets y of the batch: e^{N+1} = ∂L/∂u exactly.
    case given
    /// Their own mean rates while they are taught, in the place of y (Guerguiev et al. 2017,
    /// equation 8).
    case measured
  }

  /// The circuit. Its `noise` says where, how and with which course in time hidden neurons are
  /// perturbed at the `potential` site, and which resting conductances that takes; how strongly,
  /// and at which site, is the presentation's to say. Without one the site is perturbed by a
  /// frozen current at the soma.
  public let circuit: SegregatedDendriteParameters
  /// f of the outputs, applied to their mean potential.
  public let output: OutputFunction
  /// How long forward phases last, one draw for all phases of a trial that are compared.
  public let forward: PhaseDuration
  /// How long taught phases last.
  public let target: PhaseDuration
  /// How long the forward phase of a test lasts, in steps.
  public let testSteps: Int
  /// Over which steps of it averages are taken.
  public let testWindow: SegregatedDendriteParameters.Window
  /// What the apical dendrite makes of its potential.
  public let readout: Readout
  /// What the outputs learn from.
  public let outputTargets: OutputTargets
  /// Whether the passes that are compared share their spikes (common random numbers).
  public let sharesSpikes: Bool
  /// Whether activity carries over from trial to trial, in batches of one trial; otherwise, and in
  /// tests, every trial begins at rest.
  public let carriesState: Bool

  /// A trial.
  ///
  /// - Throws: `SegregatedDendriteError` where a phase is too short for its window.
  public init(
    circuit: SegregatedDendriteParameters, output: OutputFunction = .sigmoid,
    forward: PhaseDuration = PhaseDuration(), target: PhaseDuration = PhaseDuration(),
    testSteps: Int = 500, testWindow: SegregatedDendriteParameters.Window? = nil,
    readout: Readout = .linear, outputTargets: OutputTargets = .given,
    sharesSpikes: Bool = true, carriesState: Bool = false
  ) throws(SegregatedDendriteError) {
    let testWindow = testWindow ?? circuit.window
    for (name, steps, window) in [
      ("forward", forward.base, circuit.window), ("target", target.base, circuit.window),
      ("test", testSteps, testWindow),
    ] {
      switch window {
      case .last(let duration):
        try SegregatedDendriteError.check(
          "\(name)Phase", Double(steps) * circuit.timeStep, "at least its window, \(duration) ms",
          circuit.steps(duration) <= steps)
      case .afterSettling(let duration):
        try SegregatedDendriteError.check(
          "\(name)Phase", Double(steps) * circuit.timeStep,
          "longer than the settling before its window, \(duration) ms",
          circuit.steps(duration) < steps)
      }
    }
    self.circuit = circuit
    self.output = output
    self.forward = forward
    self.target = target
    self.testSteps = testSteps
    self.testWindow = testWindow
    self.readout = readout
    self.outputTargets = outputTargets
    self.sharesSpikes = sharesSpikes
    self.carriesState = carriesState
  }

  /// The same circuit without chance and without hurry: rates travel in the place of spikes, every
  /// phase lasts until nothing moves any more, and the last step is the window.
  ///
  /// 250 ms leave e^{−25} of what the slowest filter of the paper, 10 ms, began with.
  public func settled() throws(SegregatedDendriteError) -> DendriticTrial {
    let duration = PhaseDuration(base: circuit.steps(250), mean: 0)
    return try DendriticTrial(
      circuit: circuit.with(
        signal: .rate, inputSignal: .rate, replicas: 1, window: .last(circuit.timeStep)),
      output: output, forward: duration, target: duration, testSteps: duration.base,
      testWindow: .last(circuit.timeStep), readout: readout, outputTargets: outputTargets)
  }
}

extension DendriticTrial {
  /// Σ_k κ(k·dt)·dt: 1 where kernels are normalised, 0.5104 of the authors' cut kernel.
  public var kernelSum: Double {
    circuit.kernel.isNormalised
      ? 1
      : circuit.kernel.discreteSum(timeStep: circuit.timeStep, terms: circuit.kernel.truncation)
  }

  /// The synaptic drive of a presynaptic unit at its highest rate, φ_max·Σκ, 1/ms.
  public var fullDrive: Double { circuit.maximumRate * kernelSum }

  /// k: how much of a change of the basal drive the soma above connection `k` settles to.
  public func basalGain(ofConnection k: Int, in architecture: Architecture) -> Double {
    k < architecture.hiddenLayerCount
      ? circuit.basalGain(ofHiddenLayer: k) : circuit.outputGain
  }

  /// How much of a drive the apical dendrite's own potential settles to.
  var apicalShare: Double {
    guard let dendrite = circuit.dendrite(.apical, isHidden: true) else { return 1 }
    return circuit.dendriteInput / dendrite.conductance
  }

  /// What the numbers of the waist stand for in the circuit: V = x·W + b with x = s̄/(φ_max·Σκ),
  /// and V^a = x·Bᵀ.
  func units(_ architecture: Architecture) -> (
    weights: [Double], biases: [Double], feedback: [Double]
  ) {
    let gains = (0..<architecture.connectionCount).map {
      basalGain(ofConnection: $0, in: architecture)
    }
    return (
      gains.map { 1 / ($0 * fullDrive) }, gains.map { 1 / $0 },
      (0..<architecture.hiddenLayerCount).map { _ in 1 / (fullDrive * apicalShare) }
    )
  }

  /// The circuit with its perturbation at the strength and site that a presentation asks for; nil
  /// for none, which leaves its resting conductances.
  func circuit(perturbedBy noise: Noise?) throws(SegregatedDendriteError)
    -> SegregatedDendriteParameters
  {
    let own = circuit.noise
    guard let noise else {
      return try circuit.with(noise: own?.with(standardDeviation: 0))
    }
    precondition(
      !noise.perturbsConstantUnit, "biases have no unit of their own here that could be perturbed")
    if noise.site == .output {
      precondition(
        (own?.restingConductance ?? 0) == 0,
        "rates are perturbed in a circuit without conductance noise")
      return try circuit.with(
        noise: ConductanceNoise(
          form: .rate, course: own?.course ?? .frozen,
          standardDeviation: noise.standardDeviation, deviate: noise.distribution))
    }
    let shape: ConductanceNoise
    if let own {
      shape = own
    } else {
      shape = try ConductanceNoise(form: .current, standardDeviation: 1)
    }
    if noise.site == .spikes, noise.standardDeviation == 0 {
      return try circuit.with(noise: own?.with(standardDeviation: 0))
    }
    let unit = try circuit.with(noise: shape.with(standardDeviation: 1))
    var response = abs(unit.settledResponse())
    if case .singleSided(_, let reversal) = shape.form { response *= abs(reversal) }
    return try circuit.with(
      noise: shape.with(
        standardDeviation: noise.standardDeviation / response, deviate: noise.distribution))
  }
}

extension DendriticTrial {
  /// The kurtosis of what `noise` adds to a mean potential or rate, over a forward phase without
  /// jitter.
  ///
  /// - Precondition: noise that the circuit can make; not of spikes.
  public func perturbationKurtosis(_ noise: Noise) -> Double {
    precondition(noise.site != .spikes, "spikes have no course")
    do {
      let steps = forward.base
      return try circuit(perturbedBy: noise).perturbationKurtosis(
        steps: steps, window: window(circuit.window, steps: steps))
    } catch {
      preconditionFailure("noise \(noise) that the circuit does not allow: \(error)")
    }
  }

  /// Throws where this circuit cannot make `noise`.
  ///
  /// *A push–pull pair* must not spend more than one pass in 80 (2.5 standard deviations) at the
  /// limit of its conductances. One arrival of shot noise, σ_g·√((1 − ρ²)/(ν·dt)), must lie within
  /// it too: rare arrivals are large, and what is cut off them is most of the variance.
  ///
  /// *A single conductance* must have a mean ḡ of at least its standard deviation σ_g. It stops at 0, so
  /// that with z = ḡ/σ_g and normal noise a share Φ(−z) of passes is at the limit, the realised
  /// perturbation has the mean σ_g·(φ(z) − z·Φ(−z)) in the place of 0, and its second moment is
  /// Φ(z) − z·φ(z) + z²·Φ(−z) of what the record says. At z = 1 that is one pass in 6, a mean of
  /// 0.08 σ_g and 76 %, so that estimates are a quarter too small; at z = 2, 96 %; at z = 0.1, half,
  /// with a mean of 0.35 σ_g, which a single noisy pass multiplies by the whole loss. As ḡ is part of
  /// the compartment's conductance G, z ≥ 1 also keeps σ_g below G. Beyond it (E − V)·δg/G is no
  /// longer the response, E − V having fallen by the factor G/(G + δg): V is carried to the reversal
  /// potential, where Var ξ ∝ (E − V)² vanishes and ΔL·ξ / Var ξ is made of a few trials.
  ///
  /// Weights may carry a soma to its reversal potential too, whatever the noise; no check of a
  /// specification sees that, `estimator_variance` beside its formula does.
  public func check(_ noise: Noise?) throws(SegregatedDendriteError) {
    guard let own = try circuit(perturbedBy: noise).noise else { return }
    let deviation = own.stepDeviation(timeStep: circuit.timeStep)
    switch own.form {
    case .pushPull(let resting):
      try SegregatedDendriteError.check(
        "conductance.resting", resting,
        "at least \(1.25 * deviation) per ms, so that the pair can carry noise of this strength",
        2 * resting >= 2.5 * deviation)
      if case .poisson(let rate, _) = own.course {
        let kept = own.correlation(timeStep: circuit.timeStep)
        let shot = deviation * ((1 - kept * kept) / (rate * circuit.timeStep)).squareRoot()
        try SegregatedDendriteError.check(
          "conductance.resting", resting,
          "at least \(shot / 2) per ms, so that the pair can carry one arrival of the noise; more arrivals would be smaller ones",
          2 * resting >= shot)
      }
    case .singleSided(let mean, _):
      try SegregatedDendriteError.check(
        "conductance.resting", mean,
        "at least \(deviation) per ms, the standard deviation of a single conductance for noise of this strength: it stops at 0, and what lies beyond its mean carries V to the reversal potential, where it moves nothing; weaker noise would do too, or form pushPull or current",
        mean >= deviation)
    case .current, .rate: break
    }
  }
}

extension ConductanceNoise {
  /// The same perturbation, stronger or weaker.
  func with(
    standardDeviation: Double, deviate: Deviate? = nil
  ) throws(SegregatedDendriteError) -> ConductanceNoise {
    try ConductanceNoise(
      compartment: compartment, form: form, course: course, standardDeviation: standardDeviation,
      deviate: deviate ?? self.deviate, sharedFraction: sharedFraction)
  }
}
