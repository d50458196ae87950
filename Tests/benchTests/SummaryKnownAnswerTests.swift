// SPDX-License-Identifier: GPL-3.0-or-later

import Experiments
import Foundation
import Testing

@testable import bench

@Suite("What a benchmark makes of its measurements")
struct SummaryKnownAnswerTests {
  @Test("the median of an odd number of values is one of them, of an even number between two")
  func medians() {
    #expect(Spread([3, 1, 2]).median == 2)
    #expect(Spread([4, 1, 2, 3]).median == 2.5)
    #expect(Spread([4, 1, 2, 3]).minimum == 1)
    #expect(Spread([4, 1, 2, 3]).maximum == 4)
  }

  @Test("the ratio of a pair is that to the peer which was fastest in it")
  func ratioOfAPair() {
    #expect(ratios(of: [1, 2], toFastestOf: [[3, 9], [4, 5]]) == [3, 2.5])
    #expect(ratios(of: [1, 2], toFastestOf: []) == [])
  }

  @Test(
    "numbers are rounded to their decimals",
    arguments: [
      (3.14159, 2, "3.14"), (0.05, 1, "0.1"), (12.0, 0, "12"), (-0.004, 2, "0.00"),
      (-2.5, 1, "-2.5"), (0.0071, 3, "0.007"), (.infinity, 1, "inf"),
    ])
  func decimals(_ value: Double, _ decimals: Int, _ text: String) {
    #expect(value.text(decimals) == text)
  }

  @Test("a simulator's answer is a measurement with a rate and figures")
  func simulation() throws {
    let line = """
      {"steps": 10000, "wall_seconds": 0.25, "cpu_seconds": 0.2, "rate": 17.5,
       "figures": {"late_rate": 18.25}}
      """
    let read = try JSONDecoder().decode(SimulationTiming.self, from: Data(line.utf8))
    let expected = SimulationTiming(
      steps: 10_000, wallSeconds: 0.25, cpuSeconds: 0.2, rate: 17.5,
      figures: ["late_rate": 18.25])
    #expect(read == expected)
  }

  @Test("the environments of rate networks and simulators stand beside each other")
  func environments() {
    typealias Libraries = PeerEnvironment.Libraries
    #expect(Libraries.rate.folder(named: "venv") == "venv")
    #expect(Libraries.spiking.folder(named: "venv") == "venv-spiking")
    #expect(Libraries.rate.requirements != Libraries.spiking.requirements)
  }

  @Test("a peer's answer is a measurement")
  func answer() throws {
    let line = #"{"steps": 1000, "wall_seconds": 0.25, "cpu_seconds": 0.2, "loss": 9.5}"#
    let read = try JSONDecoder().decode(Timing.self, from: Data(line.utf8))
    #expect(read == Timing(steps: 1000, wallSeconds: 0.25, cpuSeconds: 0.2, loss: 9.5))
    let side = Side(name: "numpy", version: "2", measurements: [read])
    #expect(side.wall.median == 250)
    #expect(side.cpu.median == 200)
  }

  @Test("the specifications of the workloads are sound")
  func specifications() throws {
    for workload in [Workload.fig2, .fig2Ridge, .fig3] {
      let document = try SpecDocument(text: workload.spec, file: workload.name)
      #expect(throws: Never.self) { try document.read(ExperimentSpec.init(reading:)) }
    }
  }
}
