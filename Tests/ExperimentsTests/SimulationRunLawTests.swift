// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import RandomStreams
import Testing

@testable import Experiments
@testable import SpikingNetworks

/// The promise, for simulations: same specification and seed, same bits.
@Suite struct SimulationRunLawTests {
  typealias Fixture = SimulationRunFixture

  @Test func `one, two and three threads give the same bits`() throws {
    try Fixture.withFolder { folder in
      _ = try Fixture.run(Fixture.request("\(folder)/1"))
      let reference = try Fixture.contents("\(folder)/1")
      #expect(reference.values.allSatisfy { !$0.isEmpty })
      #expect(reference.count == 13, "\(reference.keys.sorted())")
      for threads in 2...3 {
        _ = try Fixture.run(Fixture.request("\(folder)/\(threads)", threads: threads))
        #expect(try Fixture.contents("\(folder)/\(threads)") == reference)
      }
    }
  }

  @Test func `recordings change no spike, and another seed changes them all`() throws {
    try Fixture.withFolder { folder in
      _ = try Fixture.run(Fixture.request("\(folder)/with"))
      _ = try Fixture.run(Fixture.request("\(folder)/without", ["record=[]"]))
      _ = try Fixture.run(Fixture.request("\(folder)/other", ["record=[]", "seed=8"]))
      let with = try Fixture.contents("\(folder)/with").filter { $0.key.hasPrefix("spikes") }
      let without = try Fixture.contents("\(folder)/without")
      #expect(with == without)
      #expect(
        try Fixture.contents("\(folder)/other")["spikes.h5/spikes/cell/timestamps"]
          != without["spikes.h5/spikes/cell/timestamps"])
    }
  }

  @Test(
    arguments: [
      "rungeKutta4", "exponentialEuler", "{gsl: {stepper: rkf45}}",
      "{gsl: {stepper: msadams}}", "{gsl: {stepper: rk2imp, absolute: 1.0e-6}}",
    ], [1, 37, 300])
  func `a simulation that goes on from its state takes the same bits as one that never stopped`(
    method: String, first: Int
  ) throws {
    let document = try SpecDocument(
      text: Fixture.text, file: "x.yaml",
      overrides: ["simulation.integrator=\(method)", "simulation.duration=40 ms"])
    let spec = try document.read(SimulationSpec.init(reading:)).value
    let network = try spec.network(StandInFiles())
    func simulation() throws -> Simulation<Double> {
      try Simulation(network, probes: spec.probes(), random: RandomKey(seed: 3))
    }
    var whole = MemoryRecorder(probes: 4)
    let reference = try simulation()
    try reference.run(steps: 400, into: &whole)
    var parts = MemoryRecorder(probes: 4)
    let earlier = try simulation()
    try earlier.run(steps: first, into: &parts)
    let saved = try PropertyListDecoder().decode(
      SimulationState.self, from: PropertyListEncoder().encode(earlier.state))
    // A simulation that has gone elsewhere, so that nothing is right by chance.
    let later = try simulation()
    var elsewhere = MemoryRecorder(probes: 4)
    try later.run(steps: 55, into: &elsewhere)
    try later.restore(saved)
    #expect(later.step == first)
    try later.run(steps: 400 - first, into: &parts)
    #expect(parts.frames == whole.frames)
    for name in ["cell", "relay", "input", "list"] {
      #expect(parts.spikes[name]?.map(\.time) == whole.spikes[name]?.map(\.time))
      #expect(parts.spikes[name]?.map(\.cell) == whole.spikes[name]?.map(\.cell))
    }
    #expect(
      later.clippedValues(population: "cell", noise: "shake")
        == reference.clippedValues(population: "cell", noise: "shake"))
  }

  @Test func `the state of another network is refused`() throws {
    let spec = try SpecDocument(text: Fixture.text, file: "x.yaml")
      .read(SimulationSpec.init(reading:)).value
    let network = try spec.network(StandInFiles())
    let key = RandomKey(seed: 1)
    let state = try Simulation<Double>(network, random: key).state
    let error = #expect(throws: ModelError.self) {
      try Simulation<Float>(network, random: key).restore(state)
    }
    #expect(
      error?.description
        == "state: it is the state of another network, or of other probes; "
        + "give one of this simulation")
  }

  @Test(arguments: ["onGrid", "onGridFromBegin", "located"])
  func `a run that was interrupted ends with the same bits`(convention: String) throws {
    let changes = [
      "simulation.spikes=\(convention)", "populations.relay.spikes=onGrid",
      "simulation.duration=400 ms",
    ]
    try Fixture.withFolder { folder in
      let whole = try Fixture.run(Fixture.request("\(folder)/whole", changes))
      var steps: [Int] = []
      let stop = StopFlag()
      stop.set()
      // Stopped before its first step, and then again and again.
      let first = #expect(throws: RunFailure.self) {
        _ = try Fixture.run(Fixture.request("\(folder)/cut", changes), stop: stop)
      }
      #expect(first?.exitCode == 75)
      // A run tells of its first 16 steps at once: six cuts lead over the end of settling.
      for _ in 0..<6 {
        let stop = StopFlag()
        let failure = #expect(throws: RunFailure.self) {
          try ExperimentRunner.run(
            Fixture.request("\(folder)/cut", changes, threads: 2, resumes: true), stop: stop
          ) { event in if case .advanced = event { stop.set() } }
        }
        if case .interrupted(let step, _)? = failure { steps.append(step) }
      }
      #expect(steps == [16, 32, 48, 64, 80, 96])
      let summary = try Fixture.run(Fixture.request("\(folder)/cut", changes, resumes: true))
      #expect(Fixture.summary(summary) == Fixture.summary(whole))
      #expect(try Fixture.contents("\(folder)/cut") == Fixture.contents("\(folder)/whole"))
    }
  }

  @Test func `a finished run is left as it is when it is resumed, and says so`() throws {
    try Fixture.withFolder { folder in
      let path = "\(folder)/run"
      _ = try Fixture.run(Fixture.request(path))
      func state() throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for case let name as String in FileManager.default.enumerator(atPath: path)! {
          contents[name] = FileManager.default.contents(atPath: "\(path)/\(name)")
          let date = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
          contents["\(name) date"] = Data("\(date[.modificationDate]!)".utf8)
        }
        return contents
      }
      let before = try state()
      #expect(before["traces/spikes.h5"] != nil)
      let events = try Fixture.run(Fixture.request(path, resumes: true))
      #expect(try state() == before)
      #expect(events.count == 2)
      guard case .noticed(let notice)? = events.first,
        case .finished(let directory, nil)? = events.last
      else {
        Issue.record("\(events)")
        return
      }
      #expect(notice == "this run is complete: nothing is left to do" && directory == path)
      // Another specification is refused as ever.
      let failure = #expect(throws: RunFailure.self) {
        _ = try Fixture.run(Fixture.request(path, ["simulation.duration=70 ms"], resumes: true))
      }
      #expect(failure?.exitCode == 2)
      #expect(try state() == before)
    }
  }

  @Test func `a run that cannot go on keeps its status, and one that cannot begin leaves nothing`()
    throws
  {
    try Fixture.withFolder { folder in
      let path = "\(folder)/run"
      let stop = StopFlag()
      #expect(throws: RunFailure.self) {
        try ExperimentRunner.run(Fixture.request(path), stop: stop) { event in
          if case .advanced = event { stop.set() }
        }
      }
      func status() throws -> Manifest.Status {
        try Manifest.read(RunDirectory(path: path)).status
      }
      #expect(try status() == .interrupted)
      // A folder lies where the recording was.
      try FileManager.default.removeItem(atPath: "\(path)/traces/soma.v.h5")
      try FileManager.default.createDirectory(
        atPath: "\(path)/traces/soma.v.h5", withIntermediateDirectories: true)
      let failure = #expect(throws: RunFailure.self) {
        _ = try Fixture.run(Fixture.request(path, resumes: true))
      }
      #expect(failure?.exitCode == 5)
      #expect(try status() == .interrupted)
      // A name that no file can have.
      let long = String(repeating: "n", count: 250)
      let text = Fixture.text.replacing("hail", with: long).replacing(
        "what: cell.noise.shake", with: "what: cell.noise.\(long)")
      let other = #expect(throws: RunFailure.self) {
        _ = try Fixture.run(Fixture.request("\(folder)/other", text: text))
      }
      #expect(other?.exitCode == 5)
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/other"))
    }
  }
}
