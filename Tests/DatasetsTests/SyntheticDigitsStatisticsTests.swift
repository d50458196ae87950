// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import RandomStreams
import Testing

@testable import Datasets

@Suite struct SyntheticDigitsStatisticsTests {
  private let digits = SyntheticDigits(key: RandomKey(seed: 1).purpose(.syntheticData))

  @Test("The ten classes are equally frequent")
  func classes() {
    // χ² with 9 degrees of freedom; 27.9 is its 0.1 % point, 0.6 its 99.99 % point.
    func chiSquared(_ counts: [Int]) -> Double {
      let mean = Double(counts.reduce(0, +)) / 10
      return counts.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean }
    }
    let statistic = chiSquared(digits.training(count: 20_000).classCounts)
    #expect(statistic > 0.6 && statistic < 27.9)
    #expect(chiSquared([2150] + Array(repeating: 1983, count: 9)) < 27.9)
    #expect(chiSquared([2300] + Array(repeating: 1966, count: 9)) > 27.9)
  }

  @Test("As much ink as in MNIST: a fifth of the pixels, and none at the border")
  func ink() {
    let images = digits.training(count: 5000)
    let density = images.inputs(of: Float.self).density
    #expect(density > 0.17 && density < 0.23, "\(density)")
    var border = 0
    for image in 0..<images.count {
      for x in 0..<28 {
        for y in [0, 27] where images.pixels[image * 784 + y * 28 + x] != 0 { border += 1 }
      }
    }
    #expect(border < images.count, "\(border) inked pixels on the upper and lower border")
  }

  @Test("Every digit has ink, and most have a fully black pixel")
  func visible() {
    let images = digits.training(count: 5000)
    var dark = 0
    for image in 0..<images.count {
      let picture = images.pixels[image * 784..<(image + 1) * 784]
      #expect(picture.filter { $0 > 127 }.count >= 15)
      if picture.max() == 255 { dark += 1 }
    }
    #expect(dark > 3500, "\(dark)")
  }

  /// Test accuracy of softmax regression, trained by gradient descent with momentum.
  private func linearAccuracy(_ training: LabelledImages, _ test: LabelledImages) -> Double {
    let all = training.inputs(of: Float.self)
    var order = EpochOrder(count: training.count, key: RandomKey(seed: 2).purpose(.shuffling))
    let steps = 4000
    let size = 64
    var weights = Matrix<Float>(rows: 784, columns: 10)
    var bias = Array(repeating: Float(0), count: 10)
    var scores = Matrix<Float>(rows: size, columns: 10)
    var batch: [Int] = []
    var inputs = SparseRows<Float>(columns: 784)
    for step in 0..<steps {
      order.indices(forBatch: step, size: size, into: &batch)
      inputs.gather(batch, from: all)
      inputs.product(weights, bias: bias, into: &scores)
      let probability = softmax(scores)
      var delta = probability
      for (row, example) in batch.enumerated() { delta[row, Int(training.labels[example])] -= 1 }
      let rate = Float(0.5) * (1 - Float(step) / Float(steps)) / Float(size)
      inputs.accumulateOuterProduct(delta, alpha: -rate, into: &weights)
      for row in 0..<size {
        for k in 0..<10 { bias[k] -= rate * delta[row, k] }
      }
    }
    var out = Matrix<Float>(rows: test.count, columns: 10)
    test.inputs(of: Float.self).product(weights, bias: bias, into: &out)
    let right = (0..<test.count).filter { row in
      let scores = out.row(row)
      return scores.firstIndex(of: scores.max()!) == Int(test.labels[row])
    }
    return Double(right.count) / Double(test.count)
  }

  private func softmax(_ scores: Matrix<Float>) -> Matrix<Float> {
    let rows = (0..<scores.rows).map { row in
      let values = scores.row(row)
      let top = values.max()!
      let powers = values.map { Double($0 - top).exponential }
      let sum = powers.reduce(0, +)
      return powers.map { Float($0 / sum) }
    }
    return Matrix(rowsOf: rows)
  }

  @Test("A linear classifier stays below 92 % but learns: neither trivial nor hopeless")
  func linear() {
    let accuracy = linearAccuracy(digits.training(), digits.test())
    #expect(accuracy < 0.92 && accuracy > 0.80, "\(accuracy)")
  }
}
