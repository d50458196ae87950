// SPDX-License-Identifier: GPL-3.0-or-later

public import Traces

/// Writes one trace as a SONATA compartment report while it is recorded.
///
/// The file holds `/report/<population>/data`, float32 `[frames, columns]`, with its mapping
/// (see `ReportLayout`). A trace of precision `float64` has in addition
/// `/<population>/data`, float64, in `<name>.f64.h5` beside it. One file takes several
/// populations: a second writer on the same path adds its own.
///
/// At most 2 MB of frames are held in memory (4 MB more for `float64`); they are written when
/// the buffer is full and on `flush`, and `mapping/time` follows, so that a file cut off can be
/// read up to the last write. Times in steps have the unit `step`, where SONATA foresees ms
/// alone; readers pass the text on.
///
/// It is a class because recorders keep lists of sinks. Use it from one task at a time.
public final class ReportWriter: TraceSink {
  /// What the frames are.
  public let trace: TraceDescription
  /// The path of the report.
  public let path: String
  /// Frames appended so far, those before a resumption included.
  public private(set) var frameCount: Int

  private let narrow: FrameStream<Float>
  private let wide: FrameStream<Double>?
  private let layout: ReportLayout
  private var isClosed = false
  private var failure: (any Error)?

  /// Starts a report in the file at `path`, which is made when it is missing.
  ///
  /// - Parameter expectedFrames: how many frames will come, if known: a short trace then makes a
  ///   small file.
  ///
  /// Throws `ExportError` when the file cannot be made, is none of ours, or has a report of this
  /// population already.
  public convenience init(
    _ trace: TraceDescription, in path: String, expectedFrames: Int? = nil
  ) throws {
    let layout = ReportLayout(trace, expectedFrames: expectedFrames)
    let narrow = try FrameStream<Float>(
      Self.openOrCreate(path), layout.data, columns: trace.columnCount, layout.blockFrames,
      frames: 0)
    try Self.refuse(layout.group, in: narrow)
    var wide: FrameStream<Double>?
    if trace.precision == .float64 {
      let stream = try FrameStream<Double>(
        Self.openOrCreate(ReportLayout.widePath(path)), layout.wideData,
        columns: trace.columnCount, layout.blockFrames, frames: 0)
      try Self.refuse("/\(trace.population)", in: stream)
      try layout.createWide(in: stream.file)
      try stream.file.flush()
      wide = stream
    }
    try layout.createReport(in: narrow.file)
    try narrow.file.flush()
    self.init(layout, path, narrow, wide, frames: 0)
  }

  /// Continues the report at `path` after its first `frames` frames; later ones are dropped.
  ///
  /// What is written then equals what an uninterrupted run writes. Throws `ExportError` with the
  /// kind `.mismatch` when the file has fewer frames or describes another trace, and changes
  /// nothing in that case.
  public convenience init(
    resuming trace: TraceDescription, in path: String, atFrame frames: Int,
    expectedFrames: Int? = nil
  ) throws {
    let layout = ReportLayout(trace, expectedFrames: expectedFrames)
    let narrow = FrameStream<Float>(
      try HDF5File(path, .readWrite), layout.data, columns: trace.columnCount,
      layout.blockFrames, frames: frames)
    try SonataFile.check(narrow.file)
    try layout.check(in: narrow.file, atFrame: frames)
    var wide: FrameStream<Double>?
    if trace.precision == .float64 {
      let stream = FrameStream<Double>(
        try HDF5File(ReportLayout.widePath(path), .readWrite), layout.wideData,
        columns: trace.columnCount, layout.blockFrames, frames: frames)
      try layout.checkWide(in: stream.file, atFrame: frames)
      try stream.file.truncateRows(of: layout.wideData, to: frames)
      wide = stream
    }
    try narrow.file.truncateRows(of: layout.data, to: frames)
    self.init(layout, path, narrow, wide, frames: frames)
    try flush()
  }

  private init(
    _ layout: ReportLayout, _ path: String, _ narrow: FrameStream<Float>,
    _ wide: FrameStream<Double>?, frames: Int
  ) {
    trace = layout.trace
    self.path = path
    self.layout = layout
    self.narrow = narrow
    self.wide = wide
    frameCount = frames
  }

  deinit { try? close() }

  /// Appends one frame `[columns]`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func append<Scalar: BinaryFloatingPoint>(_ frame: Span<Scalar>) throws {
    if let failure { throw failure }
    guard !isClosed else { throw TraceError.closed(trace: trace.name) }
    try trace.check(frameLength: frame.count)
    narrow.append(frame)
    wide?.append(frame)
    frameCount += 1
    if narrow.isFull { try flush() }
  }

  /// Appends one frame `[columns]` held in an array.
  public func append<Scalar: BinaryFloatingPoint>(_ frame: [Scalar]) throws {
    // Swift 6.3 may end the life of an array literal on the stack before its span's last use.
    try withExtendedLifetime(frame) { try append(frame.span) }
  }

  /// Writes the frames held in memory and makes the file readable up to here.
  ///
  /// After a failure every further call throws the same error.
  public func flush() throws {
    if let failure { throw failure }
    guard !isClosed else { return }
    do {
      try narrow.write()
      try narrow.file.overwrite(layout.times(frames: frameCount), in: "\(layout.mapping)/time")
      try narrow.file.flush()
      try wide?.write()
      try wide?.file.flush()
    } catch {
      failure = error
      throw error
    }
  }

  /// Flushes and closes. Closing twice is allowed.
  public func close() throws {
    guard !isClosed else { return }
    if failure == nil { try? flush() }
    isClosed = true
    do {
      try narrow.file.close()
      try wide?.file.close()
    } catch {
      failure = failure ?? error
    }
    if let failure { throw failure }
  }

  private static func openOrCreate(_ path: String) throws -> HDF5File {
    if PosixFile.exists(path) {
      let file = try HDF5File(path, .readWrite)
      try SonataFile.check(file)
      return file
    }
    let file = try HDF5File(path, .create)
    try SonataFile.mark(file)
    return file
  }

  private static func refuse<S>(_ group: String, in stream: FrameStream<S>) throws {
    guard try !stream.file.contains(group) else {
      throw ExportError(
        .exists, "cannot write", group, file: stream.file.path, reason: "it is there already",
        remedy: "Continue that run with --resume, or choose another directory with --out.")
    }
  }
}

/// Frames on their way into one dataset of one file.
final class FrameStream<Scalar: HDF5Scalar & BinaryFloatingPoint> {
  var file: HDF5File
  private let object: String
  private let blockFrames: Int
  private let columns: Int
  private var written: Int
  private var waiting: [Scalar] = []

  init(
    _ file: consuming HDF5File, _ object: String, columns: Int, _ blockFrames: Int, frames: Int
  ) {
    self.file = file
    self.object = object
    self.blockFrames = blockFrames
    self.columns = columns
    written = frames
    waiting.reserveCapacity(blockFrames * columns)
  }

  func append<Source: BinaryFloatingPoint>(_ frame: Span<Source>) {
    for index in frame.indices { waiting.append(Scalar(frame[index])) }
  }

  /// Whether the frames reach the end of a stored piece.
  var isFull: Bool { waiting.count / columns >= blockFrames - written % blockFrames }

  func write() throws {
    do {
      try file.appendRows(waiting, to: object)
    } catch {
      // The dataset may have grown without its values; what was there before stays readable.
      try? file.truncateRows(of: object, to: written)
      try? file.flush()
      throw error
    }
    written += waiting.count / columns
    waiting.removeAll(keepingCapacity: true)
    try file.setAttribute("n_frames", of: object, to: UInt64(written))
  }
}
