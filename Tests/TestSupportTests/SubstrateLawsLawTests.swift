// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import RandomStreams
import Substrates
import TestSupport
import Testing

/// A substrate that breaks one law at a time, around one that keeps them all.
private struct Liar: Substrate {
  enum Lie: CaseIterable {
    case turns, noisyClean, wrongDifference, neighbours, sharedReplica, silence
  }

  final class Turn { var count = 0 }

  var honest: LinearSubstrate<Double>
  let lie: Lie
  let turn = Turn()
  var architecture: Architecture { honest.architecture }

  func connection(_ k: Int) -> Connection<Double> { honest.connection(k) }

  mutating func withConnection<R>(
    _ k: Int, _ body: (inout Connection<Double>) throws -> R
  ) rethrows -> R { try honest.withConnection(k, body) }

  func replica() -> Liar {
    var copy = Liar(honest: honest.replica(), lie: lie)
    if lie == .sharedReplica { copy.honest.withConnection(0) { $0.weights[0, 0] += 1 } }
    return copy
  }

  mutating func present(
    _ batch: Batch<Double>, loss: Loss, random: RandomKey, step: Int,
    into record: inout TrialRecord<Double>
  ) throws(SubstrateError) {
    turn.count += 1
    let step = lie == .turns ? turn.count : step
    do {
      try honest.present(batch, loss: loss, random: random, step: step, into: &record)
    } catch {
      if lie != .silence { throw error }
    }
    switch lie {
    case .noisyClean where record.presentation.noise != nil: record.prediction[0, 0] += 1e-9
    case .wrongDifference: record.lossDifference[0] = record.lossDifference[0].nextUp
    case .neighbours: record.loss[0] += 1e-6 * Double(batch.trials)
    default: break
    }
  }
}

@Suite struct SubstrateLawsLawTests {
  private typealias Laws = SubstrateLaws<Liar>
  private let batch: Batch<Double> = Fixture.batch(trials: 3, inputs: 3, outputs: 2, seed: 2)

  @Test("Each law notices the substrate that breaks it")
  func rejection() {
    func broken(_ lie: Liar.Lie) -> [String] {
      let network = Liar(
        honest: LinearSubstrate(connections: Fixture.connections([3, 4, 2], seed: 1)), lie: lie)
      return switch lie {
      case .turns: Laws.sameAddressSameBits(network, batch)
      case .noisyClean: Laws.cleanPartIgnoresNoise(network, batch)
      case .wrongDifference: Laws.comparisonsAreTheirPasses(network, batch)
      case .neighbours: Laws.batchComposition(network, batch, tolerance: 1e-12)
      case .sharedReplica: Laws.replicasAreIndependent(network, batch)
      case .silence: Laws.divergenceIsAnError(network, batch, trial: 1)
      }
    }
    for lie in Liar.Lie.allCases { #expect(!broken(lie).isEmpty, "\(lie)") }
  }
}
