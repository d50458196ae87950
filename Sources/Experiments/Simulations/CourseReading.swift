// SPDX-License-Identifier: GPL-3.0-or-later

internal import Quantities
internal import SpikingNetworks

/// Reads how a current or a conductance moves over time.
struct CourseReading {
  /// Of the values.
  let dimension: Dimension
  /// Points lie on the grid, in ms.
  let timeStep: Double

  /// Asks for `course`.
  func course(_ spec: SpecObject) -> CourseSpec {
    spec.oneOf(
      "course",
      [
        ("step", step), ("constant", constant), ("steps", { points($0, .steps) }), ("ramp", ramp),
        ("ramps", { points($0, .ramps) }), ("file", file),
      ], about: "the value over time; 0 before its first point, the last one after it")
  }

  private static let nothing = CourseSpec.given(try! Course.constant(0))

  private func made(
    _ spec: SpecObject, _ make: () throws(ModelError) -> Course
  ) -> CourseSpec {
    spec.build(make).map { .given($0) } ?? Self.nothing
  }

  private func constant(_ spec: SpecObject) -> CourseSpec {
    let value = spec.quantity("amplitude", dimension, about: "at all times")
    return made(spec) { () throws(ModelError) in try Course.constant(value) }
  }

  private func step(_ spec: SpecObject) -> CourseSpec {
    let value = spec.quantity("amplitude", dimension, about: "between begin and end")
    let begin = spec.quantity("begin", .time, .atLeast(0), default: 0, about: "when it starts")
    let end = spec.optional(
      "end", .quantity(.time, .greaterThan(0)), about: "when it ends; left out, never")
    checkGrid(spec, begin, end)
    return made(spec) { () throws(ModelError) in
      guard let end else { return try Course(times: [begin], values: [value]) }
      return try Course(times: [begin, end], values: [value, 0], place: "end")
    }
  }

  private func ramp(_ spec: SpecObject) -> CourseSpec {
    let from = spec.quantity("from", dimension, default: 0, about: "at begin")
    let to = spec.quantity("to", dimension, about: "at end, and from then on")
    let begin = spec.quantity("begin", .time, .atLeast(0), default: 0, about: "when it starts")
    let end = spec.quantity("end", .time, .greaterThan(0), about: "when it ends")
    checkGrid(spec, begin, end)
    return made(spec) { () throws(ModelError) in
      try Course(times: [begin, end], values: [from, to], shape: .ramps, place: "end")
    }
  }

  private func checkGrid(_ spec: SpecObject, _ begin: Double, _ end: Double?) {
    _ = spec.steps("begin", begin, timeStep: timeStep, atLeast: 0)
    if let end { _ = spec.steps("end", end, timeStep: timeStep) }
  }

  private func points(_ spec: SpecObject, _ shape: Course.Shape) -> CourseSpec {
    let times = spec.required(
      "times", .list(of: .quantity(.time, .atLeast(0)), atLeast: 1), about: "ascending")
    let values = spec.required(
      "amplitudes", .list(of: .quantity(dimension), atLeast: 1), about: "one per time")
    for time in times { _ = spec.steps("times", time, timeStep: timeStep, atLeast: 0) }
    return made(spec) { () throws(ModelError) in
      try Course(times: times, values: values, shape: shape, place: "times")
    }
  }

  private func file(_ spec: SpecObject) -> CourseSpec {
    let path = spec.required(
      "path", .path,
      about: "rows time,value in ms and \(dimension.customaryUnit?.symbol ?? "1"); "
        + "beside the specification where it is relative")
    let shape = spec.value(
      "shape", SpecKind<Course.Shape>.choice, default: .steps,
      about: "what happens between rows")
    return .file(path: path, shape: shape, keyPath: spec.keyPath)
  }
}
