// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Figures

@Suite struct AxisKnownAnswerTests {
  static func words(_ axis: Axis) -> [String] {
    if case .named(let ticks) = axis.ticks { ticks.map(\.word) } else { [] }
  }

  @Test func `A logarithmic axis has ticks at 1, 2 and 5, or at powers where it is long`() {
    #expect(
      Self.words(.logarithmic(holding: [7, 90], "error (%)")) == ["10", "20", "50", "100"])
    #expect(Self.words(.logarithmic(holding: [2.1, 4.4], "")) == ["3", "4"])
    #expect(
      Self.words(.logarithmic(holding: [2e-5, 30], ""))
        == ["10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1", "1", "10"])
    #expect(Axis.logarithmic(holding: [7, 90], "").range.contains(90))
  }

  @Test func `An axis of one value has a length`() {
    #expect(Axis("", 3...3).range == 2.5...3.5)
    #expect(Axis("", -200 ... -200).range == -220 ... -180)
    let single = Axis.logarithmic(holding: [5], "").range
    #expect(single.lowerBound < 5 && single.upperBound > 5 && single.lowerBound > 0)
    #expect(Axis.holding([], "").range.contains(0.5))
    // Constant but for single precision.
    #expect(Axis.holding([0.5, 0.500_000_03], "").range == 0...1)
  }

  @Test func `Steps between ticks are round`() {
    #expect(Axis.ticks(4, in: -71 ... -52) == .every(5))
    #expect(Axis.ticks(4, in: 0...0.081) == .every(0.05))
    #expect(Axis.ticks(4, in: 0...0) == .automatic)
  }

  @Test func `Numbers are short, and powers of ten are written as such`() {
    #expect(Numbers.text(73.4123) == "73.4")
    #expect(Numbers.text(0.05) == "0.05")
    #expect(Numbers.text(1234.5) == "1234" && Numbers.text(-20_000, digits: 2) == "-20000")
    #expect(Numbers.text(1_234_567) == "1.23×10⁶")
    #expect(Numbers.text(-2.5e-7, digits: 2) == "-2.5×10⁻⁷")
  }

  @Test func `Words that would touch each other are turned, in drawings alone`() {
    let axis = Axis.words(["ornsteinUhlenbeck", "white"], "")
    #expect(Layout.turnsWords(axis, width: 150, .svg))
    #expect(!Layout.turnsWords(axis, width: 400, .svg))
    #expect(!Layout.turnsWords(axis, width: 20, .text(width: 20)))
  }
}
