// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

/// Where a data set lies on disk.
public struct DataFolder: Sendable, Equatable {
  /// The folder that has the four files (not checked to be complete; `load` says what lacks).
  public let path: String
  /// Who named it: `--data`, `APICAL_DATA` or `./data`.
  public let namedBy: String

  /// Finds the folder of a data set.
  ///
  /// The places are tried in this order: the `--data` argument, the environment variable
  /// `APICAL_DATA`, `./data`. Each may have a folder of the data set's name, or be that folder.
  /// A folder named with `--data` is final: when it lacks the data set, the others are not
  /// tried, for what a person named is not silently replaced.
  ///
  /// - Parameters:
  ///   - family: the data set.
  ///   - argument: what was given with `--data`, if anything.
  ///   - environment: the environment, e.g. `ProcessInfo.processInfo.environment`.
  ///   - workingFolder: the folder that `./data` is in.
  public static func locate(
    _ family: MNISTFamily, argument: String?, environment: [String: String],
    workingFolder: String = "."
  ) throws(DatasetError) -> DataFolder {
    var places: [(path: String, namedBy: String)] = []
    if let argument {
      places = [(argument, "--data")]
    } else {
      if let variable = environment["APICAL_DATA"], !variable.isEmpty {
        places.append((variable, "APICAL_DATA"))
      }
      places.append((join(workingFolder, "data"), "./data"))
    }
    var looked: [String] = []
    for place in places {
      let inside = join(place.path, family.name)
      if isFolder(inside) { return DataFolder(path: inside, namedBy: place.namedBy) }
      if family.files.contains(where: { family.path(of: $0, in: place.path) != nil }) {
        return DataFolder(path: place.path, namedBy: place.namedBy)
      }
      let remark = isFolder(place.path) ? "" : ", no such folder"
      looked.append("\(place.path) (\(place.namedBy)\(remark))")
    }
    throw .notFound(dataset: family.name, looked: looked)
  }

  /// Whether there is a folder at a path.
  static func isFolder(_ path: String) -> Bool {
    FileBytes.isFolder(path)
  }

  /// The names in a folder, sorted, at most ten.
  static func listing(_ folder: String) -> [String] {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    return names.count <= 10 ? names : names.prefix(10) + ["and \(names.count - 10) more"]
  }

  /// A path inside a folder.
  static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }
}
