// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import LearningRules
internal import LinearAlgebra
internal import RandomStreams
internal import Substrates

/// The paper's Theorems 1 and 2 and Corollary 1, on networks where their assumptions hold, and
/// softmax outputs, where A3 does not.
///
/// Every statement about T → ∞ or c → 0 is judged by a slope on doubly logarithmic axes. A seed
/// stands for one network and one set of examples; over it, errors are root mean squares over
/// several independent sequences of trials, because a single sequence scatters too much.
struct Theorems {
  let request: ReproductionRequest

  init(_ request: ReproductionRequest) { self.request = request }

  /// γ of the paper's section C.3, on the sum over trials: its effect fades as 1/T.
  static let ridge = 0.1

  /// The learner under test.
  static let learner = RidgeFeedback(ridge: ridge)

  /// c of the paper's section C.1.
  static let paperNoise = Noise(standardDeviation: 0.01)

  /// Sequences of trials per network: their slope then scatters by 0.02, with a band of 0.05.
  var sequences = 16

  /// Where −1/2 is looked for: the error of a mean of T independent trials.
  static let samplingBand = -0.55 ... -0.45

  /// How near squared errors come to a formula of first order; sampling alone scatters by 0.05.
  static let levelBand = 0.85...1.15

  var isFull: Bool { request.budget == .full }

  func table(_ tell: @escaping @Sendable (String) -> Void) throws -> ReproductionTable {
    var sections: [TheoremSection] = []
    let parts: [(String, () throws -> TheoremSection)] = [
      ("Theorem 1: the limit c → 0, by quadrature", shallowBias),
      ("Theorem 1: the limit T → ∞, by sampling", shallowSampling),
      ("Theorem 2 and Corollary 1: deep linear networks", deepLinear),
      ("softmax outputs, where A3 fails", softmax),
    ]
    for (name, part) in parts {
      tell(name)
      sections.append(try part())
    }
    return ReproductionTable(
      title: "Theorems 1 and 2, Corollary 1, budget \(request.budget.rawValue)",
      notes: [
        "W is fixed; double precision; \(request.seeds) networks, mean ± s.e.m. Each has its own finite set of examples, drawn with replacement. B is learned by the library's trainer with ridge least squares (γ = \(Self.ridge) on the sum over trials, as in the paper's code). Errors are root mean squares over \(sequences) independent sequences of T trials, relative to the norm of what B should become. Slopes are least-squares lines through logarithms."
      ] + sections.map(\.note) + ["Apical \(ApicalVersion.current)."],
      rows: sections.flatMap(\.rows))
  }

  func row(
    _ quantity: String, _ target: String, _ values: [Double], _ band: ClosedRange<Double>?,
    _ claim: String
  ) -> ReproductionTable.Row {
    let value = MeanAndError(values)
    return ReproductionTable.Row(
      quantity: quantity, target: target, measured: value.mean,
      standardError: value.standardError, band: band, claim: claim)
  }

  /// The row of a slope in T of the error `quantity`.
  func samplingSlopeRow(
    _ name: String, _ quantity: String, _ samples: [Double], _ errors: [[Double]], _ claim: String
  ) -> ReproductionTable.Row {
    row(
      "\(name): slope in T of \(quantity)", "−0.5 ± 0.05",
      errors.map { LogLogFit(samples, $0).slope }, Self.samplingBand, claim)
  }

  /// The row of the last error.
  func lastErrorRow(
    _ name: String, _ quantity: String, _ samples: [Double], _ errors: [[Double]], _ claim: String
  ) -> ReproductionTable.Row {
    row(
      "\(name): \(quantity) at T = \(Int(samples.last ?? 0))", "–",
      errors.map { $0.last ?? .nan }, nil, claim)
  }

  /// One value for each network, in order, on the request's threads.
  func perNetwork<Value: Sendable>(
    _ body: @Sendable (RandomKey) throws -> Value
  ) throws -> [Value] {
    try parallelMap(request.seeds, threads: request.threads) { try body(key($0)) }
  }

  /// Every network's sequences of trials, in order.
  func trajectories(
    _ samplings: [TheoremSampling]
  ) throws -> [[TheoremSampling.Trajectory]] {
    let count = sequences
    let all = try parallelMap(samplings.count * count, threads: request.threads) { job in
      let (network, sequence) = job.quotientAndRemainder(dividingBy: count)
      return try samplings[network].trajectory(
        Self.learner, random: key(network).child(sequence))
    }
    return samplings.indices.map { Array(all[$0 * count..<($0 + 1) * count]) }
  }

  private func key(_ network: Int) -> RandomKey {
    RandomKey(seed: request.firstSeed + UInt64(network))
  }

  /// Seven numbers of steps from `first` to `last`, equally far apart in their logarithms.
  static func checkpoints(from first: Int, to last: Int) -> [Int] {
    geometricSequence(from: Double(first), to: Double(last), count: 7).map { Int($0.rounded()) }
  }

  /// "a … b" of the smallest over the largest eigenvalue of E[eᵀ·e] over several networks.
  static func conditions(_ errors: [Matrix<Double>]) -> String {
    let values = errors.map { $0.eigenvalueRatio }
    return "\(twoDigits(values.min() ?? .nan)) … \(twoDigits(values.max() ?? .nan))"
  }

  private static func twoDigits(_ value: Double) -> String { String(format: "%.2g", value) }
}

/// Rows, and how they were made.
struct TheoremSection {
  var rows: [ReproductionTable.Row]
  var note: String
}
