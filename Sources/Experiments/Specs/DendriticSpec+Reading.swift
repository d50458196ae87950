// SPDX-License-Identifier: GPL-3.0-or-later

internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import SpikingNetworks
internal import Substrates

extension NetworkSpec {
  init(readingDendritic spec: SpecObject) {
    layers = spec.required(
      "layers", .list(of: .integer(.from(1, to: 1_000_000)), atLeast: 2),
      about: "widths, inputs first")
    output = spec.value(
      "output", .choice, default: .sigmoid, about: "f of the outputs' mean potentials")
    activations = Array(repeating: .sigmoid, count: max(0, layers.count - 2))
    initialization = .gaussian
    dendritic = DendriticSpec(reading: spec)
    learnsBiases = spec.value(
      "biases", .boolean, default: true, about: "whether biases learn; false keeps their start")
    precision = spec.value(
      "precision", .choice, default: .float32, about: "scalars of the computation")
  }
}

extension DendriticSpec {
  init(reading spec: SpecObject) {
    mode = spec.value(
      "mode", .choice, default: .spiking, about: "spiking, or the rate twin of the same network")
    let preset: Preset = spec.value(
      "preset", .choice, default: .paper,
      about: "equations as published by exact steps, or the authors' code; Guerguiev et al. 2017")
    self.preset = preset
    apicalConductance = spec.value(
      "apicalConductance", .real(.atLeast(0)), default: 0, unit: "1/ms",
      about: "g_a, from the apical dendrite to the soma; 0, 0.05 or 0.6 in the paper")
    teaching = spec.value(
      "teaching", .choice, default: .transported,
      about: "B carries the error, or it is measured at the apical dendrites")
    readout = spec.value(
      "readout", .choice, default: .linear,
      about: "what an apical dendrite makes of its mean potential: itself, or its plateau")
    outputTargets = spec.value(
      "outputTargets", .choice, default: .given,
      about: "y, or the outputs' own rates while they are taught (eq. 8)")
    forwardPhase = spec.value(
      "forwardPhase", .integer(.from(1, to: 100_000)), default: 50, unit: "ms",
      about: "duration of forward phases; Table 1")
    targetPhase = spec.value(
      "targetPhase", .integer(.from(1, to: 100_000)), default: 50, unit: "ms",
      about: "duration of phases with taught outputs; Table 1")
    jitter = spec.value(
      "jitter", .boolean, default: true,
      about: "whether phases last longer by a Wald time of mean 2 ms; Table 1")
    testPhase = spec.value(
      "testPhase", .integer(.from(1, to: 100_000)), default: preset == .paper ? 500 : 250,
      unit: "ms", about: "duration of a test's forward phase; 500 in the paper, 250 in the code")
    settling = spec.optional(
      "settling", .real(.atLeast(0)), unit: "ms",
      about: "time before a phase's window; by preset all after 30 ms, or the last 20 ms")
    conductance = Conductance(reading: spec)
    commonRandomNumbers = spec.value(
      "commonRandomNumbers", .boolean, default: true,
      about: "whether the passes that are compared share their spikes")
    carryState = spec.value(
      "carryState", .boolean, default: false,
      about: "whether activity carries over from image to image, at batch 1 (the authors' code)")
    initialization = spec.value(
      "initialization", .choice, default: .gaussian,
      about: "where W starts, acting on rates of 0…1; designed: for dendrites at 3 ± 3")
  }

  /// Everything that this network and the rest of an experiment ask of each other.
  func check(_ experiment: ExperimentSpec, _ spec: SpecObject) {
    let feedback = experiment.feedback
    let noise = feedback.presentation.noise
    let hiddenCount = experiment.network.layers.count - 2
    if teaching == .measured {
      if feedback.credit != .feedback {
        spec.report(
          "substrate",
          "teaching measured reads apical synapses, and this feedback has none; use teaching transported"
        )
      } else if feedback.topology == .activity {
        spec.report(
          "substrate",
          "teaching measured needs B between layers; use topology direct, or teaching transported")
      } else if feedback.topology == .layered, hiddenCount > 1, apicalConductance == 0 {
        spec.report(
          "substrate",
          "with apicalConductance 0 hidden layers do not change while outputs are taught, so nothing would be measured below them; use topology direct, an apicalConductance above 0, or teaching transported"
        )
      }
    }
    if readout == .plateau {
      if teaching == .transported {
        spec.report("substrate", "readout plateau reads apical dendrites; use teaching measured")
      }
      if case .ridge = feedback.learner {
        spec.report(
          "feedback",
          "a plateau is not linear in B, which ridge least squares needs; use estimator sgd, or readout linear"
        )
      }
    }
    if outputTargets == .measured, experiment.network.output != .sigmoid {
      spec.report(
        "substrate",
        "outputTargets measured compares rates, and output \(experiment.network.output.rawValue) is none; use output sigmoid"
      )
    }
    if noise?.perturbsConstantUnit == true {
      spec.report(
        "feedback", "a dendritic network has no constant unit to perturb; use constantUnit false")
    }
    if conductance != .standard, noise?.site == .output {
      spec.report(
        "substrate",
        "noise at the output site perturbs rates, not conductances; use noise site potential, or leave out conductance"
      )
    }
    if conductance.course == .poisson, let noise, noise.site == .potential,
      noise.distribution != .gaussian
    {
      spec.report(
        "feedback",
        "distribution \(noise.distribution.rawValue) does nothing where the course is poisson, whose arrivals have a law of their own; leave it out"
      )
    }
    if carryState, experiment.data.batch > 1 {
      spec.report(
        "substrate",
        "activity carries over from one image to the next, and a batch has \(experiment.data.batch) at once; use batch 1, or carryState false"
      )
    }
    if experiment.metrics.trajectory {
      spec.report("metrics", "trajectory shows test images in training; leave it out")
    }
    if let noise, noise.site == .spikes {
      checkSpikeNoise(noise, feedback.presentation.comparison, spec)
    }
    guard spec.isSound else { return }
    do {
      _ = try trial(perturbedBy: noise, output: experiment.network.output)
    } catch {
      spec.report("substrate", "\(error)")
    }
  }
}

extension DendriticSpec {
  /// What it takes to learn from the network's own spikes.
  private func checkSpikeNoise(
    _ noise: Noise, _ comparison: Presentation.Comparison, _ spec: SpecObject
  ) {
    if mode == .rate {
      spec.report(
        "feedback",
        "noise at the site spikes is the chance of spiking, and mode rate has none; use mode spiking, or site potential"
      )
    }
    if comparison == .antithetic {
      spec.report(
        "feedback",
        "the sign of a network's own spikes cannot be turned, as baseline antithetic needs; use baseline secondNoisy, or site potential"
      )
    } else if comparison != .none, commonRandomNumbers {
      spec.report(
        "feedback",
        "with commonRandomNumbers the passes that baseline \(comparison.rawValue) compares have the same spikes, and noise at the site spikes would make no difference; use commonRandomNumbers false"
      )
    }
  }
}

extension DendriticSpec.Conductance {
  init(reading spec: SpecObject) {
    let standard = Self.standard
    self = spec.objectOrDefaults("conductance") { inner in
      let own = DendriticSpec.Conductance(
        form: inner.value(
          "form", .choice, default: standard.form,
          about: "two conductances that move against each other, a single one, or a current"),
        compartment: inner.value(
          "compartment", .choice, default: standard.compartment,
          about: "where perturbations enter"),
        course: inner.value(
          "course", .choice, default: standard.course,
          about: "one value per pass, white, an Ornstein–Uhlenbeck process, or Poisson shot noise"),
        timeConstant: inner.value(
          "timeConstant", .real(.greaterThan(0)), default: standard.timeConstant, unit: "ms",
          about: "correlation time of ornsteinUhlenbeck and poisson"),
        rate: inner.value(
          "rate", .real(.greaterThan(0, atMost: 100)), default: standard.rate, unit: "1/ms",
          about: "arrivals of poisson"),
        sharedFraction: inner.value(
          "sharedFraction", .real(.from(0, to: 1)), default: standard.sharedFraction,
          about: "correlation of the perturbation between neurons of a layer"),
        resting: inner.value(
          "resting", .real(.greaterThan(0)), default: standard.resting, unit: "1/ms",
          about: "g_0 of each of a push–pull pair, or the mean of a single conductance"),
        reversal: inner.value(
          "reversal", .real(), default: standard.reversal,
          about: "E of a single conductance; 8 in Table 1"))
      own.reportIdle(inner)
      return own
    }
  }

  /// Reports keys that do nothing here. Those at their defaults pass: a resolved specification has
  /// them all.
  private func reportIdle(_ spec: SpecObject) {
    guard spec.isSound else { return }
    let standard = Self.standard
    func report(_ key: String, if isIdle: Bool, _ reason: String) {
      if isIdle { spec.report(key, "it does nothing: \(reason)") }
    }
    let isProcess = course == .ornsteinUhlenbeck || course == .poisson
    report(
      "timeConstant", if: !isProcess && timeConstant != standard.timeConstant,
      "the course is \(course.rawValue), and ornsteinUhlenbeck and poisson have a correlation time")
    report(
      "rate", if: course != .poisson && rate != standard.rate,
      "the course is \(course.rawValue), and poisson has arrivals")
    report(
      "reversal", if: form != .singleSided && reversal != standard.reversal,
      "the form is \(form.rawValue), and singleSided has a reversal potential")
    if form == .singleSided, reversal == 0 {
      spec.report(
        "reversal", "0 is the resting potential, where a conductance moves nothing: give another")
    }
  }
}
