// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
public import RandomStreams
public import Substrates

extension DendriticNetwork {
  /// Shows a batch, trial by trial; see `Substrate.present` and `DendriticTrial`.
  ///
  /// Inputs are rates over φ_max and must not be negative. Where teaching is measured, targets lie
  /// between 0 and 1.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func present(
    _ batch: Batch<Scalar>, loss: Loss, random: RandomKey, step: Int,
    into record: inout TrialRecord<Scalar>
  ) throws(SubstrateError) {
    try show(batch, loss, random, step: step, &record, watcher: nil)
  }

  /// The same, to the same bits, with every step of every phase shown to `watcher`: trial by trial,
  /// in each the clean, the taught and the perturbed phases, in this order, as far as there are.
  ///
  /// Takes longer than an unwatched presentation, and allocates.
  public mutating func present(
    _ batch: Batch<Scalar>, loss: Loss, random: RandomKey, step: Int,
    into record: inout TrialRecord<Scalar>,
    watchedBy watcher: @escaping (DendriticTrialStep<Scalar>) -> Void
  ) throws(SubstrateError) {
    try show(batch, loss, random, step: step, &record, watcher: watcher)
  }

  private typealias Watcher = (DendriticTrialStep<Scalar>) -> Void

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private mutating func show(
    _ batch: Batch<Scalar>, _ loss: Loss, _ random: RandomKey, step: Int,
    _ record: inout TrialRecord<Scalar>, watcher: Watcher?
  ) throws(SubstrateError) {
    precondition(
      batch.trials == record.trials && batch.inputs.units == architecture.inputs
        && batch.targets.columns == architecture.outputs,
      "a batch [\(batch.trials), \(batch.inputs.units)] → \(batch.targets.columns) for a record of \(record.trials) trials and a network \(architecture.widths)"
    )
    let presentation = record.presentation
    prepare(presentation, trials: batch.trials)
    let carries = trial.carriesState && batch.trials == 1 && !presentation.isTest
    for index in 0..<batch.trials {
      runTrial(index, batch, presentation, random, step: step, carries: carries, watcher)
    }
    let needsSlopes = presentation.activityFrom != .clean
    if presentation.needsCleanPass {
      score(.clean, batch, loss, needsSlopes: true, presentation)
    }
    if presentation.noise != nil {
      score(.first, batch, loss, needsSlopes: needsSlopes, presentation)
      setVariances(presentation)
    }
    if presentation.needsSecondPass {
      score(.second, batch, loss, needsSlopes: needsSlopes, presentation)
    }
    record.labels = batch.labels
    recordInputs(batch.inputs, presentation, carries: carries, &record)
    if presentation.measuresTeaching { recordTeaching(presentation, &record) }
    record.compose(
      clean: &workspace.clean.pass, first: &workspace.first.pass, second: &workspace.second.pass)
    try record.checkFinite()
  }

  /// Buffers for this many trials, and an engine that makes this noise.
  private mutating func prepare(_ presentation: Presentation, trials: Int) {
    if workspace.trials != trials {
      workspace = DendriticWorkspace(architecture, trial, trials: trials)
    }
    if let wanted = presentation.noise, wanted != noise {
      do {
        engine = try Self.engine(
          trial, engine.connections, topology, feedback: engine.feedback, noise: wanted)
      } catch {
        preconditionFailure("noise \(wanted) that the circuit does not allow: \(error)")
      }
      noise = wanted
      workspace.variances = [:]
    }
    if workspace.running == nil { workspace.running = engine.makeState() }
  }

  private mutating func runTrial(
    _ index: Int, _ batch: Batch<Scalar>, _ presentation: Presentation, _ random: RandomKey,
    step: Int, carries: Bool, _ watcher: Watcher?
  ) {
    let spikes = random.purpose(.spikes).child(step).child(index)
    var forward = trial.forward.base
    var target = trial.target.base
    if trial.forward.mean > 0 || trial.target.mean > 0 {
      var generator = GSLRandom(spikes.child(Self.durations))
      forward = trial.forward.steps(&generator)
      target = trial.target.steps(&generator)
    }
    var window = trial.circuit.window
    if presentation.isTest {
      forward = trial.testSteps
      window = trial.testWindow
    }
    engine.show(batch.inputs, trial: index)
    var phase = DendriticPhase<Scalar>(
      steps: forward, window: trial.window(window, steps: forward),
      spikes: spikes.child(Self.commonSpikes))
    if presentation.needsCleanPass {
      run(phase, index, carries, into: .clean, watcher)
      if presentation.measuresTeaching { teach(index, batch, target, spikes, watcher) }
      if carries { keepEnd() }
    }
    guard let noise = presentation.noise else {
      if carries { adoptCarried() }
      return
    }
    let noiseKey = random.purpose(.perturbation).child(step).child(index)
    let isPerturbed = noise.standardDeviation > 0
    if isPerturbed { phase.perturbation = .drawn(noiseKey) }
    if !trial.sharesSpikes { phase.spikes = spikes.child(Self.firstSpikes) }
    run(phase, index, carries, noise: noise, into: .first, watcher)
    rememberVariance(forward, phase.window)
    workspace.stepsOfTrial[index] = forward
    if !presentation.needsCleanPass {
      if presentation.measuresTeaching { teach(index, batch, target, spikes, watcher) }
      if carries { keepEnd() }
    }
    if presentation.needsSecondPass {
      if isPerturbed {
        phase.perturbation =
          presentation.comparison == .antithetic
          ? .mirrored(noiseKey)
          : .drawn(random.purpose(.secondPerturbation).child(step).child(index))
      }
      if !trial.sharesSpikes { phase.spikes = spikes.child(Self.secondSpikes) }
      run(phase, index, carries, noise: noise, into: .second, watcher)
    }
    if carries { adoptCarried() }
  }

  private static var commonSpikes: Int { 0 }
  private static var targetSpikes: Int { 1 }
  private static var firstSpikes: Int { 2 }
  private static var secondSpikes: Int { 3 }
  private static var durations: Int { 4 }

  /// A forward phase of one trial, from the start.
  private mutating func run(
    _ phase: DendriticPhase<Scalar>, _ index: Int, _ carries: Bool, noise: Noise? = nil,
    into pass: DendriticWorkspace<Scalar>.PassName, _ watcher: Watcher?
  ) {
    if carries { workspace.running?.assign(start) } else { workspace.running?.reset() }
    let part: DendriticTrialStep<Scalar>.Phase =
      switch pass {
      case .clean: .clean
      case .first: .perturbed
      case .second: .second
      }
    let probe = probe(of: phase, part, index, watcher)
    var spikes: SpikeSurprise<Scalar>?
    if let noise, noise.site == .spikes {
      spikes = advance(phase, margin: noise.margin, probe: probe)
    } else {
      advance(phase, probe: probe)
    }
    let averages = workspace.averages
    workspace[pass].store(averages, trial, trial: index)
    if let spikes { workspace[pass].store(spikes, trial: index) }
  }

  /// Goes on from where the last phase ended, with taught outputs.
  private mutating func teach(
    _ index: Int, _ batch: Batch<Scalar>, _ steps: Int, _ spikes: RandomKey,
    _ watcher: Watcher?
  ) {
    for unit in 0..<architecture.outputs { workspace.targets[unit] = batch.targets[index, unit] }
    let phase = DendriticPhase(
      steps: steps, window: trial.window(trial.circuit.window, steps: steps),
      targets: workspace.targets, spikes: spikes.child(Self.targetSpikes))
    advance(phase, probe: probe(of: phase, .target, index, watcher))
    let averages = workspace.averages
    workspace.taught.store(averages, trial, trial: index)
  }

  /// What tells `watcher`, if there is one, of the steps of a phase.
  private func probe(
    of phase: DendriticPhase<Scalar>, _ part: DendriticTrialStep<Scalar>.Phase, _ trial: Int,
    _ watcher: Watcher?
  ) -> ((DendriteStepView<Scalar>) -> Void)? {
    guard let watcher else { return nil }
    return { view in
      watcher(
        DendriticTrialStep(
          trial: trial, phase: part, window: phase.window,
          noiseSign: Scalar(phase.perturbation.sign), view: view))
    }
  }

  mutating func advance(
    _ phase: DendriticPhase<Scalar>, probe: ((DendriteStepView<Scalar>) -> Void)? = nil
  ) {
    guard var running = workspace.running.take() else {
      preconditionFailure("a phase without a state")
    }
    engine.run(phase, &running, into: &workspace.averages, probe: probe)
    workspace.running = consume running
  }

  /// Keeps the end of the phases that the next trial continues.
  private mutating func keepEnd() {
    guard let end = workspace.running else { return }
    if workspace.end == nil { workspace.end = end } else { workspace.end?.assign(end) }
  }

  private mutating func adoptCarried() {
    if let end = workspace.end { start.assign(end) }
  }
}

extension DendriticTrial {
  /// The steps of a phase over which averages are taken.
  func window(
    _ window: SegregatedDendriteParameters.Window, steps: Int
  ) -> Range<Int> {
    switch window {
    case .last(let duration): (steps - circuit.steps(duration))..<steps
    case .afterSettling(let duration): circuit.steps(duration)..<steps
    }
  }
}
