// SPDX-License-Identifier: GPL-3.0-or-later

import Testing
import Traces

@testable import TraceExport

/// The words a person reads when a disk or a file is not what it should be.
@Suite struct ErrorMessageKnownAnswerTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  func error(_ body: () throws -> Void) -> ExportError? {
    #expect(throws: ExportError.self) { try body() }
  }

  @Test(.enabled(if: PosixFile.exists("/dev/full")))
  func `A full disk is named with what to do`() {
    let error = error { _ = try CSVWriter(path: "/dev/full", header: ["step"]) }
    #expect(error?.kind == .diskFull)
    #expect(
      error?.description
        == "cannot write /dev/full: No space left on device. "
        + "Free space on that disk, then continue the run with --resume.")
  }

  @Test func `A path through a file is named`() throws {
    try scratch.write("x", to: "file")
    let path = scratch.path("file/metrics.csv")
    let table = error { _ = try CSVWriter(path: path, header: ["step"]) }
    let advice = "A part of the path is a file; choose another directory with --out."
    #expect(table?.description == "cannot create \(path): Not a directory. \(advice)")
    let report = error { _ = try HDF5File(path, .create) }
    #expect(report?.description == "cannot create \(path): Not a directory. \(advice)")
    let weights = error {
      try WeightsFile(step: 0, layers: [], matrices: []).write(to: path)
    }
    #expect(weights?.description == "cannot create \(path).partial: Not a directory. \(advice)")
  }

  @Test func `A directory that is missing is named`() {
    let path = scratch.path("nowhere/v.h5")
    let error = error { _ = try ReportWriter(compartmentTrace(), in: path) }
    #expect(
      error?.description == "cannot create \(path): No such file or directory. "
        + "Check the path, and that its directory exists.")
  }

  @Test func `A read-only disk and a missing permission say so`() {
    #expect(
      ExportError("cannot create", file: "out/v.h5", code: 30, reason: "Read-only file system")
        .description == "cannot create out/v.h5: Read-only file system. "
        + "Choose another directory with --out, or make this one writable.")
    #expect(
      ExportError(
        "cannot create", nil, file: "v.h5",
        hdf5: "unable to open file: name = 'v.h5', errno = 13, error message = "
          + "'Permission denied', flags = 13, o_flags = 242"
      ).description == "cannot create v.h5: Permission denied. "
        + "Choose another directory with --out, or make this one writable.")
  }

  @Test func `A file that is not HDF5 is named`() throws {
    try scratch.write("step,loss\r\n1,2\r\n", to: "v.h5")
    let path = scratch.path("v.h5")
    let error = error { _ = try HDF5File(path, .readOnly) }
    #expect(error?.kind == .damaged)
    #expect(
      error?.description
        == "cannot open \(path): HDF5 says \"file signature not found\". "
        + "The file is not HDF5 or was cut off; restore it or move it away.")
  }

  @Test func `A file or an object that is there already is not overwritten`() throws {
    let path = scratch.path("v.h5")
    let file = try HDF5File(path, .create)
    try file.write([1.0], to: "/x")
    let twice = error { try file.write([2.0], to: "/x") }
    let advice = "Choose another name, or move the old file away."
    #expect(twice?.description == "cannot write /x in \(path): it is there already. \(advice)")
    #expect(try file.read("/x", as: Double.self).values == [1])
    #expect(error { _ = try SpikeWriter(creating: path, populations: []) } != nil)
  }

  @Test func `An object that is missing is named`() throws {
    let path = scratch.path("v.h5")
    let file = try HDF5File(path, .create)
    let advice = "Check that the file holds what is asked for and is not damaged."
    let dataset = error { _ = try file.read("/a/b", as: Float.self) }
    #expect(dataset?.description == "cannot read /a/b in \(path): it is not in the file. \(advice)")
    let attribute = error { _ = try file.texts("units", of: "/") }
    #expect(
      attribute?.description == "cannot read @units in \(path): it is not in the file. \(advice)")
  }
}
