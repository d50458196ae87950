// SPDX-License-Identifier: GPL-3.0-or-later

/// One compartment of a neuron: a capacitance and a leak.
///
///     C dV/dt = g_L (E_L − V) + Σ_j g_j (V_j − V) + Σ_r g_r (E_r − V) + I
///
/// with the couplings g_j to other compartments, the receptors g_r and everything else I.
public struct Compartment: Sendable, Equatable, Codable {
  /// The name: `soma`, `basal`, `apical`, or any other.
  public let name: String
  /// C, in pF; positive.
  public let capacitance: Double
  /// g_L, in nS; not negative. NEST: `g_L`; Brian2: by convention `gL`.
  public let leakConductance: Double
  /// E_L, in mV. NEST: `E_L`.
  public let restingPotential: Double
  /// V at time 0, in mV.
  public let initialPotential: Double
  /// A constant current into the compartment, in pA. NEST: `I_e`.
  public let current: Double

  /// A compartment; `initialPotential` is the resting potential where it is nil.
  public init(
    name: String, capacitance: Double, leakConductance: Double, restingPotential: Double,
    initialPotential: Double? = nil, current: Double = 0
  ) throws(ModelError) {
    guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else {
      throw ModelError(
        "compartment", "\"\(name)\" is no name", "use letters, digits and underscores")
    }
    try ModelError.checkPositive(capacitance, "\(name).capacitance", "pF")
    try ModelError.checkNotNegative(leakConductance, "\(name).leakConductance", "nS")
    try ModelError.checkFinite(restingPotential, "\(name).restingPotential", "mV")
    try ModelError.checkFinite(
      initialPotential ?? restingPotential, "\(name).initialPotential", "mV")
    try ModelError.checkFinite(current, "\(name).current", "pA")
    self.name = name
    self.capacitance = capacitance
    self.leakConductance = leakConductance
    self.restingPotential = restingPotential
    self.initialPotential = initialPotential ?? restingPotential
    self.current = current
  }

  /// C / g_L in ms: infinite without a leak.
  public var timeConstant: Double { capacitance / leakConductance }
}

/// A conductance between two compartments.
///
/// The current into `second` is `conductance`·(V_first − V_second), and the one into `first` is
/// `backward`·(V_second − V_first). Physics makes both conductances equal; models that let the
/// dendrite drive the soma and not the other way have `backward` = 0.
public struct Coupling: Sendable, Equatable, Codable {
  /// One compartment.
  public let first: String
  /// The other.
  public let second: String
  /// Into `second`, in nS.
  public let conductance: Double
  /// Into `first`, in nS.
  public let backward: Double

  /// A coupling of `first` and `second`; `backward` is `conductance` where it is nil.
  public init(
    _ first: String, _ second: String, conductance: Double, backward: Double? = nil
  ) throws(ModelError) {
    let place = "coupling \(first)–\(second)"
    try ModelError.checkNotNegative(conductance, "\(place).conductance", "nS")
    try ModelError.checkNotNegative(backward ?? conductance, "\(place).backward", "nS")
    guard first != second else {
      throw ModelError(place, "a compartment is coupled to itself", "name two compartments")
    }
    self.first = first
    self.second = second
    self.conductance = conductance
    self.backward = backward ?? conductance
  }
}

/// Where synapses of one kind end in a compartment.
public struct Receptor: Sendable, Equatable, Codable {
  /// The time course g(t) after a spike of weight w at time 0.
  public enum Kernel: Sendable, Equatable, Codable {
    /// w e^{−t/τ}, τ in ms.
    case exponential(timeConstant: Double)
    /// w (t/τ) e^{1 − t/τ}, τ in ms: it peaks at w when t = τ.
    case alpha(timeConstant: Double)
    /// The potential jumps by w, in mV.
    case delta

    /// τ in ms; nil where there is none.
    public var timeConstant: Double? {
      switch self {
      case .exponential(let tau), .alpha(let tau): tau
      case .delta: nil
      }
    }
  }

  /// What g does.
  public enum Effect: Sendable, Equatable, Codable {
    /// g is a conductance in nS: a current g (E − V), with the reversal potential E in mV.
    case conductance(reversalPotential: Double)
    /// g is a current in pA.
    case current
  }

  /// The name, for instance `excitatory`.
  public let name: String
  /// The compartment.
  public let compartment: String
  /// The time course.
  public let kernel: Kernel
  /// What it does; a delta kernel moves the potential itself.
  public let effect: Effect

  /// A receptor `name` in `compartment`.
  public init(
    name: String, compartment: String, kernel: Kernel, effect: Effect
  ) throws(ModelError) {
    let place = "\(compartment).\(name)"
    guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else {
      throw ModelError(
        "\(compartment).receptor", "\"\(name)\" is no name",
        "use letters, digits and underscores")
    }
    guard name != "v" else {
      throw ModelError(place, "v names the potential", "choose another name")
    }
    if let tau = kernel.timeConstant {
      try ModelError.checkPositive(tau, "\(place).timeConstant", "ms")
    }
    if case .conductance(let reversal) = effect {
      try ModelError.checkFinite(reversal, "\(place).reversalPotential", "mV")
    }
    self.name = name
    self.compartment = compartment
    self.kernel = kernel
    self.effect = effect
  }

  /// `compartment.name`, as specifications and traces call it.
  public var path: String { "\(compartment).\(name)" }

  /// State variables: g, and for an alpha kernel its rise.
  var variableCount: Int {
    switch kernel {
    case .exponential: 1
    case .alpha: 2
    case .delta: 0
    }
  }

  /// What a spike of weight 1 adds to the last of the receptor's variables: 1, or e/τ so that an
  /// alpha kernel peaks at the weight.
  var gain: Double {
    switch kernel {
    case .exponential, .delta: 1
    case .alpha(let tau): 2.718281828459045235 / tau
    }
  }
}
