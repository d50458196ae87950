// SPDX-License-Identifier: GPL-3.0-or-later

internal import Quantities
internal import SpikingNetworks

extension SpecObject {
  /// A quantity that is the same for all, or the distribution that it is drawn from:
  /// `1 nS`, or `{lognormal: {mean: 1 nS, standardDeviation: 0.5 nS, to: 5 nS}}`.
  ///
  /// - Parameters:
  ///   - single: What the one value may be.
  ///   - least: The least value that makes sense, where there is one. A normal distribution must
  ///     then have a lower bound.
  ///   - isBounded: Whether every distribution must have both bounds.
  ///   - hasLognormal: Whether values are positive by nature.
  func sampled(
    _ key: String, _ dimension: Dimension, single: SpecBounds<Double> = .any,
    least: Double? = nil, isBounded: Bool = false,
    hasLognormal: Bool = true, default usual: Double? = nil, about: String
  ) -> SampledValue {
    let bounds = least.map { SpecBounds<Double>.atLeast($0) } ?? .any
    let reading = DistributionReading(
      dimension: dimension, bounds: bounds, least: least, isBounded: isBounded)
    let variants = reading.variants(hasLognormal: hasLognormal)
    let about = "\(about); or \(SpecCollector.words(variants.map(\.name)))"
    guard entries.first(where: { $0.key == key })?.value.entries == nil else {
      return oneOf(key, variants, about: about)
    }
    if probeDepth < SpecCollector.probeLimit {
      _ = SpecObject(
        [], at: path, place: place, collector: collector, probeDepth: probeDepth + 1
      ).oneOf(key, variants, about: about)
    }
    return .same(quantity(key, dimension, single, default: usual, about: about))
  }
}

/// Reads a distribution.
private struct DistributionReading {
  let dimension: Dimension
  let bounds: SpecBounds<Double>
  let least: Double?
  let isBounded: Bool

  func variants(hasLognormal: Bool) -> [SpecObject.Variant<SampledValue>] {
    [("uniform", uniform), ("normal", normal)] + (hasLognormal ? [("lognormal", lognormal)] : [])
  }

  private func uniform(_ spec: SpecObject) -> SampledValue {
    let from = spec.quantity("from", dimension, bounds, about: "the least value")
    let to = spec.quantity("to", dimension, bounds, about: "the largest value")
    return make(spec, .uniform, from, to)
  }

  private func normal(_ spec: SpecObject) -> SampledValue {
    let mean = spec.quantity("mean", dimension, about: "without bounds")
    return bell(spec) { .normal(mean: mean, standardDeviation: $0) }
  }

  private func lognormal(_ spec: SpecObject) -> SampledValue {
    let mean = spec.quantity(
      "mean", dimension, .greaterThan(0), about: "of the values, not of their logarithm")
    return bell(spec) { .lognormal(mean: mean, standardDeviation: $0) }
  }

  /// Asks for what the two distributions without bounds of their own have in common.
  private func bell(
    _ spec: SpecObject, _ shape: (Double) -> Distribution.Shape
  ) -> SampledValue {
    let deviation = spec.quantity(
      "standardDeviation", dimension, .atLeast(0), about: "of the values, without bounds")
    let from = spec.optional(
      "from", .quantity(dimension, bounds), about: "the least value; nothing below it is drawn")
    let to = spec.optional(
      "to", .quantity(dimension, bounds), about: "the largest value; nothing above it is drawn")
    let shape = shape(deviation)
    if spec.isSound, isBounded, from == nil || to == nil {
      let missing = from != nil ? "to" : to != nil ? "from" : "from and to"
      spec.report("a delay has a least and a largest value: give \(missing)")
    }
    if spec.isSound, let least, from == nil, case .normal = shape {
      let bound = SpecObject.text(least, dimension)
      spec.report(
        "a normal distribution goes below \(bound): give from, \(bound) or more, or choose "
          + "lognormal")
    }
    return make(spec, shape, from ?? -.infinity, to ?? .infinity)
  }

  private func make(
    _ spec: SpecObject, _ shape: Distribution.Shape, _ from: Double, _ to: Double
  ) -> SampledValue {
    if spec.isSound, from > to {
      spec.report(
        "to",
        "\(SpecObject.text(to, dimension)) is below \(SpecObject.text(from, dimension)), the value "
          + "of from; let the bounds ascend")
    }
    let made = spec.build { () throws(ModelError) in
      try Distribution(shape, from: from, to: to)
    }
    return made.map { .drawn($0) } ?? .same(least ?? 1)
  }
}

extension SpecObject {
  /// A quantity as a person writes it.
  static func text(_ value: Double, _ dimension: Dimension) -> String {
    guard case .text(let text) = SpecKind<Double>.quantity(dimension).resolve(value) else {
      return "\(value)"
    }
    return text
  }

  /// Reports a rate that makes more Poisson spikes in a step than can be drawn.
  func checkPoisson(_ key: String, _ rate: Double, timeStep: Double) {
    guard isSound(key), timeStep.isFinite, rate * timeStep >= Network.mostArrivalsPerStep else {
      return
    }
    let most = Double(Quantity.shortText(Network.mostArrivalsPerStep / timeStep)) ?? 0
    report(
      key,
      "\(Self.text(rate, .frequency)) makes \(Quantity.shortText(rate * timeStep)) Poisson spikes in "
        + "a step of \(Self.text(timeStep)); give less than \(Self.text(most, .frequency)), or a "
        + "shorter step")
  }
}
