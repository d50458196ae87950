// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Experiments
import Foundation
import Subprocess
import SystemPackage

/// One pass over the training images by a whole process: start-up, reading the files, 1,875
/// steps of Figure 2, a test pass, results written.
///
/// Apical is the `apical run` of a person, run directory included, with the least evaluation
/// that a run has: one row of metrics before the first step and one after the last. NumPy is a
/// script that prints its test error.
struct MNISTPass {
  /// Seconds; the limit on a machine of two cores.
  static let target = 1.0

  static let spec = """
    seed: 1
    substrate: {rate: {layers: [784, 50, 20, 10], activation: sigmoid, output: identity}}
    feedback:
      perturbation: {estimator: sgd, rate: 5.0e-4, baseline: clean,
                     noise: {site: output, distribution: gaussian, standardDeviation: 0.01}}
    descent: {sgd: {rate: 4.0e-4}}
    loss: {squaredError: {reduction: sum}}
    data: {mnist: {batch: 32, validation: 0}}
    schedule: {steps: 1875, evaluateEvery: 1875}

    """

  /// One process.
  struct Pass: Encodable {
    let benchmark = "mnist-pass"
    let pair: Int
    let side: String
    let wallSeconds: Double
    let cpuSeconds: Double
    let testError: Double

    enum CodingKeys: String, CodingKey {
      case benchmark, pair, side
      case wallSeconds = "wall_seconds"
      case cpuSeconds = "cpu_seconds"
      case testError = "test_error"
    }
  }

  let apical: String
  let environment: PeerEnvironment?
  let images: ImageFolder

  /// `apical run` in a fresh run directory, which is deleted.
  func runApical(pair: Int) async throws -> Pass {
    let folder = temporaryPath("bench-pass")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let specPath = "\(folder)/spec.yaml"
    let runPath = "\(folder)/run"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Self.spec.write(toFile: specPath, atomically: false, encoding: .utf8)
    } catch {
      throw RunFailure.output("\(folder): could not be written: \(error.localizedDescription)")
    }
    return try await timed(
      "apical", pair, apical,
      [
        "run", specPath, "--progress", "none", "--out", runPath, "--threads", "2", "--data",
        images.path,
      ]
    ) { _ in try Self.testError(inMetrics: "\(runPath)/metrics.csv") }
  }

  /// The script of NumPy.
  func runNumPy(pair: Int, _ environment: PeerEnvironment) async throws -> Pass {
    try await timed(
      "numpy", pair, environment.python,
      ["\(environment.scripts)/mnist_pass_numpy.py", "--data", images.path]
    ) { printed in
      guard let error = Double(printed.trimmingCharacters(in: .whitespacesAndNewlines)) else {
        throw BenchFailure.peers("the numpy peer printed no test error: \(printed)")
      }
      return error
    }
  }

  private func timed(
    _ side: String, _ pair: Int, _ program: String, _ arguments: [String],
    _ testError: (String) throws -> Double
  ) async throws -> Pass {
    let cpu = ProcessClock.children
    let started = ContinuousClock.now
    let outcome = try await Subprocess.run(
      .path(FilePath(program)), arguments: Arguments(arguments), input: .none,
      output: .string(limit: 1 << 16), error: .currentStandardError)
    let wall = started.duration(to: .now).inSeconds
    guard outcome.terminationStatus.isSuccess else {
      throw BenchFailure.peers("\(program) failed; the reason stands above")
    }
    return Pass(
      pair: pair, side: side, wallSeconds: wall, cpuSeconds: ProcessClock.children - cpu,
      testError: try testError(outcome.standardOutput))
  }

  /// The test error in the last row of a run's metrics.
  private static func testError(inMetrics path: String) throws -> Double {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    let rows = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    guard let column = rows.first?.firstIndex(of: "test_error"), let last = rows.last,
      column < last.count, let error = Double(last[column])
    else {
      throw BenchFailure.unsound("\(path): no test error in the last row")
    }
    return error
  }
}
