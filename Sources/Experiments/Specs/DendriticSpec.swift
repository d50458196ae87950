// SPDX-License-Identifier: GPL-3.0-or-later

public import SpikingNetworks
public import Substrates

/// The circuit and the trial of a network of neurons with segregated dendrites, as written.
public struct DendriticSpec: Sendable, Equatable {
  /// What travels between layers.
  public enum Mode: String, Sendable, CaseIterable {
    /// Poisson spikes.
    case spiking
    /// Rates: the twin without chance.
    case rate
  }

  /// Whose numbers the circuit has.
  public enum Preset: String, Sendable, CaseIterable {
    /// The equations and Table 1 of Guerguiev et al. (2017), by exact steps.
    case paper
    /// The authors' code: Euler steps, the kernel cut after 10 ms, averages over 20 ms.
    case authors
  }

  /// How the teaching signal reaches hidden layers.
  public enum Teaching: String, Sendable, CaseIterable {
    /// B carries the error by itself, as on a rate network; apical dendrites take no part.
    case transported
    /// It is measured at the apical dendrites, as the difference that teaching the outputs makes.
    case measured
  }

  /// How hidden neurons are perturbed at the `potential` site.
  public enum Form: String, Sendable, CaseIterable { case pushPull, singleSided, current }

  /// How a perturbation goes in time.
  public enum Course: String, Sendable, CaseIterable {
    case frozen, white, ornsteinUhlenbeck, poisson
  }

  /// The perturbing conductance.
  public struct Conductance: Sendable, Equatable {
    /// How it enters.
    public var form: Form
    /// Where.
    public var compartment: ConductanceNoise.Compartment
    /// How it goes in time.
    public var course: Course
    /// Its correlation time, ms.
    public var timeConstant: Double
    /// Arrivals of `poisson`, per ms.
    public var rate: Double
    /// ρ, the correlation between neurons of a layer.
    public var sharedFraction: Double
    /// g_0 of a push–pull pair, ḡ of a single conductance, 1/ms.
    public var resting: Double
    /// E of a single conductance.
    public var reversal: Double

    /// What stands where nothing is written: a frozen push–pull pair at the soma.
    public static let standard = Conductance(
      form: .pushPull, compartment: .soma, course: .frozen, timeConstant: 3, rate: 1,
      sharedFraction: 0, resting: 0.05, reversal: 8)
  }

  /// What travels between layers.
  public var mode: Mode
  /// Whose numbers.
  public var preset: Preset
  /// g_a of hidden layers, 1/ms.
  public var apicalConductance: Double
  /// How the teaching signal arrives.
  public var teaching: Teaching
  /// What the apical dendrite makes of it.
  public var readout: DendriticTrial.Readout
  /// What the outputs learn from.
  public var outputTargets: DendriticTrial.OutputTargets
  /// Forward phases, ms.
  public var forwardPhase: Int
  /// Taught phases, ms.
  public var targetPhase: Int
  /// Whether both phases last longer by a waiting time of mean 2 ms.
  public var jitter: Bool
  /// The forward phase of a test, ms.
  public var testPhase: Int
  /// How long a phase settles before its window, ms; nil for the preset's window.
  public var settling: Double?
  /// The perturbing conductance.
  public var conductance: Conductance
  /// Whether the passes compared share their spikes.
  public var commonRandomNumbers: Bool
  /// Whether activity carries over from image to image.
  public var carryState: Bool
  /// Where W starts.
  public var initialization: WeightLaw

  /// The trial, for networks whose hidden neurons are perturbed by `noise`, if at all.
  public func trial(
    perturbedBy noise: Noise?, output: OutputFunction
  ) throws(SegregatedDendriteError) -> DendriticTrial {
    let signal: SegregatedDendriteParameters.Signal = mode == .spiking ? .poisson : .rate
    let own: ConductanceNoise? = noise.map { $0.site != .output } ?? false ? try conductance.lowered() : nil
    var circuit =
      switch preset {
      case .paper:
        try SegregatedDendriteParameters.paper(
          apicalConductance: apicalConductance, signal: signal, inputSignal: signal, noise: own)
      case .authors:
        try SegregatedDendriteParameters.authors(
          apicalConductance: apicalConductance, signal: signal, inputSignal: signal, noise: own)
      }
    if let settling { circuit = try circuit.with(window: .afterSettling(settling)) }
    let testWindow: SegregatedDendriteParameters.Window? =
      preset == .authors && settling == nil ? .afterSettling(30) : nil
    func phase(_ base: Int) -> PhaseDuration { PhaseDuration(base: base, mean: jitter ? 2 : 0) }
    let trial = try DendriticTrial(
      circuit: circuit, output: output, forward: phase(forwardPhase), target: phase(targetPhase),
      testSteps: testPhase, testWindow: testWindow, readout: readout,
      outputTargets: outputTargets, sharesSpikes: commonRandomNumbers, carriesState: carryState)
    try trial.check(noise)
    return trial
  }
}

extension DendriticSpec.Conductance {
  /// The perturbation at unit strength; its strength is the presentation's.
  func lowered() throws(SegregatedDendriteError) -> ConductanceNoise {
    let form: ConductanceNoise.Form =
      switch form {
      case .pushPull: .pushPull(resting: resting)
      case .singleSided: .singleSided(mean: resting, reversal: reversal)
      case .current: .current
      }
    let course: ConductanceNoise.Course =
      switch course {
      case .frozen: .frozen
      case .white: .white
      case .ornsteinUhlenbeck: .ornsteinUhlenbeck(timeConstant: timeConstant)
      case .poisson: .poisson(rate: rate, timeConstant: timeConstant)
      }
    return try ConductanceNoise(
      compartment: compartment, form: form, course: course, standardDeviation: 1,
      sharedFraction: sharedFraction)
  }
}

/// Where weights start: the laws of rate networks, and the design of Guerguiev et al. (2017).
public enum WeightLaw: String, Sendable, CaseIterable {
  /// N(0, 2/fan-in) and what else `Initialization` has.
  case gaussian, truncatedGaussian, uniform, zero
  /// Uniform, designed for dendritic potentials of 3 ± 3 (dendritic networks).
  case designed
  /// The same, twice as wide, as in the authors' last commit (dendritic networks).
  case designedTwice

  /// The law of a rate network.
  public var initialization: Initialization? { Initialization(rawValue: rawValue) }

  /// The width of the design.
  public var design: DesignedInitialization.Width? {
    switch self {
    case .designed: .designed
    case .designedTwice: .authors
    case .gaussian, .truncatedGaussian, .uniform, .zero: nil
    }
  }
}
