// SPDX-License-Identifier: GPL-3.0-or-later

internal import Dispatch
internal import Foundation
internal import RandomStreams

extension SyntheticDigits {
  /// Examples painted by one thread before it takes the next block.
  private static let blockSize = 256

  /// Examples `first ..< first + count`.
  ///
  /// - Parameters:
  ///   - count: how many, at least 0.
  ///   - first: the number of the first one, at least 0.
  ///   - threads: how many threads paint; the pixels do not depend on it. Default: one per
  ///     processor.
  public func images(count: Int, startingAt first: Int, threads: Int? = nil) -> LabelledImages {
    precondition(count >= 0 && first >= 0, "\(count) examples from \(first)")
    let pixelCount = StrokeCanvas.side * StrokeCanvas.side
    var labels: [UInt8] = []
    let pixels = unsafe [UInt8](unsafeUninitializedCapacity: count * pixelCount) {
      pixels, pixelsInitialized in
      unsafe pixels.adviseLargePages()
      labels = unsafe [UInt8](unsafeUninitializedCapacity: count) { labels, labelsInitialized in
        if let pixels = pixels.baseAddress, let labels = labels.baseAddress {
          unsafe paint(
            count: count, first: first, threads: threads, pixels: pixels, labels: labels)
        }
        labelsInitialized = count
      }
      pixelsInitialized = count * pixelCount
    }
    return LabelledImages(
      name: Self.name, width: StrokeCanvas.side, height: StrokeCanvas.side, pixels: pixels,
      labels: labels)
  }

  /// Thread t paints blocks t, t + threads, …; no two threads write the same byte.
  private func paint(
    count: Int, first: Int, threads: Int?, pixels: UnsafeMutablePointer<UInt8>,
    labels: UnsafeMutablePointer<UInt8>
  ) {
    let pixelCount = StrokeCanvas.side * StrokeCanvas.side
    let blocks = (count + Self.blockSize - 1) / Self.blockSize
    let threads = max(1, min(threads ?? ProcessInfo.processInfo.activeProcessorCount, blocks))
    nonisolated(unsafe) let pixels = unsafe pixels
    nonisolated(unsafe) let labels = unsafe labels
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      var painter = DigitPainter(key: key, variation: variation)
      for block in stride(from: thread, to: blocks, by: threads) {
        for index in block * Self.blockSize..<min(count, (block + 1) * Self.blockSize) {
          let picture = unsafe pixels.advanced(by: index * pixelCount)
          let label = painter.paint(first + index) { pixel, value in
            unsafe picture.advanced(by: pixel).initialize(to: value)
          }
          unsafe labels.advanced(by: index).initialize(to: label)
        }
      }
    }
  }
}
