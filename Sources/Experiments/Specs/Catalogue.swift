// SPDX-License-Identifier: GPL-3.0-or-later

internal import Datasets
internal import RandomStreams
internal import SpikingNetworks

/// What a specification can name: `apical list`.
public enum Catalogue: String, Sendable, CaseIterable {
  case rules, networks, neurons, noise, baselines, eligibilities, rewards, optimizers, datasets

  private var entries: [(name: String, about: String)] {
    switch self {
    case .rules:
      [
        ("feedback.backpropagation", "λ = e·Wᵀ; transports weights (the reference)"),
        ("feedback.alignment", "fixed random B; topology layered or direct"),
        (
          "feedback.perturbation",
          "B learned by node perturbation; topology layered, direct, activity"
        ),
        ("  estimator: ridge", "online least squares (the paper's code); optional forgetting"),
        ("  estimator: sgd", "stochastic gradient on eq. (3) (the paper's text)"),
        ("  estimator: controlVariate", "the same on the surprise; no first-order noise floor"),
        (
          "  estimator: kalman", "the surprise, by steps as large as what is left to learn warrants"
        ),
        (
          "feedback.weightMirror",
          "B learns from how the layer above answers to noise; topology layered, direct"
        ),
        ("feedback.kolenPollack", "B takes the steps of W and decays with it; topology layered"),
        ("feedback.symmetric", "B is W of the layer above, or the product of all; transports W"),
        ("feedback.nodePerturbation", "W itself learns from the perturbation estimate; no B"),
      ]
    case .networks:
      [
        (
          "substrate.rate",
          "dense rate layers; identity, sigmoid, tanh, softplus, relu; softmax outputs"
        ),
        (
          "substrate.dendritic",
          "spiking neurons with segregated dendrites, or their rate twin (Guerguiev et al. 2017)"
        ),
      ]
    case .neurons:
      ModelCatalogue.all.map { ("model: \($0.name)", "\($0.about); \($0.source)") }
        + [("compartments:", "any compartments, couplings, receptors and firing of your own")]
    case .noise:
      Deviate.allCases.map {
        (
          "distribution: \($0.rawValue)",
          "mean 0, variance 1, kurtosis \($0.kurtosis), skewness \($0.skewness)"
        )
      } + [
        ("site: output", "after the non-linearity: h + c·ξ (the paper)"),
        ("site: potential", "before it: φ(u + c·ξ), as a noisy conductance"),
        ("process: ornsteinUhlenbeck", "of compartment neurons: coloured, exact at any step"),
        ("process: white", "a new value in every step; stratonovich or ito"),
        ("process: frozen", "one value per cell and trial"),
        ("process: poisson", "arrivals that decay exponentially"),
        ("form: conductance", "g = mean + x with a reversal potential, kept above 0"),
        ("form: pushPull", "a pair g₀ ± x/2: exactly additive"),
        ("form: current", "mean + x: the control without conductance"),
        ("form: multiplicative", "x times the conductance of a receptor"),
      ]
    case .baselines:
      [
        ("clean", "a second pass without noise (the paper)"),
        ("none", "nothing is subtracted"),
        ("runningMean", "exponential mean of the perturbed loss"),
        ("classMean", "the same for each class"),
        ("critic", "linear in the unperturbed inputs, learned"),
        ("antithetic", "a pass with the noise's sign turned"),
        ("secondNoisy", "a second noisy pass, credited with the difference of noises"),
        ("noisyBaseline", "a second noisy pass, credited with the first noise alone"),
      ]
    case .eligibilities:
      [
        ("noise", "the perturbation itself, as it was realised (the paper)"),
        ("activityDifference", "Δh of the passes compared (Dalm et al. 2023)"),
        ("transmittedDifference", "Δx of the passes compared: what the layer above heard"),
        ("runningMean", "h̃ minus its running mean (Legenstein et al. 2010; Miconi 2017)"),
      ]
    case .rewards:
      [
        ("binarised: true", "the sign alone, times its mean magnitude (Fiete & Seung 2006)"),
        ("delay: D", "D steps late; B learns from the trials as they were"),
      ]
    case .optimizers:
      [
        ("descent.sgd", "W ← W − rate·g; optional weightDecay"),
        ("descent.momentum", "with a share of the step before; optional weightDecay"),
        ("descent.adam", "Kingma & Ba 2015"),
        ("descent.fixed", "W stays as drawn"),
      ]
    case .datasets:
      [("data.syntheticDigits", "drawn by the program, 28×28, ten classes; no download")]
        + MNISTFamily.all.map { ("data.\($0.specName)", $0.source) }
    }
  }

  /// The entries, aligned.
  public var text: String {
    let width = entries.map(\.name.count).max() ?? 0
    return entries.map { entry in
      "  \(entry.name)\(String(repeating: " ", count: width - entry.name.count))  \(entry.about)"
    }.joined(separator: "\n")
  }
}

extension MNISTFamily {
  /// The name of this data set in a specification.
  var specName: String { name == "fashion-mnist" ? "fashionMnist" : name }
}
