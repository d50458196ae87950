// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

/// How one layer steps: everything about it that neither learns nor evolves. A class, so that a
/// step does not copy it.
final class LayerPlan: Sendable {
  let units: Int
  let stride: Int
  /// The units, rounded up to whole vectors.
  let lanes: Int
  let isHidden: Bool
  let conductances: LayerConductances
  let soma: CompartmentStep
  /// Dendrites with dynamics or noise; nil where V^d is the drive itself.
  let basal: CompartmentStep?
  let apical: CompartmentStep?
  /// The perturbation, of hidden layers.
  let noise: ConductanceNoise?
  let noiseStep: _DendriteNoise?
  /// The arrivals of a step and their mean number, where the perturbation is shot noise.
  let shots: (mean: Double, counts: PoissonCounts)?
  /// Per unit of a dendrite's response, the current into the soma (dendritic noise).
  let dendriteCoupling: Double

  init(_ parameters: SegregatedDendriteParameters, layer: Int, units: Int, isHidden: Bool) {
    self.units = units
    stride = DendriteLayerState<Float>.stride(units)
    lanes = (units + 15) / 16 * 16
    self.isHidden = isHidden
    conductances =
      isHidden ? parameters.conductances(ofHiddenLayer: layer) : parameters.output
    soma =
      isHidden
      ? parameters.soma(ofHiddenLayer: layer) : parameters.outputSoma(teaching: false)
    basal = parameters.dendrite(.basal, isHidden: isHidden)
    apical = isHidden ? parameters.dendrite(.apical, isHidden: true) : nil
    noise = isHidden ? parameters.noise : nil
    noiseStep =
      isHidden
      ? parameters.noise.map { $0.step(in: parameters, hiddenLayer: layer) } : nil
    if case .poisson(let rate, _) = parameters.noise?.course, isHidden {
      let mean = rate * parameters.timeStep
      shots = (mean, PoissonCounts(mean: mean))
    } else {
      shots = nil
    }
    dendriteCoupling =
      switch parameters.noise?.compartment {
      case .basal: conductances.basal
      case .apical: conductances.apical
      case .soma, nil: 0
      }
  }
}

extension ConductanceNoise {
  /// The constants of the perturbing kernel in a hidden layer.
  func step(
    in parameters: SegregatedDendriteParameters, hiddenLayer layer: Int
  ) -> _DendriteNoise {
    let target = parameters.perturbedCompartment(ofHiddenLayer: layer)
    let (mean, reversal): (Double, Double) =
      if case .singleSided(let mean, let reversal) = form { (mean, reversal) } else { (0, 0) }
    return _DendriteNoise(
      sign: 1, low: limits.low, high: limits.high, decay: target?.decay ?? 0,
      gain: target?.gain ?? 1, weight: weight(in: parameters), rest: target?.rest ?? 0,
      conductance: target?.conductance ?? 1, mean: mean, reversal: reversal,
      timeStep: parameters.timeStep, stepping: target?.kernel ?? 0)
  }

  /// The current, or the rate, per unit of δ. For single conductances 1, to be multiplied by the
  /// driving force E − V̄.
  func weight(in parameters: SegregatedDendriteParameters) -> Double {
    if case .pushPull = form {
      return 0.5 * (parameters.excitatoryReversal - parameters.inhibitoryReversal)
    }
    return 1
  }

  /// The standard deviation of δ in one step.
  func stepDeviation(timeStep dt: Double) -> Double {
    course == .white ? standardDeviation / dt.squareRoot() : standardDeviation
  }

  /// The correlation of δ from step to step.
  func correlation(timeStep dt: Double) -> Double {
    switch course {
    case .frozen: 1
    case .white: 0
    case .ornsteinUhlenbeck(let timeConstant), .poisson(_, let timeConstant):
      exp(-dt / timeConstant)
    }
  }
}
