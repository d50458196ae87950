// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra

/// Rows of scalars one after the other, `[count, stride]`: what the kernels of this folder work on.
/// Stored, bit for bit, as a `Matrix`.
struct DendriteRows<Scalar: DendriteScalar>: Sendable, Codable, Equatable {
  let count: Int
  let stride: Int
  var elements: [Scalar]

  init(count: Int, stride: Int) {
    self.count = count
    self.stride = stride
    elements = Array(repeating: 0, count: count * stride)
  }

  init(from decoder: any Decoder) throws {
    let matrix = try Matrix<Scalar>(from: decoder)
    count = matrix.rows
    stride = matrix.columns
    elements = matrix.elements
  }

  func encode(to encoder: any Encoder) throws {
    try Matrix(rows: count, columns: stride, elements: elements).encode(to: encoder)
  }

  subscript(row: Int, column: Int) -> Scalar {
    get { elements[row * stride + column] }
    set { elements[row * stride + column] = newValue }
  }
}
