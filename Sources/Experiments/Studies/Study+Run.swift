// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import Synchronization

/// What a study tells while it goes on, from the threads of its runs.
public enum StudyEvent: Sendable {
  /// The runs begin; `done` of `total` are there already.
  case began(folder: String, done: Int, total: Int)
  /// A run is complete.
  case finished(run: String, done: Int, total: Int)
  /// A run failed; the others go on.
  case failed(run: String, reason: String)
  /// Something worth a line.
  case noticed(String)
  /// Steps were taken: the fraction of this call's work that is done, and the seconds that the
  /// rest will take, where they can be foretold.
  case advanced(fraction: Double, secondsLeft: Double?)
}

extension Study {
  /// Which runs are wanted.
  public enum Selection: Sendable {
    /// What has not begun and what was interrupted.
    case unfinished
    /// What failed: from its last checkpoint, or from the start where it diverged or its
    /// specification has changed.
    case failed
  }

  /// Runs what is wanted, `threads` runs at a time in the order of the plan, and writes the tables.
  /// Returns the summary.
  ///
  /// Throws `RunFailure.studyInterrupted` when it was stopped, and `RunFailure.runsFailed` when
  /// everything else was done and some runs, now or earlier, have failed.
  public func run(
    _ selection: Selection, stop: StopFlag, tell: @escaping @Sendable (StudyEvent) -> Void
  ) throws(RunFailure) -> String {
    do {
      let lock = try directory.lock()
      defer { try? lock.close() }
      let states = runs.map { state($0) }
      try checkNotStale(states)
      for name in leftovers { tell(.noticed("\(name) in \(folder)/runs is not of this study")) }
      try directory.files.write(Data(request.document.text.utf8), to: "study.yaml")
      let wanted = zip(runs, states).filter { run, state in
        switch (selection, state) {
        case (.unfinished, .pending), (.unfinished, .interrupted): true
        case (.failed, .failed): true
        case (.failed, .pending): directory.failure(of: run.name) != nil
        default: false
        }
      }.map(\.0)
      try checkMemory(wanted)
      let done = states.filter { $0 == .done }.count
      tell(.began(folder: folder, done: done, total: runs.count))
      let progress = StudyProgress(
        wanted.map { combination($0).experiment.schedule.steps }, done: done, total: runs.count)
      let inner = max(1, request.threads / max(1, min(request.threads, wanted.count)))
      _ = try parallelJobs(wanted.count, threads: request.threads) { index in
        guard !stop.isSet else { return }
        try execute(wanted[index], index, threads: inner, progress, stop, tell)
      }
      let summary = try writeTables()
      try report(stop)
      return summary
    } catch {
      throw RunFailure(error)
    }
  }

  private func checkNotStale(_ states: [StudyRunState]) throws {
    let stale = zip(runs, states).filter { $0.1 == .stale }.map(\.0.name)
    guard let first = stale.first else { return }
    let more = stale.count > 1 ? " and \(stale.count - 1) more" : ""
    throw RunFailure.usage(
      "the study has changed: \(folder)/runs/\(first)\(more) \(stale.count > 1 ? "were" : "was") run with another specification or seed. Remove \(stale.count > 1 ? "them" : "it"), or name another folder with --out; apical sweep status lists \(stale.count > 1 ? "them" : "it")"
    )
  }

  private func checkMemory(_ wanted: [Run]) throws {
    let needs = wanted.map { combination($0).experiment.memory }.sorted(by: >)
    let atOnce = needs.prefix(request.threads).reduce(0, +)
    let there = Double(ProcessInfo.processInfo.physicalMemory)
    guard atOnce > there else { return }
    throw RunFailure.usage(
      "\(min(request.threads, needs.count)) runs at a time need at least \(ExperimentSpec.bytes(atOnce)) of memory and this machine has \(ExperimentSpec.bytes(there)): use fewer --threads"
    )
  }

  /// One run to its end. What goes wrong is remembered; only a study's own files throw.
  private func execute(
    _ run: Run, _ index: Int, threads: Int, _ progress: StudyProgress, _ stop: StopFlag,
    _ tell: @Sendable (StudyEvent) -> Void
  ) throws {
    let (files, combination) = (directory.run(run.name), combination(run))
    if beginsAnew(run) { files.discard(keepingFolder: false) }
    do {
      try ExperimentRunner.complete(
        RunRequest(
          combination.document, seed: run.seed, threads: threads, dataFolder: request.dataFolder,
          output: files.path, arguments: request.arguments), stop: stop
      ) { event in
        switch event {
        case .began(_, _, let step, _): progress.begin(index, at: step)
        case .advanced(let step, _, _):
          let (fraction, left) = progress.advance(index, to: step)
          tell(.advanced(fraction: fraction, secondsLeft: left))
        case .noticed(let text): tell(.noticed("\(run.title): \(text)"))
        case .measured, .summarised, .finished: break
        }
      }
    } catch {
      progress.leave(index)
      if case .interrupted = error { return }
      try directory.record(
        StudyDirectory.Failure(
          exitCode: error.exitCode, reason: error.description, spec: combination.digest),
        of: run.name)
      tell(.failed(run: run.title, reason: error.description))
      return
    }
    try directory.record(nil, of: run.name)
    let done = progress.finish(index)
    tell(.finished(run: run.title, done: done, total: runs.count))
  }

  /// Whether there is nothing to go on from: numbers that diverged would do so again, and what
  /// failed with another specification has no say.
  private func beginsAnew(_ run: Run) -> Bool {
    if let failure = directory.failure(of: run.name), failure.spec != combination(run).digest {
      return true
    }
    if case .failed(exitCode: 4, _) = state(run) { return true }
    return false
  }

  /// Throws where the study is not complete.
  private func report(_ stop: StopFlag) throws {
    let states = runs.map { state($0) }
    let done = states.filter { $0 == .done }.count
    if stop.isSet, states.contains(where: { $0.name == "interrupted" || $0 == .pending }) {
      throw RunFailure.studyInterrupted(
        done: done, of: runs.count,
        resume: request.arguments.isEmpty
          ? "the same command"
          : (["apical"] + request.arguments.dropFirst()).map(RunDirectory.shellWord)
            .joined(separator: " "))
    }
    let failed = zip(runs, states).compactMap { run, state -> (Run, Int32, String)? in
      if case .failed(let code, let reason) = state { (run, code, reason) } else { nil }
    }
    guard let (run, code, reason) = failed.first else { return }
    throw RunFailure.runsFailed(
      "\(failed.count) of \(runs.count) runs failed, the first of them \(run.name): \(reason.hasSuffix(".") ? String(reason.dropLast()) : reason). All are listed by apical sweep status, and run again by apical sweep retry",
      exitCode: code)
  }
}

/// How far the runs of one call are, by their steps. Used from all threads.
final class StudyProgress: Sendable {
  private struct Counts {
    var left: [Int]
    var taken: [Int]
    var done: Int
  }

  private let counts: Mutex<Counts>
  private let steps: [Int]
  private let started = ContinuousClock.now

  init(_ steps: [Int], done: Int, total: Int) {
    self.steps = steps
    counts = Mutex(Counts(left: steps, taken: steps.map { _ in 0 }, done: done))
  }

  /// A run begins at a step, perhaps not its first.
  func begin(_ index: Int, at step: Int) {
    counts.withLock { $0.left[index] = steps[index] - step }
  }

  /// The fraction of all work done, and the seconds left.
  func advance(_ index: Int, to step: Int) -> (fraction: Double, secondsLeft: Double?) {
    let (taken, all) = counts.withLock { counts in
      counts.taken[index] = step - (steps[index] - counts.left[index])
      return (counts.taken.reduce(0, +), counts.left.reduce(0, +))
    }
    let fraction = all == 0 ? 1 : Double(taken) / Double(all)
    let elapsed = started.duration(to: .now) / .seconds(1)
    return (fraction, fraction > 0 ? elapsed * (1 - fraction) / fraction : nil)
  }

  /// A run ends before its last step: there is nothing left of it.
  func leave(_ index: Int) {
    counts.withLock { $0.left[index] = $0.taken[index] }
  }

  /// A run ends; the number of runs that are complete.
  func finish(_ index: Int) -> Int {
    counts.withLock { counts in
      counts.taken[index] = counts.left[index]
      counts.done += 1
      return counts.done
    }
  }
}
