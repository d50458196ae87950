// SPDX-License-Identifier: GPL-3.0-or-later

internal import SpikingNetworks
internal import Substrates

/// Trials of a dendritic network that are watched millisecond by millisecond while it learns.
public struct TrialsSpec: Sendable, Equatable {
  /// What can be seen of a neuron.
  public enum Variable: String, Sendable, CaseIterable {
    /// V of the soma.
    case soma
    /// V^b of the basal dendrite.
    case basal
    /// V^a of the apical dendrite.
    case apical
    /// h = φ/φ_max.
    case rate
    /// δ, the perturbing conductance, current or rate.
    case noise
    /// m, what the perturbation makes of V (of h, where rates are perturbed).
    case response
    /// σ of the mean of V^a over the window so far, of V^a itself before it: at the end of a phase
    /// its plateau potential.
    case plateau

    /// Whether outputs, which are not perturbed and have no apical dendrites, have it too.
    var isOfOutputs: Bool { [.soma, .basal, .rate].contains(self) }
    /// Whether there is nothing to see without a perturbation.
    var isOfNoise: Bool { self == .noise || self == .response }
  }

  /// What is watched of one layer.
  public struct Layer: Sendable, Equatable {
    /// `layer1`, …, or `output`.
    public var name: String
    /// Hidden layers from 0, then the outputs.
    public var index: Int
    /// The units.
    public var units: [Int]
    /// The variables.
    public var variables: [Variable]
  }

  /// Steps between watched trials; the first are watched at step 0.
  public var every: Int
  /// Which validation examples are shown.
  public var examples: [Int]
  /// What is watched.
  public var layers: [Layer]

  /// Whether trials are watched after `step` steps.
  func isDue(_ step: Int) -> Bool { step % every == 0 }

  /// Trials watched in a run of so many steps.
  func count(steps: Int) -> Int { (steps / every + 1) * examples.count }
}

extension TrialsSpec {
  init(reading spec: SpecObject, network: NetworkSpec, data: DataSpec) {
    every = spec.required(
      "every", .integer(.from(1, to: 1_000_000_000)), unit: "steps",
      about: "steps between watched trials, the first at step 0")
    examples = spec.value(
      "examples", .list(of: .integer(.atLeast(0)), atLeast: 1), default: [0],
      about: "which validation examples are shown, as in training")
    layers = spec.objects("record", atLeast: 1, about: "what is watched") {
      Layer(reading: $0, network)
    }
    guard spec.isSound else { return }
    if network.dendritic == nil {
      spec.report(
        "every",
        "a trial of a rate network has no time; use substrate dendritic, or leave out trials")
    }
    for example in examples where example >= data.validation {
      spec.report(
        "examples", "there is no example \(example) among \(data.validation) validation examples")
    }
    if Set(examples).count < examples.count {
      spec.report("examples", "an example is given twice")
    }
    let names = layers.map(\.name)
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      spec.report("record", "\(name) is watched twice: name it once, with all its variables")
    }
  }

  /// What trials and the way of learning ask of each other.
  func check(_ presentation: Presentation, _ spec: SpecObject) {
    let isPerturbed = presentation.noise.map { $0.site != .spikes } ?? false
    for layer in layers {
      for variable in layer.variables where variable.isOfNoise && !isPerturbed {
        spec.report(
          "trials",
          "no conductance, current or rate is perturbed by this feedback: leave out \(variable.rawValue)"
        )
      }
    }
  }
}

extension TrialsSpec.Layer {
  init(reading spec: SpecObject, _ network: NetworkSpec) {
    let hidden = max(0, network.layers.count - 2)
    let names = (0..<hidden).map { "layer\($0 + 1)" } + ["output"]
    name = spec.required("what", .word(among: names), about: "a hidden layer, or output")
    index = names.firstIndex(of: name) ?? 0
    let width = index + 1 < network.layers.count ? network.layers[index + 1] : 1
    let ranges = spec.required(
      "units", SpecKind<[Range<Int>]>.cells, about: "units, such as 7, 0-9 or [0-4, 7]")
    variables = spec.value(
      "variables", .list(of: .choice, atLeast: 1), default: [.soma, .basal],
      about: "soma, basal, apical, rate, noise, response, plateau")
    let last = ranges.last?.upperBound ?? 1
    units = last <= width ? ranges.flatMap(Array.init) : [0]
    guard spec.isSound else { return }
    if last > width {
      spec.report("units", "\(name) has units 0 to \(width - 1), found \(last - 1)")
    }
    if Set(variables).count < variables.count {
      spec.report("variables", "a variable is given twice")
    }
    for variable in variables where name == "output" && !variable.isOfOutputs {
      spec.report(
        "variables",
        "outputs have no \(variable.rawValue): they are not perturbed and have no apical dendrites")
    }
  }
}
