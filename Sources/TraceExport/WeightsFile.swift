// SPDX-License-Identifier: GPL-3.0-or-later

public import Traces

/// One named matrix or vector of a weights file.
public struct WeightMatrix: Equatable, Sendable {
  /// Its path in the file, for instance `forward/1/weights`.
  public let name: String
  /// Number of rows; 1 for a vector.
  public let rows: Int
  /// Number of columns.
  public let columns: Int
  /// What a row is, for instance `input`; nil for a vector, which is stored as `[columns]`.
  public let rowMeaning: String?
  /// What a column is, for instance `unit`.
  public let columnMeaning: String
  /// `[rows, columns]`, row after row.
  public let values: [Double]
  /// How exactly the file keeps the values; those of a `Float` network need `float32`.
  public let precision: TracePrecision

  /// A matrix `[rows, columns]`.
  public init(
    _ name: String, rows: Int, columns: Int, rowMeaning: String = "input",
    columnMeaning: String = "unit", values: [Double], precision: TracePrecision
  ) {
    precondition(
      values.count == rows * columns, "\(name): \(rows) x \(columns), \(values.count) values")
    self.name = name
    self.rows = rows
    self.columns = columns
    self.rowMeaning = rowMeaning
    self.columnMeaning = columnMeaning
    self.values = values
    self.precision = precision
  }

  /// A vector `[columns]`, for instance biases.
  public init(
    vector name: String, columnMeaning: String = "unit", values: [Double],
    precision: TracePrecision
  ) {
    self.name = name
    rows = 1
    columns = values.count
    rowMeaning = nil
    self.columnMeaning = columnMeaning
    self.values = values
    self.precision = precision
  }

  var shape: [Int] { rowMeaning == nil ? [columns] : [rows, columns] }
}

/// The weights of a network at one training step, as an HDF5 file.
///
/// Each matrix is a dataset under its name, with `@rows` and `@columns` saying what they count;
/// the root has `@format` (`apical-weights`), `@version` (1), `@step`, `@layers` and `@matrices`,
/// the names in order.
public struct WeightsFile: Equatable, Sendable {
  /// The training step after which the weights were taken.
  public let step: Int
  /// The names of the layers, from the input up.
  public let layers: [String]
  /// The matrices, in the order given.
  public let matrices: [WeightMatrix]

  /// The content of a file.
  public init(step: Int, layers: [String], matrices: [WeightMatrix]) {
    self.step = step
    self.layers = layers
    self.matrices = matrices
  }

  /// The matrix of that name, if there is one.
  public subscript(_ name: String) -> WeightMatrix? { matrices.first { $0.name == name } }

  private static let format = "apical-weights"

  /// Writes the file at `path` beside it first and then renames it into place: whoever looks
  /// sees the old file or the new one. Throws `ExportError` and leaves the old file then.
  public func write(to path: String) throws {
    let partial = "\(path).partial"
    do {
      try writeContent(to: partial)
      try PosixFile.synchronize(partial)
      try PosixFile.rename(partial, to: path)
    } catch {
      PosixFile.remove(partial)
      throw error
    }
  }

  private func writeContent(to path: String) throws {
    var file = try HDF5File(path, .truncate)
    try file.setAttribute("format", of: "/", to: Self.format)
    try file.setAttribute("version", of: "/", to: UInt32(1))
    try file.setAttribute("step", of: "/", to: Int64(step))
    try file.setAttribute("layers", of: "/", to: layers)
    try file.setAttribute("matrices", of: "/", to: matrices.map(\.name))
    for matrix in matrices {
      switch matrix.precision {
      case .float32:
        try file.write(matrix.values.map { Float($0) }, shape: matrix.shape, to: matrix.name)
      case .float64:
        try file.write(matrix.values, shape: matrix.shape, to: matrix.name)
      }
      if let meaning = matrix.rowMeaning {
        try file.setAttribute("rows", of: matrix.name, to: meaning)
      }
      try file.setAttribute("columns", of: matrix.name, to: matrix.columnMeaning)
    }
    try file.close()
  }

  /// Reads a file that `write(to:)` made. Throws `ExportError` when it is another, or damaged.
  public init(reading path: String) throws {
    let file = try HDF5File(path, .readOnly)
    guard try file.hasAttribute("format", of: "/"),
      try file.texts("format", of: "/") == [Self.format],
      let step = try file.attribute("step", of: "/", as: Int64.self).first
    else {
      throw ExportError(
        .damaged, "cannot read", file: path, reason: "it is not a weights file",
        remedy: "Name the weights.h5 of a run directory.")
    }
    self.step = Int(step)
    layers = try file.texts("layers", of: "/")
    var matrices: [WeightMatrix] = []
    for name in try file.texts("matrices", of: "/") {
      let array = try file.read(name, as: Double.self)
      let element = try file.element(of: name)
      let precision: TracePrecision = element == .float32 ? .float32 : .float64
      let columnMeaning = try file.texts("columns", of: name).joined()
      if array.shape.count == 2 {
        matrices.append(
          WeightMatrix(
            name, rows: array.shape[0], columns: array.shape[1],
            rowMeaning: try file.texts("rows", of: name).joined(), columnMeaning: columnMeaning,
            values: array.values, precision: precision))
      } else {
        matrices.append(
          WeightMatrix(
            vector: name, columnMeaning: columnMeaning, values: array.values, precision: precision)
        )
      }
    }
    self.matrices = matrices
  }
}
