// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Quantities

@Suite struct QuantityRoundTripLawTests {
  /// Doubles of every size, from a fixed linear congruence over their bits.
  private static let values: [Double] = {
    var bits: UInt64 = 0x9E37_79B9_7F4A_7C15
    var values = [0, 0.1, 1, -70, .pi, .leastNonzeroMagnitude, .leastNormalMagnitude]
    while values.count < 3000 {
      bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let wild = Double(bitPattern: bits)
      if wild.isFinite && abs(wild) < 1e290 { values.append(wild) }
      values.append(Double(Int64(bitPattern: bits) >> 40) / 1000)
    }
    return values
  }()

  @Test("Reading what was written gives the same double", arguments: Dimension.allCases)
  func roundTrip(_ dimension: Dimension) throws {
    for value in Self.values {
      let quantity = try Quantity(value, dimension)
      #expect(try Quantity(quantity.description, as: dimension) == quantity, "\(value)")
    }
  }

  @Test("So it does in every unit", arguments: Dimension.allCases)
  func roundTripInEveryUnit(_ dimension: Dimension) throws {
    for unit in dimension.units {
      for value in Self.values {
        let quantity = try Quantity(value, dimension)
        #expect(try Quantity(quantity.description(in: unit), as: dimension) == quantity)
      }
    }
  }

  @Test func `A product in place of a shifted point would break the law`() throws {
    // The round trip is a real test: the same loop with value · 1000 and text · 0.001 fails.
    let broken = Self.values.filter { value in
      guard let text = Double((value * 1000).description) else { return true }
      return text * 0.001 != value
    }
    #expect(broken.count > 100)
  }

  @Test("A unit's symbol finds that unit and no other", arguments: Dimension.allCases)
  func symbols(_ dimension: Dimension) {
    for unit in dimension.units {
      #expect(dimension.unit(named: unit.symbol) == unit)
      for other in Dimension.allCases where other != dimension {
        #expect(other.unit(named: unit.symbol) == nil)
      }
    }
    for alias in dimension.aliases { #expect(dimension.unit(named: alias.symbol) != nil) }
    #expect(dimension.customaryUnit.map(\.dimension) == (dimension.units.isEmpty ? nil : dimension))
  }

  @Test("The example of a dimension reads as one", arguments: Dimension.allCases)
  func examples(_ dimension: Dimension) throws {
    #expect(try Quantity(dimension.example, as: dimension).description == dimension.example)
  }

  @Test func `One slip is one letter or one swap`() {
    func slip(_ a: String, _ b: String) -> Bool {
      UnitSuggestion.isOneSlip(Array(a.unicodeScalars), Array(b.unicodeScalars))
    }
    #expect(slip("mv", "mvv") && slip("mv", "v") && slip("mv", "vm") && slip("khz", "kjz"))
    #expect(!slip("mv", "mv") && !slip("mv", "pf") && !slip("khz", "k"))
  }
}
