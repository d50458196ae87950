// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import TestSupport
import Testing

@Suite struct ElementwiseLawTests {
  private static let shapes = [
    (0, 3), (3, 0), (1, 1), (1, 7), (5, 8), (3, 9), (32, 10), (4, 50), (33, 65),
  ]

  private func check<Scalar: NetworkScalar>(_: Scalar.Type) {
    for (rows, columns) in Self.shapes {
      let a: Matrix<Scalar> = Fixture.matrix(rows, columns, seed: 41)
      let b: Matrix<Scalar> = Fixture.matrix(rows, columns, seed: 42)
      let c: Matrix<Scalar> = Fixture.matrix(rows, columns, seed: 43)
      func expect(
        _ name: String, _ operation: (inout Matrix<Scalar>) -> Void,
        _ plain: (Scalar, Scalar, Scalar) -> Scalar
      ) {
        var result = c
        operation(&result)
        let expected = c.elements.indices.map {
          plain(a.elements[$0], b.elements[$0], c.elements[$0])
        }
        #expect(result.elements == expected, "\(name) of [\(rows), \(columns)]")
      }
      // One rounding each, or a product and a sum that are not contracted: exact equality, where
      // the receiver is an input too.
      expect("setProduct", { $0.setProduct(a, b) }, { a, b, _ in a * b })
      expect("setSum", { $0.setSum(a, b) }, { a, b, _ in a + b })
      expect("setDifference", { $0.setDifference(a, b) }, { a, b, _ in a - b })
      expect("multiply", { $0.multiply(by: a) }, { a, _, c in c * a })
      expect("add", { $0.add(a) }, { a, _, c in c + a })
      expect("subtract", { $0.subtract(a) }, { a, _, c in c - a })
      expect("subtractProduct", { $0.subtractProduct(a, b) }, { a, b, c in c - a * b })
      expect("assign", { $0.assign(a) }, { a, _, _ in a })
      expect("fill", { $0.fill(2) }, { _, _, _ in 2 })
      expect(
        "scaleAndAdd", { $0.scaleAndAdd(0.3, a, scalingSelfBy: -0.7) },
        { a, _, c in 0.3 * a + -0.7 * c })
      expect("combine two", { $0.combineElements(a) { $0 - 2 * $1 } }, { a, _, c in c - 2 * a })
      expect(
        "combine three", { $0.combineElements(a, b) { $0 - $1 / $2 } }, { a, b, c in c - a / b })
      if rows > 0 {
        var changed = c
        changed.setRow(rows - 1, to: a.row(rows - 1), times: 3)
        let kept = (rows - 1) * columns
        #expect(changed.elements.prefix(kept) == c.elements.prefix(kept))
        #expect(changed.row(rows - 1) == a.row(rows - 1).map { 3 * $0 })
      }
      var transpose = Matrix<Scalar>(rows: columns, columns: rows, repeating: 9)
      transpose.setTransposed(a)
      #expect(transpose == a.transposed)
      let scalars = (0..<rows).map { Scalar($0) - 1.5 }
      var estimate = c
      estimate.setEstimate(scalar: scalars, perturbation: a, variance: b)
      var expected = c
      expected.update { i, j, _ in scalars[i] * (a[i, j] / b[i, j]) }
      #expect(estimate == expected)
    }
  }

  @Test("Element-wise operations are those of plain loops, bit for bit") func elementwise() {
    check(Float.self)
    check(Double.self)
  }

  private func checkSums<Scalar: NetworkScalar>(_: Scalar.Type) {
    for (rows, columns) in Self.shapes where columns > 0 {
      let a: Matrix<Scalar> = Fixture.matrix(rows, columns, seed: 44)
      let b: Matrix<Scalar> = Fixture.matrix(rows, columns, seed: 45)
      let c: Matrix<Scalar> = Fixture.matrix(rows, columns, seed: 46)
      var sums = (0..<rows).map { Double($0) }
      a.addRowSums(times: b, c, to: &sums)
      var losses = Array(repeating: Double.nan, count: rows)
      var error = c
      a.squaredError(to: b, loss: &losses, error: &error)
      for i in 0..<rows {
        // Any order of `columns` double-precision additions of products.
        var (sum, scale, loss) = (Double(i), Double(i), 0.0)
        for j in 0..<columns {
          let product = Double(a[i, j]) * Double(b[i, j]) * Double(c[i, j])
          sum += product
          scale += abs(product)
          let difference = Double(a[i, j]) - Double(b[i, j])
          loss += 0.5 * difference * difference
          #expect(error[i, j] == a[i, j] - b[i, j])
        }
        let bound = Double(columns + 4) * 0x1p-52
        #expect(abs(sums[i] - sum) <= bound * scale)
        #expect(abs(losses[i] - loss) <= bound * loss)
      }
    }
  }

  @Test("Row sums and squared errors are accumulated in double precision")
  func sums() {
    checkSums(Float.self)
    checkSums(Double.self)
  }

  @Test("A loss summed in double sees what a float sum would lose")
  func doubleLoss() {
    // ½(4096² + 63·0.5²): the small terms lie below half a unit of the float 2²³.
    var prediction = Matrix<Float>(rows: 1, columns: 64, repeating: 0.5)
    prediction[0, 0] = 4096
    var (loss, error) = ([0.0], prediction)
    prediction.squaredError(to: Matrix(rows: 1, columns: 64), loss: &loss, error: &error)
    #expect(loss[0] == 0x1p23 + 63 * 0.125)
  }

  @Test("One-hot rows are 1 at their labels and 0 elsewhere, whatever was there")
  func oneHot() {
    var rows = Matrix<Float>(rows: 3, columns: 4, repeating: .nan)
    rows.setOneHot([3, 0, 3])
    #expect(rows == Matrix(rowsOf: [[0, 0, 0, 1], [1, 0, 0, 0], [0, 0, 0, 1]]))
    var none = Matrix<Double>(rows: 0, columns: 4)
    none.setOneHot([])
    #expect(none.elements.isEmpty)
  }

  @Test("Norms, finiteness, transposes, conversions and updates say what they mean")
  func basics() {
    let a = Matrix<Float>(rowsOf: [[3, 0], [0, -4], [12, 0]])
    #expect(a.frobeniusNorm == 13)
    #expect(a.transposed == Matrix(rowsOf: [[3, 0, 12], [0, -4, 0]]))
    #expect(a.converted(to: Double.self).converted(to: Float.self) == a)
    #expect(a.isFinite && !Matrix<Float>(rowsOf: [[1, .infinity]]).isFinite)
    #expect(
      !Matrix<Float>(rowsOf: [[.nan]]).isFinite && Matrix<Float>(rows: 0, columns: 4).isFinite)
    var b = a
    b.update { i, j, value in value + Float(10 * i + j) }
    #expect(b == Matrix(rowsOf: [[3, 1], [10, 7], [32, 21]]))
    #expect(b.row(2) == [32, 21] && b[1, 0] == 10)
  }
}
