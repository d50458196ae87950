// SPDX-License-Identifier: GPL-3.0-or-later

internal import Traces

/// The layout of SONATA reports: paths, attributes and sizes of pieces.
///
/// Source: SONATA developer guide, "Compartment reports"; where libsonata is stricter
/// (`index_pointers` has one entry more than there are nodes, `data` is float32), libsonata.
struct ReportLayout {
  let trace: TraceDescription
  /// Frames per write and per stored piece: at most 2 MB of single-precision values.
  let blockFrames: Int

  init(_ trace: TraceDescription, expectedFrames: Int?) {
    self.trace = trace
    let fitting = (2 << 20) / (MemoryLayout<Float>.size * trace.columnCount)
    let wanted = min(expectedFrames ?? 1024, 4096)
    blockFrames = max(1, min(fitting, wanted))
  }

  /// Pieces are narrow, so that the course of one node can be read alone, but not below 64 kB
  /// when frames are wide.
  var chunk: [Int] {
    [blockFrames, min(trace.columnCount, max(256, 16_384 / blockFrames))]
  }

  var group: String { "/report/\(trace.population)" }
  var data: String { "\(group)/data" }
  var mapping: String { "\(group)/mapping" }
  /// In the file of full precision.
  var wideData: String { "/\(trace.population)/data" }

  /// `v.h5` → `v.f64.h5`.
  static func widePath(_ path: String) -> String {
    path.hasSuffix(".h5") ? "\(path.dropLast(3)).f64.h5" : "\(path).f64.h5"
  }

  /// Makes the empty report in `file`.
  func createReport(in file: borrowing HDF5File) throws {
    try file.createExtendable(data, of: Float.self, columns: trace.columnCount, chunk: chunk)
    try describe(data, in: file)
    try file.write(trace.nodeIDs, to: "\(mapping)/node_ids")
    let isSorted = zip(trace.nodeIDs, trace.nodeIDs.dropFirst()).allSatisfy { $0 < $1 }
    try file.setAttribute("sorted", of: "\(mapping)/node_ids", to: UInt8(isSorted ? 1 : 0))
    try file.write(trace.indexPointers, to: "\(mapping)/index_pointers")
    try file.write(trace.elementIDs, to: "\(mapping)/element_ids")
    try file.write(times(frames: 0), to: "\(mapping)/time")
    try file.setAttribute("units", of: "\(mapping)/time", to: trace.clock.unit.rawValue)
  }

  /// Makes the empty dataset of full precision in `file`.
  func createWide(in file: borrowing HDF5File) throws {
    let narrow = [max(1, chunk[0] / 2), chunk[1]]
    try file.createExtendable(wideData, of: Double.self, columns: trace.columnCount, chunk: narrow)
    try describe(wideData, in: file)
  }

  /// [tstart, tstop, dt], right-open.
  func times(frames: Int) -> [Double] {
    [trace.clock.time(ofFrame: 0), trace.clock.time(ofFrame: frames), trace.clock.interval.value]
  }

  /// What SONATA has no place for. dt is exact here: readers that add it up repeatedly lose or
  /// gain a frame after about a million.
  private func describe(_ object: String, in file: borrowing HDF5File) throws {
    let clock = trace.clock
    try file.setAttribute("units", of: object, to: trace.unit)
    try file.setAttribute("variable", of: object, to: trace.variable)
    try file.setAttribute("trials", of: object, to: UInt64(trace.trials))
    try file.setAttribute("n_frames", of: object, to: UInt64(0))
    try file.setAttribute("dt_num", of: object, to: Int64(clock.interval.numerator))
    try file.setAttribute("dt_den", of: object, to: Int64(clock.interval.denominator))
    try file.setAttribute("start_num", of: object, to: Int64(clock.start.numerator))
    try file.setAttribute("start_den", of: object, to: Int64(clock.start.denominator))
    try file.setAttribute("dt_units", of: object, to: clock.unit.rawValue)
  }

  /// Throws a mismatch unless `file` holds this report with at least `frames` frames.
  func check(in file: borrowing HDF5File, atFrame frames: Int) throws {
    try checkDescription(of: data, in: file)
    func same<T: HDF5Scalar>(_ values: [T], _ name: String) throws {
      guard try file.read("\(mapping)/\(name)", as: T.self).values == values else {
        throw mismatch(in: file, data, "its \(name) are not those of this run")
      }
    }
    try same(trace.nodeIDs, "node_ids")
    try same(trace.indexPointers, "index_pointers")
    try same(trace.elementIDs, "element_ids")
    try checkFrames(of: data, in: file, frames)
  }

  /// The same for the file of full precision.
  func checkWide(in file: borrowing HDF5File, atFrame frames: Int) throws {
    try checkDescription(of: wideData, in: file)
    try checkFrames(of: wideData, in: file, frames)
  }

  private func checkFrames(of object: String, in file: borrowing HDF5File, _ frames: Int) throws {
    let shape = try file.shape(of: object)
    guard shape.count == 2, shape[1] == trace.columnCount else {
      throw mismatch(
        in: file, object, "it has the shape \(shape), this run records \(trace.columnCount) columns"
      )
    }
    // A write that failed half-way leaves rows that are not counted.
    let counted = try file.attribute("n_frames", of: object, as: Int64.self).first ?? 0
    let complete = min(shape[0], Int(counted))
    guard complete >= frames else {
      throw ExportError(
        .mismatch, "cannot resume", object, file: file.path,
        reason: "it has \(complete) frames, the checkpoint \(frames)",
        remedy: "Resume from an earlier checkpoint, or start again.")
    }
  }

  private func checkDescription(of object: String, in file: borrowing HDF5File) throws {
    let clock = trace.clock
    for (name, text) in [
      ("units", trace.unit), ("variable", trace.variable), ("dt_units", clock.unit.rawValue),
    ] {
      let found = try file.texts(name, of: object)
      guard found == [text] else {
        throw mismatch(in: file, object, "its \(name) is \(found), this run has \(text)")
      }
    }
    for (name, number) in [
      ("trials", trace.trials), ("dt_num", clock.interval.numerator),
      ("dt_den", clock.interval.denominator), ("start_num", clock.start.numerator),
      ("start_den", clock.start.denominator),
    ] {
      let found = try file.attribute(name, of: object, as: Int64.self)
      guard found == [Int64(number)] else {
        throw mismatch(in: file, object, "its \(name) is \(found), this run has \(number)")
      }
    }
  }

  private func mismatch(in file: borrowing HDF5File, _ object: String, _ reason: String)
    -> ExportError
  {
    ExportError(
      .mismatch, "cannot resume", object, file: file.path, reason: reason,
      remedy: "Resume with the spec that the run was started with.")
  }
}

/// What every SONATA file begins with.
enum SonataFile {
  static let magic: UInt32 = 0x0A7A

  /// Writes the marks of SONATA 0.1.
  static func mark(_ file: borrowing HDF5File) throws {
    try file.setAttribute("magic", of: "/", to: magic)
    try file.setAttribute("version", of: "/", to: [UInt32(0), 1])
  }

  /// Throws unless `file` has them.
  static func check(_ file: borrowing HDF5File) throws {
    guard try file.hasAttribute("magic", of: "/"),
      try file.attribute("magic", of: "/", as: UInt32.self) == [magic]
    else {
      throw ExportError(
        .damaged, "cannot open", file: file.path, reason: "it is not a SONATA file",
        remedy: "Choose another directory with --out, or move the file away.")
    }
  }
}
