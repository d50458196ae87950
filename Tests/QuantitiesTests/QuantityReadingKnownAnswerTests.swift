// SPDX-License-Identifier: GPL-3.0-or-later

import Quantities
import Testing

@Suite struct QuantityReadingKnownAnswerTests {
  @Test(
    "A number and a unit become internal units",
    arguments: [
      ("-70 mV", Dimension.voltage, -70.0), ("0.03 V", .voltage, 30), ("20uV", .voltage, 0.02),
      ("2.7 nS", .conductance, 2.7), ("2.7 uS", .conductance, 2700), ("5e-3 µS", .conductance, 5),
      ("30 pS", .conductance, 0.03), ("1 S", .conductance, 1e9), ("700 fS", .conductance, 7e-4),
      ("3 ms", .time, 3), ("1.5 s", .time, 1500), ("100 us", .time, 0.1), ("7 ns", .time, 7e-6),
      ("100 pA", .current, 100), ("0.3nA", .current, 300), ("1 μA", .current, 1e6),
      ("150 pF", .capacitance, 150), ("1 nF", .capacitance, 1000), ("1e-3 uF", .capacitance, 1000),
      ("5 Hz", .frequency, 0.005), ("0.2 kHz", .frequency, 0.2), ("3 1/s", .frequency, 0.003),
      ("0.15 1/ms", .frequency, 0.15), ("40 mHz", .frequency, 4e-5), ("2 MHz", .frequency, 2000),
      ("0.5 1/mV", .inverseVoltage, 0.5), ("250 /V", .inverseVoltage, 0.25),
      ("0.25", .dimensionless, 0.25), ("  +.5   mV ", .voltage, 0.5), ("1.E2mV", .voltage, 100),
      ("\u{2212}65\u{A0}mV", .voltage, -65),
    ])
  func reading(text: String, dimension: Dimension, value: Double) throws {
    let quantity = try Quantity(text, as: dimension)
    #expect(quantity.value == value)
    #expect(quantity.dimension == dimension)
  }

  @Test func `A change of unit rounds once, not twice`() throws {
    #expect(4.1e-3 * 1000 == 4.1.nextUp)
    #expect(try Quantity("4.1e-3 V", as: .voltage).value == 4.1)
    #expect(0.39 * 0.001 == 0.00039.nextUp)
    #expect(try Quantity("0.39 Hz", as: .frequency).value == 0.00039)
  }

  @Test(
    "A quantity is written in the unit a person expects",
    arguments: [
      (-70.0, Dimension.voltage, "-70 mV"), (2.7, .conductance, "2.7 nS"), (3, .time, "3 ms"),
      (100, .current, "100 pA"), (150, .capacitance, "150 pF"), (0.005, .frequency, "5 Hz"),
      (0, .voltage, "0 mV"), (0.1, .time, "0.1 ms"), (0.02, .time, "0.02 ms"),
      (0.002, .time, "2 us"), (9999, .time, "9999 ms"), (60_000, .time, "60 s"),
      (0.00001, .voltage, "10 nV"), (250_000, .capacitance, "250 nF"), (0.2, .frequency, "200 Hz"),
      (15, .frequency, "15 kHz"), (0.5, .inverseVoltage, "0.5 1/mV"),
      (0.25, .dimensionless, "0.25"),
      (1e-30, .voltage, "1e-30 mV"), (1.5e20, .time, "1.5e20 ms"), (1e-7, .dimensionless, "1e-7"),
    ])
  func writing(value: Double, dimension: Dimension, text: String) throws {
    #expect(try Quantity(value, dimension).description == text)
  }

  @Test func `A quantity is written in any of its units`() throws {
    let conductance = try Quantity(2700, .conductance)
    #expect(
      Dimension.conductance.units.map { conductance.description(in: $0) } == [
        "2700000000 fS", "2700000 pS", "2700 nS", "2.7 uS", "0.0027 mS", "0.0000027 S",
      ])
  }

  @Test func `The internal units fit together without factors`() throws {
    // I = g V and dV/dt = I / C, in SI against internal units.
    let g = try Quantity("2 nS", as: .conductance).value
    let v = try Quantity("50 mV", as: .voltage).value
    let c = try Quantity("100 pF", as: .capacitance).value
    #expect(g * v == (try Quantity("100 pA", as: .current).value))
    #expect(c / g == (try Quantity("50 ms", as: .time).value))
    #expect(try Quantity("20 Hz", as: .frequency).value * c / g == 1)
  }
}
