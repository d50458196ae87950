// SPDX-License-Identifier: GPL-3.0-or-later

import Testing
import Traces

@testable import TraceExport

@Suite struct ReaderLawTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test func `A report read back is the report that was written`() throws {
    let path = scratch.path("v.h5")
    let trace = try compartmentTrace()
    let layer = try TraceDescription(
      population: "layer1", variable: "output", units: 3, trials: 2, clock: .every(50))
    let writer = try ReportWriter(trace, in: path)
    for index in 0..<7 { try writer.append(frame(index, columns: 5)) }
    try writer.close()
    let other = try ReportWriter(layer, in: path)
    try other.append(frame(0, columns: 6))
    try other.close()

    let reader = try ReportReader(path)
    #expect(reader.populations == ["hidden1", "layer1"])
    #expect(try reader.description(of: "hidden1") == trace)
    #expect(try reader.description(of: "layer1") == layer)
    #expect(try reader.frameCount(of: "hidden1") == 7)
    let values = try reader.values(of: "hidden1", column: 3, frames: 2..<6)
    #expect(values == (2..<6).map { Double(Float(Double($0) + 3.0 / 7)) })
  }

  @Test func `A report that is still written has the frames of its last flush`() throws {
    let path = scratch.path("v.h5")
    let writer = try ReportWriter(try compartmentTrace(), in: path)
    for index in 0..<4 { try writer.append(frame(index, columns: 5)) }
    try writer.flush()
    try writer.append(frame(4, columns: 5))
    #expect(try ReportReader(path).frameCount(of: "hidden1") == 4)
    try writer.close()
  }

  @Test func `What a report does not have is refused with its shape`() throws {
    let path = scratch.path("v.h5")
    let writer = try ReportWriter(try compartmentTrace(), in: path)
    try writer.append(frame(0, columns: 5))
    try writer.close()
    let reader = try ReportReader(path)
    let error = #expect(throws: ExportError.self) {
      try reader.values(of: "hidden1", column: 5, frames: 0..<1)
    }
    #expect(
      error?.description
        == "cannot read /report/hidden1/data in \(path): it has the shape [1, 5], without rows 0..<1 "
        + "and columns 5..<6. Read what the dataset has.")
    try scratch.write("no HDF5", to: "x.h5")
    #expect(throws: ExportError.self) { _ = try ReportReader(scratch.path("x.h5")) }
    #expect(throws: ExportError.self) { _ = try SpikeReader(path) }
  }

  @Test func `Spikes read back are the spikes in order, and silence is told from absence`() throws {
    let path = scratch.path("spikes.h5")
    let writer = try SpikeWriter(creating: path, populations: ["silent", "hidden1"])
    let spikes = [SpikeEvent(time: 3, node: 1), SpikeEvent(time: 1.5, node: 9)]
    try writer.append(spikes, population: 1)
    try writer.close()
    let reader = try SpikeReader(path)
    #expect(reader.populations == ["hidden1", "silent"])
    #expect(try reader.spikes(of: "hidden1") == spikes.sorted())
    #expect(try reader.spikes(of: "silent").isEmpty)
    #expect(throws: ExportError.self) { try reader.spikes(of: "other") }
  }

  @Test func `A table read back has the cells that were written, quoted ones too`() throws {
    try scratch.write(
      "axis,seed,\"a \"\"b\"\", c\"\r\nx,1,\r\n\"two\nlines\",2,0.5\r\n", to: "t.csv")
    let table = try CSVTable(reading: scratch.path("t.csv"))
    #expect(table.header == ["axis", "seed", "a \"b\", c"])
    #expect(table.rows == [["x", "1", ""], ["two\nlines", "2", "0.5"]])
    #expect(table.column("seed") == 1 && table.column("none") == nil)
  }

  @Test func `A row that is still being written is left out, or kept when asked for`() throws {
    try scratch.write("a,b\n1,2\n3,4", to: "t.csv")
    #expect(try CSVTable(reading: scratch.path("t.csv")).rows == [["1", "2"]])
    #expect(
      try CSVTable(reading: scratch.path("t.csv"), keepsLastLine: true).rows
        == [["1", "2"], ["3", "4"]])
  }

  @Test(arguments: [
    ("", "it has no line of column names"), ("a,b\n1\n", "row 1 has 1 cells, the columns are 2"),
    ("a,b\n1,\"2\n", "a quotation in it does not end"),
  ])
  func `A damaged table is refused with the reason`(_ text: String, _ reason: String) throws {
    try scratch.write(text, to: "t.csv")
    let path = scratch.path("t.csv")
    let error = #expect(throws: ExportError.self) { try CSVTable(reading: path) }
    #expect(
      error?.description
        == "cannot read \(path): \(reason). Restore the table, or make it anew.")
  }

  @Test func `A table of numbers has numbers, or nothing, in its cells`() throws {
    let path = scratch.path("t.csv")
    try scratch.write("step,error\n0,\n1,nan\n2,1e-3\n", to: "t.csv")
    #expect(try CSVTable(readingNumbers: path).rows.count == 3)
    try scratch.write("step,error\n0,0.5\n1,0.x5\n", to: "t.csv")
    let error = #expect(throws: ExportError.self) { try CSVTable(readingNumbers: path) }
    #expect(
      error?.description
        == "cannot read \(path): row 2 has error 0.x5, which is no number. Restore the table, or make it anew."
    )
  }
}
