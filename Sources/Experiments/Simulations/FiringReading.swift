// SPDX-License-Identifier: GPL-3.0-or-later

internal import Quantities
internal import SpikingNetworks

extension ModelReading {
  /// Asks for `firing`, one of `threshold`, `escape`, `rate`, `never`.
  func firing(_ spec: SpecObject, _ names: [String]) -> Firing? {
    let usual: String? =
      switch base?.firing?.mechanism {
      case .threshold?: "threshold"
      case .escape?: "escape"
      case .rate?: "rate"
      case nil: base == nil ? nil : "never"
      }
    return spec.oneOf(
      "firing",
      [
        ("threshold", { threshold($0, names) }),
        ("escape", { escape($0, names, sendsRate: false) }),
        ("rate", { escape($0, names, sendsRate: true) }), ("never", { _ in nil }),
      ], default: usual, about: "what the cell sends\(source)")
  }

  private func threshold(_ spec: SpecObject, _ names: [String]) -> Firing? {
    var usual: (at: Double, reset: Double)?
    if case .threshold(let at, let reset)? = base?.firing?.mechanism { usual = (at, reset) }
    let at = spec.quantity(
      "at", .voltage, default: usual?.at, about: "the potential that fires\(source)")
    let reset = spec.quantity(
      "reset", .voltage, default: usual?.reset, about: "the potential after a spike\(source)")
    let clamps = spec.value(
      "clampsAtThreshold", .boolean, default: base?.firing?.clampsAtThreshold ?? false,
      about: "whether the soma's own equation reads min(V, threshold)\(source)")
    return make(spec, names, .threshold(at, reset: reset), clamps: clamps)
  }

  private func escape(_ spec: SpecObject, _ names: [String], sendsRate: Bool) -> Firing? {
    var usual: RateFunction?
    switch base?.firing?.mechanism {
    case .escape(let rate)?, .rate(let rate)?: usual = rate
    case .threshold?, nil: break
    }
    let maximum = spec.quantity(
      "maximum", .frequency, .atLeast(0), default: usual?.maximum, about: "φ_max\(source)")
    let slope = spec.value(
      "slope", .real(.greaterThan(0)), default: usual?.slope ?? 1, about: "k\(source)")
    let steepness = spec.quantity(
      "steepness", .inverseVoltage, .greaterThan(0), default: usual?.steepness,
      about: "β\(source)")
    let midpoint = spec.quantity(
      "midpoint", .voltage, default: usual?.midpoint,
      about: "θ of φ(u) = φ_max/(1 + k e^(β(θ − u)))\(source)")
    let rate = spec.build { () throws(ModelError) in
      try RateFunction(maximum: maximum, slope: slope, steepness: steepness, midpoint: midpoint)
    }
    return make(
      spec, names, rate.map { sendsRate ? .rate($0) : .escape($0) }, clamps: false,
      isRefractory: !sendsRate)
  }

  /// Asks for what every mechanism has.
  private func make(
    _ spec: SpecObject, _ names: [String], _ mechanism: Firing.Mechanism?, clamps: Bool,
    isRefractory: Bool = true
  ) -> Firing? {
    let compartment = spec.value(
      "compartment", .text, default: base?.firing?.compartment ?? names.first ?? "soma",
      about: "the compartment that fires\(source)")
    if spec.isSound("compartment"), !names.isEmpty, !names.contains(compartment) {
      spec.reportUnknown("compartment", compartment, "compartment", known: names)
    }
    var period = 0.0
    var held = Firing.Refractoriness.holdSpiking
    if isRefractory {
      period = spec.quantity(
        "refractoryPeriod", .time, .atLeast(0), default: base?.firing?.refractoryPeriod ?? 0,
        about: "no spike follows another within it\(source)")
      held = spec.value(
        "whileRefractory", SpecKind<Firing.Refractoriness>.choice,
        default: base?.firing?.whileRefractory ?? .holdSpiking,
        about: "which potentials rest meanwhile\(source)")
    } else {
      for key in ["refractoryPeriod", "whileRefractory"] where spec.takes(key) {
        spec.report(key, "a rate is never refractory; leave it out, or choose escape")
      }
    }
    guard let mechanism else { return nil }
    return spec.build { () throws(ModelError) in
      try Firing(
        compartment: compartment, mechanism, refractoryPeriod: period, whileRefractory: held,
        clampsAtThreshold: clamps)
    }
  }
}
