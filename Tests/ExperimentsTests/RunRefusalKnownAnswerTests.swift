// SPDX-License-Identifier: GPL-3.0-or-later

import Datasets
import Foundation
import Testing

@testable import Experiments

/// Runs that cannot begin, or cannot go on: what a person reads, and what is left behind.
@Suite struct RunRefusalKnownAnswerTests {
  let folder: String

  init() throws {
    folder =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("apical refusal-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private static let text = """
    seed: 7
    substrate: {rate: {layers: [784, 12, 10]}}
    feedback: {backpropagation: {}}
    descent: {sgd: {rate: 1.0e-3}}
    data: {mnist: {batch: 16, validation: 20}}
    schedule: {steps: 100, evaluateEvery: 20, checkpointEvery: 40}
    """

  private func failure(
    _ overrides: [String] = [], output: String = "run", resumes: Bool = false,
    stopping stop: StopFlag = StopFlag()
  ) -> RunFailure? {
    do {
      let document = try SpecDocument(text: Self.text, file: "x.yaml", overrides: overrides)
      try ExperimentRunner.run(
        RunRequest(
          document, dataFolder: folder, output: "\(folder)/\(output)", resumes: resumes),
        stop: stop
      ) { _ in }
      return nil
    } catch {
      return error as? RunFailure
    }
  }

  /// Writes blank images of all ten classes under the names of MNIST.
  private func writeImages(training: Int, size: Int) throws {
    try FileManager.default.createDirectory(
      atPath: "\(folder)/mnist", withIntermediateDirectories: true)
    for (stem, count) in [("train", training), ("t10k", 10)] {
      let images = LabelledImages(
        name: "blank", width: size, height: size,
        pixels: Array(repeating: 0, count: count * size * size),
        labels: (0..<count).map { UInt8($0 % 10) })
      for (ending, file) in [
        ("images-idx3-ubyte", images.imageFile), ("labels-idx1-ubyte", images.labelFile),
      ] {
        try Data(file.bytes).write(to: URL(fileURLWithPath: "\(folder)/mnist/\(stem)-\(ending)"))
      }
    }
  }

  private func clean() { try? FileManager.default.removeItem(atPath: folder) }

  @Test func `Images of another size are refused, and nothing is left`() throws {
    defer { clean() }
    try writeImages(training: 60, size: 14)
    let refused = failure()
    #expect(refused?.exitCode == 3)
    #expect(
      refused?.description
        == "\(folder)/mnist/train-images-idx3-ubyte.gz holds 60 images of 14×14, the published file 60000 images of 28×28: replace it by a good copy (`apical data fetch`)"
    )
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
  }

  @Test func `Fewer examples than are set aside are refused; one more is enough`() throws {
    defer { clean() }
    try writeImages(training: 60, size: 28)
    let refused = failure(["data.mnist.validation=60"])
    #expect(refused?.exitCode == 3)
    #expect(
      refused?.description
        == "\(folder)/mnist holds 60 training examples, none of which is left after 60 for validation: set `validation` lower, or take the whole data set"
    )
    #expect(failure(["data.mnist.validation=59"]) == nil)
  }

  @Test func `A network that no machine holds is refused before any memory is asked for`() {
    defer { clean() }
    let refused = failure(["substrate.rate.layers=[784, 1000000, 1000000, 10]"])
    #expect(refused?.exitCode == 2)
    let text = refused?.description ?? ""
    // 10¹² weights of 4 bytes each.
    #expect(text.hasPrefix("the experiment needs at least 4.0 TB of memory and "), "\(text)")
    #expect(
      text.hasSuffix(": choose narrower layers, a smaller batch or fewer examples"), "\(text)")
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
  }

  @Test(arguments: [("sgd: {rate: 1}", 1.0), ("momentum: {rate: 1}", 3), ("adam: {rate: 1}", 4)])
  func `Memory counts what an optimizer remembers`(descent: String, copies: Double) throws {
    defer { clean() }
    let (spec, _) = try SpecDocument(
      text: Self.text, file: "x.yaml",
      overrides: ["descent={\(descent)}", "substrate.rate.layers=[784, 2000, 2000, 10]"]
    ).read(ExperimentSpec.init(reading:))
    // Examples, 2 bytes a pixel; 15 blocks of activity; parameters with their copies.
    let parameters = 785.0 * 2_000 + 2_001 * 2_000 + 2_001 * 10
    let expected = 70_000.0 * 784 * 2 + 4 * 15 * 16 * 4_010 + 4 * copies * parameters
    #expect(abs(spec.memory - expected) < 1)
    try spec.checkFits(inMemory: expected + 1)
    #expect(throws: RunFailure.self) { try spec.checkFits(inMemory: expected - 1) }
  }

  @Test func `An interrupted run says how it goes on, and so it does`() throws {
    defer { clean() }
    try writeImages(training: 60, size: 28)
    let stop = StopFlag()
    stop.set()
    let overrides = ["descent.sgd.rate=2.0e-3"]
    let stopped = failure(overrides, stopping: stop)
    #expect(stopped?.exitCode == 75)
    #expect(
      stopped?.description
        == "interrupted at step 1; a checkpoint was written. Continue with: apical run '\(folder)/run/resolved.yaml' --out '\(folder)/run' --data '\(folder)' --resume"
    )
    // What was given with --set stands in resolved.yaml, and the file alone continues the run.
    let resolved = try SpecDocument(contentsOf: "\(folder)/run/resolved.yaml", overrides: [])
    try ExperimentRunner.run(
      RunRequest(resolved, dataFolder: folder, output: "\(folder)/run", resumes: true),
      stop: StopFlag()
    ) { _ in }
    let manifest = try String(contentsOfFile: "\(folder)/run/manifest.json", encoding: .utf8)
    #expect(manifest.contains("\"status\" : \"done\""))
  }

  @Test func `A path through a file is named as such`() throws {
    defer { clean() }
    try writeImages(training: 60, size: 28)
    try Data().write(to: URL(fileURLWithPath: "\(folder)/file"))
    let refused = failure(output: "file/run")
    #expect(refused?.exitCode == 5)
    #expect(
      refused?.description
        == "\(folder)/file/run: the folder cannot be made (a part of the path is a file): name another folder with --out"
    )
  }

  @Test func `What is written over a file leaves nothing of it`() throws {
    defer { clean() }
    let directory = RunDirectory(path: folder)
    try directory.write(Data("a long manifest".utf8), to: "manifest.json")
    try directory.overwrite(Data("short".utf8), in: "manifest.json")
    #expect(
      FileManager.default.contents(atPath: directory.manifest) == Data("short".utf8))
  }

  @Test func `A folder that a person made is emptied and kept, another removed`() throws {
    defer { clean() }
    for keeps in [true, false] {
      let directory = RunDirectory(path: "\(folder)/discarded")
      try directory.create()
      try directory.write(Data(), to: "spec.yaml")
      directory.discard(keepingFolder: keeps)
      let manager = FileManager.default
      #expect(manager.fileExists(atPath: directory.path) == keeps)
      #expect(((try? manager.contentsOfDirectory(atPath: directory.path)) ?? []).isEmpty)
    }
  }

  @Test func `An unknown data set is a mistake in the arguments`() {
    defer { clean() }
    let failure = #expect(throws: RunFailure.self) { try DataTasks.info("cifar", folder: nil) }
    #expect(failure?.exitCode == 2)
    #expect(
      failure?.description
        == "there is no data set \"cifar\": choose one of mnist, fashion-mnist")
  }
}
