// SPDX-License-Identifier: GPL-3.0-or-later

import Experiments
import Foundation
import Synchronization
import TestSupport
import Testing

/// The promise: same specification and seed, same bits.
@Suite struct RunLawTests {
  static let text = """
    seed: 7
    substrate: {rate: {layers: [784, 12, 9, 10]}}
    feedback: {perturbation: {estimator: ridge, warmup: 20}}
    descent: {adam: {rate: 1.0e-3}}
    data: {syntheticDigits: {batch: 16, train: 700, test: 1200, validation: 100}}
    schedule: {steps: 120, evaluateEvery: 20, checkpointEvery: 40}
    metrics: {examples: 50, paper: true, trajectory: true}
    record: [{what: layer1.output, every: 7, trials: 2}, {what: layer2.teaching, every: 10, precision: float64}]
    """

  private func request(
    _ output: String, _ overrides: [String] = [], threads: Int = 1, resumes: Bool = false
  ) throws -> RunRequest {
    RunRequest(
      try SpecDocument(text: Self.text, file: "x.yaml", overrides: overrides), threads: threads,
      output: output, resumes: resumes)
  }

  private func run(_ request: RunRequest) throws {
    try ExperimentRunner.run(request, stop: StopFlag()) { _ in }
  }

  /// Stops a run as soon as its metrics have a row for `step`.
  private func runUntil(_ step: Int, _ request: RunRequest) throws {
    let stop = StopFlag()
    let failure = #expect(throws: RunFailure.self) {
      try ExperimentRunner.run(request, stop: stop) { event in
        if case .measured(let row) = event, row["step"] == Double(step) { stop.set() }
      }
    }
    #expect(failure?.exitCode == 75)
  }

  @Test("One, two and three threads give the same bits")
  func threads() throws {
    try RunFixture.withFolder { folder in
      try run(request("\(folder)/1", threads: 1))
      let reference = try RunFixture.contents("\(folder)/1")
      #expect(reference.count == 5, "\(reference.keys)")
      for threads in 2...3 {
        try run(request("\(folder)/\(threads)", threads: threads))
        #expect(try RunFixture.contents("\(folder)/\(threads)") == reference)
      }
    }
  }

  @Test("Recording changes no metric and no weight")
  func recording() throws {
    try RunFixture.withFolder { folder in
      try run(request("\(folder)/with"))
      try run(request("\(folder)/without", ["record=[]"]))
      let (with, without) = (
        try RunFixture.contents("\(folder)/with"), try RunFixture.contents("\(folder)/without")
      )
      #expect(with["metrics"] == without["metrics"])
      #expect(with["weights.h5"] == without["weights.h5"])
      #expect(without.count == 2)
    }
  }

  @Test("A run that was interrupted ends with the same bits", arguments: [0, 20, 40, 60, 100])
  func interruption(step: Int) throws {
    try RunFixture.withFolder { folder in
      try run(request("\(folder)/whole"))
      try runUntil(step, request("\(folder)/cut"))
      try run(request("\(folder)/cut", threads: 2, resumes: true))
      #expect(try RunFixture.contents("\(folder)/cut") == RunFixture.contents("\(folder)/whole"))
    }
  }

  @Test(
    "A run of any rule that was interrupted ends with the same bits, rewards on their way included",
    arguments: [
      ["feedback.perturbation.reward={binarised: true, delay: 25}"],
      [
        "feedback={perturbation: {estimator: sgd, baseline: classMean, eligibility: runningMean, reward: {delay: 50}}}"
      ],
      ["feedback={weightMirror: {rate: 0.3}}"],
      ["feedback={kolenPollack: {}}", "descent={momentum: {rate: 0.001, weightDecay: 1}}"],
    ])
  func rules(_ overrides: [String]) throws {
    try RunFixture.withFolder { folder in
      try run(request("\(folder)/whole", overrides))
      try runUntil(60, request("\(folder)/cut", overrides))
      try run(request("\(folder)/cut", overrides, threads: 2, resumes: true))
      #expect(try RunFixture.contents("\(folder)/cut") == RunFixture.contents("\(folder)/whole"))
    }
  }

  @Test("A run that was interrupted twice ends with the same bits")
  func twoInterruptions() throws {
    try RunFixture.withFolder { folder in
      try run(request("\(folder)/whole"))
      try runUntil(20, request("\(folder)/cut"))
      try runUntil(80, request("\(folder)/cut", resumes: true))
      try run(request("\(folder)/cut", resumes: true))
      #expect(try RunFixture.contents("\(folder)/cut") == RunFixture.contents("\(folder)/whole"))
    }
  }

  @Test("Another seed gives other numbers")
  func seeds() throws {
    try RunFixture.withFolder { folder in
      try run(request("\(folder)/7"))
      try run(request("\(folder)/8", ["seed=8"]))
      #expect(
        try RunFixture.contents("\(folder)/7")["metrics"]
          != RunFixture.contents("\(folder)/8")["metrics"])
    }
  }

  @Test("A damaged checkpoint is refused and an earlier one taken, to the same bits")
  func damage() throws {
    try RunFixture.withFolder { folder in
      try run(request("\(folder)/whole"))
      try runUntil(100, request("\(folder)/cut"))
      let checkpoints = "\(folder)/cut/checkpoints"
      let names = try FileManager.default.contentsOfDirectory(atPath: checkpoints).sorted {
        $0.count == $1.count ? $0 < $1 : $0.count < $1.count
      }
      #expect(names.count == 2)
      let latest = "\(checkpoints)/\(names[1])"
      var bytes = try #require(FileManager.default.contents(atPath: latest))
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: URL(fileURLWithPath: latest))
      let notices = Mutex<[String]>([])
      try ExperimentRunner.run(
        request("\(folder)/cut", resumes: true), stop: StopFlag()
      ) { event in
        if case .noticed(let text) = event { notices.withLock { $0.append(text) } }
      }
      #expect(
        notices.withLock { $0 } == [
          "\(latest): damaged, its SHA-256 does not fit its content; an earlier one is taken"
        ])
      #expect(try RunFixture.contents("\(folder)/cut") == RunFixture.contents("\(folder)/whole"))
    }
  }

  @Test("The last step has a row, and the manifest the sum of every file but the checkpoints'")
  func ending() throws {
    try RunFixture.withFolder { folder in
      try run(request("\(folder)/run", ["schedule.steps=50"]))
      let metrics = try String(contentsOfFile: "\(folder)/run/metrics.csv", encoding: .utf8)
      let steps = metrics.split(whereSeparator: \.isNewline).dropFirst().map {
        $0.prefix { $0 != "," }
      }
      #expect(steps == ["0", "20", "40", "50"])
      let manifest = try JSONSerialization.jsonObject(
        with: try #require(FileManager.default.contents(atPath: "\(folder)/run/manifest.json")))
      let sums = (manifest as? [String: Any])?["files"] as? [String: String] ?? [:]
      #expect(
        sums.keys.sorted() == [
          "metrics.csv", "resolved.yaml", "spec.yaml", "traces/output.h5", "traces/teaching.f64.h5",
          "traces/teaching.h5", "weights.h5",
        ])
      for (name, sum) in sums {
        let program = try ChildProcess(["sha256sum", "\(folder)/run/\(name)"])
        #expect(program.remainingOutput().hasPrefix(sum), "\(name)")
      }
    }
  }

  @Test("A complete run is left as it is when it is resumed, and says so")
  func complete() throws {
    try RunFixture.withFolder { folder in
      try run(request("\(folder)/run"))
      let files = try RunFixture.contents("\(folder)/run")
      let manifest = FileManager.default.contents(atPath: "\(folder)/run/manifest.json")
      let notices = Mutex<[String]>([])
      try ExperimentRunner.run(
        request("\(folder)/run", resumes: true), stop: StopFlag()
      ) { event in
        if case .noticed(let text) = event { notices.withLock { $0.append(text) } }
      }
      #expect(notices.withLock { $0 } == ["this run is complete: nothing is left to do"])
      #expect(try RunFixture.contents("\(folder)/run") == files)
      #expect(FileManager.default.contents(atPath: "\(folder)/run/manifest.json") == manifest)
    }
  }

  @Test("Without any checkpoint a resumed run begins again, to the same bits")
  func noCheckpoint() throws {
    try RunFixture.withFolder { folder in
      try run(request("\(folder)/whole"))
      try runUntil(20, request("\(folder)/cut"))
      try FileManager.default.removeItem(atPath: "\(folder)/cut/checkpoints")
      try FileManager.default.createDirectory(
        atPath: "\(folder)/cut/checkpoints", withIntermediateDirectories: true)
      try run(request("\(folder)/cut", resumes: true))
      #expect(try RunFixture.contents("\(folder)/cut") == RunFixture.contents("\(folder)/whole"))
    }
  }

  @Test("A run directory is not written over, and not resumed with another experiment")
  func protection() throws {
    try RunFixture.withFolder { folder in
      let path = "\(folder)/run"
      try run(request(path))
      let again = #expect(throws: RunFailure.self) { try run(request(path)) }
      #expect(
        again?.description
          == "\(path) holds a run already: continue it with --resume, or name another folder with --out"
      )
      let other = #expect(throws: RunFailure.self) {
        try run(request(path, ["descent.adam.rate=0.5"], resumes: true))
      }
      #expect(
        other?.description
          == "\(path) holds a run of another specification or seed: resume with the specification that it was started with, \(path)/resolved.yaml"
      )
      let none = #expect(throws: RunFailure.self) {
        try run(request("\(folder)/none", resumes: true))
      }
      #expect(
        none?.description
          == "\(folder)/none holds no run to resume: leave out --resume to start one")
      #expect([again, other, none].allSatisfy { $0?.exitCode == 2 })
    }
  }

  @Test("Numbers that diverge end the run with the step, the culprit and the last checkpoint")
  func divergence() throws {
    try RunFixture.withFolder { folder in
      let path = "\(folder)/run"
      let failure = #expect(throws: RunFailure.self) {
        try run(
          request(path, ["descent={sgd: {rate: 1.0e+9}}", "feedback={backpropagation: {}}"]))
      }
      #expect(failure?.exitCode == 4)
      let text = failure?.description ?? ""
      #expect(text.contains("is not a finite number"), "\(text)")
      #expect(text.contains("Smaller learning rates or less noise may help."), "\(text)")
      // What was written before is there.
      #expect(FileManager.default.fileExists(atPath: "\(path)/metrics.csv"))
      let manifest = try String(contentsOfFile: "\(path)/manifest.json", encoding: .utf8)
      #expect(manifest.contains("\"status\" : \"diverged\""))
    }
  }

  @Test("Output that cannot be written ends the run with the folder and the reason")
  func unwritable() throws {
    let failure = #expect(throws: RunFailure.self) { try run(request("/proc/apical/run")) }
    #expect(failure?.exitCode == 5)
    #expect(
      failure?.description
        == "/proc/apical/run: the folder cannot be made (no such file or directory): name another folder with --out"
    )
  }
}
