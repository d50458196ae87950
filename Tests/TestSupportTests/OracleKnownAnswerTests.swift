// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import Substrates
import TestSupport
import Testing

@Suite struct OracleKnownAnswerTests {
  @Test("The oracle's product is the textbook's, in every orientation")
  func product() {
    let a = Matrix<Double>(rowsOf: [[1, 2, 3], [4, 5, 6]])
    let b = Matrix<Double>(rowsOf: [[1, -1], [0, 2], [3, 0]])
    let c = Matrix<Double>(rowsOf: [[10, 3], [22, 6]])
    #expect(Oracle.product(a, .plain, b).value == c)
    #expect(Oracle.product(a.transposed, .transposed, b, .plain).value == c)
    #expect(Oracle.product(a, .plain, b.transposed, .transposed).value == c)
    #expect(Oracle.product(a.transposed, .transposed, b.transposed, .transposed).value == c)
    #expect(Oracle.product(a, .plain, b).magnitude == Matrix(rowsOf: [[10, 5], [22, 14]]))
  }

  @Test(
    "A ratio to a bound notices a wrong element, NaN, a wrong shape, an error where none may be")
  func ratio() {
    let expected = Matrix<Double>(rowsOf: [[1, 2], [0, 4]])
    let scale = Matrix<Double>(rowsOf: [[0.1, 0.1], [0, 0.1]])
    #expect(Oracle.largestRatio(expected, expected, scale: scale) == 0)
    var wrong = expected
    wrong[0, 1] = 2.05
    #expect(abs(Oracle.largestRatio(wrong, expected, scale: scale) - 0.5) < 1e-9)
    wrong[1, 0] = 1e-30
    #expect(Oracle.largestRatio(wrong, expected, scale: scale) == .infinity)
    wrong = expected
    wrong[0, 0] = .nan
    #expect(Oracle.largestRatio(wrong, expected, scale: scale) == .infinity)
    #expect(
      Oracle.largestRatio(Matrix<Double>(rows: 1, columns: 2), expected, scale: scale) == .infinity)
  }

  @Test("Gauss's elimination solves what a product made")
  func solve() {
    let x: Matrix<Double> = Fixture.matrix(3, 5, seed: 1)
    let v: Matrix<Double> = Fixture.matrix(5, 5, seed: 2)
    let s = Oracle.product(x, .plain, v).value
    // Condition numbers of 5×5 normal matrices are below 10³ but for 1 in 200 seeds.
    #expect(Oracle.solve(s, timesInverseOf: v).largestDifference(from: x) < 1e-11)
    let swap = Matrix<Double>(rowsOf: [[0, 1], [1, 0]])
    let row = Matrix<Double>(rowsOf: [[3, 8]])
    #expect(Oracle.solve(row, timesInverseOf: swap) == Matrix(rowsOf: [[8, 3]]))
  }

  @Test("Bits are compared, not values")
  func bits() {
    let a = Matrix<Double>(rowsOf: [[.nan, 0]])
    #expect(a.hasSameBits(as: a))
    #expect(!a.hasSameBits(as: Matrix(rowsOf: [[.nan, -0.0]])))
    #expect(!a.hasSameBits(as: Matrix(rowsOf: [[.nan], [0]])))
    #expect(a.largestDifference(from: a) == .infinity)
  }

  @Test("The oracle network is the textbook's")
  func network() {
    // Two inputs, one hidden unit, one output: u = 0.5·1 − 1·2 + 0.5 = −1.
    let connections = [
      Connection<Double>(weights: Matrix(rowsOf: [[0.5], [-1]]), biases: [0.5]),
      Connection<Double>(weights: Matrix(rowsOf: [[2]]), biases: [0.25]),
    ]
    let relu = OracleNetwork(connections, activations: [.relu], output: .identity)
    let result = relu.run([1, 2], target: [1], loss: .squaredError)
    #expect(result.outputs == [[0]] && result.slopes == [[0]] && result.prediction == [0.25])
    #expect(result.loss == 0.28125)
    let noisy = relu.run(
      [1, 2], target: [1], loss: .squaredError, noise: [[0.5]], constantNoise: [1])
    #expect(noisy.outputs == [[0.5]] && noisy.prediction == [1.5])
    let potential = relu.run(
      [1, 2], target: [1], loss: .squaredError, noise: [[1.5]], site: .potential)
    #expect(potential.outputs == [[0.5]] && potential.slopes == [[1]])
    let linear = OracleNetwork(connections, activations: [.identity], output: .softmax)
    #expect(linear.run([1, 2], target: [1], loss: .crossEntropy).prediction == [1])
  }

  @Test("One seed gives the same numbers in both precisions, another seed others")
  func fixtures() {
    let double: Matrix<Double> = Fixture.matrix(3, 4, seed: 5)
    let float: Matrix<Float> = Fixture.matrix(3, 4, seed: 5)
    #expect(double.converted(to: Float.self) == float)
    #expect(double != Fixture.matrix(3, 4, seed: 6))
    let sparse: Matrix<Double> = Fixture.sparseMatrix(50, 40, zeros: 0.7, seed: 5)
    let zeros = sparse.elements.filter { $0 == 0 }.count
    // 1,400 ± 20 of 2,000.
    #expect(abs(zeros - 1400) < 82)
    let batch: Batch<Double> = Fixture.batch(
      trials: 4, inputs: 3, outputs: 2, seed: 1, sparse: true)
    #expect(batch.trial(2).inputs.dense.row(0) == batch.inputs.dense.row(2))
    #expect(batch.trial(2).targets.row(0) == batch.targets.row(2))
    #expect(batch.targets.elements.allSatisfy { $0 > 0 && $0 < 1 })
  }
}
