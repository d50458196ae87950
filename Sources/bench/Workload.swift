// SPDX-License-Identifier: GPL-3.0-or-later

/// A training step that Apical and the peers take: the same network, noise, updates and rates
/// (peers/common.py has the peers' numbers).
struct Workload: Sendable {
  let name: String
  /// What a step is, in a line.
  let about: String
  /// The experiment, as a person would write it.
  let spec: String
  /// A peer's script is `<script>_<peer>.py`.
  let script: String
  let peerArguments: [String]
  /// How many times faster than the fastest peer Apical has to be; nil where it is only reported.
  let target: Double?
  /// Steps of one side in one pair: half a second or so.
  let defaultSteps: Int

  private static let fig2Network = """
    seed: 1
    substrate: {rate: {layers: [784, 50, 20, 10], activation: sigmoid, output: identity}}
    descent: {sgd: {rate: 4.0e-4}}
    loss: {squaredError: {reduction: sum}}
    data: {mnist: {batch: 32, validation: 5000}}
    schedule: {steps: 1000000}

    """

  static let fig2 = Workload(
    name: "fig2-step",
    about: "784-50-20-10 sigmoid, batch 32: clean pass, perturbed pass, estimate, W and B by SGD",
    spec: fig2Network + """
      feedback:
        perturbation: {estimator: sgd, rate: 5.0e-4, baseline: clean,
                       noise: {site: output, distribution: gaussian, standardDeviation: 0.01}}
      """,
    script: "fig2_step", peerArguments: [], target: 3, defaultSteps: 4000)

  static let fig2Ridge = Workload(
    name: "fig2-ridge-step",
    about: "the same with B by ridge least squares, solved in every step",
    spec: fig2Network + """
      feedback:
        perturbation: {estimator: ridge, ridge: 0.1, baseline: clean,
                       noise: {site: output, distribution: gaussian, standardDeviation: 0.01}}
      """,
    script: "fig2_step", peerArguments: ["--ridge"], target: nil, defaultSteps: 4000)

  static let fig3 = Workload(
    name: "fig3-step",
    about: "autoencoder 784-200-2-200-784, batch 32: the same parts, targets are the inputs",
    spec: """
      seed: 1
      substrate:
        rate: {layers: [784, 200, 2, 200, 784], activations: [tanh, identity, tanh], output: relu}
      feedback:
        perturbation: {estimator: sgd, rate: 8.0e-6, baseline: clean,
                       noise: {site: output, distribution: gaussian, standardDeviation: 0.018942}}
      descent: {sgd: {rate: 1.0e-4}}
      loss: {squaredError: {reduction: sum}}
      data: {mnist: {batch: 32, validation: 5000, target: inputs}}
      schedule: {steps: 1000000}
      """,
    script: "fig3_step", peerArguments: [], target: 1.3, defaultSteps: 1000)
}
