// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LinearAlgebra
import Substrates
import Testing

/// A connection read from a checkpoint.
@Suite struct ConnectionCodableLawTests {
  private struct Damaged: Codable {
    var weights: Matrix<Float>
    var biases: [Float]
  }

  @Test("A connection reads back as it was written")
  func roundTrip() throws {
    let connection = Connection<Float>(
      weights: Matrix(rowsOf: [[1, -2, 3], [0.5, 0, -0.25]]), biases: [4, 5, -6])
    let data = try PropertyListEncoder().encode(connection)
    #expect(try PropertyListDecoder().decode(Connection<Float>.self, from: data) == connection)
  }

  @Test("Biases that do not fit the weights are refused")
  func damage() throws {
    let damaged = Damaged(weights: Matrix(rows: 2, columns: 3), biases: [1, 2])
    let data = try PropertyListEncoder().encode(damaged)
    #expect(throws: DecodingError.self) {
      try PropertyListDecoder().decode(Connection<Float>.self, from: data)
    }
  }
}
