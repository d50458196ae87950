// SPDX-License-Identifier: GPL-3.0-or-later

extension SegregatedDendriteParameters {
  /// The equations of the paper, by exact steps: Table 1, the whole kernel with a sum of 1,
  /// averages after Δt_s = 30 ms of settling.
  public static func paper(
    apicalConductance: Double = 0, signal: Signal = .poisson, inputSignal: Signal = .poisson,
    noise: ConductanceNoise? = nil
  ) throws(SegregatedDendriteError) -> SegregatedDendriteParameters {
    try SegregatedDendriteParameters(
      kernel: SynapticKernel(), hidden: [LayerConductances(apical: apicalConductance)],
      output: LayerConductances(), signal: signal, inputSignal: inputSignal, noise: noise)
  }

  /// The authors' code (`deep_learning.py` of 10 May 2017) in its spiking mode: forward Euler, the
  /// kernel cut after 10 steps and not normalised, Poisson counts, averages over the last 20 steps.
  public static func authors(
    apicalConductance: Double = 0, signal: Signal = .poisson, inputSignal: Signal = .poisson,
    noise: ConductanceNoise? = nil
  ) throws(SegregatedDendriteError) -> SegregatedDendriteParameters {
    try SegregatedDendriteParameters(
      stepping: .euler, kernel: SynapticKernel(truncation: 10, isNormalised: false),
      hidden: [LayerConductances(apical: apicalConductance)], output: LayerConductances(),
      signal: signal, inputSignal: inputSignal, window: .last(20), noise: noise)
  }

  /// These parameters with some replaced.
  public func with(
    timeStep: Double? = nil, stepping: Stepping? = nil, kernel: SynapticKernel? = nil,
    dendrites: Dendrites? = nil, hidden: [LayerConductances]? = nil,
    output: LayerConductances? = nil, maximumRate: Double? = nil,
    teachingConductance: Double? = nil, signal: Signal? = nil, inputSignal: Signal? = nil,
    replicas: Int? = nil, window: Window? = nil, dendriticConductance: Double? = nil,
    noise: ConductanceNoise?? = nil
  ) throws(SegregatedDendriteError) -> SegregatedDendriteParameters {
    try SegregatedDendriteParameters(
      timeStep: timeStep ?? self.timeStep, stepping: stepping ?? self.stepping,
      kernel: kernel ?? self.kernel, dendrites: dendrites ?? self.dendrites,
      hidden: hidden ?? self.hidden, output: output ?? self.output,
      maximumRate: maximumRate ?? self.maximumRate, excitatoryReversal: excitatoryReversal,
      inhibitoryReversal: inhibitoryReversal,
      teachingConductance: teachingConductance ?? self.teachingConductance,
      signal: signal ?? self.signal, inputSignal: inputSignal ?? self.inputSignal,
      replicas: replicas ?? self.replicas, window: window ?? self.window,
      dendriticConductance: dendriticConductance ?? self.dendriticConductance,
      noise: noise ?? self.noise)
  }

  func validate() throws(SegregatedDendriteError) {
    typealias Failure = SegregatedDendriteError
    try Failure.check("timeStep", timeStep, "a time above 0 ms", timeStep > 0)
    try Failure.check(
      "timeStep", timeStep,
      "at most the kernel's fast time constant, \(kernel.fastTimeConstant) ms",
      timeStep <= kernel.fastTimeConstant)
    try Failure.check("maximumRate", maximumRate, "a rate above 0 per ms", maximumRate > 0)
    try Failure.check(
      "maximumRate", maximumRate, "at most 20 spikes per step of \(timeStep) ms",
      maximumRate * timeStep <= 20)
    try Failure.check("excitatoryReversal", excitatoryReversal, "a potential", true)
    try Failure.check("inhibitoryReversal", inhibitoryReversal, "a potential", true)
    try Failure.check(
      "teachingConductance", teachingConductance, "0 or more", teachingConductance >= 0)
    try Failure.check("replicas", Double(replicas), "1 or more", replicas >= 1)
    try Failure.check(
      "hidden.count", Double(hidden.count), "1 or more: the last stands for further layers",
      hidden.count >= 1)
    try Failure.check(
      "output.apical", output.apical, "0: outputs have no apical dendrite", output.apical == 0)
    try Failure.check(
      "dendriticConductance", dendriticConductance, "a conductance above 0",
      dendriticConductance > 0)
    switch window {
    case .last(let duration):
      try Failure.check("window", duration, "at least one step", steps(duration) >= 1)
    case .afterSettling(let duration):
      try Failure.check("window", duration, "0 ms or more", duration >= 0)
    }
    if case .dynamic(let timeConstant) = dendrites {
      try Failure.check(
        "dendrites.timeConstant", timeConstant, "at least a step of \(timeStep) ms",
        timeConstant >= timeStep)
    }
    if case .apical = noise?.compartment {
      for (layer, own) in hidden.enumerated() where own.apical == 0 {
        throw Failure(
          parameter: "hidden[\(layer)].apical", value: 0,
          expected: "above 0 where noise enters the apical dendrite")
      }
    }
    guard stepping == .euler else { return }
    let resting = noise?.restingConductance ?? 0
    let largest = max(
      hidden.reduce(0) { max($0, $1.total + resting) }, output.total + teachingConductance)
    try Failure.check(
      "timeStep", timeStep,
      "at most \(2 / largest) ms: Euler's rule diverges beyond twice the membrane's time constant",
      largest * timeStep <= 2)
  }
}
