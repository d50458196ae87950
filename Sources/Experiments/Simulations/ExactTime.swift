// SPDX-License-Identifier: GPL-3.0-or-later

internal import SpikingNetworks
internal import Traces

/// A time step as a ratio of integers: 0.1 ms is 1/10, which no `Double` is.
struct ExactTime {
  /// In ms.
  let ratio: ExactRatio

  /// Nil for a time with more than six decimals in ms, or above 10⁶ ms.
  init?(_ milliseconds: Double) {
    let scaled = (milliseconds * 1e6).rounded()
    guard scaled >= 1, scaled <= 1e12, scaled / 1e6 == milliseconds else { return nil }
    ratio = ExactRatio(Int(scaled), 1_000_000)
  }
}

extension SimulationSpec {
  /// When the samples of `record` are taken: at the ends of steps.
  func clock(of record: SimulationRecordSpec) throws -> SamplingClock {
    guard let step = ExactTime(timeStep) else {
      throw RunFailure.usage("a time step of \(timeStep) ms has more than six decimals")
    }
    return try SamplingClock(
      start: (settlingSteps + record.every) * step.ratio, interval: record.every * step.ratio,
      unit: .milliseconds)
  }

  /// Samples of `record` in the whole run.
  func frames(of record: SimulationRecordSpec) -> Int { (steps - settlingSteps) / record.every }

  /// Values in a sample of `record`.
  func columns(of record: SimulationRecordSpec) -> Int {
    if record.reduction == .populationMean { return 1 }
    return record.cells?.reduce(0) { $0 + $1.count }
      ?? populations.first { $0.name == record.population }?.count ?? 0
  }

  /// Bytes that all recordings will take, spikes not counted.
  public var traceBytes: Int {
    records.reduce(0) { sum, record in
      let width = record.precision == .float64 ? 12 : 4
      let (values, overflow) = frames(of: record).multipliedReportingOverflow(
        by: columns(of: record) * width)
      let (total, more) = sum.addingReportingOverflow(values)
      return overflow || more ? .max : total
    }
  }
}
