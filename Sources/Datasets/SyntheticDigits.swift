// SPDX-License-Identifier: GPL-3.0-or-later

public import RandomStreams

/// `synthetic-digits`: handwritten digits drawn by a program, 28×28, ten classes, no download.
///
/// Example i is a pure function of (key, i): a class and one of its three skeletons
/// (`DigitSkeletons`, equally likely), points of the pen moved a little, a smooth distortion,
/// size, slant, rotation and place, a pen whose radius follows the pressure, soft borders, ink
/// of varying darkness with grain; paper is exactly 0. Any number of examples, in any order, on
/// any number of threads, with identical bits; only additions, products and square roots of
/// IEEE floats are used, so the bits do not depend on the C library either.
///
/// Difficulty, 60,000 examples for training and 10,000 for testing, measured with an independent
/// NumPy program at one seed: least squares 80.7 %, softmax regression 89.6 %; 784-50-20-10 with
/// sigmoids and squared error by backpropagation 96.7 % after 100,000 batches of 32 with plain
/// gradient descent at rate 4·10⁻⁴, 99.5 % with Adam. Inked pixels: 20.7 % (MNIST: 19.1 %).
///
/// It is a stand-in for MNIST of the same size and interface, not a model of handwriting:
/// results on it are not results on MNIST.
public struct SyntheticDigits: Sendable {
  /// The name in specs and reports.
  public static let name = "synthetic-digits"
  /// The default numbers of examples, MNIST's.
  public static let trainingCount = 60_000
  /// The default numbers of examples, MNIST's.
  public static let testCount = 10_000
  /// The address of the first test example. Training examples are numbered from 0 and must stay
  /// below it, so that no example is in both sets.
  public static let firstTestExample = 1 << 40

  let key: RandomKey
  let variation: DigitVariation

  /// The digits of one key; `RandomKey(seed: …).purpose(.syntheticData)`.
  public init(key: RandomKey) {
    self.init(key: key, variation: DigitVariation())
  }

  init(key: RandomKey, variation: DigitVariation) {
    self.key = key
    self.variation = variation
  }

  /// Examples 0 ..< count, for training.
  public func training(count: Int = trainingCount, threads: Int? = nil) -> LabelledImages {
    precondition(count <= Self.firstTestExample, "\(count) training examples")
    return images(count: count, startingAt: 0, threads: threads)
  }

  /// Examples from `firstTestExample` on, none of which is a training example.
  public func test(count: Int = testCount, threads: Int? = nil) -> LabelledImages {
    images(count: count, startingAt: Self.firstTestExample, threads: threads)
  }
}
