// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra

/// Grey images of one size, each with a class: a data set, or part of one.
///
/// A value. Pixel (x, y) of image i is `pixels[(i · height + y) · width + x]`, 0 for paper to
/// 255 for ink; its class, from 0 to `classCount` − 1, is `labels[i]`. Networks see
/// pixels/255, as `inputs(of:)` or `dense(rows:)`.
public struct LabelledImages: Sendable, Equatable {
  /// The data set's name, e.g. `mnist`.
  public let name: String
  /// Pixels in a row.
  public let width: Int
  /// Rows of pixels in an image.
  public let height: Int
  /// The number of classes.
  public let classCount: Int
  /// All pixels, `[count, height, width]`, row-major.
  public let pixels: [UInt8]
  /// The class of each image, `[count]`.
  public let labels: [UInt8]

  /// Images of the given pixels and classes. Traps, naming the numbers, when they do not fit
  /// each other; files are checked by `IDX.images(…)`, which throws instead.
  public init(
    name: String, width: Int, height: Int, classCount: Int = 10, pixels: [UInt8],
    labels: [UInt8]
  ) {
    precondition(
      width > 0 && height > 0 && pixels.count == labels.count * width * height,
      "\(pixels.count) pixels are not \(labels.count) images of \(width)×\(height)")
    precondition(
      labels.allSatisfy { Int($0) < classCount }, "a label is not below \(classCount)")
    self.name = name
    self.width = width
    self.height = height
    self.classCount = classCount
    self.pixels = pixels
    self.labels = labels
  }

  /// The number of images.
  public var count: Int { labels.count }

  /// The number of pixels of one image: the width of a network's input.
  public var pixelCount: Int { width * height }

  /// The images of a range, copied.
  public func subset(_ range: Range<Int>) -> LabelledImages {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count, "images \(range) of \(count)")
    return LabelledImages(
      name: name, width: width, height: height, classCount: classCount,
      pixels: Array(pixels[range.lowerBound * pixelCount..<range.upperBound * pixelCount]),
      labels: Array(labels[range]))
  }

  /// How many images each class has, `[classCount]`.
  public var classCounts: [Int] {
    var counts = Array(repeating: 0, count: classCount)
    for label in labels { counts[Int(label)] += 1 }
    return counts
  }

  /// value/255 for the 256 values of a pixel, each the quotient correctly rounded to `S`.
  static func intensities<S: NetworkScalar>(_ type: S.Type) -> [S] {
    (0...255).map { S($0) / 255 }
  }

  /// The given images as a dense `[indices, pixelCount]` matrix of pixels/255, in that order.
  public func dense<S: NetworkScalar>(
    rows indices: some Collection<Int>, of type: S.Type = S.self
  ) -> Matrix<S> {
    let table = Self.intensities(type)
    var elements: [S] = []
    elements.reserveCapacity(indices.count * pixelCount)
    for index in indices {
      precondition(index >= 0 && index < count, "image \(index) of \(count)")
      for pixel in pixels[index * pixelCount..<(index + 1) * pixelCount] {
        elements.append(table[Int(pixel)])
      }
    }
    return Matrix(rows: indices.count, columns: pixelCount, elements: elements)
  }
}
