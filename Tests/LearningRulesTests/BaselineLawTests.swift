// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LearningRules
import LinearAlgebra
import Substrates
import TestSupport
import Testing

@Suite struct BaselineLawTests {
  /// Batches of losses, inputs and labels, as records whose loss difference is the loss.
  private func records(_ count: Int, sparse: Bool = true) -> [TrialRecord<Double>] {
    (0..<count).map { index in
      let batch: Batch<Double> = Fixture.batch(
        trials: 5, inputs: 4, outputs: 2, seed: UInt64(index), sparse: sparse)
      var record = TrialRecord<Double>(
        architecture: Architecture(widths: [4, 3, 2]), trials: 5,
        presentation: .perturbed(by: Noise(standardDeviation: 0.1), comparedWith: .none))
      record.inputs = batch.inputs
      record.labels = (0..<5).map { ($0 * index) % 3 }
      record.lossDifference = (0..<5).map { Double(($0 * 7 + index * 3) % 11) / 3 }
      return record
    }
  }

  private func advantages(
    _ baseline: Baseline, _ records: [TrialRecord<Double>], checkpointAt: Int? = nil
  ) throws -> [[Double]] {
    var state = Baseline.State()
    return try records.enumerated().map { index, record in
      if index == checkpointAt {
        state = try JSONDecoder().decode(
          Baseline.State.self, from: JSONEncoder().encode(state))
      }
      var record = record
      baseline.apply(to: &record, state: &state)
      return record.advantage
    }
  }

  @Test("No baseline subtracts nothing")
  func nothing() throws {
    let records = records(4)
    for baseline in [Baseline.pass, .zero] {
      #expect(try advantages(baseline, records) == records.map(\.lossDifference))
      #expect(baseline.level(Baseline.State()) == nil)
    }
  }

  @Test("A running mean is the plain recursion: averages first, then exponential forgetting")
  func runningMean() throws {
    let records = records(8)
    var (mean, count) = (0.0, 0)
    let expected = records.map { record in
      let before = mean
      for loss in record.lossDifference {
        count += 1
        mean += max(0.1, 1 / Double(count)) * (loss - mean)
      }
      return record.lossDifference.map { $0 - before }
    }
    #expect(try advantages(.runningMean(rate: 0.1), records) == expected)
    let first = records[0].lossDifference
    let average = first.reduce(0, +) / 5
    // Five trials are fewer than 1 / rate: the second batch sees their plain average.
    let second = try advantages(.runningMean(rate: 0.1), records)[1]
    #expect(zip(second, records[1].lossDifference).allSatisfy { abs($1 - $0 - average) < 1e-14 })
  }

  @Test("A mean per class is a running mean for each label, and hears no other")
  func classMean() throws {
    let records = records(9)
    var (means, counts) = ([0.0, 0, 0], [0, 0, 0])
    let expected = records.map { record in
      let before = means
      for (label, loss) in zip(record.labels, record.lossDifference) {
        counts[label] += 1
        means[label] += max(0.2, 1 / Double(counts[label])) * (loss - means[label])
      }
      return zip(record.labels, record.lossDifference).map { $1 - before[$0] }
    }
    #expect(try advantages(.classMean(rate: 0.2), records) == expected)
  }

  @Test("The critic is normalised least mean squares from the state before the batch")
  func critic() throws {
    for isSparse in [false, true] {
      let records = records(20, sparse: isSparse)
      var (v, v0) = ([0.0, 0, 0, 0], 0.0)
      let got = try advantages(.critic(rate: 0.5), records)
      for (record, advantage) in zip(records, got) {
        let x = record.inputs.dense
        let surprises = (0..<5).map { trial in
          record.lossDifference[trial] - v0 - (0..<4).reduce(0) { $0 + v[$1] * x[trial, $1] }
        }
        for trial in 0..<5 {
          let square = (0..<4).reduce(1.0) { $0 + x[trial, $1] * x[trial, $1] }
          for k in 0..<4 { v[k] += 0.5 * surprises[trial] * x[trial, k] / (square * 5) }
          v0 += 0.5 * surprises[trial] / (square * 5)
        }
        // Orders of summation differ: a few roundings of numbers below 10 per batch.
        #expect(zip(advantage, surprises).allSatisfy { abs($0 - $1) < 1e-13 })
      }
    }
  }

  @Test("Every baseline is evaluated before it learns: the first batch is untouched")
  func order() throws {
    let records = records(3)
    for baseline in [Baseline.runningMean(rate: 0.3), .classMean(rate: 0.3), .critic(rate: 0.3)] {
      let got = try advantages(baseline, records)
      #expect(got[0] == records[0].lossDifference)
      #expect(got[1] != records[1].lossDifference)
      var changed = records
      changed[1].lossDifference[0] += 1
      let other = try advantages(baseline, changed)
      // What changes in a batch changes no other trial's advantage in it, and later ones.
      #expect(Array(other[1][1...]) == Array(got[1][1...]))
      #expect(other[2] != got[2])
    }
  }

  @Test("A state that went through a checkpoint continues bit for bit")
  func checkpoint() throws {
    let records = records(8)
    for baseline in [
      Baseline.pass, .zero, .runningMean(rate: 0.3), .classMean(rate: 0.3), .critic(rate: 0.3),
    ] {
      let whole = try advantages(baseline, records)
      #expect(try advantages(baseline, records, checkpointAt: 4) == whole)
      let decoded = try JSONDecoder().decode(
        Baseline.self, from: JSONEncoder().encode(baseline))
      #expect(decoded == baseline)
    }
  }
}
