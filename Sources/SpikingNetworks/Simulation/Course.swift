// SPDX-License-Identifier: GPL-3.0-or-later

/// A value over time: steps or straight lines between given points.
///
/// Before the first point the value is 0, after the last it stays. Over a simulation step the
/// value is held: that of the step's begin for `steps`, that of its middle for `ramps`, so that
/// the integral over a step is exact.
public struct Course: Sendable, Equatable, Codable {
  /// What happens between points.
  public enum Shape: String, Sendable, Codable, CaseIterable {
    case steps, ramps
  }

  /// In ms, ascending.
  public let times: [Double]
  /// One per time.
  public let values: [Double]
  /// What happens between points.
  public let shape: Shape

  /// A course through the points (`times[i]`, `values[i]`).
  public init(
    times: [Double], values: [Double], shape: Shape = .steps, place: String = "course"
  ) throws(ModelError) {
    guard times.count == values.count, !times.isEmpty else {
      throw ModelError(
        place, "\(times.count) times for \(values.count) values", "give one value per time")
    }
    for (index, value) in values.enumerated() where !value.isFinite {
      throw ModelError(
        place, "value \(index + 1), at \(ModelError.text(times[index])) ms, is \(value)",
        "give finite values")
    }
    for (index, time) in times.enumerated() where !time.isFinite {
      throw ModelError(place, "time \(index + 1) is \(time)", "give finite times")
    }
    for index in times.indices.dropFirst() where times[index] <= times[index - 1] {
      throw ModelError(
        place,
        "time \(ModelError.text(times[index])) ms follows \(ModelError.text(times[index - 1])) ms",
        "let times ascend")
    }
    self.times = times
    self.values = values
    self.shape = shape
  }

  /// A constant.
  public static func constant(_ value: Double) throws(ModelError) -> Course {
    try Course(times: [-Double.greatestFiniteMagnitude], values: [value])
  }

  /// The value held over the step that begins at `time` and lasts `timeStep`, both in ms. A point
  /// counts from the grid time nearest to it, where it lies within 10⁻⁶ of a step from it.
  public func held(from time: Double, timeStep: Double) -> Double {
    let slack = 1e-6 * timeStep
    switch shape {
    case .steps:
      guard let index = lastPoint(at: time + slack) else { return 0 }
      return values[index]
    case .ramps:
      let middle = time + timeStep / 2
      guard let index = lastPoint(at: middle + slack) else { return 0 }
      guard index + 1 < times.count else { return values[index] }
      let fraction = (middle - times[index]) / (times[index + 1] - times[index])
      return values[index] + fraction * (values[index + 1] - values[index])
    }
  }

  /// The largest value.
  public var largest: Double { values.max() ?? 0 }

  /// The last point at or before `time`; nil before the first.
  private func lastPoint(at time: Double) -> Int? {
    var (low, high) = (0, times.count)
    while low < high {
      let middle = (low + high) / 2
      if times[middle] <= time { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : low - 1
  }

  /// Whether the value never changes after the first point.
  var isConstant: Bool { times.count == 1 && times[0] == -Double.greatestFiniteMagnitude }
}
