// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import TraceExport
import Testing

@testable import Experiments

/// What a simulation leaves: files that others read, numbers of other simulators, clear failures.
@Suite struct SimulationRunKnownAnswerTests {
  typealias Fixture = SimulationRunFixture

  @Test func `the traces are what libsonata reads`() throws {
    try Fixture.withFolder { folder in
      _ = try Fixture.run(Fixture.request("\(folder)/run"))
      let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("read_simulation.py").path
      let python = ProcessInfo.processInfo.environment["APICAL_PYTHON"] ?? "python3"
      let process = Process()
      let output = Pipe()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = [python, script, "\(folder)/run"]
      process.standardOutput = output
      process.standardError = output
      try process.run()
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      process.waitUntilExit()
      if process.terminationStatus == 3 || process.terminationStatus == 127 {
        let reason = "NOT CHECKED: \(python) has no libsonata and h5py (\(text)); set APICAL_PYTHON"
        print(reason)
        try Test.cancel(Comment(rawValue: reason))
      }
      #expect(process.terminationStatus == 0, "\(text)")
    }
  }

  /// NEST 3.10's counts in 5 s at 41 amplitudes, in the traces beside the tests of the engine.
  @Test(arguments: ["iaf_cond_exp", "iaf_cond_alpha", "iaf_psc_exp", "iaf_psc_delta"])
  func `a current sweep gives NEST's spike counts`(model: String) throws {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    let trace = tests.appendingPathComponent("SpikingNetworksTests/Traces/nest_\(model)_fI.csv")
    let expected = try columns(trace.path)
    let spec = tests.deletingLastPathComponent().appendingPathComponent(
      "models/cells/\(model).yaml")
    try Fixture.withFolder { folder in
      let events = try Fixture.run(
        RunRequest(SpecDocument(contentsOf: spec.path), output: "\(folder)/run"))
      let found = try columns("\(folder)/run/fi.csv")
      #expect(found.count == 41 && expected.count == 41)
      #expect(found.map { $0[0] } == expected.map { $0[0] })
      #expect(found.map { $0[1] } == expected.map { $0[1] })
      #expect(Fixture.summary(events).count == 43)
    }
  }

  private func columns(_ path: String) throws -> [[String]] {
    try String(contentsOfFile: path, encoding: .utf8).split { $0.isNewline }.dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
  }

  private func failure(_ overrides: [String], _ text: String = Fixture.text) throws -> RunFailure? {
    var failure: RunFailure?
    try Fixture.withFolder { folder in
      for (name, content) in [
        ("wave.csv", "time_ms,current_pA\n0,0\n# a gap\n10,nan\n"),
        ("back.csv", "0,0\n10,1\n10,2\n"), ("spikes.csv", "cell,time_ms\n0,10\n1,4\n0,5\n"),
        ("weights.csv", "1,2,3\n4,x,6\n"), ("empty.csv", "# nothing\n"),
      ] {
        try content.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
      }
      failure = #expect(throws: RunFailure.self) {
        _ = try Fixture.run(
          Fixture.request("\(folder)/run", overrides, text: text, file: "\(folder)/x.yaml"))
      }
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
    }
    return failure
  }

  @Test(
    arguments: [
      (
        "populations.cell.currents=[{compartment: soma, course: {file: {path: wave.csv}}}]",
        "wave.csv:4: nan is not a finite number (populations.cell.currents[0].course.file)"
      ),
      (
        "populations.cell.currents=[{compartment: soma, course: {file: {path: back.csv}}}]",
        "back.csv:3: time 10 ms follows 10 ms; let times ascend (populations.cell.currents[0].course.file)"
      ),
      (
        "populations.cell.currents=[{compartment: soma, course: {file: {path: none.csv}}}]",
        "none.csv: cannot be read (populations.cell.currents[0].course.file)"
      ),
      (
        "populations.cell.currents=[{compartment: soma, course: {file: {path: empty.csv}}}]",
        "empty.csv: has no rows; expected time,value (populations.cell.currents[0].course.file)"
      ),
      (
        "sources.list={spikes: {file: spikes.csv, count: 2}}",
        "spikes.csv:4: the spike of cell 0 at 5 ms comes after one at 10 ms; let the times of each cell ascend (sources.list.spikes)"
      ),
      (
        "sources.list={spikes: {file: spikes.csv}}",
        "spikes.csv:3: there is no cell 1; cells are 0 to 0 (sources.list.spikes)"
      ),
      (
        "projections[3].connectivity={matrix: {path: weights.csv}}",
        "weights.csv:2: \"x\" is no number (projections[3].connectivity.matrix)"
      ),
    ])
  func `a file that cannot be used is named with its line, and nothing is left`(
    override: String, message: String
  ) throws {
    let failure = try failure([override])
    #expect(failure?.exitCode == 3)
    #expect(failure?.description == message)
  }

  @Test func `recordings above the limit are refused before anything is written`() throws {
    try Fixture.withFolder { folder in
      var request = try Fixture.request("\(folder)/run")
      // 183·5·12 + 27·70·4 + 55·4 + 110·3·4 bytes.
      request.traceLimit = 20_079
      let failure = #expect(throws: RunFailure.self) { _ = try Fixture.run(request) }
      #expect(failure?.exitCode == 2)
      #expect(
        failure?.description
          == "the recordings would take 20.1 kB, and 20.1 kB are allowed: record fewer cells or "
          + "less often, raise --max-trace-size, or allow it with --yes")
      request.traceLimit = 20_080
      let events = try Fixture.run(request)
      guard case .noticed(let note)? = events.first else {
        Issue.record("no size was told")
        return
      }
      #expect(note == "recordings will take 20.1 kB, and 16 bytes for every spike")
    }
  }

  static let unstable = [
    "simulation.integrator=euler", "simulation.duration=200 ms", "simulation.settle=0 ms",
    "populations.cell.drives=[{receptor: soma.excitatory, rate: 2 Hz, weight: 10 S}]",
    "populations.cell.noise={}", "projections=[]", "populations.cell.firing=never",
    "record=[{what: cell.soma.v}]",
  ]

  @Test func `numbers that diverge end the run with the place, and keep what was recorded`() throws
  {
    try Fixture.withFolder { folder in
      let path = "\(folder)/run"
      let failure = #expect(throws: RunFailure.self) {
        _ = try Fixture.run(Fixture.request(path, Self.unstable))
      }
      #expect(failure?.exitCode == 4)
      let text = failure?.description ?? ""
      #expect(
        text.contains("cell, cell ") && text.contains(": soma.v is no longer a finite number"))
      #expect(text.hasSuffix("What was recorded before is kept in \(path)/traces"))
      let data = try HDF5File("\(path)/traces/soma.v.h5", .readOnly)
        .read("/report/cell/data", as: Double.self)
      #expect(data.shape[0] >= 1 && data.shape[1] == 70)
      #expect(data.values.allSatisfy { $0.isFinite })
      let manifest = try String(contentsOfFile: "\(path)/manifest.json", encoding: .utf8)
      #expect(manifest.contains("\"status\" : \"diverged\""))
    }
  }

  @Test func `a solver that fails is named with cell, time and step`() throws {
    try Fixture.withFolder { folder in
      let failure = #expect(throws: RunFailure.self) {
        _ = try Fixture.run(
          Fixture.request(
            "\(folder)/run",
            ["simulation.integrator={gsl: {stepper: rk1imp, absolute: 1.0e-300}}"]))
      }
      #expect(failure?.exitCode == 4)
      let text = failure?.description ?? ""
      #expect(text.hasPrefix("cell, cell 0, step "), "\(text)")
      #expect(text.contains("rk1imp at "), "\(text)")
    }
  }

  @Test func `the summary warns of silence, of no samples and of clipped noise`() throws {
    try Fixture.withFolder { folder in
      let events = try Fixture.run(
        Fixture.request(
          "\(folder)/run",
          [
            "populations.cell.drives=[]", "populations.cell.noise.hail.process.poisson.rate=0 Hz",
            "projections=[]", "record=[{what: cell.soma.v, every: 56 ms}]",
          ]))
      let lines = Fixture.summary(events).filter { $0.hasPrefix("warning: ") }
      #expect(lines.first == "warning: cell sent no spike")
      #expect(
        lines.contains(
          "warning: cell.soma.v has no samples: 56 ms is longer than what was recorded"))
      #expect(lines.last?.hasPrefix("warning: cell.noise.shake: ") == true)
    }
  }

  @Test(
    arguments: [
      ("2GB", 2_000_000_000), ("500 MB", 500_000_000), ("1.5kB", 1_500), ("12", 12),
      ("1e6", 1_000_000),
      ("", nil), ("2 GiB", nil), ("-1MB", nil),
    ] as [(String, Int?)])
  func `a size is read as a person writes it`(text: String, bytes: Int?) {
    #expect(ByteCount(text)?.count == bytes)
  }

  @Test func `a dendritic current has no effect only where NEST's quirk is asked for`() throws {
    let text = """
      seed: 1
      simulation: {duration: 100 ms}
      populations:
        cell:
          model: pp_cond_exp_mc_urbanczik
          compartments: {dendrite: {current: 300 pA}}
          currents: [{compartment: dendrite, course: {constant: {amplitude: 600 pA}}}]
      record: [{what: cell.dendrite.v, every: 100 ms, precision: float64}]
      """
    try Fixture.withFolder { folder in
      var ends: [Double] = []
      for quirk in [false, true] {
        _ = try Fixture.run(
          Fixture.request(
            "\(folder)/\(quirk)", ["populations.cell.nestIgnoresDendriticCurrent=\(quirk)"],
            text: text))
        ends += try HDF5File("\(folder)/\(quirk)/traces/dendrite.v.f64.h5", .readOnly)
          .read("/cell/data", as: Double.self).values
      }
      // −70 mV + 900 pA/30 nS after ten time constants of 10 ms, and nothing at all.
      #expect(abs(ends[0] + 40) < 30 * 4.6e-5 && ends[1] == -70)
    }
  }

  @Test func `the command that goes on with a run is the one that began it`() throws {
    var request = try Fixture.request("runs/a")
    #expect(request.resumeCommand("runs/a") == "apical run x.yaml --out runs/a --resume")
    request.output = nil
    request.arguments = ["/bin/apical", "run", "x.yaml", "--set", "a.b=it's 1 ms"]
    #expect(
      request.resumeCommand("runs/a")
        == "apical run x.yaml --set 'a.b=it'\\''s 1 ms' --out runs/a --resume")
  }
}
