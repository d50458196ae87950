// SPDX-License-Identifier: GPL-3.0-or-later

import Quantities
import Testing

@Suite struct QuantityErrorKnownAnswerTests {
  @Test(
    "A mistake is answered by one sentence that says what would do",
    arguments: [
      ("", Dimension.voltage, "nothing is written; write a voltage, such as -70 mV"),
      (" \t", .dimensionless, "nothing is written; write a plain number, such as 0.5"),
      ("-70", .voltage, "-70 has no unit; a voltage is written in nV, uV, mV or V, such as -70 mV"),
      (
        "5", .frequency,
        "5 has no unit; a frequency is written in mHz, Hz, kHz, MHz or GHz, such as 5 Hz"
      ),
      (
        "0.30", .inverseVoltage,
        "0.3 has no unit; an inverse voltage is written in 1/V or 1/mV, such as 0.5 1/mV"
      ),
      ("3 ms", .voltage, "\"3 ms\" is a time, not a voltage; write it in nV, uV, mV or V"),
      (
        "10 nS", .current,
        "\"10 nS\" is a conductance, not a current; write it in fA, pA, nA, uA, mA or A"
      ),
      ("3 mS", .time, "\"3 mS\" is a conductance, not a time; did you mean ms?"),
      ("2 ms", .conductance, "\"2 ms\" is a time, not a conductance; did you mean mS?"),
      ("3 ms", .dimensionless, "\"3 ms\" is a time, not a plain number; remove the unit"),
      ("3 %", .dimensionless, "\"%\" follows a plain number; remove it"),
      ("-70 mv", .voltage, "\"mv\" is no unit of voltage; did you mean mV?"),
      ("-70 MV", .voltage, "\"MV\" is no unit of voltage; did you mean mV?"),
      ("5 hz", .frequency, "\"hz\" is no unit of frequency; did you mean Hz?"),
      (
        "5 mhz", .frequency,
        "\"mhz\" is no unit of frequency; write it in mHz, Hz, kHz, MHz or GHz"
      ),
      ("-70 millivolts", .voltage, "\"millivolts\" is no unit of voltage; did you mean mV?"),
      ("3 msec", .time, "\"msec\" is no unit of time; did you mean ms?"),
      (
        "2 nanosiemens", .conductance,
        "\"nanosiemens\" is no unit of conductance; did you mean nS?"
      ),
      ("2 nSs", .conductance, "\"nSs\" is no unit of conductance; did you mean nS?"),
      ("2 furlongs", .time, "\"furlongs\" is no unit of time; write it in ns, us, ms or s"),
      ("2 mV mV", .voltage, "\"mV mV\" is no unit of voltage; write it in nV, uV, mV or V"),
      (
        "10 MOhm", .conductance,
        "\"MOhm\" is no unit of conductance; write it in fS, pS, nS, uS, mS or S"
      ),
      ("nan mV", .voltage, "\"nan mV\" is not a finite number"),
      ("-inf", .dimensionless, "\"-inf\" is not a finite number"),
      ("1e400 ms", .time, "\"1e400 ms\" is beyond the range of double precision"),
      ("1e-400 ms", .time, "\"1e-400 ms\" is beyond the range of double precision"),
      (
        "1e999999999999999999999 ms", .time,
        "\"1e999999999999999999999 ms\" is beyond the range of double precision"
      ),
      ("rest", .voltage, "\"rest\" does not begin with a number; write a voltage, such as -70 mV"),
      ("mV", .voltage, "\"mV\" does not begin with a number; write a voltage, such as -70 mV"),
      ("--3 ms", .time, "\"--3 ms\" does not begin with a number; write a time, such as 3 ms"),
      (
        "2,7 nS", .conductance,
        "\"2,7 nS\" has a comma; write decimals with a point, and thousands without a mark"
      ),
      (
        "a rather long sentence where a number belongs", .time,
        "\"a rather long sentence where a number…\" does not begin with a number; "
          + "write a time, such as 3 ms"
      ),
    ])
  func message(text: String, dimension: Dimension, sentence: String) {
    let error = #expect(throws: QuantityError.self) { try Quantity(text, as: dimension) }
    #expect(error?.description == sentence)
  }

  @Test func `A value that is not finite is no quantity`() {
    let error = #expect(throws: QuantityError.self) { try Quantity(.nan, .voltage) }
    #expect(error?.description == "\"nan\" is not a finite number")
    #expect(throws: QuantityError.self) { try Quantity(-.infinity, .dimensionless) }
  }
}
