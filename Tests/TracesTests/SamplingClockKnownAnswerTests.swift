// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Traces

@Suite struct SamplingClockKnownAnswerTests {
  @Test func `A ratio is kept in lowest terms with the sign above`() {
    #expect(ExactRatio(6, -4) == ExactRatio(-3, 2))
    #expect(ExactRatio(6, -4).description == "-3/2")
    #expect(ExactRatio(0, 7).denominator == 1)
    #expect(ExactRatio(1, 6) + ExactRatio(1, 3) == ExactRatio(1, 2))
  }

  @Test func `Three million intervals of a tenth of a millisecond are 300 seconds exactly`() throws
  {
    let clock = try SamplingClock(interval: ExactRatio(1, 10), unit: .milliseconds)
    #expect(clock.time(ofFrame: 3_000_000) == 300_000)
    #expect(clock.time(ofFrame: 3) == 0.3)
    #expect(0.1 + 0.1 + 0.1 != 0.3)
  }

  @Test func `A recorder that looks every 100 steps from step 100 sees steps 100, 200 and 300`()
    throws
  {
    let clock = try SamplingClock.every(100, firstStep: 100)
    #expect((0..<3).map(clock.time(ofFrame:)) == [100, 200, 300])
    #expect(clock.unit.rawValue == "step")
  }

  @Test func `An interval that is not positive is refused by name`() {
    let error = #expect(throws: TraceError.self) {
      try SamplingClock(interval: ExactRatio(0), unit: .milliseconds)
    }
    #expect(
      error?.description == "a sampling interval of 0 ms is not positive; give one above 0")
  }
}
