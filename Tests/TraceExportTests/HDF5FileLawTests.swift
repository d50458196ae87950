// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import TraceExport

@Suite struct HDF5FileLawTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  func roundTrip<T: HDF5Scalar & Equatable>(_ values: [T]) throws {
    let path = scratch.path("\(T.element.rawValue).h5")
    var file = try HDF5File(path, .create)
    try file.write(values, to: "/a/b/vector")
    try file.write(values, shape: [2, 3], to: "/a/matrix")
    try file.setAttribute("scalar", of: "/a/b/vector", to: values[1])
    try file.setAttribute("list", of: "/", to: values)
    try file.close()
    let again = try HDF5File(path, .readOnly)
    #expect(try again.read("/a/b/vector", as: T.self).values == values)
    #expect(try again.read("/a/matrix", as: T.self).shape == [2, 3])
    #expect(try again.read("/a/matrix", as: T.self).values == values)
    #expect(try again.element(of: "/a/matrix") == T.element)
    #expect(try again.attribute("scalar", of: "/a/b/vector", as: T.self) == [values[1]])
    #expect(try again.attribute("list", of: "/", as: T.self) == values)
  }

  @Test func `Numbers of every type come back bit by bit`() throws {
    try roundTrip([0.1, -0, .infinity, .leastNonzeroMagnitude, 5, 6] as [Float])
    try roundTrip([0.1, -0, .infinity, .leastNonzeroMagnitude, 5, 6] as [Double])
    try roundTrip([0, 1, 2, 3, 254, 255] as [UInt8])
    try roundTrip([0, 1, 2, 3, 4, .max] as [UInt32])
    try roundTrip([0, 1, 2, 3, 4, .max] as [UInt64])
    try roundTrip([.min, -1, 0, 1, 2, .max] as [Int64])
  }

  @Test func `Texts and enumerations come back, also when they replace others`() throws {
    let file = try HDF5File(scratch.path("a.h5"), .truncate)
    try file.createGroup("/g/h")
    for text in ["mV", "", "Überlänge ∂h/∂u"] {
      try file.setAttribute("units", of: "/g/h", to: text)
      #expect(try file.texts("units", of: "/g/h") == [text])
    }
    try file.setAttribute("layers", of: "/", to: ["input", "layer1", "λ"])
    #expect(try file.texts("layers", of: "/") == ["input", "layer1", "λ"])
    try file.setAttribute("none", of: "/", to: [String]())
    #expect(try file.texts("none", of: "/") == [])
    try file.setAttribute("sorting", of: "/g", toCase: "c", of: ["a", "b", "c"])
    #expect(try file.enumerationCase("sorting", of: "/g") == "c")
    #expect(try file.attribute("sorting", of: "/g", as: UInt8.self) == [2])
  }

  @Test func `A number replaces one of its own shape and one of another`() throws {
    let file = try HDF5File(scratch.path("a.h5"), .create)
    try file.setAttribute("n", of: "/", to: UInt64(1))
    try file.flush()
    try file.setAttribute("n", of: "/", to: UInt64(2))
    #expect(try file.attribute("n", of: "/", as: UInt64.self) == [2])
    try file.setAttribute("n", of: "/", to: [0.5, 1])
    #expect(try file.attribute("n", of: "/", as: Double.self) == [0.5, 1])
  }

  @Test func `Rows that are appended, dropped and appended again are the rows that are left`()
    throws
  {
    let file = try HDF5File(scratch.path("a.h5"), .create)
    try file.createExtendable("/x", of: Double.self, columns: 3, chunk: [4, 2])
    var expected: [Double] = []
    for block in 0..<7 {
      let rows = (0..<3 * block).map { Double(100 * block + $0) }
      try file.appendRows(rows, to: "/x")
      expected += rows
      let kept = max(0, expected.count / 3 - 1)
      try file.truncateRows(of: "/x", to: kept)
      expected.removeLast(expected.count - 3 * kept)
    }
    let read = try file.read("/x", as: Double.self)
    #expect(read.values == expected)
    #expect(read.shape == [expected.count / 3, 3])
    let error = #expect(throws: ExportError.self) { try file.truncateRows(of: "/x", to: 99) }
    #expect(error?.reason == "it has 15 rows, fewer than 99")
  }

  @Test func `A file opened twice is one file`() throws {
    var first = try HDF5File(scratch.path("a.h5"), .create)
    var second = try HDF5File(scratch.path("a.h5"), .readWrite)
    try first.write([1.0], to: "/one")
    try second.write([2.0], to: "/two")
    try first.close()
    try second.close()
    let file = try HDF5File(scratch.path("a.h5"), .readOnly)
    #expect(try file.contains("/one") && file.contains("two") && !file.contains("/one/two/three"))
  }
}
