// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Datasets

@Suite struct DataFolderLawTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func locate(_ argument: String?, _ variable: String?) throws -> DataFolder {
    try DataFolder.locate(
      Tiny.family, argument: argument, environment: variable.map { ["APICAL_DATA": $0] } ?? [:],
      workingFolder: folder.path)
  }

  @Test("--data comes before APICAL_DATA, which comes before ./data")
  func order() throws {
    for place in ["a", "b", "data"] { try Tiny.write(to: folder, in: "\(place)/tiny/") }
    let (a, b) = (folder.path + "/a", folder.path + "/b")
    let byArgument = try locate(a, b)
    #expect(byArgument.path == a + "/tiny" && byArgument.namedBy == "--data")
    let byVariable = try locate(nil, b)
    #expect(byVariable.path == b + "/tiny" && byVariable.namedBy == "APICAL_DATA")
    let byDefault = try locate(nil, nil)
    #expect(byDefault.path == folder.path + "/data/tiny" && byDefault.namedBy == "./data")
    #expect(try locate(nil, "").namedBy == "./data")
  }

  @Test("A place may be the data set's own folder")
  func itself() throws {
    try Tiny.write(to: folder, in: "a/")
    #expect(try locate(folder.path + "/a", nil).path == folder.path + "/a")
  }

  @Test("APICAL_DATA without the data set falls back to ./data, --data does not")
  func fallBack() throws {
    try Tiny.write(to: folder, in: "data/tiny/")
    try folder.write([], "b/readme")
    #expect(try locate(nil, folder.path + "/b").namedBy == "./data")
    #expect(throws: DatasetError.self) { try locate(folder.path + "/b", nil) }
  }
}
