// SPDX-License-Identifier: GPL-3.0-or-later

/// The conductances of a layer's neurons, in 1/ms: the membrane's capacitance is 1.
///
/// Guerguiev et al. (2017, Table 1) give them in siemens beside C_m = 1 F and a leak of 0.1; their
/// code has g_l = 1/τ_L, so the numbers are in 1/ms and the membrane's time constant is 10 ms.
public struct LayerConductances: Sendable, Equatable {
  /// g_l, between the soma and rest (0).
  public let leak: Double
  /// g_b of hidden layers, g_d of outputs: between the basal dendrite and the soma.
  public let basal: Double
  /// g_a, between the apical dendrite and the soma; 0 for outputs.
  public let apical: Double

  /// Conductances, 1/ms. The defaults are Table 1's for hidden layers without apical attenuation.
  ///
  /// - Throws: `SegregatedDendriteError` unless the leak is positive and the others are not
  ///   negative.
  public init(
    leak: Double = 0.1, basal: Double = 0.6, apical: Double = 0
  ) throws(SegregatedDendriteError) {
    try SegregatedDendriteError.check("leak", leak, "a conductance above 0", leak > 0)
    try SegregatedDendriteError.check("basal", basal, "a conductance of 0 or more", basal >= 0)
    try SegregatedDendriteError.check("apical", apical, "a conductance of 0 or more", apical >= 0)
    self.leak = leak
    self.basal = basal
    self.apical = apical
  }

  /// g_l + g_b + g_a.
  public var total: Double { leak + basal + apical }
}

/// What every neuron of a segregated-dendrite network shares.
///
/// With C = 1, rest at 0, voltages without dimension and times in ms:
///
///     dV/dt = −g_l·V + g_b·(V^b − V) + g_a·(V^a − V)                         hidden somas
///     dV/dt = −g_l·V + g_d·(V^b − V) + g_E·(E_E − V) + g_I·(E_I − V)         outputs
///     V^b = Σ_j W_ij·s_j + b_i,   V^a = Σ_k Y_ik·s_k,   s = κ ∗ spikes
///     φ = φ_max·h,  h = 1/(1 + e^{−V})
///
/// (Guerguiev, Lillicrap & Richards 2017, equations 1–5, 11–20). The paper adds the teaching
/// current to τ·dV/dt, where it would move an output by 1; here, as in the authors' code, it adds
/// to dV/dt.
public struct SegregatedDendriteParameters: Sendable, Equatable {
  /// How potentials advance over a step, inputs held.
  public enum Stepping: String, Sendable, CaseIterable {
    /// V ← V_∞ + (V − V_∞)·e^{−G·dt}.
    case exact
    /// V ← V + dt·(currents), as the authors' code: at 1 ms it rings, the factor of a step being
    /// −0.7 for outputs under teaching where the exact one is 0.18.
    case euler
  }

  /// What a dendrite does with its synaptic drive T = Σ W·s + b.
  public enum Dendrites: Sendable, Equatable {
    /// V^d = T at once (the paper).
    case algebraic
    /// dV^d/dt = (T − V^d)/τ: a capacitance of its own, no current back from the soma.
    case dynamic(timeConstant: Double)
  }

  /// What travels between layers.
  public enum Signal: String, Sendable, CaseIterable {
    /// Counts from a Poisson distribution of mean φ·dt.
    case poisson
    /// One spike with probability 1 − e^{−φ·dt}: Poisson's count, at most one.
    case bernoulli
    /// φ·dt itself: the deterministic twin.
    case rate
  }

  /// Over which steps of a phase averages are taken.
  public enum Window: Sendable, Equatable {
    /// The last so many ms (the authors' code: 20).
    case last(Double)
    /// All after so many ms of settling (the paper: Δt_s = 30).
    case afterSettling(Double)
  }

  /// dt, ms.
  public let timeStep: Double
  /// How potentials advance.
  public let stepping: Stepping
  /// κ.
  public let kernel: SynapticKernel
  /// What dendrites do.
  public let dendrites: Dendrites
  /// Conductances of hidden layers, input side first; the last stands for all further ones.
  public let hidden: [LayerConductances]
  /// Conductances of the outputs; their apical one is 0.
  public let output: LayerConductances
  /// φ_max, 1/ms.
  public let maximumRate: Double
  /// E_E.
  public let excitatoryReversal: Double
  /// E_I.
  public let inhibitoryReversal: Double
  /// g_E of an output whose target is 1 and g_I of one whose target is 0, 1/ms.
  public let teachingConductance: Double
  /// What travels between layers.
  public let signal: Signal
  /// What inputs send; their rate is φ_max times a value from 0 to 1.
  public let inputSignal: Signal
  /// Spike trains per unit, whose mean its targets hear. Above 1 it is a device for limits.
  public let replicas: Int
  /// Over which steps averages are taken.
  public let window: Window
  /// g_d, the conductance through which a dendrite hears its drive, where noise enters there,
  /// 1/ms; a dynamic dendrite has 1/τ instead.
  public let dendriticConductance: Double
  /// The perturbation of hidden neurons, or nil where the circuit has none.
  public let noise: ConductanceNoise?

  /// Parameters. Defaults are Table 1 of the paper.
  ///
  /// - Throws: `SegregatedDendriteError` for what cannot be: see the properties. A mean of more
  ///   than 20 spikes per step, a step that Euler's rule does not survive (G·dt > 2, teaching
  ///   included) and a dynamic dendrite faster than a step are refused.
  public init(
    timeStep: Double = 1, stepping: Stepping = .exact, kernel: SynapticKernel,
    dendrites: Dendrites = .algebraic, hidden: [LayerConductances], output: LayerConductances,
    maximumRate: Double = 0.2, excitatoryReversal: Double = 8, inhibitoryReversal: Double = -8,
    teachingConductance: Double = 1, signal: Signal = .poisson, inputSignal: Signal = .poisson,
    replicas: Int = 1, window: Window = .afterSettling(30), dendriticConductance: Double = 1,
    noise: ConductanceNoise? = nil
  ) throws(SegregatedDendriteError) {
    self.timeStep = timeStep
    self.stepping = stepping
    self.kernel = kernel
    self.dendrites = dendrites
    self.hidden = hidden
    self.output = output
    self.maximumRate = maximumRate
    self.excitatoryReversal = excitatoryReversal
    self.inhibitoryReversal = inhibitoryReversal
    self.teachingConductance = teachingConductance
    self.signal = signal
    self.inputSignal = inputSignal
    self.replicas = replicas
    self.window = window
    self.dendriticConductance = dendriticConductance
    self.noise = noise
    try validate()
  }

  /// The conductances of a hidden layer, from 0.
  public func conductances(ofHiddenLayer layer: Int) -> LayerConductances {
    hidden[min(layer, hidden.count - 1)]
  }

  /// The number of steps of a duration in ms, rounded.
  public func steps(_ duration: Double) -> Int { Int((duration / timeStep).rounded()) }

  /// The steps of a phase over which averages are taken.
  ///
  /// The authors' buffers of 20 steps are never cleared; a window that must lie within its phase
  /// gives the same means, as their phases are of 50 steps or more.
  public func window(ofPhase steps: Int) -> Range<Int> {
    switch window {
    case .last(let duration):
      let count = self.steps(duration)
      precondition(
        count >= 1 && count <= steps, "a window of \(count) steps in a phase of \(steps)")
      return (steps - count)..<steps
    case .afterSettling(let duration):
      let first = self.steps(duration)
      precondition(first < steps, "\(first) steps of settling in a phase of \(steps)")
      return first..<steps
    }
  }
}
