// SPDX-License-Identifier: GPL-3.0-or-later

public import Datasets
internal import Foundation
internal import LinearAlgebra
public import RandomStreams

/// The images of an experiment, before any precision is chosen: training, validation, test.
public struct ExperimentImages: Sendable {
  /// What W and B learn from.
  public let training: LabelledImages
  /// What choices may be made on: the last training examples.
  public let validation: LabelledImages
  /// What is looked at and never chosen by.
  public let test: LabelledImages

  /// Loads or draws the images.
  ///
  /// - Parameters:
  ///   - random: the run's key; synthetic digits are drawn from a key of their own purpose.
  ///   - folder: the `--data` argument.
  ///   - threads: how many threads may draw.
  public init(
    _ spec: DataSpec, random: RandomKey, folder: String?, threads: Int
  ) throws(DatasetError) {
    let all: LabelledImages
    switch spec.source {
    case .syntheticDigits(let training, let testCount):
      let digits = SyntheticDigits(key: random.purpose(.syntheticData))
      all = digits.training(count: training, threads: threads)
      test = digits.test(count: testCount, threads: threads)
    case .family(let name):
      let family = try MNISTFamily.named(name)
      let place = try DataFolder.locate(
        family, argument: folder, environment: ProcessInfo.processInfo.environment)
      let sets = try family.load(from: place.path)
      all = sets.training
      test = sets.test
      try Self.check(all, of: family, in: place.path, validation: spec.validation)
    }
    let kept = all.count - spec.validation
    precondition(kept > 0, "\(all.count) training examples, \(spec.validation) for validation")
    training = all.subset(0..<kept)
    validation = all.subset(kept..<all.count)
  }

  /// Files of the right format may still hold images of another size, or too few of them.
  private static func check(
    _ images: LabelledImages, of family: MNISTFamily, in folder: String, validation: Int
  ) throws(DatasetError) {
    let expected = family.trainingImages.shape
    guard [images.height, images.width] == Array(expected.dropFirst()) else {
      throw .wrongShape(
        "\(folder)/\(family.trainingImages.gzipName)", expected: expected,
        found: [images.count, images.height, images.width])
    }
    guard images.count > validation else {
      throw .tooFew(folder, found: images.count, validation: validation)
    }
  }
}

/// The examples of an experiment in the precision of its network.
struct ExperimentData<Scalar: NetworkScalar>: Sendable {
  let training: ExampleSet<Scalar>
  let validation: ExampleSet<Scalar>
  let test: ExampleSet<Scalar>

  init(_ images: ExperimentImages, target: DataSpec.Target) {
    training = ExampleSet(images.training, target: target)
    validation = ExampleSet(images.validation, target: target)
    test = ExampleSet(images.test, target: target)
  }
}
