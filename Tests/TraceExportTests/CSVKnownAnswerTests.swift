// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import TraceExport

@Suite struct CSVKnownAnswerTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test func `Numbers are as short as they can be and missing values are empty`() {
    let values: [Double?] = [0.1, 1000, -0.0, 1e-7, 1e300, nil, .nan, .infinity, -.infinity, 1 / 3]
    #expect(
      values.map { CSV.text($0) }
        == ["0.1", "1000", "-0", "1e-07", "1e+300", "", "nan", "inf", "-inf", "0.3333333333333333"]
    )
    for value in values.compactMap({ $0 }) where !value.isNaN {
      #expect(Double(CSV.text(value))?.bitPattern == value.bitPattern)
    }
  }

  @Test func `Names with commas, quotes and line ends are quoted`() {
    #expect(CSV.cell("loss") == "loss")
    #expect(CSV.cell("loss, test") == "\"loss, test\"")
    #expect(CSV.cell("a \"b\"") == "\"a \"\"b\"\"\"")
    #expect(CSV.cell("a\r\nb") == "\"a\r\nb\"")
  }

  @Test func `Each row is in the file as soon as it is appended`() throws {
    var table = try CSVWriter(path: scratch.path("m.csv"), header: ["step", "loss"])
    #expect(try scratch.text("m.csv") == "step,loss\r\n")
    try table.append([0, 0.5])
    #expect(try scratch.text("m.csv") == "step,loss\r\n0,0.5\r\n")
    try table.append([1000, nil])
    #expect(try scratch.text("m.csv") == "step,loss\r\n0,0.5\r\n1000,\r\n")
    try table.close()
  }

  @Test func `A table cut off at any byte resumes to the same bytes`() throws {
    let header = ["step", "a,b"]
    let rows: [[Double?]] = [[0, 1.5], [10, nil], [20, 1 / 3], [30, .nan]]
    var whole = try CSVWriter(path: scratch.path("whole.csv"), header: header)
    for row in rows { try whole.append(row) }
    let text = try scratch.text("whole.csv")
    let head = "step,\"a,b\"\r\n0,1.5\r\n10,\r\n".utf8.count
    for length in head...text.utf8.count {
      for step in [10.0, 15] {
        try scratch.write(String(decoding: text.utf8.prefix(length), as: UTF8.self), to: "cut.csv")
        var table = try CSVWriter(resuming: scratch.path("cut.csv"), header: header, through: step)
        for row in rows.dropFirst(2) { try table.append(row) }
        try table.close()
        #expect(try scratch.text("cut.csv") == text)
      }
    }
  }

  @Test func `A table with other columns or damaged rows is not resumed`() throws {
    let path = scratch.path("m.csv")
    try scratch.write("step,loss\r\n0,1\r\nx,1\r\n", to: "m.csv")
    let columns = #expect(throws: ExportError.self) {
      _ = try CSVWriter(resuming: path, header: ["step", "error"], through: 0)
    }
    #expect(
      columns?.description == "cannot resume \(path): its columns are not those of this run. "
        + "Resume with the spec that the run was started with.")
    let row = #expect(throws: ExportError.self) {
      _ = try CSVWriter(resuming: path, header: ["step", "loss"], through: 5)
    }
    #expect(
      row?.description == "cannot resume \(path): line 3 is not a row of this table. "
        + "Remove the lines from there on, or resume from an earlier checkpoint.")
    #expect(try scratch.text("m.csv") == "step,loss\r\n0,1\r\nx,1\r\n")
  }
}
