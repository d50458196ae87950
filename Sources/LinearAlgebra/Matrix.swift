// SPDX-License-Identifier: GPL-3.0-or-later

/// A dense row-major matrix, a value.
///
/// Element (i, j) of an `[rows, columns]` matrix is `elements[i * columns + j]`. Shapes are part
/// of the value and do not change. Operations that a training step repeats are written as
/// mutations of an existing matrix (`Matrix+Products.swift`, `Matrix+Elementwise.swift`), so
/// that a step does not allocate; they trap, naming both shapes, when shapes disagree.
public struct Matrix<Scalar: NetworkScalar>: Sendable, Equatable {
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// The elements, row after row.
  public internal(set) var elements: [Scalar]

  /// A matrix with every element equal to `value`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public init(rows: Int, columns: Int, repeating value: Scalar = 0) {
    precondition(rows >= 0 && columns >= 0, "a matrix cannot be [\(rows), \(columns)]")
    self.rows = rows
    self.columns = columns
    elements = Array(repeating: value, count: rows * columns)
  }

  /// A matrix of the given elements, row after row.
  public init(rows: Int, columns: Int, elements: [Scalar]) {
    precondition(
      rows >= 0 && columns >= 0 && elements.count == rows * columns,
      "\(elements.count) elements do not fill a [\(rows), \(columns)] matrix")
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// A matrix of the given rows, which must be of one length.
  public init(rowsOf rows: [[Scalar]]) {
    let columns = rows.first?.count ?? 0
    self.init(rows: rows.count, columns: columns, elements: rows.flatMap { $0 })
  }

  /// Element (row, column).
  public subscript(row: Int, column: Int) -> Scalar {
    get {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns)
      return elements[row * columns + column]
    }
    set {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns)
      elements[row * columns + column] = newValue
    }
  }

  /// One row, copied.
  public func row(_ index: Int) -> [Scalar] {
    Array(elements[index * columns..<(index + 1) * columns])
  }

  /// The transpose, a copy.
  public var transposed: Matrix {
    var result = Matrix(rows: columns, columns: rows)
    for i in 0..<rows {
      for j in 0..<columns { result.elements[j * rows + i] = elements[i * columns + j] }
    }
    return result
  }

  /// The same matrix in another precision.
  @specialized(where Scalar == Float, Other == Double)
  @specialized(where Scalar == Double, Other == Double)
  @specialized(where Scalar == Float, Other == Float)
  public func converted<Other: NetworkScalar>(to: Other.Type = Other.self) -> Matrix<Other> {
    Matrix<Other>(rows: rows, columns: columns, elements: elements.map { Other($0) })
  }

  /// Copies the elements of `a` in this precision, keeping the receiver's storage.
  @specialized(where Scalar == Double, Other == Float)
  @specialized(where Scalar == Double, Other == Double)
  @specialized(where Scalar == Float, Other == Double)
  public mutating func assign<Other: NetworkScalar>(converting a: Matrix<Other>) {
    precondition(
      rows == a.rows && columns == a.columns,
      "assign: [\(rows), \(columns)] against [\(a.rows), \(a.columns)]")
    for index in elements.indices { elements[index] = Scalar(a.elements[index]) }
  }

  /// ‖A‖_F, accumulated in `Double`.
  public var frobeniusNorm: Double {
    elements.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  /// Whether every element is finite.
  public var isFinite: Bool { elements.allSatisfy { $0.isFinite } }

  /// Sets every element to `value`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func fill(_ value: Scalar) {
    for index in elements.indices { elements[index] = value }
  }

  /// Row i becomes 1 in column `labels[i]` and 0 elsewhere.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func setOneHot(_ labels: [Int]) {
    precondition(labels.count == rows, "\(labels.count) labels for \(rows) rows")
    fill(0)
    for (row, label) in labels.enumerated() {
      precondition(label >= 0 && label < columns, "label \(label) of \(columns)")
      elements[row * columns + label] = 1
    }
  }

  /// Replaces the elements by `transform(row, column, element)`; for set-up, not for hot loops.
  public mutating func update(_ transform: (Int, Int, Scalar) -> Scalar) {
    for i in 0..<rows {
      for j in 0..<columns {
        elements[i * columns + j] = transform(i, j, elements[i * columns + j])
      }
    }
  }

  @inline(__always)
  func checkShape(_ other: Matrix, _ operation: StaticString) {
    precondition(
      rows == other.rows && columns == other.columns,
      "\(operation): [\(rows), \(columns)] against [\(other.rows), \(other.columns)]")
  }
}
