// SPDX-License-Identifier: GPL-3.0-or-later

/// What can be wrong with a trace before any file is involved.
public enum TraceError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The interval between frames is not positive.
  case invalidInterval(interval: String, unit: String)
  /// The columns of a trace do not describe a recording.
  case invalidDescription(trace: String, reason: String)
  /// A frame has another number of values than the trace has columns.
  case frameLength(trace: String, columns: Int, got: Int)
  /// A frame or a spike came after the sink was closed.
  case closed(trace: String)
  /// A spike is earlier than the time up to which spikes were declared complete.
  case lateSpike(population: String, time: Double, complete: Double)
  /// A spike time is negative, infinite or not a number.
  case invalidSpikeTime(population: String, time: Double)

  /// The mistake and the offending numbers, in one sentence.
  public var description: String {
    switch self {
    case .invalidInterval(let interval, let unit):
      "a sampling interval of \(interval) \(unit) is not positive; give one above 0"
    case .invalidDescription(let trace, let reason):
      "trace \(trace): \(reason)"
    case .frameLength(let trace, let columns, let got):
      "trace \(trace) has \(columns) columns, the frame has \(got) values"
    case .closed(let trace):
      "trace \(trace) is closed; nothing can be appended to it"
    case .lateSpike(let population, let time, let complete):
      "a spike of \(population) at \(time) ms came after \(complete) ms was declared complete; "
        + "call advance(to:) later"
    case .invalidSpikeTime(let population, let time):
      "a spike of \(population) has the time \(time) ms; times are finite and not negative"
    }
  }
}
