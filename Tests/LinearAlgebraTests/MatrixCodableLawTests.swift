// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LinearAlgebra
import TestSupport
import Testing

@Suite struct MatrixCodableLawTests {
  private func roundTrip<Scalar>(_ matrix: Matrix<Scalar>) throws -> Matrix<Scalar> {
    try JSONDecoder().decode(Matrix<Scalar>.self, from: JSONEncoder().encode(matrix))
  }

  @Test("A matrix returns with exactly its bits: payloads of NaN, −0, subnormals, infinities")
  func bits() throws {
    let odd: [Double] = [
      Double(bitPattern: 0x7FF8_0000_DEAD_BEEF), -.nan, -0.0, 0, .infinity, -.infinity,
      .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1,
    ]
    let double = Matrix(rows: 3, columns: 3, elements: odd)
    #expect(try roundTrip(double).hasSameBits(as: double))
    let float = Matrix(
      rows: 2, columns: 2, elements: [Float(bitPattern: 0x7FC0_BEEF), -0.0, 0.1, -.infinity])
    #expect(try roundTrip(float).hasSameBits(as: float))
    for (rows, columns) in [(0, 0), (0, 5), (5, 0), (1, 1), (7, 13)] {
      let matrix: Matrix<Float> = Fixture.matrix(rows, columns, seed: 3)
      #expect(try roundTrip(matrix).hasSameBits(as: matrix))
    }
  }

  private func decode(
    rows: Int = 1, columns: Int = 2, precision: String = "float64", bytes: Int = 16
  ) throws -> Matrix<Double> {
    let text = """
      {"rows": \(rows), "columns": \(columns), "precision": "\(precision)",
       "bytes": "\(Data(count: bytes).base64EncodedString())"}
      """
    return try JSONDecoder().decode(Matrix<Double>.self, from: Data(text.utf8))
  }

  @Test("A damaged encoding is refused, and does not stop the program")
  func damage() throws {
    #expect(try decode() == Matrix(rows: 1, columns: 2))
    for bytes in [0, 8, 15, 17, 24] {
      #expect(throws: DecodingError.self) { try decode(bytes: bytes) }
    }
    #expect(throws: DecodingError.self) { try decode(precision: "float32") }
    #expect(throws: DecodingError.self) { try decode(precision: "") }
    for (rows, columns) in [(-1, -2), (-1, 2), (2, 2), (Int.max, 2), (Int.max, Int.max)] {
      #expect(throws: DecodingError.self) { try decode(rows: rows, columns: columns) }
    }
    // Shapes whose elements can be counted and whose bytes cannot.
    #expect(throws: DecodingError.self) { try decode(rows: 1 << 61, columns: 1, bytes: 0) }
    #expect(throws: DecodingError.self) { try decode(rows: Int.max, columns: 1, bytes: 0) }
  }

  @Test("Bytes are the elements' bits, lowest byte first; a ragged end is dropped")
  func bytes() {
    let values: [Float] = [1, -2]
    #expect([UInt8](values.littleEndianBytes) == [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
    #expect([Float](littleEndianBytes: values.littleEndianBytes) == values)
    #expect([Float](littleEndianBytes: values.littleEndianBytes.prefix(7)) == [1])
    #expect([Double](littleEndianBytes: Data()).isEmpty)
  }
}
