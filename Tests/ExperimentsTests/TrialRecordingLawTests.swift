// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import TestSupport
import TraceExport
import Testing

@testable import Experiments

/// Trials watched while a network learns: they change nothing, and outlast any interruption.
@Suite struct TrialRecordingLawTests {
  private static let text = """
    seed: 7
    substrate: {dendritic: {layers: [784, 12, 10], teaching: measured, testPhase: 60}}
    feedback: {perturbation: {topology: direct, estimator: ridge, noise: {site: potential, standardDeviation: 0.3}}}
    descent: {sgd: {rate: 0.1}}
    data: {syntheticDigits: {batch: 2, train: 300, test: 100, validation: 20}}
    schedule: {steps: 60, evaluateEvery: 10, checkpointEvery: 20}
    metrics: {examples: 5}
    trials:
      every: 20
      examples: [3, 1]
      record:
        - {what: layer1, units: [0-2, 7], variables: [soma, basal, apical, rate, noise, response, plateau]}
        - {what: output, units: 9, variables: [soma, rate]}
    """

  private func run(
    _ output: String, _ overrides: [String] = [], resumes: Bool = false, until step: Int? = nil
  ) throws {
    let request = RunRequest(
      try SpecDocument(text: Self.text, file: "x.yaml", overrides: overrides), output: output,
      resumes: resumes)
    let stop = StopFlag()
    func go() throws {
      try ExperimentRunner.run(request, stop: stop) { event in
        if case .measured(let row) = event, let step, row["step"] == Double(step) { stop.set() }
      }
    }
    if step == nil { try go() } else { #expect(throws: RunFailure.self) { try go() } }
  }

  @Test("Watching trials changes no metric and no weight")
  func watching() throws {
    try RunFixture.withFolder { folder in
      try run("\(folder)/with")
      try run("\(folder)/without", ["trials.every=1000"])
      let (with, without) = (
        try RunFixture.contents("\(folder)/with"), try RunFixture.contents("\(folder)/without")
      )
      #expect(with["metrics"] == without["metrics"])
      #expect(with["weights.h5"] == without["weights.h5"])
      #expect(with["traces/trials.csv"] != without["traces/trials.csv"])
      try run("\(folder)/none", ["trials=null"])
      let none = try RunFixture.contents("\(folder)/none")
      #expect(none.keys.sorted() == ["metrics", "weights.h5"])
      #expect(none.allSatisfy { with[$0.key] == $0.value })
    }
  }

  @Test("Watched trials outlast interruptions, to the same bits")
  func interruption() throws {
    try RunFixture.withFolder { folder in
      try run("\(folder)/whole")
      let whole = try RunFixture.contents("\(folder)/whole")
      #expect(whole.count == 11, "\(whole.keys)")
      for step in [10, 20, 40, 50] {
        let cut = "\(folder)/cut\(step)"
        try run(cut, until: step)
        try run(cut, resumes: true)
        #expect(try RunFixture.contents(cut) == whole, "cut at \(step)")
      }
    }
  }

  @Test("Frames, spikes and the table of phases belong together")
  func layout() throws {
    try RunFixture.withFolder { folder in
      try run("\(folder)/run")
      let traces = "\(folder)/run/traces"
      let table = try String(contentsOfFile: "\(traces)/trials.csv", encoding: .utf8)
        .split(whereSeparator: \.isNewline).map { $0.split(separator: ",").map(String.init) }
      #expect(table[0] == ["step", "example", "phase", "start", "stop"])
      let expected = [0, 20, 40, 60].flatMap { step in
        [3, 1].flatMap { example in
          ["clean", "target", "perturbed"].map { ["\(step)", "\(example)", $0] }
        }
      }
      #expect(table.dropFirst().map { Array($0.prefix(3)) } == expected)
      let ranges = table.dropFirst().map { (Int($0[3]) ?? -1, Int($0[4]) ?? -1) }
      #expect(ranges[0].0 == 0 && ranges.allSatisfy { $0.1 - $0.0 >= 50 })
      #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.1 == $1.0 })
      let frames = ranges[ranges.count - 1].1

      func report(_ variable: String, _ population: String = "layer1") throws -> [Float] {
        let file = try HDF5File("\(traces)/trial-\(variable).h5", .readOnly)
        let data = try file.read("/report/\(population)/data", as: Float.self)
        let width = population == "layer1" ? 4 : 1
        #expect(data.shape == [frames, width])
        let mapping = "/report/\(population)/mapping"
        #expect(try file.read("\(mapping)/time", as: Double.self).values[2] == 1)
        #expect(
          try file.read("\(mapping)/node_ids", as: UInt64.self).values
            == (population == "layer1" ? [0, 1, 2, 7] : [9]))
        return data.values
      }
      let soma = try report("soma")
      #expect(soma.allSatisfy { $0.isFinite } && Set(soma).count > frames)
      #expect(try report("soma", "output").count == frames)
      #expect(try report("rate").allSatisfy { (0...1).contains($0) })
      // A frozen perturbation holds through its phase and is away from the others.
      let noise = try report("noise")
      for (row, range) in zip(table.dropFirst(), ranges) {
        for unit in 0..<4 {
          let own = Set((range.0..<range.1).map { noise[4 * $0 + unit] })
          #expect(own.count == 1 && (own != [0]) == (row[2] == "perturbed"))
        }
      }
      // At the end of a phase, the plateau of the mean over its window, here all after 30 ms.
      let (apical, plateau) = (try report("apical"), try report("plateau"))
      let (start, stop) = ranges[1]
      let window = (start + 30)..<stop
      let mean = window.reduce(0) { $0 + Double(apical[4 * $1 + 3]) } / Double(window.count)
      #expect(abs(Double(plateau[4 * (stop - 1) + 3]) - 1 / (1 + exp(-mean))) < 1e-6)

      let file = try HDF5File("\(traces)/trial-spikes.h5", .readOnly)
      let times = try file.read("/spikes/output/timestamps", as: Double.self).values
      let nodes = try file.read("/spikes/output/node_ids", as: UInt64.self).values
      #expect(!times.isEmpty && times.count == nodes.count && nodes.allSatisfy { $0 == 9 })
      #expect(times.allSatisfy { $0 >= 1 && $0 <= Double(frames) && $0 == $0.rounded() })
      // As many as the rates say: φ_max = 0.2 per ms; ± 5 deviations.
      let rate = try report("rate", "output").reduce(0.0) { $0 + 0.2 * Double($1) }
      #expect(abs(Double(times.count) - rate) < 5 * rate.squareRoot())
    }
  }

  @Test("A rate twin has no spikes to write")
  func rateTwin() throws {
    try RunFixture.withFolder { folder in
      try run("\(folder)/run", ["substrate.dendritic.mode=rate", "schedule.steps=20"])
      let traces = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/run/traces")
      #expect(traces.contains("trial-soma.h5") && !traces.contains("trial-spikes.h5"))
    }
  }

  @Test(
    "What cannot be watched is refused, word for word",
    arguments: [
      (
        "trials.examples=[20]",
        "trials.examples: there is no example 20 among 20 validation examples"
      ),
      ("trials.examples=[1, 1]", "trials.examples: an example is given twice"),
      ("trials.record[0].units=7-12", "trials.record[0].units: layer1 has units 0 to 11, found 12"),
      (
        "trials.record[0].what=layer2",
        "trials.record[0].what: expected layer1 or output, found layer2, did you mean layer1?"
      ),
      (
        "trials.record[1].variables=[plateau]",
        "trials.record[1].variables: outputs have no plateau: they are not perturbed and have no apical dendrites"
      ),
      (
        "trials.record[0].variables=[soma, soma]",
        "trials.record[0].variables: a variable is given twice"
      ),
      (
        "trials.record[0].variables=[voltage]",
        "trials.record[0].variables[0]: expected soma, basal, apical, rate, noise, response or plateau, found voltage"
      ),
      (
        "trials.record[1].what=layer1",
        "trials.record: layer1 is watched twice: name it once, with all its variables"
      ),
      (
        "feedback={alignment: {topology: direct}}",
        "trials: no conductance, current or rate is perturbed by this feedback: leave out noise"
      ),
      (
        "substrate={rate: {layers: [784, 12, 10]}}",
        "trials.every: a trial of a rate network has no time; use substrate dendritic, or leave out trials"
      ),
    ])
  func refusals(_ override: String, _ message: String) {
    let error = #expect(throws: SpecError.self) {
      try SpecDocument(text: Self.text, file: "x.yaml", overrides: [override])
        .read(ExperimentSpec.init(reading:))
    }
    let found = error?.diagnostics.map(\.description) ?? []
    #expect(found.contains { $0.hasSuffix(": \(message)") }, "\(found)")
  }
}
