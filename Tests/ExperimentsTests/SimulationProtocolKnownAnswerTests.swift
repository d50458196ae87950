// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import TraceExport
import Testing

@testable import Experiments

/// What protocols report, and which files and sizes are refused before anything is written.
@Suite struct SimulationProtocolKnownAnswerTests {
  typealias Fixture = SimulationRunFixture

  @Test func `a sweep counts from the begin of its current`() throws {
    let text = """
      seed: 1
      simulation: {timeStep: 0.1 ms, duration: 1 s, settle: 100 ms, integrator: exact}
      populations:
        cell: {model: lif, compartments: {soma: {current: 300 pA}}}
      protocol: {currentSweep: {from: 0 pA, to: 200 pA, by: 200 pA, begin: 500 ms}}
      """
    try Fixture.withFolder { folder in
      _ = try Fixture.run(Fixture.request("\(folder)/run", text: text))
      let rows = try String(contentsOfFile: "\(folder)/run/fi.csv", encoding: .utf8)
        .split { $0.isNewline }.dropFirst()
        .map { $0.split(separator: ",").map { Double($0)! } }
      let file = try HDF5File("\(folder)/run/traces/spikes.h5", .readOnly)
      let times = try file.read("/spikes/cell/timestamps", as: Double.self).values
      let nodes = try file.read("/spikes/cell/node_ids", as: UInt64.self).values
      #expect(rows.count == 2)
      for (cell, row) in rows.enumerated() {
        let own = zip(times, nodes).filter { $0.1 == UInt64(cell) }.map(\.0)
        let late = own.filter { $0 >= 500 }
        #expect(late.count > 10 && own.count > late.count)
        #expect(
          row == [
            Double(cell) * 200, Double(late.count), Double(late.count) / 0.5, late.first!,
            late.last!,
          ])
        // A rate is one over the interval, to a spike in half a second.
        let interval = (row[4] - row[3]) / (row[1] - 1)
        #expect(abs(row[2] - 1000 / interval) <= 2)
      }
    }
  }

  @Test func `what the one cell of a sweep has, every cell of it has`() throws {
    let text = """
      seed: 1
      simulation: {timeStep: 0.1 ms, duration: 300 ms, integrator: exact}
      populations:
        cell: {model: lif, currents: [{cells: 0, compartment: soma, course: {constant: {amplitude: 300 pA}}}]}
      protocol: {currentSweep: {from: 0 pA, to: 2 pA, by: 1 pA}}
      """
    try Fixture.withFolder { folder in
      _ = try Fixture.run(Fixture.request("\(folder)/run", text: text))
      let spikes = try String(contentsOfFile: "\(folder)/run/fi.csv", encoding: .utf8)
        .split { $0.isNewline }.dropFirst().map { $0.split(separator: ",")[1] }
      #expect(spikes.count == 3 && spikes.allSatisfy { Int($0)! > 5 })
    }
    let mistakes = RunFixture.mistakes {
      _ = try SpecDocument(
        text: text.replacing("model: lif", with: "model: iaf_psc_delta")
          + "\nsources: {input: {train: {begin: 10 ms, interval: 10 ms, spikes: 5}}}"
          + "\nprojections: [{from: input, to: cell, receptor: soma.jump, connectivity: {oneToOne: {weight: 1 mV}}}]",
        file: "x.yaml"
      ).read(SimulationSpec.init(reading:))
    }
    #expect(
      mistakes.contains {
        $0.contains(
          "is one to one, and the sweep makes one cell of cell for every amplitude; choose allToAll"
        )
      }, "\(mistakes)")
  }

  @Test func `what settles is left out to its last spike, which bears the time of its end`() throws
  {
    let text = """
      seed: 1
      simulation: {timeStep: 0.1 ms, duration: 200 ms, settle: 100 ms}
      sources: {input: {train: {begin: 10 ms, interval: 10 ms, spikes: 20}}}
      populations: {cell: {model: lif}}
      """
    try Fixture.withFolder { folder in
      _ = try Fixture.run(Fixture.request("\(folder)/run", text: text))
      let file = try HDF5File("\(folder)/run/traces/spikes.h5", .readOnly)
      let times = try file.read("/spikes/input/timestamps", as: Double.self).values
      #expect(times.count == 10 && abs(times[0] - 110) < 1e-9)
    }
  }

  static let noisy = """
    seed: 1
    simulation: {timeStep: 0.1 ms, duration: 300 ms, settle: 100 ms, integrator: exponentialEuler}
    populations:
      cell:
        count: 20
        compartments:
          soma: {capacitance: 200 pF, leakConductance: 10 nS, restingPotential: -70 mV}
          apical: {capacitance: 100 pF, leakConductance: 10 nS, restingPotential: -70 mV}
        couplings: {soma-apical: {conductance: 5 nS}}
        firing: never
        noise:
          shake:
            compartment: apical
            form: {pushPull: {base: 5 nS}}
            process: {ornsteinUhlenbeck: {timeConstant: 5 ms, standardDeviation: 1 nS}}
    protocol: {noise: {}}
    """

  private func table(_ overrides: [String]) throws -> (rows: [[String]], lines: [String]) {
    var rows: [[String]] = []
    var lines: [String] = []
    try Fixture.withFolder { folder in
      let events = try Fixture.run(Fixture.request("\(folder)/run", overrides, text: Self.noisy))
      lines = Fixture.summary(events)
      rows = try String(contentsOfFile: "\(folder)/run/noise.csv", encoding: .utf8)
        .split { $0.isNewline }.dropFirst()
        .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }
    return (rows, lines)
  }

  @Test func `the noise protocol reports every compartment, beside its closed form`() throws {
    let (rows, _) = try table([])
    #expect(rows.map { $0[0] } == ["cell.noise.shake", "cell.soma.v", "cell.apical.v"])
    #expect(rows.allSatisfy { $0.count == 6 && !$0[5].isEmpty })
    // The soma feels less than the dendrite.
    #expect(Double(rows[1][4])! < Double(rows[2][4])!)
  }

  @Test(arguments: ["stratonovich", "ito"])
  func `a white conductance is beside the mean of its integral, in any compartment`(
    interpretation: String
  ) throws {
    let (rows, _) = try table([
      "simulation.timeStep=0.02 ms",
      "populations.cell.noise={shake: {compartment: apical, interpretation: \(interpretation), form: {conductance: {mean: 20 nS, reversalPotential: 0 mV, clipped: false}}, process: {white: {intensity: 30 nS*sqrt(ms)}}}}",
    ])
    // The limit of coloured noise takes s²/2C = 4.5 nS from the apical conductance; Itô's takes none.
    let g = 20 - (interpretation == "ito" ? 0 : 30.0 * 30 / (2 * 100))
    // (10 + 5) V_s − 5 V_a = −700, −5 V_s + (10 + 5 + g) V_a = −700.
    let determinant = 15 * (15 + g) - 25
    let soma = (-700 * (15 + g) - 5 * 700) / determinant
    let apical = (15 * -700 - 5 * 700) / determinant
    #expect(abs(Double(rows[1][3])! - soma) < 1e-9 && abs(Double(rows[2][3])! - apical) < 1e-9)
    // The other integral is seen in what was measured, too.
    #expect(abs(Double(rows[2][2])! - apical) < 0.6)
    let wrong = 15 * (15 + (g < 20 ? 20 : 15.5)) - 25
    #expect(abs(Double(rows[2][2])! - (15 * -700 - 5 * 700) / Double(wrong)) > 1.2)
  }

  @Test func `a barrage is beside the mean and deviation of what is held, not of continuous time`()
    throws
  {
    let (rows, _) = try table([
      "simulation.timeStep=0.5 ms", "simulation.duration=500 ms",
      "populations.cell.noise.shake={compartment: apical, form: {current: {}}, process: {poisson: {rate: 2000 Hz, timeConstant: 2 ms, weight: 3 pA}}}",
    ])
    // w ν dt/(1 − e^(−dt/τ)) and w √(ν dt/(1 − e^(−2dt/τ))): 13.56 pA and 4.78 pA, where continuous
    // time has w ν τ = 12 pA and w √(ν τ/2) = 4.24 pA.
    let (mean, deviation) = (3 / (1 - exp(-0.25)), 3 / (1 - exp(-0.5)).squareRoot())
    #expect(abs(Double(rows[0][3])! - mean) < 1e-12 * mean)
    #expect(abs(Double(rows[0][5])! - deviation) < 1e-12 * deviation)
    // 20 cells for 400 ms are 4,000 correlation times of 2τ: four standard errors of the mean.
    let error = 4 * deviation / (20 * 400 / 4.0).squareRoot()
    #expect(abs(Double(rows[0][2])! - mean) < error && error < (mean - 12) / 3)
    #expect(abs(Double(rows[2][2])! - Double(rows[2][3])!) < error / 15)
  }

  @Test func `where values were clipped there is no closed form`() throws {
    let (rows, lines) = try table(["populations.cell.noise.shake.form.pushPull.base=0.25 nS"])
    // |x| ≤ 2 g₀.
    #expect(Double(rows[0][4])! < 0.5)
    #expect(rows[1][3...].last == "" && rows[2][5] == "")
    #expect(
      lines.count {
        $0.hasPrefix("cell.") && $0.hasSuffix("no closed form where values were clipped")
      }
        == 2)
    #expect(lines.contains { $0.hasPrefix("warning: cell.noise.shake: ") })
  }

  @Test func `a cell that can spike has no closed form`() throws {
    let (rows, lines) = try table([
      "populations.cell.firing={threshold: {at: -50 mV, reset: -60 mV, refractoryPeriod: 2 ms}}"
    ])
    #expect(rows[1][5] == "" && rows[2][5] == "")
    #expect(
      lines.count { $0.hasPrefix("cell.") && $0.hasSuffix("no closed form for this cell") } == 2)
  }

  @Test(
    arguments: [
      (
        "1O,100\n20,0\n", false,
        "wave.csv:1: \"1O\" is no number (populations.cell.currents[0].course.file)"
      ),
      ("\u{FEFF}10,100\n20,0\n", false, nil),
      ("time,value\n10,-100\n", false, nil),
      (
        "10,100\n20,-3\n", true,
        "wave.csv:2: -3 nS is negative; a conductance is 0 nS or more (populations.cell.conductances[0].course.file)"
      ),
    ] as [(String, Bool, String?)])
  func `no row of a file is lost`(content: String, isConductance: Bool, message: String?) throws {
    try Fixture.withFolder { folder in
      try content.write(toFile: "\(folder)/wave.csv", atomically: true, encoding: .utf8)
      let input =
        isConductance
        ? "conductances=[{compartment: soma, reversalPotential: 0 mV, course: {file: {path: wave.csv}}}]"
        : "currents=[{compartment: soma, course: {file: {path: wave.csv}}}]"
      let request = try Fixture.request(
        "\(folder)/run",
        ["populations.cell.\(input)", "record=[{what: cell.soma.v, every: 30 ms}]"],
        text: Self.noisy.replacing("protocol: {noise: {}}", with: "record: []"),
        file: "\(folder)/x.yaml")
      guard let message else {
        _ = try Fixture.run(request)
        return
      }
      let failure = #expect(throws: RunFailure.self) { _ = try Fixture.run(request) }
      #expect(failure?.description == message && failure?.exitCode == 3)
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
    }
  }

  @Test func `the first row behind a byte order mark counts`() throws {
    let table = try NumberTable("\u{FEFF}1,2\n3,4\n", file: "x.csv", keyPath: "a")
    #expect(table.rows.map(\.values) == [[1, 2], [3, 4]])
    let headed = try NumberTable("\u{FEFF}time,value\n3,4\n", file: "x.csv", keyPath: "a")
    #expect(headed.rows.map(\.values) == [[3, 4]])
  }

  @Test func `weights of a conductance in a file are not negative`() throws {
    try Fixture.withFolder { folder in
      try "1,2,3\n4,-5,6\n".write(
        toFile: "\(folder)/weights.csv", atomically: true, encoding: .utf8)
      let failure = #expect(throws: RunFailure.self) {
        _ = try Fixture.run(
          Fixture.request(
            "\(folder)/run", ["projections[3].connectivity={matrix: {path: weights.csv}}"],
            file: "\(folder)/x.yaml"))
      }
      #expect(
        failure?.description
          == "weights.csv:2: -5 nS is negative; a conductance is 0 nS or more (projections[3].connectivity.matrix)"
      )
      #expect(failure?.exitCode == 3)
    }
  }

  @Test(
    arguments: [
      ["populations.cell.count=1000000000"],
      [
        "populations.cell.count=3000000",
        "projections=[{from: cell, to: cell, receptor: soma.excitatory, delay: 1 ms, connectivity: {allToAll: {weight: 1 nS}}}]",
      ],
    ])
  func `a simulation that no memory holds is refused before anything is written`(
    overrides: [String]
  ) throws {
    try Fixture.withFolder { folder in
      var request = try Fixture.request("\(folder)/run", overrides + ["record=[]"])
      request.memoryLimit = 8_000_000_000
      let failure = #expect(throws: RunFailure.self) { _ = try Fixture.run(request) }
      #expect(failure?.exitCode == 2)
      let text = failure?.description ?? ""
      #expect(text.hasPrefix("the simulation would take about "), "\(text)")
      #expect(
        text.hasSuffix(
          " of memory, and there are 8 GB: take fewer cells or synapses, or shorter delays"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
    }
  }
}
