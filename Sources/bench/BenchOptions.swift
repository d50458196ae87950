// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import Subprocess

/// What all benchmarks have in common.
struct BenchOptions: ParsableArguments {
  @Flag(help: "Print JSON lines: one per measurement and a summary.")
  var json = false

  @Option(
    help: """
      The folder of the virtual environment, made where missing; that of the spiking benchmarks \
      is FOLDER-spiking. Default: APICAL_BENCH_VENV, then .venv-bench.
      """)
  var venv: String?

  @Option(help: "The folder of the peers' scripts. Default: that of the source checkout.")
  var peersDir: String?

  @Option(
    help: """
      The folder of MNIST. Default: APICAL_DATA, then ./data, then synthetic digits, which is \
      said aloud.
      """)
  var data: String?

  var output: Output { Output(isJSON: json) }

  /// The environment of the peers, or nil where none is asked for.
  func environment(
    for peers: [String], libraries: PeerEnvironment.Libraries = .rate
  ) async throws -> PeerEnvironment? {
    guard !peers.isEmpty else { return nil }
    let named = venv ?? ProcessInfo.processInfo.environment["APICAL_BENCH_VENV"]
    return try await PeerEnvironment(
      scripts: peersDir, venv: named ?? ".venv-bench", libraries: libraries)
  }

  /// The peers of a `--peers` argument.
  static func peers(_ list: String, of known: [String]) throws -> [String] {
    if list == "none" { return [] }
    var peers: [String] = []
    for name in list.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      guard known.contains(name) else {
        throw ValidationError(
          "--peers: expected none or some of \(known.joined(separator: ",")), found '\(name)'")
      }
      if !peers.contains(name) { peers.append(name) }
    }
    return peers
  }
}

/// What the benchmarks of a single step have in common.
struct StepOptions: ParsableArguments {
  @OptionGroup var common: BenchOptions

  @Option(help: "The number of pairs.")
  var pairs = 9

  @Option(help: "Steps of each side in a pair, a multiple of 1000 where JAX takes part.")
  var steps: Int?

  @Option(help: "The peers, of numpy,jax,torch; or none.")
  var peers = PeerEnvironment.names.joined(separator: ",")

  @Option(help: "A processor to pin both sides to, by taskset.")
  var pin: Int?

  func validate() throws {
    _ = try BenchOptions.peers(peers, of: PeerEnvironment.names)
    guard pairs >= 1 && pairs <= 1000 else {
      throw ValidationError("--pairs: expected a number from 1 to 1000, found \(pairs)")
    }
    if let steps, steps < 1 || steps > 10_000_000 {
      throw ValidationError("--steps: expected a number from 1 to 10000000, found \(steps)")
    }
    if let pin, pin < 0 {
      throw ValidationError("--pin: expected the number of a processor, found \(pin)")
    }
  }

  /// Times the workloads one after the other.
  func compare(_ workloads: [Workload]) async throws {
    if let pin { try await Self.pin(to: pin) }
    let peers = try BenchOptions.peers(peers, of: PeerEnvironment.names)
    let environment = try await common.environment(for: peers)
    let images = try ImageFolder(named: common.data)
    defer { images.discard() }
    let output = common.output
    let machine = Machine(pinned: pin)
    for line in machine.lines { output.text(line) }
    for workload in workloads {
      let comparison = StepComparison(
        workload: workload, pairs: pairs, steps: steps ?? workload.defaultSteps, output: output)
      let result = try await comparison.run(
        images: images, environment: environment, peers: peers, machine: machine)
      output.text("")
      for line in result.lines { output.text(line) }
      output.json(result)
    }
  }

  /// Pins all threads of this process; children inherit it, so that both sides share the
  /// processor, and with it its caches and its luck.
  static func pin(to cpu: Int) async throws {
    let own = ProcessInfo.processInfo.processIdentifier
    do {
      let outcome = try await Subprocess.run(
        .name("taskset"),
        arguments: ["--all-tasks", "--cpu-list", "--pid", "\(cpu)", "\(own)"], input: .none,
        output: .discarded, error: .currentStandardError)
      guard outcome.terminationStatus.isSuccess else {
        throw BenchFailure.usage("--pin: taskset could not pin this process to cpu \(cpu)")
      }
    } catch let error as SubprocessError {
      throw BenchFailure.usage("--pin needs taskset (Debian package util-linux): \(error)")
    }
  }
}
