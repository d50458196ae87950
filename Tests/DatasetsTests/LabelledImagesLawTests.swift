// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LinearAlgebra
import RandomStreams
import Testing

@testable import Datasets

@Suite struct LabelledImagesLawTests {
  /// Images with zeros alone, in runs, at the ends and in the ragged end of a row.
  private func sample(_ seed: UInt64, width: Int, height: Int) -> LabelledImages {
    var random = GSLRandom(RandomKey(seed: seed).purpose(.test))
    let pixels = (0..<9 * width * height).map { _ in
      random.uniform() < 0.6 ? UInt8(0) : UInt8(1 + random.integer(below: 255))
    }
    return LabelledImages(
      name: "x", width: width, height: height, pixels: pixels,
      labels: (0..<9).map { UInt8($0) })
  }

  @Test("The fast sparse rows are those of the dense matrix, in both precisions")
  func sparseIsDense() {
    for seed in 0..<40 as Range<UInt64> {
      let images = sample(seed, width: 1 + Int(seed), height: 1 + Int(seed) % 3)
      #expect(images.inputs(of: Float.self) == SparseRows(images.dense(rows: 0..<9)))
      #expect(images.inputs(of: Double.self) == SparseRows(images.dense(rows: 0..<9)))
    }
  }

  @Test("Blank images have no entries, black ones all")
  func extremes() {
    for value in [0, 255] as [UInt8] {
      let images = LabelledImages(
        name: "x", width: 28, height: 28, pixels: Array(repeating: value, count: 1568),
        labels: [0, 1])
      let rows = images.inputs(of: Float.self)
      #expect(rows.rows == 2 && rows.columns == 784)
      #expect(rows.entryCount == (value == 0 ? 0 : 1568))
      #expect(rows.values.allSatisfy { $0 == 1 })
    }
  }

  @Test("A pixel becomes its quotient by 255, rounded once")
  func quotient() {
    let images = LabelledImages(
      name: "x", width: 256, height: 1, pixels: (0...255).map { UInt8($0) }, labels: [0])
    let single: Matrix<Float> = images.dense(rows: [0])
    let double: Matrix<Double> = images.dense(rows: [0])
    for value in 0...255 {
      #expect(single[0, value] == Float(value) / 255)
      #expect(double[0, value] == Double(value) / 255)
      #expect(single[0, value] == Float(double[0, value]))
    }
  }

  @Test("A subset has the images of its range, a dense block those of its indices in order")
  func subset() {
    let images = sample(3, width: 5, height: 4)
    let part = images.subset(2..<6)
    #expect(part.count == 4 && part.labels == [2, 3, 4, 5])
    #expect(part.dense(rows: 0..<4, of: Float.self) == images.dense(rows: 2..<6))
    let picked: Matrix<Float> = images.dense(rows: [7, 0, 7])
    #expect(picked.row(0) == picked.row(2) && picked.row(0) != picked.row(1))
    #expect(picked.row(1) == images.dense(rows: [0], of: Float.self).row(0))
    #expect(images.subset(0..<9) == images)
    #expect(images.subset(4..<4).count == 0)
  }
}
