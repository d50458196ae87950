// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import LearningRules
internal import LinearAlgebra

/// Whether feedback learned in spikes is the gain matrix, or the gain matrix times the attenuation
/// that chance in the feedback input makes.
///
/// With an independent clean pass the estimate's chance and that of the feedback input are
/// independent, and B → G·A (`AttenuationSums`). With common random numbers the loss difference is the
/// derivative at the very spikes that the feedback input reports: errors that spikes make in both do
/// not attenuate, B is G·A + E[Cov(ê, r | example)]·E[r rᵀ]⁻¹, and lies between G·A and G. How much
/// that is depends on how much of the chance in e the loss hears: not the outputs' own spikes, nor
/// those of the taught phase.
///
/// Runs are independent of one another, so the mean over n runs of D_i = B_i − M_i has, where B → M, the
/// squared length that the spread of the D_i foretells:
///
///     F = n·‖D̄‖² / (Σ_i ‖D_i − D̄‖² / (n − 1))
///
/// is then 1 on average. It has the spread of an F statistic of about as many degrees of freedom as D has
/// independent elements, 12·5 or somewhat fewer: 0.2 to 0.3, so that 2 is four of them away.
struct AttenuationComparison {
  let common: [RateLimitSpikes.Learned]
  let independent: [RateLimitSpikes.Learned]

  private typealias Row = ReproductionTable.Row

  /// F of B against G, or against G·A.
  func ratio(of learned: [RateLimitSpikes.Learned], isAttenuated: Bool) -> Double? {
    guard let references = references(isAttenuated: isAttenuated) else { return nil }
    let differences = zip(learned, references).map { run, reference in
      var d = Self.last(run)
      d.scaleAndAdd(-1, reference)
      return d
    }
    let mean = differences.mean
    let spread = differences.reduce(0.0) { sum, own in
      var d = own
      d.scaleAndAdd(-1, mean)
      return sum + Self.product(d, d)
    }
    let n = Double(differences.count)
    return n * Self.product(mean, mean) / (spread / (n - 1))
  }

  /// ‖B̄ − M̄‖ / ‖M̄‖ of the runs' means, M being G or G·A.
  func relativeError(of learned: [RateLimitSpikes.Learned], isAttenuated: Bool) -> Double? {
    guard let references = references(isAttenuated: isAttenuated) else { return nil }
    return Alignment.relativeError(of: learned.map(Self.last).mean, to: references.mean)
  }

  /// ⟨B, M⟩ / ⟨M, M⟩ with M = G·A of other runs than B's, and of others than each other's: 1 where
  /// B → M. Mean and standard error over runs.
  func component(of learned: [RateLimitSpikes.Learned]) -> (mean: Double, error: Double)? {
    guard let references = references(isAttenuated: true) else { return nil }
    let n = references.count
    let pairs = (0..<n).map { run in
      let others = (0..<n).filter { $0 != run }.map { references[$0] }.mean
      return (Self.product(Self.last(learned[run]), others), Self.product(references[run], others))
    }
    let mean = pairs.reduce(0) { $0 + $1.0 } / pairs.reduce(0) { $0 + $1.1 }
    let scale = pairs.reduce(0) { $0 + $1.1 } / Double(n)
    let squares = pairs.reduce(0) { sum, pair in
      let residual = (pair.0 - mean * pair.1) / scale
      return sum + residual * residual
    }
    return (mean, (squares / Double(n * (n - 1))).squareRoot())
  }

  /// E[ē ēᵀ]·E[e eᵀ]⁻¹ of all runs, and its standard error.
  var attenuation: (mean: Matrix<Double>, error: Matrix<Double>)? {
    let own = (common + independent).compactMap(\.sums.attenuation)
    guard own.count == common.count + independent.count else { return nil }
    let mean = own.mean
    var error = Matrix<Double>(rows: mean.rows, columns: mean.columns)
    error.update { i, j, _ in
      let squares = own.reduce(0) { $0 + ($1[i, j] - mean[i, j]) * ($1[i, j] - mean[i, j]) }
      return (squares / Double(own.count * (own.count - 1))).squareRoot()
    }
    return (mean, error)
  }

  /// G or G·A as the passes with common random numbers measure them, run by run.
  private func references(isAttenuated: Bool) -> [Matrix<Double>]? {
    let own = common.compactMap { isAttenuated ? $0.sums.attenuatedGains : $0.sums.gains }
    return own.count == common.count ? own : nil
  }

  private static func last(_ run: RateLimitSpikes.Learned) -> Matrix<Double> {
    run.feedback[run.feedback.count - 1]
  }

  private static func product(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
    zip(a.elements, b.elements).reduce(0) { $0 + $1.0 * $1.1 }
  }

  var rows: [ReproductionTable.Row] { matrixRows + comparisonRows }

  private var matrixRows: [Row] {
    guard let (matrix, error) = attenuation else { return [] }
    let claim = "chance in e shrinks a regression on it"
    func row(_ name: String, _ i: Int, _ j: Int) -> Row {
      Row(
        quantity: "attenuation A = E[ēēᵀ]·E[eeᵀ]⁻¹, \(name)", target: "–",
        measured: matrix[i, j], standardError: error[i, j], band: nil, claim: claim)
    }
    let places = (0..<matrix.rows).flatMap { i in (0..<matrix.columns).map { (i, $0) } }
    let largest = places.filter { $0.0 != $0.1 }.max { a, b in
      abs(matrix[a.0, a.1]) < abs(matrix[b.0, b.1])
    }
    return (0..<matrix.rows).map { row("diagonal, output \($0 + 1)", $0, $0) }
      + (largest.map { [row("largest element beside the diagonal", $0.0, $0.1)] } ?? [])
  }

  private var comparisonRows: [Row] {
    let (own, shared) = (component(of: independent), component(of: common))
    return [
      Row(
        quantity: "B along G·A, an independent clean pass", target: "1", measured: own?.mean,
        standardError: own?.error, band: nil, claim: "B converges to gain matrix × attenuation"),
      Row(
        quantity: "F of B against G·A, an independent clean pass", target: "1 (sampling alone)",
        measured: ratio(of: independent, isAttenuated: true), standardError: nil, band: 0...2,
        claim: "B converges to gain matrix × attenuation"),
      Row(
        quantity: "F of B against G, an independent clean pass", target: "≥ 5",
        measured: ratio(of: independent, isAttenuated: false), standardError: nil,
        band: 5...(.infinity), claim: "… and not to the gain matrix"),
      errorRow(common, "common random numbers", isAttenuated: true, band: 0...0.1),
      errorRow(common, "common random numbers", isAttenuated: false, band: nil),
      errorRow(independent, "an independent clean pass", isAttenuated: true, band: nil),
      errorRow(independent, "an independent clean pass", isAttenuated: false, band: nil),
      Row(
        quantity: "B along G·A, common random numbers", target: "above 1",
        measured: shared?.mean, standardError: shared?.error, band: nil,
        claim: "errors that both passes share do not attenuate"),
      Row(
        quantity: "F of B against G·A, common random numbers", target: "above 1",
        measured: ratio(of: common, isAttenuated: true), standardError: nil, band: nil,
        claim: "errors that both passes share do not attenuate"),
    ]
  }

  private func errorRow(
    _ learned: [RateLimitSpikes.Learned], _ passes: String, isAttenuated: Bool,
    band: ClosedRange<Double>?
  ) -> Row {
    Row(
      quantity:
        "relative error of B, the mean of all runs, to \(isAttenuated ? "the gain matrix as e measures it, G·A" : "G"), \(passes)",
      target: band == nil ? "–" : "≤ 0.1",
      measured: relativeError(of: learned, isAttenuated: isAttenuated), standardError: nil,
      band: band, claim: "B approaches the measured gain matrix")
  }
}
