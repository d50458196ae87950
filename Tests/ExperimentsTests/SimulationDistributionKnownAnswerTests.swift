// SPDX-License-Identifier: GPL-3.0-or-later

import TraceExport
import Testing

@testable import Experiments
@testable import SpikingNetworks

/// Distributions in specifications: how they are written, what they become, what is refused.
@Suite struct SimulationDistributionKnownAnswerTests {
  typealias Fixture = SimulationRunFixture

  private func mistakes(_ override: String) -> [String] {
    SimulationSpecKnownAnswerTests.diagnostics([override]).map {
      "\($0.keyPath): \($0.message)"
    }
  }

  private func spec(_ overrides: [String]) throws -> (SimulationSpec, ResolvedSpec) {
    let read = try SpecDocument(
      text: SimulationSpecKnownAnswerTests.text, file: "x.yaml", overrides: overrides
    ).read(SimulationSpec.init(reading:))
    return (read.value, read.resolved)
  }

  static let all = [
    "populations.cell.compartments.soma.initialPotential={uniform: {from: -80 mV, to: -60 mV}}",
    "populations.own.compartments.apical.initialPotential={normal: {mean: -70 mV, standardDeviation: 3 mV}}",
    "projections[0].connectivity.allToAll.weight={lognormal: {mean: 5 nS, standardDeviation: 2 nS, to: 20 nS}}",
    "projections[0].delay={normal: {mean: 2 ms, standardDeviation: 1 ms, from: 0.5 ms, to: 4 ms}}",
  ]

  @Test func `what is written is what is drawn from, and reads back`() throws {
    let (spec, resolved) = try spec(Self.all)
    #expect(
      spec.populations.map(\.initialPotentials) == [
        ["soma": try Distribution(.uniform, from: -80, to: -60)],
        ["apical": try Distribution(.normal(mean: -70, standardDeviation: 3))],
      ])
    #expect(
      spec.projections[0].delay
        == .drawn(try Distribution(.normal(mean: 2, standardDeviation: 1), from: 0.5, to: 4)))
    let weight = try Distribution(.lognormal(mean: 5, standardDeviation: 2), to: 20)
    guard case .given(let given) = spec.projections[0].connectivity else {
      Issue.record("no connectivity")
      return
    }
    #expect(given == .allToAll(weight: .drawn(weight)))
    #expect(
      spec.summary.contains("projection   input → cell.soma.excitatory, delay 0.5 ms to 4 ms"))
    let again = try SpecDocument(text: resolved.yaml, file: "y.yaml")
      .read(SimulationSpec.init(reading:)).resolved
    #expect(again.yaml == resolved.yaml)
    let explanation = resolved.explanation
    for word in ["uniform", "lognormal", "of the values, not of their logarithm"] {
      #expect(explanation.contains(word))
    }
  }

  @Test func `a run with distributions has the same bits on any number of threads`() throws {
    let changes = [
      "populations.cell.compartments.soma.initialPotential={uniform: {from: -80 mV, to: -56 mV}}",
      "projections[0].delay={uniform: {from: 0.4 ms, to: 3 ms}}",
      "projections[1].connectivity.allToAll.weight={lognormal: {mean: 0.3 nS, standardDeviation: 0.1 nS}}",
    ]
    try Fixture.withFolder { folder in
      for threads in [1, 3] {
        _ = try Fixture.run(Fixture.request("\(folder)/\(threads)", changes, threads: threads))
      }
      _ = try Fixture.run(Fixture.request("\(folder)/plain"))
      let one = try Fixture.contents("\(folder)/1")
      #expect(try Fixture.contents("\(folder)/3") == one)
      let plain = try Fixture.contents("\(folder)/plain")
      // The input's spikes are what they were; the cells' are not.
      let (input, cell) = (
        "spikes.h5/spikes/input/timestamps", "spikes.h5/spikes/cell/timestamps"
      )
      #expect(one[input] == plain[input] && one[input]?.isEmpty == false)
      #expect(one[cell] != plain[cell])
      #expect(one["soma.v.f64.h5/cell/data"] != plain["soma.v.f64.h5/cell/data"])
    }
  }

  static let weight = "projections[0].connectivity.allToAll.weight"

  @Test(
    arguments: [
      (
        "populations.cell.compartments.soma.initialPotential={normal: {mean: -70 mV, standardDeviation: -3 mV}}",
        "populations.cell.compartments.soma.initialPotential.normal.standardDeviation: expected a voltage of at least 0 mV, found -3 mV"
      ),
      (
        "populations.cell.compartments.soma.initialPotential={uniform: {from: -60 mV, to: -80 mV}}",
        "populations.cell.compartments.soma.initialPotential.uniform.to: -80 mV is below -60 mV, the value of from; let the bounds ascend"
      ),
      (
        "populations.cell.compartments.soma.initialPotential={uniform: {from: -60, to: -50 mV}}",
        "populations.cell.compartments.soma.initialPotential.uniform.from: -60 has no unit; a voltage is written in nV, uV, mV or V, such as -70 mV"
      ),
      (
        "populations.cell.compartments.soma.initialPotential={lognormal: {mean: 1 mV, standardDeviation: 1 mV}}",
        "populations.cell.compartments.soma.initialPotential.lognormal: unknown key, expected `uniform` or `normal`"
      ),
      (
        "populations.cell.compartments.soma.initialPotential={normal: {mean: -70 mV, standardDeviation: 1 mV, from: -60 mV}}",
        "populations.cell.compartments.soma.initialPotential.normal: less than a thousandth of the distribution lies from -60 to inf; widen the bounds, or leave one of them out"
      ),
      (
        "\(weight)={normal: {mean: 5 nS, standardDeviation: 1 nS}}",
        "\(weight).normal: a normal distribution goes below 0 nS: give from, 0 nS or more, or choose lognormal"
      ),
      (
        "\(weight)={uniform: {from: -1 nS, to: 2 nS}}",
        "\(weight).uniform.from: expected a conductance of at least 0 nS, found -1 nS"
      ),
      (
        "\(weight)={uniform: {from: 1 pA, to: 2 nS}}",
        "\(weight).uniform.from: \"1 pA\" is a current, not a conductance; write it in fS, pS, nS, uS, mS or S"
      ),
      (
        "\(weight)={lognormal: {mean: 0 nS, standardDeviation: 1 nS}}",
        "\(weight).lognormal.mean: expected a conductance greater than 0 nS, found 0 nS"
      ),
      (
        "\(weight)={gamma: {mean: 5 nS}}",
        "\(weight).gamma: unknown key, expected `uniform`, `normal` or `lognormal`"
      ),
      (
        "projections[0].delay={uniform: {from: 0 ms, to: 2 ms}}",
        "projections[0].delay.uniform.from: expected a time of at least 0.1 ms, found 0 ms"
      ),
      (
        "projections[0].delay={uniform: {from: 1 ms, to: 10 s}}",
        "projections[0].delay.uniform.to: 10 s are 100000 time steps; give at most 65535 of them, or a longer step"
      ),
      (
        "projections[0].delay={lognormal: {mean: 2 ms, standardDeviation: 1 ms, to: 9 ms}}",
        "projections[0].delay.lognormal: a delay has a least and a largest value: give from"
      ),
      (
        "projections[0].delay={normal: {mean: 2 ms, standardDeviation: 1 ms}}",
        "projections[0].delay.normal: a delay has a least and a largest value: give from and to"
      ),
    ])
  func `a distribution that cannot be is told in one sentence`(override: String, message: String) {
    #expect(mistakes(override) == [message])
  }
}
