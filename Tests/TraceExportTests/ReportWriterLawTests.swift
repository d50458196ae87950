// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing
import Traces

@testable import TraceExport

@Suite struct ReportWriterLawTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  func write(_ name: String, frames: Range<Int>, _ precision: TracePrecision = .float32) throws {
    let trace = try compartmentTrace(precision)
    let path = scratch.path(name)
    let report =
      frames.lowerBound == 0
      ? try ReportWriter(trace, in: path, expectedFrames: 8)
      : try ReportWriter(resuming: trace, in: path, atFrame: frames.lowerBound, expectedFrames: 8)
    for index in frames { try report.append(frame(index, columns: 5)) }
    #expect(report.frameCount == frames.upperBound)
    try report.close()
  }

  @Test func `A report has the layout of SONATA`() throws {
    try write("v.h5", frames: 0..<20)
    let file = try HDF5File(scratch.path("v.h5"), .readOnly)
    #expect(try file.attribute("magic", of: "/", as: UInt32.self) == [2682])
    #expect(try file.attribute("version", of: "/", as: UInt32.self) == [0, 1])
    let data = try file.read("/report/hidden1/data", as: Float.self)
    #expect(data.shape == [20, 5])
    #expect(data.values == (0..<20).flatMap { frame($0, columns: 5).map { Float($0) } })
    #expect(try file.element(of: "/report/hidden1/data") == .float32)
    #expect(try file.texts("units", of: "/report/hidden1/data") == ["mV"])
    #expect(try file.attribute("n_frames", of: "/report/hidden1/data", as: UInt64.self) == [20])
    #expect(try file.attribute("dt_num", of: "/report/hidden1/data", as: Int64.self) == [1])
    #expect(try file.attribute("dt_den", of: "/report/hidden1/data", as: Int64.self) == [10])
    let mapping = "/report/hidden1/mapping"
    #expect(try file.read("\(mapping)/node_ids", as: UInt64.self).values == [4, 7])
    #expect(try file.attribute("sorted", of: "\(mapping)/node_ids", as: UInt8.self) == [1])
    #expect(try file.read("\(mapping)/index_pointers", as: UInt64.self).values == [0, 3, 5])
    #expect(try file.read("\(mapping)/element_ids", as: UInt32.self).values == [0, 1, 2, 0, 2])
    #expect(try file.read("\(mapping)/time", as: Double.self).values == [5, 7, 0.1])
    #expect(try file.texts("units", of: "\(mapping)/time") == ["ms"])
  }

  @Test func `A report in double precision keeps every bit beside it`() throws {
    try write("v.h5", frames: 0..<20, .float64)
    #expect(scratch.names == ["v.f64.h5", "v.h5"])
    let file = try HDF5File(scratch.path("v.f64.h5"), .readOnly)
    let data = try file.read("/hidden1/data", as: Double.self)
    #expect(data.values == (0..<20).flatMap { frame($0, columns: 5) })
    #expect(try file.element(of: "/hidden1/data") == .float64)
  }

  @Test(arguments: [0, 1, 7, 8, 9, 16, 19, 20])
  func `A report resumed at any frame equals one that was not interrupted`(cut: Int) throws {
    try write("whole.h5", frames: 0..<20, .float64)
    try write("cut.h5", frames: 0..<20, .float64)
    let trace = try compartmentTrace(.float64)
    let report = try ReportWriter(resuming: trace, in: scratch.path("cut.h5"), atFrame: cut)
    for index in cut..<20 { try report.append(frame(index, columns: 5)) }
    try report.close()
    for (suffix, object) in [("", "/report/hidden1/data"), (".f64", "/hidden1/data")] {
      let whole = try HDF5File(scratch.path("whole\(suffix).h5"), .readOnly)
      let resumed = try HDF5File(scratch.path("cut\(suffix).h5"), .readOnly)
      let (a, b) = (
        try whole.read(object, as: Double.self), try resumed.read(object, as: Double.self)
      )
      #expect(a.shape == b.shape)
      #expect(a.values.map(\.bitPattern) == b.values.map(\.bitPattern))
      #expect(
        try whole.attribute("n_frames", of: object, as: UInt64.self)
          == resumed.attribute("n_frames", of: object, as: UInt64.self))
    }
  }

  @Test func `The same frames make the same bytes`() throws {
    for name in ["a.h5", "b.h5"] { try write(name, frames: 0..<20, .float64) }
    #expect(try scratch.bytes("a.h5") == scratch.bytes("b.h5"))
    #expect(try scratch.bytes("a.f64.h5") == scratch.bytes("b.f64.h5"))
  }

  @Test func `Others can read a report up to the last flush while it is written`() throws {
    let report = try ReportWriter(compartmentTrace(), in: scratch.path("v.h5"))
    for index in 0..<3 { try report.append(frame(index, columns: 5)) }
    try report.flush()
    try report.append(frame(3, columns: 5))
    try scratch.bytes("v.h5").write(to: .init(fileURLWithPath: scratch.path("copy.h5")))
    let copy = try HDF5File(scratch.path("copy.h5"), .readOnly)
    #expect(try copy.shape(of: "/report/hidden1/data") == [3, 5])
    #expect(try copy.read("/report/hidden1/mapping/time", as: Double.self).values[1] == 5.3)
  }

  @Test func `A report with fewer frames or of another trace is not resumed`() throws {
    try write("v.h5", frames: 0..<3)
    let path = scratch.path("v.h5")
    let before = try scratch.bytes("v.h5")
    let short = #expect(throws: ExportError.self) {
      try ReportWriter(resuming: compartmentTrace(), in: path, atFrame: 4)
    }
    #expect(
      short?.description == "cannot resume /report/hidden1/data in \(path): it has 3 frames, "
        + "the checkpoint 4. Resume from an earlier checkpoint, or start again.")
    let unit = #expect(throws: ExportError.self) {
      try ReportWriter(resuming: compartmentTrace(unit: "nS"), in: path, atFrame: 3)
    }
    #expect(
      unit?.description == "cannot resume /report/hidden1/data in \(path): its units is [\"mV\"], "
        + "this run has nS. Resume with the spec that the run was started with.")
    let wider = try TraceDescription(
      population: "hidden1", variable: "v", unit: "mV", units: 6, clock: compartmentTrace().clock)
    #expect(throws: ExportError.self) { try ReportWriter(resuming: wider, in: path, atFrame: 3) }
    #expect(try scratch.bytes("v.h5") == before)
  }

  @Test func `Frames that a failed write left uncounted are not resumed from`() throws {
    try write("v.h5", frames: 0..<6)
    var file = try HDF5File(scratch.path("v.h5"), .readWrite)
    try file.setAttribute("n_frames", of: "/report/hidden1/data", to: UInt64(4))
    try file.close()
    #expect(throws: ExportError.self) { try write("v.h5", frames: 5..<6) }
    try write("v.h5", frames: 4..<6)
    try write("whole.h5", frames: 0..<6)
    let resumed = try HDF5File(scratch.path("v.h5"), .readOnly)
    let whole = try HDF5File(scratch.path("whole.h5"), .readOnly)
    #expect(
      try resumed.read("/report/hidden1/data", as: Float.self).values
        == whole.read("/report/hidden1/data", as: Float.self).values)
  }

  @Test func `Two populations share a file, and neither is written twice`() throws {
    let path = scratch.path("output.h5")
    let reports = try (1...2).map { layer in
      try ReportWriter(
        TraceDescription(
          population: "layer\(layer)", variable: "output", units: layer, clock: .every(100)),
        in: path)
    }
    for index in 0..<4 {
      for (layer, report) in reports.enumerated() {
        try report.append(frame(index, columns: layer + 1))
      }
    }
    let twice = #expect(throws: ExportError.self) {
      try ReportWriter(reports[0].trace, in: path)
    }
    #expect(
      twice?.description == "cannot write /report/layer1 in \(path): it is there already. "
        + "Continue that run with --resume, or choose another directory with --out.")
    for report in reports { try report.close() }
    let file = try HDF5File(path, .readOnly)
    #expect(try file.shape(of: "/report/layer1/data") == [4, 1])
    #expect(try file.shape(of: "/report/layer2/data") == [4, 2])
  }
}
