// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Synchronization
import TraceExport
import Testing

@testable import Experiments

/// A study ends with the same tables whatever the threads, interruptions and failures on the way.
@Suite struct StudyRunLawTests {
  private func study(
    _ folder: String, _ overrides: [String] = [], threads: Int = 2
  ) throws -> Study {
    try Study(
      StudyRequest(
        SpecDocument(
          text: StudySpecKnownAnswerTests.text, file: "noise.yaml", overrides: overrides),
        threads: threads, output: folder))
  }

  private func table(_ folder: String) throws -> [[String]] {
    try String(contentsOfFile: "\(folder)/table.csv", encoding: .utf8)
      .split(whereSeparator: \.isNewline)
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
  }

  private func files(_ folder: String) throws -> [Data] {
    try ["table.csv", "summary.csv", "summary.md"].map {
      try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)"))
    }
  }

  /// A failure of one run whatever its seed: a step so large that nothing stays finite.
  private static let divergence =
    "study.axes[1].values.none=[feedback.perturbation.baseline=none, descent.sgd.rate=1.0e+9, feedback.perturbation.warmup=10]"

  @Test("One row per run: axes, seed, metrics of the last row, status; means over seeds")
  func tables() throws {
    try RunFixture.withFolder { folder in
      let markdown = try study(folder).run(.unfinished, stop: StopFlag()) { _ in }
      let rows = try table(folder)
      #expect(rows[0] == ["strength", "baseline", "seed", "test_error", "angle_1", "status"])
      #expect(
        rows.dropFirst().map { $0.prefix(3).joined(separator: " ") } == [
          "0.01 clean 3", "0.01 clean 1", "1.0e-1 clean 3", "1.0e-1 clean 1",
          "1.0e-1 antithetic 3", "1.0e-1 antithetic 1", "1.0e-1 none 3", "1.0e-1 none 1",
        ])
      #expect(rows.dropFirst().allSatisfy { $0[5] == "done" && Double($0[4]) != nil })
      let metrics = try CSVTable(
        reading: "\(folder)/runs/1.0e-1-antithetic-seed3/metrics.csv")
      #expect(metrics.rows.count == 3 && metrics.rows[2][0] == "40")
      #expect(rows[5][3] == metrics.rows[2][7] && rows[5][4] == metrics.rows[2][10])
      let summary = try String(contentsOfFile: "\(folder)/summary.csv", encoding: .utf8)
        .split(whereSeparator: \.isNewline).map { $0.split(separator: ",").map(String.init) }
      #expect(
        summary[0] == [
          "strength", "baseline", "runs", "test_error_mean", "test_error_sem", "angle_1_mean",
          "angle_1_sem",
        ])
      let (a, b) = (try #require(Double(rows[1][4])), try #require(Double(rows[2][4])))
      let expected = MeanAndError([a, b])
      #expect(summary[1][2] == "2" && Double(summary[1][5]) == expected.mean)
      #expect(Double(summary[1][6]) == expected.standardError)
      #expect(markdown.contains("| 0.01 | clean | 2 | "))
      #expect(markdown.contains(expected.text))
      #expect(markdown.contains("- strength 0.01, baseline none or antithetic: too little"))
      #expect(
        try String(contentsOfFile: "\(folder)/study.yaml", encoding: .utf8)
          == StudySpecKnownAnswerTests.text)
      #expect(try study(folder).status() == "\(folder): 8 of 8 runs done")
    }
  }

  @Test("Threads and interruptions change no table, and what is done is not run again")
  func interruption() throws {
    try RunFixture.withFolder { folder in
      _ = try study("\(folder)/whole").run(.unfinished, stop: StopFlag()) { _ in }
      let stop = StopFlag()
      let cut = "\(folder)/cut"
      let failure = #expect(throws: RunFailure.self) {
        try study(cut, threads: 1).run(.unfinished, stop: stop) { event in
          if case .finished(_, done: 3, _) = event { stop.set() }
        }
      }
      #expect(failure?.exitCode == 75)
      #expect(
        failure?.description
          == "interrupted with 3 of 8 runs done; those under way have checkpoints. Continue with: the same command"
      )
      #expect(try table(cut).dropFirst().filter { $0[5] == "done" }.count == 3)
      #expect(try table(cut)[8] == ["1.0e-1", "none", "1", "", "", "pending"])
      // One run is caught in the middle: what it had done stands in its manifest.
      let middle = StopFlag()
      _ = #expect(throws: RunFailure.self) {
        let request = RunRequest(
          try study(cut).spec.combinations[1].document, seed: 1,
          output: "\(cut)/runs/1.0e-1-clean-seed1")
        try ExperimentRunner.run(request, stop: middle) { event in
          if case .measured(let row) = event, row["step"] == 20 { middle.set() }
        }
      }
      #expect(
        try study(cut).status() == """
          \(cut): 3 of 8 runs done
          interrupted  1.0e-1-clean-seed1, step 20
          pending  4 runs
          """)
      let finished = Mutex<[String]>([])
      let resumed = Mutex<[String]>([])
      _ = try study(cut, threads: 3).run(.unfinished, stop: StopFlag()) { event in
        if case .finished(let run, _, _) = event { finished.withLock { $0.append(run) } }
        if case .noticed(let text) = event { resumed.withLock { $0.append(text) } }
      }
      #expect(finished.withLock { $0.count } == 5)
      #expect(resumed.withLock { $0 } == [])
      #expect(try files(cut) == files("\(folder)/whole"))
    }
  }

  @Test("A run that fails is marked with its reason, the others go on, and retry runs it again")
  func failure() throws {
    try RunFixture.withFolder { folder in
      let told = Mutex<[String]>([])
      let failure = #expect(throws: RunFailure.self) {
        try study(folder, [Self.divergence]).run(.unfinished, stop: StopFlag()) { event in
          if case .failed(let run, _) = event { told.withLock { $0.append(run) } }
        }
      }
      #expect(failure?.exitCode == 4)
      #expect(
        told.withLock { $0.sorted() } == [
          "strength 1.0e-1, baseline none, seed 1", "strength 1.0e-1, baseline none, seed 3",
        ])
      let text = failure?.description ?? ""
      #expect(
        text.hasPrefix("2 of 8 runs failed, the first of them 1.0e-1-none-seed3: step "), "\(text)")
      #expect(
        text.hasSuffix(
          "All are listed by apical sweep status, and run again by apical sweep retry"))
      let rows = try table(folder)
      #expect(rows[7] == ["1.0e-1", "none", "3", "", "", "failed"])
      #expect(rows.filter { $0[5] == "done" }.count == 6)
      let status = try study(folder, [Self.divergence]).status()
      #expect(status.contains("failed  1.0e-1-none-seed3, exit code 4: step "), "\(status)")
      // Run does not touch them and says so again; retry fails in the same way.
      for selection in [Study.Selection.unfinished, .failed] {
        let again = #expect(throws: RunFailure.self) {
          try study(folder, [Self.divergence]).run(selection, stop: StopFlag()) { _ in }
        }
        #expect(again?.description == text)
      }
      // The study is mended: what failed is run with what is written now.
      _ = try study(folder).run(.failed, stop: StopFlag()) { _ in }
      #expect(try study(folder).status() == "\(folder): 8 of 8 runs done")
      try RunFixture.withFolder { whole in
        _ = try study(whole).run(.unfinished, stop: StopFlag()) { _ in }
        #expect(try files(folder) == files(whole))
      }
    }
  }

  @Test("Without its data every run fails with code 3")
  func noData() throws {
    try RunFixture.withFolder { folder in
      let study = try Study(
        StudyRequest(
          SpecDocument(
            text: StudySpecKnownAnswerTests.text, file: "noise.yaml",
            overrides: ["study.base.data={mnist: {batch: 8}}", "study.seeds=[1]"]),
          dataFolder: folder, output: "\(folder)/study"))
      let failure = #expect(throws: RunFailure.self) {
        try study.run(.unfinished, stop: StopFlag()) { _ in }
      }
      #expect(failure?.exitCode == 3)
      #expect(failure?.description.hasPrefix("4 of 4 runs failed") == true)
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/study/runs") == [])
    }
  }

  @Test("A study may grow; one that has changed is refused, and names the runs")
  func changes() throws {
    try RunFixture.withFolder { folder in
      let small = [
        "study.axes[1].values={clean: []}", "study.exclude=[]", "study.seeds=[1]",
      ]
      _ = try study(folder, small).run(.unfinished, stop: StopFlag()) { _ in }
      let finished = Mutex(0)
      _ = try study(folder, small.dropLast() + ["study.seeds=[1, 2]"]).run(
        .unfinished, stop: StopFlag()
      ) { event in if case .finished = event { finished.withLock { $0 += 1 } } }
      #expect(finished.withLock { $0 } == 2)
      let changed = try study(folder, small + ["study.base.descent.sgd.rate=0.5"])
      let failure = #expect(throws: RunFailure.self) {
        try changed.run(.unfinished, stop: StopFlag()) { _ in }
      }
      #expect(failure?.exitCode == 2)
      #expect(
        failure?.description
          == "the study has changed: \(folder)/runs/0.01-clean-seed1 and 1 more were run with another specification or seed. Remove them, or name another folder with --out; apical sweep status lists them"
      )
      #expect(
        changed.status() == """
          \(folder): 0 of 2 runs done
          stale: 0.01-clean-seed1 was run with another specification or seed
          stale: 1.0e-1-clean-seed1 was run with another specification or seed
          not of this study: 0.01-clean-seed2
          not of this study: 1.0e-1-clean-seed2
          """)
      #expect(
        changed.plan().hasSuffix(
          """

          stale        0.01-clean-seed1
          stale        1.0e-1-clean-seed1
          stale: 0.01-clean-seed1 was run with another specification or seed
          stale: 1.0e-1-clean-seed1 was run with another specification or seed
          not of this study: 0.01-clean-seed2
          not of this study: 1.0e-1-clean-seed2
          """))
    }
  }

  @Test("Two sweeps do not work in one folder at a time")
  func lock() throws {
    try RunFixture.withFolder { folder in
      let study = try study("\(folder)/study")
      let handle = try study.directory.lock()
      #expect(study.directory.isAtWork)
      let failure = #expect(throws: RunFailure.self) {
        try study.run(.unfinished, stop: StopFlag()) { _ in }
      }
      #expect(failure?.exitCode == 2)
      #expect(
        failure?.description
          == "another apical sweep is at work in \(folder)/study: wait for it, or name another folder with --out"
      )
      try handle.close()
      #expect(!study.directory.isAtWork)
    }
  }

  @Test("What is no study, and a study that is run as an experiment, are refused")
  func kinds() throws {
    let experiment = try SpecDocument(text: "seed: 1\n", file: "x.yaml")
    let one = #expect(throws: RunFailure.self) { try Study(StudyRequest(experiment)) }
    #expect(
      one?.description
        == "x.yaml is no study: expected `study:` at its top; start a single experiment with apical run"
    )
    let study = try SpecDocument(text: StudySpecKnownAnswerTests.text, file: "s.yaml")
    let two = #expect(throws: RunFailure.self) {
      try ExperimentRunner.run(RunRequest(study), stop: StopFlag()) { _ in }
    }
    #expect(
      two?.description == "s.yaml is a study of many runs: start it with apical sweep run s.yaml")
    try RunFixture.withFolder { folder in
      let three = #expect(throws: RunFailure.self) {
        try self.study("\(folder)/none").collect()
      }
      #expect(
        three?.description
          == "\(folder)/none holds no study: start it with apical sweep run, or name its folder with --out"
      )
    }
  }
}
