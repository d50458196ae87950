// SPDX-License-Identifier: GPL-3.0-or-later

import Testing
import Traces

@testable import TraceExport

@Suite struct WeightsFileKnownAnswerTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  static let file = WeightsFile(
    step: 1000, layers: ["input", "layer1", "output"],
    matrices: [
      WeightMatrix(
        "forward/1/weights", rows: 2, columns: 3, values: [1, 2, 3, 4, 5, 0.1],
        precision: .float64),
      WeightMatrix(vector: "forward/1/biases", values: [0.5, -1, 2], precision: .float32),
      WeightMatrix(
        "feedback/1/weights", rows: 1, columns: 3, rowMeaning: "teaching", columnMeaning: "unit",
        values: [Double(Float(0.1)), 0, -0.0], precision: .float32),
    ])

  @Test func `Weights come back as they were written`() throws {
    let path = scratch.path("weights.h5")
    try Self.file.write(to: path)
    let read = try WeightsFile(reading: path)
    #expect(read == Self.file)
    #expect(read["forward/1/weights"]?.values.last == 0.1)
    #expect(read["forward/2/weights"] == nil)
    let raw = try HDF5File(path, .readOnly)
    #expect(try raw.element(of: "/forward/1/weights") == .float64)
    #expect(try raw.element(of: "/forward/1/biases") == .float32)
    #expect(try raw.shape(of: "/forward/1/biases") == [3])
    #expect(try raw.texts("rows", of: "/feedback/1/weights") == ["teaching"])
    #expect(scratch.names == ["weights.h5"])
  }

  @Test func `The same weights make the same bytes, and replace older ones`() throws {
    try WeightsFile(step: 1, layers: [], matrices: []).write(to: scratch.path("b.h5"))
    for name in ["a.h5", "b.h5"] { try Self.file.write(to: scratch.path(name)) }
    #expect(try scratch.bytes("a.h5") == scratch.bytes("b.h5"))
  }

  @Test func `Another HDF5 file is not taken for weights`() throws {
    let path = scratch.path("v.h5")
    _ = try HDF5File(path, .create)
    let error = #expect(throws: ExportError.self) { try WeightsFile(reading: path) }
    #expect(
      error?.description == "cannot read \(path): it is not a weights file. "
        + "Name the weights.h5 of a run directory.")
  }
}
