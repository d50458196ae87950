// SPDX-License-Identifier: GPL-3.0-or-later

/// Takes the frames of one trace, in order, and keeps a bounded part of them in memory.
///
/// Whoever records calls `append` once per sampling time, `flush` before a checkpoint (so that
/// a resumed run finds the frames before it) and `close` at the end.
public protocol TraceSink: ~Copyable {
  /// What the frames are.
  var trace: TraceDescription { get }
  /// Frames appended so far, those of a resumed file included.
  var frameCount: Int { get }

  /// Appends one frame `[columns]`, rounded to the precision of the trace.
  ///
  /// Throws `TraceError.frameLength` for a frame of another length, `TraceError.closed` after
  /// `close`, and the sink's own error when a frame cannot be written.
  mutating func append<Scalar: BinaryFloatingPoint>(_ frame: Span<Scalar>) throws

  /// Makes all frames so far readable by others.
  mutating func flush() throws

  /// Flushes and gives up the file. Closing twice is allowed.
  mutating func close() throws
}

extension TraceSink where Self: ~Copyable {
  /// Appends one frame `[columns]` held in an array.
  public mutating func append<Scalar: BinaryFloatingPoint>(_ frame: [Scalar]) throws {
    // Swift 6.3 may end the life of an array literal on the stack before its span's last use.
    try withExtendedLifetime(frame) { try append(frame.span) }
  }
}

extension TraceDescription {
  /// Throws `TraceError.frameLength` unless a frame has one value per column.
  public func check(frameLength: Int) throws {
    guard frameLength == columnCount else {
      throw TraceError.frameLength(trace: name, columns: columnCount, got: frameLength)
    }
  }
}

/// Counts frames and drops them.
public struct NullTraceSink: TraceSink {
  /// What the frames are.
  public let trace: TraceDescription
  /// Frames appended so far.
  public private(set) var frameCount = 0
  private var isClosed = false

  /// A sink for frames of `trace`.
  public init(_ trace: TraceDescription) { self.trace = trace }

  /// Checks the length of the frame and counts it.
  public mutating func append<Scalar: BinaryFloatingPoint>(_ frame: Span<Scalar>) throws {
    guard !isClosed else { throw TraceError.closed(trace: trace.name) }
    try trace.check(frameLength: frame.count)
    frameCount += 1
  }

  /// Does nothing.
  public mutating func flush() {}

  /// Refuses frames from now on.
  public mutating func close() { isClosed = true }
}

/// Keeps every frame in memory. For tests and short recordings: its memory is not bounded.
public struct MemoryTraceSink: TraceSink {
  /// What the frames are.
  public let trace: TraceDescription
  /// `[frames, columns]`, row after row, rounded to the precision of the trace.
  public private(set) var values: [Double] = []
  private var isClosed = false

  /// A sink for frames of `trace`.
  public init(_ trace: TraceDescription) { self.trace = trace }

  /// Frames appended so far.
  public var frameCount: Int { values.count / trace.columnCount }

  /// Frame `index`, `[columns]`.
  public func frame(_ index: Int) -> [Double] {
    Array(values[index * trace.columnCount..<(index + 1) * trace.columnCount])
  }

  /// Appends one frame.
  public mutating func append<Scalar: BinaryFloatingPoint>(_ frame: Span<Scalar>) throws {
    guard !isClosed else { throw TraceError.closed(trace: trace.name) }
    try trace.check(frameLength: frame.count)
    for index in frame.indices {
      switch trace.precision {
      case .float32: values.append(Double(Float(frame[index])))
      case .float64: values.append(Double(frame[index]))
      }
    }
  }

  /// Does nothing.
  public mutating func flush() {}

  /// Refuses frames from now on.
  public mutating func close() { isClosed = true }
}
