// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import RandomStreams
import Testing

@testable import Experiments

/// Small versions of the statistical rows of `apical reproduce rate-limit`.
@Suite struct RateLimitStatisticsTests {
  private let request = ReproductionRequest(
    budget: .quick, seeds: 1, firstSeed: 2, threads: 2, dataFolder: nil, output: "")

  @Test(
    "With an independent clean pass B is gain matrix times attenuation, and with common spikes more"
  )
  func attenuation() throws {
    let spikes = RateLimitSpikes(request, runs: 6, firstTime: 100)
    let comparison = AttenuationComparison(
      common: try spikes.learned(sharesSpikes: true) { _ in },
      independent: try spikes.learned(sharesSpikes: false) { _ in })
    let (matrix, error) = try #require(comparison.attenuation)
    for k in 0..<matrix.rows {
      // Chance takes something, and not all.
      #expect(matrix[k, k] < 1 - 4 * error[k, k] && matrix[k, k] > 0.3, "\(matrix[k, k])")
    }
    let own = try #require(comparison.component(of: comparison.independent))
    #expect(abs(own.mean - 1) < 4 * own.error, "\(own)")
    let ratio = try #require(
      comparison.ratio(of: comparison.independent, isAttenuated: true))
    #expect(ratio < 2, "\(ratio)")
    // The wrong matrix, and the wrong comparison, are rejected by the same statistics.
    let wrong = try #require(
      comparison.ratio(of: comparison.independent, isAttenuated: false))
    #expect(wrong > 3, "\(wrong)")
    let shared = try #require(comparison.component(of: comparison.common))
    // Most of the chance in e is the outputs' own spikes, which the loss does not hear: what is left
    // is a few per cent, three standard errors at this size, five and more in the reproduction.
    #expect(shared.mean > 1 + 2 * shared.error, "\(shared)")
  }

  @Test("Estimates in spikes approach those of rates as one over the root of the replicas")
  func replicas() throws {
    let limit = RateLimitReplicas(
      RateLimitProblem(key: RandomKey(seed: 3), widths: [12, 8, 6, 4]))
    let rows = try limit.rows([4, 16, 64], trials: 150)
    let judged = rows.filter { $0.band != nil }
    #expect(judged.map(\.verdict) == ["pass", "pass"], "\(judged.map(\.measured))")
    // With few replicas they are still far apart, which the same measure sees.
    let batch = limit.problem.batch(150)
    let twin = try limit.record(nil, batch)
    #expect(try limit.differences(4, twin, batch).estimates > 0.05)
  }
}
