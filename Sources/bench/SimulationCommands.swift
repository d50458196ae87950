// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Experiments
import Foundation

/// What the benchmarks of simulations have in common.
struct SimulationOptions: ParsableArguments {
  static let peerNames = ["nest", "brian2", "brian2-f32", "jax", "numpy"]

  @OptionGroup var common: BenchOptions

  @Option(help: "The number of pairs.")
  var pairs = 5

  @Option(help: "Threads of every side.")
  var threads = 1

  @Option(
    help: "The peers, of nest,brian2,brian2-f32,jax,numpy as the benchmark has them; or none.")
  var peers = SimulationOptions.peerNames.joined(separator: ",")

  @Option(help: "A processor to pin all sides to, by taskset.")
  var pin: Int?

  func validate() throws {
    _ = try BenchOptions.peers(peers, of: Self.peerNames)
    guard pairs >= 1 && pairs <= 1000 else {
      throw ValidationError("--pairs: expected a number from 1 to 1000, found \(pairs)")
    }
    guard threads >= 1 && threads <= 64 else {
      throw ValidationError("--threads: expected a number from 1 to 64, found \(threads)")
    }
    if let pin, pin < 0 {
      throw ValidationError("--pin: expected the number of a processor, found \(pin)")
    }
  }

  /// Times the workloads one after the other.
  func compare(_ workloads: [SimulationWorkload]) async throws {
    if let pin { try await StepOptions.pin(to: pin) }
    let peers = try BenchOptions.peers(peers, of: Self.peerNames)
    let environment = try await common.environment(for: peers, libraries: .spiking)
    let images =
      workloads.contains(where: \.needsImages)
      ? try ImageFolder(named: common.data) : nil
    defer { images?.discard() }
    let machine = Machine(pinned: pin)
    for line in machine.lines { common.output.text(line) }
    for workload in workloads {
      try await SimulationComparison(
        workload: workload, pairs: pairs, threads: threads, output: common.output
      ).run(images: images, environment: environment, peers: peers, machine: machine)
    }
  }
}

struct CompartmentsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compartments",
    abstract:
      "1,000 three-compartment neurons, by GSL and by the fast stepper, beside NEST, Brian2.")

  @OptionGroup var options: SimulationOptions

  func run() async throws { try await options.compare([.compartmentsGSL, .compartments]) }
}

struct OUNoiseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ou-noise",
    abstract: "10,000 neurons with two OU conductances, beside Brian2; cost from 10³ to 10⁶ cells.")

  @OptionGroup var options: SimulationOptions

  func run() async throws {
    try await options.compare([.ouNoise])
    options.common.output.text("")
    options.common.output.text("cells      ns per cell and step     bytes of state per cell")
    for cells in [1000, 10_000, 100_000, 1_000_000] {
      let steps = max(100, 20_000_000 / cells)
      let work = try SpikingBenchmark(
        .ouNoise, cells: cells, steps: steps, threads: options.threads)
      var best = Double.infinity
      for _ in 0..<3 {
        work.reset()
        let started = ContinuousClock.now
        _ = try work.run()
        best = min(best, started.duration(to: .now).inSeconds)
      }
      options.common.output.text(
        "\(cells)".padded(to: 11) + (best / Double(work.cellSteps) * 1e9).text(2).padded(to: 25)
          + "\(work.bytesPerCell ?? 0)")
    }
  }
}

struct DendritesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dendrites",
    abstract: "Segregated dendrites 784-500-10, 1,000 images of 50 ms, beside Brian2 and JAX.")

  @OptionGroup var options: SimulationOptions

  func run() async throws { try await options.compare([.dendrites]) }
}

struct DendriteLearningCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dendrite-learning",
    abstract: "Learning of 784-500-10 segregated dendrites, image by image, beside NumPy.")

  @OptionGroup var options: SimulationOptions

  func run() async throws {
    try await options.compare([.dendriteLearning, .dendriteLearningFeedback])
  }
}

struct CobaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "coba",
    abstract: "COBA, 4,000 conductance-based neurons, beside Brian2 and NEST.")

  @OptionGroup var options: SimulationOptions

  func run() async throws { try await options.compare([.coba]) }
}
