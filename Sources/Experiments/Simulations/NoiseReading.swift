// SPDX-License-Identifier: GPL-3.0-or-later

internal import Integration
internal import Quantities
internal import SpikingNetworks

/// Reads the sources of noise of a population.
struct NoiseReading {
  let model: ModelOutline?
  let timeStep: Double

  /// Asks for `noise`.
  func sources(_ spec: SpecObject) -> [(name: String, value: NoiseSource?)] {
    spec.named("noise", about: "sources of noise by name") { source($0, $1) }
  }

  private func source(_ name: String, _ spec: SpecObject) -> NoiseSource? {
    let compartment = spec.compartment(model, about: "where it acts")
    let isBarrage = spec.isWritten(["process", "poisson"])
    let form = spec.oneOf("form", forms(isBarrage: isBarrage, compartment), about: "how it acts")
    let process = spec.oneOf("process", processes(form), about: "how x moves in time")
    let correlation = spec.value(
      "correlation", .real(.from(0, to: 1)), default: 0,
      about: "of x between any two cells")
    var interpretation = WhiteNoise.Interpretation.stratonovich
    var isOfWhiteConductance = spec.isSilent
    if case (.white, .conductance) = (process.process, form) { isOfWhiteConductance = true }
    if isOfWhiteConductance {
      interpretation = spec.value(
        "interpretation", SpecKind<WhiteNoise.Interpretation>.choice, default: .stratonovich,
        about: "of a white conductance: the limit of coloured noise, or Itô's")
    } else if spec.takes("interpretation"), spec.isSound("form"), spec.isSound("process") {
      spec.report(
        "interpretation",
        "belongs to white noise of a conductance: any other noise has one meaning; leave it out, or "
          + "choose process white and form conductance")
    }
    if spec.isSound, isBarrage, correlation != 0 {
      spec.report(
        "correlation",
        "Poisson barrages are drawn independently; leave it out, or choose ornsteinUhlenbeck")
    }
    return spec.build { () throws(ModelError) in
      try NoiseSource(
        name: name, compartment: compartment, process: process.process, form: form,
        strength: process.strength, correlation: correlation, interpretation: interpretation)
    }
  }

  /// Asks for `mean`, which a Poisson barrage brings along.
  private func mean(
    _ spec: SpecObject, _ dimension: Dimension, _ bounds: SpecBounds<Double>, isBarrage: Bool,
    about: String
  ) -> Double {
    guard isBarrage else {
      return spec.quantity("mean", dimension, bounds, default: 0, about: about)
    }
    if spec.takes("mean") {
      spec.report(
        "mean",
        "a Poisson barrage is its own mean, weight times rate times timeConstant; leave it out, or "
          + "choose ornsteinUhlenbeck")
    }
    return 0
  }

  private func forms(
    isBarrage: Bool, _ compartment: String
  ) -> [SpecObject.Variant<NoiseForm>] {
    [
      (
        "conductance",
        {
          .conductance(
            mean: mean(
              $0, .conductance, .atLeast(0), isBarrage: isBarrage, about: "g = mean + x"),
            reversalPotential: $0.quantity("reversalPotential", .voltage, about: "E"),
            isClipped: $0.value(
              "clipped", .boolean, default: true, about: "whether g is kept at or above 0"))
        }
      ),
      (
        "pushPull",
        { spec in
          let base = spec.quantity(
            "base", .conductance, .greaterThan(0),
            about: "g₀ of the pair g₀ ± x/2, whose sum is constant")
          let up = spec.quantity("excitatoryReversal", .voltage, default: 0, about: "E_E")
          let down = spec.quantity("inhibitoryReversal", .voltage, default: -80, about: "E_I")
          if spec.isSound, up <= down {
            spec.report(
              spec.has("excitatoryReversal") ? "excitatoryReversal" : "inhibitoryReversal",
              "the excitatory reversal potential of \(SpecObject.text(up, .voltage)) is not above the "
                + "inhibitory one of \(SpecObject.text(down, .voltage))")
          }
          return .pushPull(base: base, excitatoryReversal: up, inhibitoryReversal: down)
        }
      ),
      (
        "current",
        {
          .current(
            mean: mean($0, .current, .any, isBarrage: isBarrage, about: "I = mean + x"))
        }
      ),
      (
        "multiplicative",
        { spec in
          let receptor = spec.required("receptor", .text, about: "x multiplies its conductance")
          guard spec.isSound, let model else { return .multiplicative(receptor: receptor) }
          if !model.hasReceptor(receptor) {
            spec.reportUnknown(
              "receptor", receptor, "receptor", known: model.receptors.map(\.path))
          } else if !receptor.hasPrefix("\(compartment).") {
            spec.report(
              "receptor",
              "\(receptor) is not in \(compartment), where the noise acts; name a receptor of that "
                + "compartment")
          } else if let dimension = model.dimension(ofReceptor: receptor),
            dimension != .conductance
          {
            spec.report(
              "receptor",
              "\(receptor) is no conductance; name a receptor with a reversal potential")
          }
          return .multiplicative(receptor: receptor)
        }
      ),
    ]
  }

  private func processes(
    _ form: NoiseForm
  ) -> [SpecObject.Variant<(process: NoiseProcess, strength: Double)>] {
    let dimension: Dimension =
      switch form {
      case .conductance, .pushPull: .conductance
      case .current: .current
      case .multiplicative: .dimensionless
      }
    func deviation(_ spec: SpecObject) -> Double {
      spec.quantity(
        "standardDeviation", dimension, .atLeast(0), about: "of x, whatever the time step")
    }
    return [
      (
        "ornsteinUhlenbeck",
        {
          let tau = $0.quantity("timeConstant", .time, .greaterThan(0), about: "correlation time")
          return (.ornsteinUhlenbeck(timeConstant: tau), deviation($0))
        }
      ),
      (
        "white",
        {
          let intensity = $0.required(
            "intensity", .intensity(dimension), about: "standard deviation of x times √dt")
          return (.white, intensity)
        }
      ),
      ("frozen", { (.frozen, deviation($0)) }),
      (
        "poisson",
        {
          let rate = $0.quantity("rate", .frequency, .atLeast(0), about: "arrivals per time")
          $0.checkPoisson("rate", rate, timeStep: timeStep)
          let tau = $0.quantity("timeConstant", .time, .greaterThan(0), about: "of an arrival")
          let weight = $0.quantity(
            "weight", dimension, .atLeast(0), about: "what an arrival adds to x")
          return (.poisson(rate: rate, timeConstant: tau), weight)
        }
      ),
    ]
  }
}

extension SpecObject {
  /// Asks for `compartment`, one of the model's; without a model, any name.
  func compartment(_ model: ModelOutline?, about: String) -> String {
    let known = model?.compartments ?? []
    let name =
      known.count == 1
      ? value("compartment", .text, default: known[0], about: about)
      : required("compartment", .text, about: about)
    if isSound("compartment"), !known.isEmpty, !known.contains(name) {
      reportUnknown("compartment", name, "compartment", known: known)
    }
    return name
  }
}
