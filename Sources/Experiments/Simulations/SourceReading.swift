// SPDX-License-Identifier: GPL-3.0-or-later

internal import Quantities
internal import SpikingNetworks

/// Reads sources of spikes and projections.
struct SourceReading {
  let timeStep: Double

  /// A source that was read; its number of cells is nil where a mistake hides it.
  typealias Read = (spec: SourceSpec, count: Int?)

  /// Asks for `sources`.
  func sources(_ spec: SpecObject) -> [Read] {
    func counted(
      _ read: @escaping (SpecObject) -> SourceSpec.Pattern
    ) -> (SpecObject) -> (SourceSpec.Pattern, isSound: Bool) {
      { spec in
        let pattern = read(spec)
        return (pattern, spec.isSound && spec.isSound("count"))
      }
    }
    return spec.named(
      "sources", about: "cells that only send spikes, by name",
      [
        ("spikes", counted(spikes)), ("train", counted(train)), ("poisson", counted(poisson)),
        ("image", counted(image)),
      ]
    ).map { name, read in
      let source = SourceSpec(name: name, pattern: read.0)
      return (source, read.isSound ? source.count : nil)
    }
  }

  private static let nothing = SourceSpec.Pattern.given(.poisson(rates: [0]))

  private func made(_ spec: SpecObject, _ pattern: SpikeSource.Pattern) -> SourceSpec.Pattern {
    let source = spec.build { () throws(ModelError) in
      try SpikeSource(name: "source", pattern: pattern)
    }
    return source == nil ? Self.nothing : .given(pattern)
  }

  private func count(_ spec: SpecObject) -> Int {
    spec.value(
      "count", .integer(.from(1, to: 10_000_000)), default: 1, about: "the number of cells")
  }

  private func spikes(_ spec: SpecObject) -> SourceSpec.Pattern {
    let time = SpecKind<Double>.quantity(.time, .greaterThan(0))
    let same = spec.optional(
      "times", .list(of: time), about: "when every cell spikes, ascending")
    let each = spec.optional(
      "trains", .list(of: .list(of: time), atLeast: 1), about: "when each cell spikes, ascending")
    let file = spec.optional("file", .path, about: "rows cell,time in ms, ascending")
    let given = [same == nil, each == nil, file == nil].count { !$0 }
    if spec.isSound, given != 1 {
      spec.report("expected exactly one of times, trains and file, found \(given)")
    }
    for (key, lists) in [("times", same.map { [$0] } ?? []), ("trains", each ?? [])] {
      checkLast(key, lists.compactMap(\.last).max() ?? 0, spec)
    }
    if let each {
      if spec.has("count") { spec.report("count", "trains has one list for every cell already") }
      _ = spec.optional("count", .integer(), about: "one cell for every list of trains")
      return made(spec, .times(each))
    }
    let count = count(spec)
    if let file { return .file(path: file, count: count, keyPath: spec.keyPath) }
    return made(spec, .times(Array(repeating: same ?? [], count: count)))
  }

  /// Reports a spike that lies beyond what steps can be counted to.
  private func checkLast(_ key: String, _ last: Double, _ spec: SpecObject) {
    guard spec.isSound, timeStep.isFinite, last / timeStep >= Network.mostSteps else { return }
    spec.report(
      key,
      "a spike at \(SpecObject.text(last)) is more than 2⁴⁰ time steps of "
        + "\(SpecObject.text(timeStep)) away; give times below "
        + "\(Quantity.shortText(Network.mostSteps * timeStep)) ms")
  }

  private func train(_ spec: SpecObject) -> SourceSpec.Pattern {
    let begin = spec.quantity("begin", .time, .greaterThan(0), about: "the first spike")
    let interval = spec.quantity(
      "interval", .time, .greaterThan(0), about: "from one spike to the next")
    let spikes = spec.required(
      "spikes", .integer(.from(1, to: 10_000_000)), about: "the number of spikes")
    let count = count(spec)
    checkLast("spikes", begin + Double(spikes - 1) * interval, spec)
    guard spec.isSound else { return Self.nothing }
    let times = (0..<spikes).map { begin + Double($0) * interval }
    return made(spec, .times(Array(repeating: times, count: count)))
  }

  private func poisson(_ spec: SpecObject) -> SourceSpec.Pattern {
    let rate = spec.quantity("rate", .frequency, .atLeast(0), about: "of every cell")
    spec.checkPoisson("rate", rate, timeStep: timeStep)
    let count = count(spec)
    guard spec.isSound else { return Self.nothing }
    return made(spec, .poisson(rates: Array(repeating: rate, count: count)))
  }

  private enum Part: String, CaseIterable, Sendable { case test, training }

  private func image(_ spec: SpecObject) -> SourceSpec.Pattern {
    let set = spec.value(
      "data", SpecKind<SourceSpec.ImageSet>.choice, default: .syntheticDigits,
      about: "the data set")
    let part = spec.value(
      "part", SpecKind<Part>.choice, default: .test, about: "training or test images")
    let index = spec.value(
      "index", .integer(.atLeast(0)), default: 0, about: "which image, from 0")
    let rate = spec.quantity(
      "maximumRate", .frequency, .atLeast(0), about: "of a pixel that is all ink")
    spec.checkPoisson("maximumRate", rate, timeStep: timeStep)
    return .image(
      data: set, index: index, isTest: part == .test, maximumRate: rate, keyPath: spec.keyPath)
  }
}
