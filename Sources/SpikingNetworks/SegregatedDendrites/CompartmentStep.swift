// SPDX-License-Identifier: GPL-3.0-or-later

internal import CKernels
internal import Foundation

/// How one compartment advances: x ← decay·x + gain·(current), at total conductance G.
struct CompartmentStep: Sendable, Equatable {
  enum Rule: Sendable { case exact, euler, algebraic }

  /// G at rest, 1/ms.
  let conductance: Double
  let rule: Rule
  let timeStep: Double
  let decay: Double
  let gain: Double
  /// The current of the circuit's resting noise conductances, their reversal potentials included.
  let rest: Double

  init(conductance g: Double, rule: Rule, timeStep dt: Double, rest: Double = 0) {
    conductance = g
    self.rule = rule
    timeStep = dt
    self.rest = rest
    switch rule {
    case .exact:
      decay = exp(-g * dt)
      gain = -expm1(-g * dt) / g
    case .euler:
      decay = 1 - g * dt
      gain = dt
    case .algebraic:
      decay = 0
      gain = 1 / g
    }
  }

  var kernel: Int32 {
    switch rule {
    case .exact: Int32(CK_STEP_EXACT)
    case .euler: Int32(CK_STEP_EULER)
    case .algebraic: Int32(CK_STEP_ALGEBRAIC)
    }
  }
}

extension SegregatedDendriteParameters {
  private func rest(at compartment: ConductanceNoise.Compartment) -> (g: Double, i: Double) {
    guard let noise, noise.compartment == compartment else { return (0, 0) }
    switch noise.form {
    case .pushPull(let resting):
      return (2 * resting, resting * (excitatoryReversal + inhibitoryReversal))
    case .singleSided(let mean, let reversal): return (mean, mean * reversal)
    case .current, .rate: return (0, 0)
    }
  }

  private var rule: CompartmentStep.Rule { stepping == .exact ? .exact : .euler }

  /// A hidden soma.
  func soma(ofHiddenLayer layer: Int) -> CompartmentStep {
    let resting = rest(at: .soma)
    return CompartmentStep(
      conductance: conductances(ofHiddenLayer: layer).total + resting.g, rule: rule,
      timeStep: timeStep, rest: resting.i)
  }

  /// An output's soma, with or without teaching.
  func outputSoma(teaching: Bool) -> CompartmentStep {
    CompartmentStep(
      conductance: output.total + (teaching ? teachingConductance : 0), rule: rule,
      timeStep: timeStep)
  }

  /// The conductance through which a dendrite hears its drive.
  var dendriteInput: Double {
    if case .dynamic(let timeConstant) = dendrites {
      1 / timeConstant
    } else {
      dendriticConductance
    }
  }

  /// A dendrite that does not simply equal its drive; nil for one that does.
  func dendrite(_ compartment: ConductanceNoise.Compartment, isHidden: Bool) -> CompartmentStep? {
    let isDynamic = dendrites != .algebraic
    let isNoisy = isHidden && noise?.compartment == compartment
    guard isDynamic || isNoisy else { return nil }
    let resting = isNoisy ? rest(at: compartment) : (0, 0)
    return CompartmentStep(
      conductance: dendriteInput + resting.0, rule: isDynamic ? rule : .algebraic,
      timeStep: timeStep, rest: resting.1)
  }

  /// The compartment that noise enters in a hidden layer, or nil where it enters none.
  func perturbedCompartment(ofHiddenLayer layer: Int) -> CompartmentStep? {
    guard let noise, noise.form != .rate else { return nil }
    return noise.compartment == .soma
      ? soma(ofHiddenLayer: layer) : dendrite(noise.compartment, isHidden: true)
  }

  /// k_b, how much of a change of Σ W·s + b a hidden soma settles to: g_b/G, the noise's resting
  /// conductances included, and where noise enters the basal dendrite, that dendrite's share
  /// g_d/(g_d + resting) too.
  public func basalGain(ofHiddenLayer layer: Int) -> Double {
    let dendrite = dendrite(.basal, isHidden: true)?.conductance ?? dendriteInput
    return conductances(ofHiddenLayer: layer).basal / soma(ofHiddenLayer: layer).conductance
      * (dendriteInput / dendrite)
  }

  /// The same of the apical dendrite.
  public func apicalGain(ofHiddenLayer layer: Int) -> Double {
    let dendrite = dendrite(.apical, isHidden: true)?.conductance ?? dendriteInput
    return conductances(ofHiddenLayer: layer).apical / soma(ofHiddenLayer: layer).conductance
      * (dendriteInput / dendrite)
  }

  /// k_d = g_d/(g_l + g_d) of an output without teaching.
  public var outputGain: Double { output.basal / output.total }
}
