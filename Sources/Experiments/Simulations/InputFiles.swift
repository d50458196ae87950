// SPDX-License-Identifier: GPL-3.0-or-later

internal import Datasets
internal import Foundation
internal import Quantities
internal import RandomStreams
internal import SpikingNetworks

/// What a specification names and does not hold: courses, spikes, weights, images.
protocol InputFiles {
  /// - Parameter isConductance: whether values below 0 are refused.
  func course(
    _ path: String, _ shape: Course.Shape, isConductance: Bool, _ keyPath: String
  ) throws -> Course
  func spikes(_ path: String, cells: Int, _ keyPath: String) throws -> [[Double]]
  /// - Parameter isConductance: whether weights below 0 are refused.
  func weights(
    _ path: String, rows: Int, columns: Int, isConductance: Bool, _ keyPath: String
  ) throws -> [Double]
  func pixels(_ set: SourceSpec.ImageSet, _ index: Int, isTest: Bool, _ keyPath: String) throws
    -> [Double]
}

/// Stands in while a specification is only checked: opens nothing.
struct StandInFiles: InputFiles {
  func course(
    _ path: String, _ shape: Course.Shape, isConductance: Bool, _ keyPath: String
  ) throws -> Course {
    try Course(times: [0], values: [0], shape: shape)
  }
  func spikes(_ path: String, cells: Int, _ keyPath: String) -> [[Double]] {
    Array(repeating: [], count: cells)
  }
  func weights(
    _ path: String, rows: Int, columns: Int, isConductance: Bool, _ keyPath: String
  ) -> [Double] { [] }
  func pixels(_ set: SourceSpec.ImageSet, _ index: Int, isTest: Bool, _ keyPath: String)
    -> [Double]
  {
    Array(repeating: 0, count: 784)
  }
}

/// Reads the files beside the specification. A file that cannot be used is a failure with exit
/// code 3 that names the file, the line and the key that asked for it.
final class GivenFiles: InputFiles {
  private let folder: URL
  private let dataFolder: String?
  private let random: RandomKey
  /// SHA-256 of everything that was read: a run is resumed with the same files only.
  private(set) var digests: [String] = []

  /// - Parameters:
  ///   - specification: the file that relative paths start from.
  ///   - dataFolder: `--data`.
  ///   - random: the run's key; synthetic digits are drawn from a key of their own purpose.
  init(beside specification: String, dataFolder: String?, random: RandomKey) {
    folder = URL(fileURLWithPath: specification).deletingLastPathComponent()
    self.dataFolder = dataFolder
    self.random = random
  }

  private func table(_ path: String, _ keyPath: String) throws -> NumberTable {
    let place = path.hasPrefix("/") ? path : folder.appendingPathComponent(path).path
    guard let data = FileManager.default.contents(atPath: place) else {
      throw RunFailure.file("\(path): cannot be read (\(keyPath))")
    }
    digests.append(data.sha256)
    guard let text = String(validating: data, as: UTF8.self) else {
      throw RunFailure.file("\(path): is not UTF-8 text (\(keyPath))")
    }
    return try NumberTable(text, file: path, keyPath: keyPath)
  }

  func course(
    _ path: String, _ shape: Course.Shape, isConductance: Bool, _ keyPath: String
  ) throws -> Course {
    let table = try table(path, keyPath)
    try table.check(columns: 2, "time,value")
    if isConductance { try table.checkNotNegative(from: 1) }
    for (a, b) in zip(table.rows, table.rows.dropFirst()) where b.values[0] <= a.values[0] {
      throw table.failure(
        b.line,
        "time \(Quantity.shortText(b.values[0])) ms follows \(Quantity.shortText(a.values[0])) ms; let times ascend"
      )
    }
    do {
      return try Course(
        times: table.rows.map { $0.values[0] }, values: table.rows.map { $0.values[1] },
        shape: shape)
    } catch {
      throw RunFailure.file("\(path): \(error.problem); \(error.remedy) (\(keyPath))")
    }
  }

  func spikes(_ path: String, cells: Int, _ keyPath: String) throws -> [[Double]] {
    let table = try table(path, keyPath)
    try table.check(columns: 2, "cell,time")
    var lists = Array(repeating: [Double](), count: cells)
    for row in table.rows {
      let time = row.values[1]
      guard let cell = Int(exactly: row.values[0]), (0..<cells).contains(cell) else {
        throw table.failure(
          row.line,
          "there is no cell \(Quantity.shortText(row.values[0])); cells are 0 to \(cells - 1)")
      }
      guard time > 0 else {
        throw table.failure(
          row.line, "a spike at \(Quantity.shortText(time)) ms; give times above 0 ms")
      }
      if let last = lists[cell].last, time < last {
        throw table.failure(
          row.line,
          "the spike of cell \(cell) at \(Quantity.shortText(time)) ms comes after one at \(Quantity.shortText(last)) ms; "
            + "let the times of each cell ascend")
      }
      lists[cell].append(time)
    }
    return lists
  }

  func weights(
    _ path: String, rows: Int, columns: Int, isConductance: Bool, _ keyPath: String
  ) throws -> [Double] {
    let table = try table(path, keyPath)
    try table.check(columns: columns, "a weight for each of \(columns) targets")
    guard table.rows.count == rows else {
      throw RunFailure.file(
        "\(path): \(table.rows.count) rows for \(rows) sources; give one for each (\(keyPath))")
    }
    if isConductance { try table.checkNotNegative(from: 0) }
    return table.rows.flatMap(\.values)
  }

  func pixels(
    _ set: SourceSpec.ImageSet, _ index: Int, isTest: Bool, _ keyPath: String
  ) throws -> [Double] {
    let images: LabelledImages
    if set == .syntheticDigits {
      guard index < 10_000_000 else {
        throw RunFailure.usage("\(keyPath).index: there is no image \(index)")
      }
      let digits = SyntheticDigits(key: random.purpose(.syntheticData))
      images = isTest ? digits.test(count: index + 1) : digits.training(count: index + 1)
    } else {
      let family = try MNISTFamily.named(set == .mnist ? "mnist" : "fashion-mnist")
      let place = try DataFolder.locate(
        family, argument: dataFolder, environment: ProcessInfo.processInfo.environment)
      let sets = try family.load(from: place.path)
      images = isTest ? sets.test : sets.training
    }
    guard index < images.count else {
      throw RunFailure.usage("\(keyPath).index: there are images 0 to \(images.count - 1)")
    }
    return images.subset(index..<index + 1).pixels.map { Double($0) / 255 }
  }
}

/// Numbers in columns: CSV with an optional header, a first row without any digit; empty lines and
/// those after # are passed over.
struct NumberTable {
  private(set) var rows: [(line: Int, values: [Double])] = []
  private let file: String
  private let keyPath: String

  init(_ text: String, file: String, keyPath: String) throws {
    self.file = file
    self.keyPath = keyPath
    var isFirst = true
    // Spreadsheets begin a file with a byte order mark.
    let content =
      text.unicodeScalars.first == "\u{FEFF}"
      ? text.unicodeScalars.dropFirst() : text.unicodeScalars[...]
    let lines = String(content).split(omittingEmptySubsequences: false) { $0.isNewline }
    for (index, line) in lines.enumerated() {
      let trimmed = line.trimmingCharacters(in: .whitespaces)
      if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
      let cells = trimmed.split(separator: ",", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      defer { isFirst = false }
      if isFirst, cells.allSatisfy({ Double($0) == nil && !$0.contains(where: \.isNumber) }) {
        continue
      }
      var values: [Double] = []
      for cell in cells {
        guard let value = Double(cell) else {
          throw failure(index + 1, "\"\(cell.prefix(40))\" is no number")
        }
        guard value.isFinite else {
          throw failure(index + 1, "\(cell) is not a finite number")
        }
        values.append(value)
      }
      rows.append((index + 1, values))
    }
  }

  /// Throws unless there are rows, each of `count` numbers.
  func check(columns count: Int, _ meaning: String) throws {
    guard !rows.isEmpty else {
      throw RunFailure.file("\(file): has no rows; expected \(meaning) (\(keyPath))")
    }
    for row in rows where row.values.count != count {
      let found = row.values.count == 1 ? "1 number" : "\(row.values.count) numbers"
      throw failure(row.line, "\(found), expected \(meaning)")
    }
  }

  /// Throws where a value from column `first` on is below 0.
  func checkNotNegative(from first: Int) throws {
    for row in rows {
      if let value = row.values.dropFirst(first).first(where: { $0 < 0 }) {
        throw failure(
          row.line, "\(Quantity.shortText(value)) nS is negative; a conductance is 0 nS or more")
      }
    }
  }

  /// A failure in a line.
  func failure(_ line: Int, _ problem: String) -> RunFailure {
    .file("\(file):\(line): \(problem) (\(keyPath))")
  }
}
