// SPDX-License-Identifier: GPL-3.0-or-later

internal import Integration
internal import Quantities
internal import SpikingNetworks

/// Reads the sources of noise of a population.
struct NoiseReading {
  let model: CompartmentModel?

  /// Asks for `noise`.
  func sources(_ spec: SpecObject) -> [NoiseSource] {
    spec.named("noise", about: "sources of noise by name") { source($0, $1) }
      .compactMap(\.value)
  }

  private func source(_ name: String, _ spec: SpecObject) -> NoiseSource? {
    let compartment = spec.compartment(model, about: "where it acts")
    let form = spec.oneOf("form", forms, about: "how it acts")
    let process = spec.oneOf("process", processes(form), about: "how x moves in time")
    let correlation = spec.value(
      "correlation", .real(.from(0, to: 1)), default: 0,
      about: "of x between any two cells")
    var interpretation = WhiteNoise.Interpretation.stratonovich
    if case .white = process.process {
      interpretation = spec.value(
        "interpretation", SpecKind<WhiteNoise.Interpretation>.choice, default: .stratonovich,
        about: "of a white conductance: the limit of coloured noise, or Itô's")
    }
    return spec.build { () throws(ModelError) in
      try NoiseSource(
        name: name, compartment: compartment, process: process.process, form: form,
        strength: process.strength, correlation: correlation, interpretation: interpretation)
    }
  }

  private var forms: [SpecObject.Variant<NoiseForm>] {
    [
      (
        "conductance",
        {
          .conductance(
            mean: $0.quantity(
              "mean", .conductance, .atLeast(0), default: 0,
              about: "g = mean + x; a Poisson barrage is its own mean"),
            reversalPotential: $0.quantity("reversalPotential", .voltage, about: "E"),
            isClipped: $0.value(
              "clipped", .boolean, default: true, about: "whether g is kept at or above 0"))
        }
      ),
      (
        "pushPull",
        {
          .pushPull(
            base: $0.quantity(
              "base", .conductance, .greaterThan(0),
              about: "g₀ of the pair g₀ ± x/2, whose sum is constant"),
            excitatoryReversal: $0.quantity(
              "excitatoryReversal", .voltage, default: 0, about: "E_E"),
            inhibitoryReversal: $0.quantity(
              "inhibitoryReversal", .voltage, default: -80, about: "E_I"))
        }
      ),
      (
        "current",
        { .current(mean: $0.quantity("mean", .current, default: 0, about: "I = mean + x")) }
      ),
      (
        "multiplicative",
        { spec in
          let receptor = spec.required("receptor", .text, about: "x multiplies its conductance")
          if spec.isSound, let model, model.index(ofReceptor: receptor) == nil {
            spec.reportUnknown(
              "receptor", receptor, "receptor", known: model.receptors.map(\.path))
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
  func compartment(_ model: CompartmentModel?, about: String) -> String {
    let known = model?.compartments.map(\.name) ?? []
    let name =
      known.count == 1
      ? value("compartment", .text, default: known[0], about: about)
      : required("compartment", .text, about: about)
    if isSound, !known.isEmpty, !known.contains(name) {
      reportUnknown("compartment", name, "compartment", known: known)
    }
    return name
  }
}
