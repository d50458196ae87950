// SPDX-License-Identifier: GPL-3.0-or-later

import Experiments

/// A simulation that Apical and the peers run (peers/spiking.py and its neighbours have the
/// parameters).
struct SimulationWorkload: Sendable {
  /// A peer, and how many times faster than it Apical has to be; nil where it is only reported.
  struct Peer: Sendable {
    let name: String
    let script: String
    var arguments: [String] = []
    let target: Double?
  }

  let name: String
  /// What is simulated, in a line.
  let about: String
  let peers: [Peer]
  /// Whether images are read.
  var needsImages = false
  /// Apical's side, from threads and the folder of images.
  let make: @Sendable (_ threads: Int, _ folder: String) throws -> any SimulationWork
  /// A number that belongs beside the times, and what it is.
  var remark: (@Sendable () throws -> String)?
  /// How long Apical may take for a step or image, in ms; nil where that is not asked.
  var mostMillisecondsEach: Double?

  static let compartmentsGSL = SimulationWorkload(
    name: "compartments-gsl",
    about: "1,000 iaf_cond_alpha_mc, Poisson input, 1 s at 0.1 ms: GSL's rkf45, NEST's tolerance",
    peers: [Peer(name: "nest", script: "compartments_nest", target: 1)],
    make: { threads, _ in try SpikingBenchmark(.compartmentsGSL, threads: threads) })

  static let compartments = SimulationWorkload(
    name: "compartments",
    about: "the same by Runge–Kutta steps with exact conductances",
    peers: [
      Peer(name: "nest", script: "compartments_nest", target: 20),
      Peer(name: "brian2", script: "compartments_brian2", target: 4),
    ],
    make: { threads, _ in try SpikingBenchmark(.compartments, threads: threads) },
    remark: {
      let error = try SpikingBenchmark.compartmentsError()
      return "largest |ΔV| from a converged run, 200 cells, 200 ms: \(error.text(9)) mV "
        + "(at most 0.001)"
    })

  static let ouNoise = SimulationWorkload(
    name: "ou-noise",
    about: "10,000 neurons with two Ornstein–Uhlenbeck conductances, 1 s at 0.1 ms",
    peers: [Peer(name: "brian2", script: "ou_noise_brian2", target: 5)],
    make: { threads, _ in try SpikingBenchmark(.ouNoise, threads: threads) })

  static let dendrites = SimulationWorkload(
    name: "dendrites",
    about: "segregated dendrites 784-500-10, 1,000 images of 50 ms at 1 ms",
    peers: [
      Peer(name: "brian2", script: "dendrites_brian2", target: 4),
      Peer(name: "jax", script: "dendrites_jax", target: 4),
    ],
    needsImages: true, make: { _, folder in try DendriteBenchmark(folder: folder) })

  static let dendriteLearning = SimulationWorkload(
    name: "dendrite-learning",
    about:
      "learning of segregated dendrites 784-500-10 with fixed feedback, 200 images of 2 × 50 ms",
    peers: [Peer(name: "numpy", script: "dendrites_numpy", target: 50)],
    needsImages: true,
    make: { _, folder in try DendriteLearningBenchmark(.fixed, folder: folder) })

  static let dendriteLearningFeedback = SimulationWorkload(
    name: "dendrite-learning, learned feedback",
    about: "the same with learned feedback, 200 images of 2 × 80 ms", peers: [],
    needsImages: true,
    make: { _, folder in try DendriteLearningBenchmark(.learned, folder: folder) },
    mostMillisecondsEach: 0.6)

  static let coba = SimulationWorkload(
    name: "coba",
    about: "Vogels and Abbott's COBA, 4,000 neurons, 1 s at 0.1 ms",
    peers: [
      Peer(
        name: "brian2-f32", script: "coba_brian2", arguments: ["--precision", "float32"],
        target: 1.2),
      Peer(name: "nest", script: "coba_nest", target: 100),
    ],
    make: { threads, _ in try SpikingBenchmark(.coba, threads: threads) })
}
