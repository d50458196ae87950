// SPDX-License-Identifier: GPL-3.0-or-later

internal import Quantities
internal import SpikingNetworks

extension SpecObject {
  /// What `make` makes, where all that it is made of was read; its mistake is reported at the key
  /// that it names, or at this mapping.
  func build<Value>(_ make: () throws(ModelError) -> Value) -> Value? {
    guard isSound else { return nil }
    do {
      return try make()
    } catch {
      let message = "\(error.problem); \(error.remedy)"
      let key = error.place.split(separator: ".").last.map(String.init) ?? ""
      if has(key) { report(key, message) } else { report(message) }
      return nil
    }
  }

  /// The number of steps of `timeStep` ms in the time of `key`; reports a time that is none. Where
  /// `timeStep` itself could not be read it is NaN, and nothing more is said.
  func steps(_ key: String, _ time: Double, timeStep: Double, atLeast least: Int = 1) -> Int {
    let steps = (time / timeStep).rounded()
    guard isSound(key), timeStep.isFinite, !time.isNaN else { return max(least, 1) }
    guard steps < 0x1p40 else {
      report(key, "\(Self.text(time)) are too many steps of \(Self.text(timeStep))")
      return least
    }
    let isShort = least > 0 && time < timeStep * (1 - 1e-6)
    if isShort || abs(steps * timeStep - time) > 1e-6 * timeStep {
      let fitting = Self.text((max(steps, Double(least)) * timeStep * 1e6).rounded() / 1e6)
      report(
        key,
        isShort
          ? "\(Self.text(time)) is below the time step of \(Self.text(timeStep)); "
            + "give at least \(fitting), or a shorter step"
          : "\(Self.text(time)) is no whole number of time steps of \(Self.text(timeStep)); "
            + "give \(fitting), or another step")
    }
    return max(Int(steps), least)
  }

  /// Whether `key` is written, which is then no unknown key: for one that has no effect here, and of
  /// which more is to be said.
  func takes(_ key: String) -> Bool { has(key) && ask(key) != nil }

  /// A time as a person writes it.
  static func text(_ time: Double) -> String { text(time, .time) }

  /// Reports that `name` is none of `known`, with the nearest of them.
  func reportUnknown(_ key: String, _ name: String, _ what: String, known: [String]) {
    let list = known.isEmpty ? "there is none" : "there is \(SpecCollector.words(known))"
    let meant = NearestWord.of(name, among: known).map { " (did you mean \($0)?)" } ?? ""
    report(key, "there is no \(what) \(name)\(meant); \(list)")
  }
}
