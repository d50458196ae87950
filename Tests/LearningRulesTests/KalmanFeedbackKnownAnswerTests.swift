// SPDX-License-Identifier: GPL-3.0-or-later

import LearningRules
import LinearAlgebra
import RateNetworks
import Substrates
import TestSupport
import Testing

/// The filter one trial at a time in plain loops, from nothing but the formulas.
private struct PlainFilter {
  let learner: KalmanFeedback
  /// B of every layer with the constant unit's row last, where there is one.
  var b: [[[Double]]]
  var p: [[[Double]]]
  var (q, u, trials) = (0.0, 0.0, 0.0)

  /// - Parameter units: without constant units.
  init(_ learner: KalmanFeedback, units: [Int], widths: [Int], hasConstant: Bool = false) {
    self.learner = learner
    b = zip(units, widths).map { n, m in
      Array(repeating: Array(repeating: 0, count: m), count: hasConstant ? n + 1 : n)
    }
    p = zip(units, widths).map { n, m in
      let variance = learner.prior * learner.prior * 2 / Double(n)
      return (0..<m).map { j in (0..<m).map { $0 == j ? variance : 0 } }
    }
  }

  /// What a layer's B makes of `x`, xᵀ·B·s.
  func expected(_ x: [Double], _ s: [Double], layer: Int = 0) -> Double {
    zip(x, b[layer]).reduce(0) { sum, pair in
      sum + pair.0 * zip(pair.1, s).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }

  /// - Parameters:
  ///   - a: what the loss differed by.
  ///   - x: γ ∘ ξ of every layer.
  ///   - s: the feedback input of every layer.
  ///   - e: the error of the outputs.
  ///   - meanSquares: the mean square of B before the batch, by layer.
  mutating func take(
    _ a: Double, x: [[Double]], s: [[Double]], e: [Double], meanSquares: [Double]
  ) {
    var (surprise, v) = (a, 0.0)
    var filtered: [[Double]] = []
    for l in b.indices {
      filtered.append(p[l].map { row in zip(row, s[l]).reduce(0) { $0 + $1.0 * $1.1 } })
      let power = x[l].reduce(0) { $0 + $1 * $1 }
      v += power * zip(s[l], filtered[l]).reduce(0) { $0 + $1.0 * $1.1 }
      surprise -= expected(x[l], s[l], layer: l)
    }
    let unit = learner.normalisation + e.reduce(0) { $0 + $1 * $1 }
    let square = surprise * surprise / unit
    if q == 0 { q = square }
    guard q > 0 else { return }
    let r = max(q - u, q / 2) * unit
    let w = 4 / (3 + surprise * surprise / (v + r))
    trials += 1
    let rate = max(0.001, 1 / trials)
    q += rate * (4 / (3 + square / q) * square - q)
    u += rate * (v / unit - u)
    for l in b.indices {
      let power = x[l].reduce(0) { $0 + $1 * $1 }
      for j in b[l].indices {
        for k in s[l].indices { b[l][j][k] += w * surprise / (v + r) * x[l][j] * filtered[l][k] }
      }
      for j in s[l].indices {
        for k in s[l].indices {
          p[l][j][k] -=
            4.0 / 6.0 * power / (Double(x[l].count) * (v + r)) * filtered[l][j] * filtered[l][k]
        }
        p[l][j][j] += learner.drift / (trials + 1000) * meanSquares[l]
      }
    }
  }
}

@Suite struct KalmanFeedbackKnownAnswerTests {
  private let architecture = PerturbedRecords.architecture

  /// Whether B, its constant unit's row last where there is one, is what plain loops made of it.
  private func agrees(_ b: [[Double]], with plain: [[Double]], within bound: Double) -> Bool {
    zip(b.flatMap { $0 }, plain.flatMap { $0 }).allSatisfy {
      abs($0 - $1) < bound * max(1, abs($1))
    }
  }

  private func rows(_ matrix: Matrix<Double>) -> [[Double]] {
    (0..<matrix.rows).map(matrix.row)
  }

  /// Teaching as it would arrive at apical dendrites with a read-out that is not linear, in the place
  /// of what `record` was taught.
  private func measure(_ record: inout TrialRecord<Double>, _ pathway: FeedbackPathway<Double>) {
    for index in record.layers.indices {
      let (units, width) = (pathway.weights[index].rows, pathway.weights[index].columns)
      let teaching: Matrix<Double> = Fixture.matrix(7, units, seed: UInt64(60 + index), scale: 0.3)
      record.layers[index].teaching = teaching
      var apical = ApicalRecord<Double>(trials: 7, units: units, inputs: width, isLinear: false)
      apical.input = Fixture.matrix(7, width, seed: UInt64(70 + index), scale: 1)
      apical.teaching = teaching
      apical.slope = Fixture.matrix(7, units, seed: UInt64(80 + index), scale: 1)
      record.layers[index].apical = apical
    }
  }

  @Test("B after batches of seven is that of the plain filter, trial by trial")
  func formula() throws {
    for noise in [
      Noise(site: .output, standardDeviation: 0.1), Noise(site: .potential, standardDeviation: 0.1),
      Noise(standardDeviation: 0.1, perturbsConstantUnit: true),
    ] {
      for topology in [FeedbackPathway<Double>.Topology.layered, .direct] {
        for drift in [0, 0.3] {
          let hasConstant = noise.perturbsConstantUnit
          let learner = KalmanFeedback(prior: 0.4, drift: drift, normalisation: 0.01)
          var pathway = FeedbackPathway<Double>(zeroFor: architecture, topology: topology)
          var state = learner.makeState(for: pathway)
          var plain = PlainFilter(
            learner, units: pathway.weights.map(\.rows), widths: pathway.weights.map(\.columns),
            hasConstant: hasConstant)
          for index in 0..<6 {
            var record = try PerturbedRecords.record(index, noise, pathway)
            let meanSquares = pathway.weights.map {
              $0.frobeniusNorm * $0.frobeniusNorm / Double($0.rows * $0.columns)
            }
            for trial in 0..<7 {
              plain.take(
                record.advantage[trial],
                x: record.layers.map { layer in
                  let own = zip(
                    layer.perturbation.values.row(trial), layer.perturbation.gain.row(trial)
                  ).map { $0 * $1 }
                  return own + (layer.constantUnit.map { [$0.values[trial, 0]] } ?? [])
                }, s: (0..<2).map { record.feedbackInput(ofLayer: $0, topology).row(trial) },
                e: record.outputError.row(trial), meanSquares: meanSquares)
            }
            try learner.update(&pathway, from: &record, scale: 1, state: &state)
            for layer in 0..<2 {
              let constant = hasConstant ? rows(pathway.constantRows[layer]) : []
              // Tens of roundings in each of 42 trials, of sums that do not cancel by more than 10³.
              #expect(
                agrees(
                  rows(pathway.weights[layer]) + constant, with: plain.b[layer], within: 1e-11))
            }
          }
          #expect(pathway.weights.allSatisfy { $0.frobeniusNorm > 1e-3 })
        }
      }
    }
  }

  @Test("What layers sent: a plain filter for each, of the loss less what began above")
  func mediated() throws {
    for topology in [FeedbackPathway<Double>.Topology.layered, .direct] {
      let learner = KalmanFeedback(prior: 0.4, drift: 0.3, normalisation: 0.01)
      var pathway = FeedbackPathway<Double>(zeroFor: architecture, topology: topology)
      var state = learner.makeState(for: pathway)
      var plain = pathway.weights.map {
        PlainFilter(learner, units: [$0.rows], widths: [$0.columns])
      }
      for index in 0..<6 {
        var record = try PerturbedRecords.record(
          index, Noise(site: .potential, standardDeviation: 0.1), pathway,
          eligibility: .transmittedDifference)
        let meanSquares = pathway.weights.map {
          $0.frobeniusNorm * $0.frobeniusNorm / Double($0.rows * $0.columns)
        }
        for trial in 0..<7 {
          let s = (0..<2).map { record.feedbackInput(ofLayer: $0, topology).row(trial) }
          let x = record.layers.map { $0.perturbation.values.row(trial) }
          let own = try #require(record.layers[1].ownDifference).row(trial)
          let a = record.advantage[trial]
          let rest = a - plain[1].expected(own, s[1])
          for (layer, left) in [rest, a].enumerated() {
            plain[layer].take(
              left, x: [x[layer]], s: [s[layer]], e: record.outputError.row(trial),
              meanSquares: [meanSquares[layer]])
          }
        }
        try learner.update(&pathway, from: &record, scale: 1, state: &state)
        for layer in 0..<2 {
          // Tens of roundings in each of 42 trials, of sums that do not cancel by more than 10³.
          #expect(agrees(rows(pathway.weights[layer]), with: plain[layer].b[0], within: 1e-11))
        }
      }
      #expect(pathway.weights.allSatisfy { $0.frobeniusNorm > 1e-3 })
    }
  }

  @Test("What layers sent under measured teaching: slopes, λ as it arrived, how B has moved")
  func layeredAndMeasured() throws {
    let learner = KalmanFeedback(prior: 0.4, drift: 0, normalisation: 0.01)
    var pathway = FeedbackPathway<Double>(zeroFor: architecture, topology: .layered)
    var state = learner.makeState(for: pathway)
    var record = try PerturbedRecords.record(
      0, Noise(site: .potential, standardDeviation: 0.1), pathway,
      eligibility: .transmittedDifference)
    measure(&record, pathway)
    func product(_ a: [Double], _ b: [Double]) -> Double {
      zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }
    var plain = pathway.weights.map { PlainFilter(learner, units: [$0.rows], widths: [$0.columns]) }
    for trial in 0..<7 {
      let taught = record.layers.map { $0.teaching.row(trial) }
      let x = record.layers.map { $0.perturbation.values.row(trial) }
      let slope = record.layers.map { $0.apical!.slope!.row(trial) }
      let s = record.layers.map { $0.apical!.input.row(trial) }
      let own = try #require(record.layers[1].ownDifference).row(trial)
      let moved = plain[1].expected(zip(own, slope[1]).map { $0 * $1 }, s[1])
      let a = record.advantage[trial]
      let left = [
        a - product(own, taught[1]) - moved - product(x[0], taught[0]),
        a - product(x[1], taught[1]),
      ]
      for layer in 0..<2 {
        plain[layer].take(
          left[layer], x: [zip(x[layer], slope[layer]).map { $0 * $1 }], s: [s[layer]],
          e: record.outputError.row(trial), meanSquares: [0])
      }
    }
    try learner.update(&pathway, from: &record, scale: 1, state: &state)
    for layer in 0..<2 {
      #expect(agrees(rows(pathway.weights[layer]), with: plain[layer].b[0], within: 1e-11))
      #expect(pathway.weights[layer].frobeniusNorm > 1e-3)
    }
  }

  @Test(
    "What B taught when the reward was earned is not read: surprises are those of the present B")
  func late() throws {
    let learner = KalmanFeedback(prior: 0.4, drift: 0.3, normalisation: 0.01)
    var (early, late) = (
      FeedbackPathway<Double>(zeroFor: architecture, topology: .direct),
      FeedbackPathway<Double>(zeroFor: architecture, topology: .direct)
    )
    var (earlyState, lateState) = (learner.makeState(for: early), learner.makeState(for: late))
    for index in 0..<3 {
      var fresh = try PerturbedRecords.record(index, Noise(standardDeviation: 0.1), early)
      var stale = fresh
      for layer in stale.layers.indices { stale.layers[layer].teaching.fill(.nan) }
      try learner.update(&early, from: &fresh, scale: 1, state: &earlyState)
      try learner.update(&late, from: &stale, scale: 1, state: &lateState)
    }
    #expect(early.weights == late.weights)
    #expect(early.weights.allSatisfy { $0.frobeniusNorm > 1e-3 })
  }

  @Test("Where teaching was measured, x is γξ times the slope of the read-out, and λ as it arrived")
  func measured() throws {
    let learner = KalmanFeedback(prior: 0.4, drift: 0, normalisation: 0.01)
    var pathway = FeedbackPathway<Double>(zeroFor: architecture, topology: .direct)
    var state = learner.makeState(for: pathway)
    var record = try PerturbedRecords.record(
      0, Noise(site: .potential, standardDeviation: 0.1), pathway)
    measure(&record, pathway)
    var predicted = 0.0
    for layer in record.layers {
      for unit in 0..<layer.output.columns {
        predicted +=
          layer.perturbation.values[0, unit] * layer.perturbation.gain[0, unit]
          * layer.teaching[0, unit]
      }
    }
    var plain = PlainFilter(learner, units: [6, 4], widths: [3, 3])
    // The first trial alone: B is 0, so that all that was predicted is what arrived.
    plain.take(
      record.advantage[0] - predicted,
      x: record.layers.map { layer in
        (0..<layer.output.columns).map {
          layer.perturbation.values[0, $0] * layer.perturbation.gain[0, $0]
            * layer.apical!.slope![0, $0]
        }
      }, s: record.layers.map { $0.apical!.input.row(0) }, e: record.outputError.row(0),
      meanSquares: [0, 0])
    for trial in 1..<7 {
      // Nothing was perturbed in the others.
      record.advantage[trial] = 0
      for index in record.layers.indices {
        for unit in 0..<PerturbedRecords.widths[index + 1] {
          record.layers[index].perturbation.values[trial, unit] = 0
        }
      }
    }
    try learner.update(&pathway, from: &record, scale: 1, state: &state)
    for layer in 0..<2 {
      #expect(agrees(rows(pathway.weights[layer]), with: plain.b[layer], within: 1e-12))
      #expect(pathway.weights[layer].frobeniusNorm > 1e-3)
    }
  }

  @Test("As long as no reward differs nothing is learned, and nothing is taken to be known")
  func silence() throws {
    let learner = KalmanFeedback(prior: 0.4, drift: 0.3, normalisation: 0.01)
    var (silent, fresh) = (
      FeedbackPathway<Double>(zeroFor: architecture, topology: .direct),
      FeedbackPathway<Double>(zeroFor: architecture, topology: .direct)
    )
    var (silentState, freshState) = (learner.makeState(for: silent), learner.makeState(for: fresh))
    var still = try PerturbedRecords.record(0, Noise(standardDeviation: 0.1), silent)
    still.advantage = Array(repeating: 0, count: 7)
    try learner.update(&silent, from: &still, scale: 1, state: &silentState)
    #expect(silent.weights.allSatisfy { $0.frobeniusNorm == 0 })
    for index in 1..<3 {
      var first = try PerturbedRecords.record(index, Noise(standardDeviation: 0.1), fresh)
      var second = first
      try learner.update(&fresh, from: &first, scale: 1, state: &freshState)
      try learner.update(&silent, from: &second, scale: 1, state: &silentState)
    }
    #expect(silent.weights == fresh.weights)
    #expect(fresh.weights.allSatisfy { $0.frobeniusNorm > 1e-3 })
  }

  @Test("Errors that are no numbers are named and not learned from")
  func notNumbers() throws {
    let learner = KalmanFeedback(prior: 0.4, drift: 0.3, normalisation: 0.01)
    var pathway = FeedbackPathway<Double>(zeroFor: architecture, topology: .direct)
    var state = learner.makeState(for: pathway)
    var record = try PerturbedRecords.record(0, Noise(standardDeviation: 0.1), pathway)
    record.outputError.fill(.nan)
    #expect(throws: LearningError.infiniteSurprise(trial: 0)) {
      try learner.update(&pathway, from: &record, scale: 1, state: &state)
    }
    #expect(pathway.weights.allSatisfy { $0.frobeniusNorm == 0 })
  }
}
