// SPDX-License-Identifier: GPL-3.0-or-later

extension Figure2 {
  typealias Row = ReproductionTable.Row

  /// The mean over seeds of a column, in the unit that is `scale` to one.
  private func plain(
    _ result: ConditionResult?, _ column: String, at step: Int, target: String, _ quantity: String,
    band: ClosedRange<Double>?, claim: String, scale: Double = 1
  ) -> Row {
    let value = result?.value(column, at: step) ?? MeanAndError([])
    return Row(
      quantity: quantity, target: target, measured: value.mean.map { scale * $0 },
      standardError: value.standardError.map { scale * $0 }, band: band, claim: claim)
  }

  private func percent(
    _ result: ConditionResult?, _ column: String, at step: Int, target: String, _ quantity: String,
    band: ClosedRange<Double>?, claim: String
  ) -> Row {
    plain(
      result, column, at: step, target: target, quantity, band: band, claim: claim, scale: 100)
  }

  /// How much smaller the first result's angle is than the second's, seed by seed.
  private func gap(
    _ learned: ConditionResult?, _ fixed: ConditionResult?, layer: Int, at step: Int
  ) -> Row {
    let a = learned?.values("angle_\(layer)", at: step) ?? []
    let b = fixed?.values("angle_\(layer)", at: step) ?? []
    let value = MeanAndError(zip(a, b).map { $1 - $0 })
    return Row(
      quantity: "angle, feedback alignment minus node perturbation, layer \(layer), °",
      target: "≥ 20", measured: value.mean, standardError: value.standardError,
      band: 20...Double.infinity,
      claim: "§4.1: alignment \"much lower for node perturbation\" than for feedback alignment")
  }

  func quickRows(_ named: [String: ConditionResult], _ steps: Int) -> [Row] {
    let (bp, fa) = (named["backpropagation"], named["feedback-alignment"])
    let np = named["node-perturbation-1.0e-2"]
    var rows = [
      percent(
        bp, "test_error", at: steps, target: "6.8 ± 0.5", "test error, backpropagation, %",
        band: 6.3...7.3, claim: "Figure 2D; independent check 6.5–7.0"),
      percent(
        fa, "test_error", at: steps, target: "8.8 ± 0.7", "test error, feedback alignment, %",
        band: 8.1...9.5, claim: "Figure 2D; independent check 8.5–9.0"),
      percent(
        np, "test_error", at: steps, target: "6.9 ± 0.6",
        "test error, node perturbation c = 10⁻², %", band: 6.3...7.5,
        claim: "Figure 2D; independent check 6.9"),
    ]
    for layer in 1...2 {
      rows.append(
        plain(
          np, "angle_\(layer)", at: steps, target: layer == 1 ? "≤ 20 (13.3)" : "≤ 20 (11.9)",
          "angle, node perturbation, layer \(layer), °", band: -Double.infinity...20,
          claim: "Figure 2B, against the true gradient"))
      rows.append(gap(np, fa, layer: layer, at: steps))
    }
    rows += agreementRows(fa, np, steps)
    rows += paperRows(named["paper-text-1.0e-2"], steps)
    return rows
  }

  private func agreementRows(_ fa: ConditionResult?, _ np: ConditionResult?, _ steps: Int) -> [Row]
  {
    var rows: [Row] = []
    for layer in 1...2 {
      rows.append(
        plain(
          fa, "angle_\(layer)", at: steps, target: layer == 1 ? "43.8" : "49.7",
          "angle, feedback alignment, layer \(layer), °", band: nil,
          claim: "independent check"))
      rows.append(
        plain(
          np, "relative_error_\(layer)", at: steps, target: layer == 1 ? "1.65" : "0.52",
          "relative error, node perturbation, layer \(layer)", band: nil,
          claim: "Figure 2A (depends on the initial weights)"))
      rows.append(
        plain(
          np, "sign_congruence_\(layer)", at: steps, target: layer == 1 ? "0.74" : "0.81",
          "sign congruence, node perturbation, layer \(layer)", band: nil, claim: "Figure 2C"))
    }
    return rows
  }

  private func paperRows(_ paper: ConditionResult?, _ steps: Int) -> [Row] {
    [
      percent(
        paper, "test_error", at: steps, target: "none published",
        "test error, preset `paper` (B by SGD), c = 10⁻², %", band: nil,
        claim: "C.1 as written; no stored curve exists"),
      plain(
        paper, "angle_1", at: steps, target: "none published", "angle, preset `paper`, layer 1, °",
        band: nil, claim: "C.1 as written"),
      plain(
        paper, "angle_2", at: steps, target: "none published", "angle, preset `paper`, layer 2, °",
        band: nil, claim: "C.1 as written"),
    ]
  }

  func fullRows(_ named: [String: ConditionResult], _ steps: Int) -> [Row] {
    let (bp, fa) = (named["backpropagation"], named["feedback-alignment"])
    let targets: [(String, ConditionResult?, Double, Double?)] = [
      ("backpropagation", bp, 2.65, 0.25), ("feedback alignment", fa, 4.3, 0.5),
      ("node perturbation c = 1e-2", named["node-perturbation-1.0e-2"], 3.6, 0.4),
      ("node perturbation c = 1e-3", named["node-perturbation-1.0e-3"], 3.5, 0.4),
      ("node perturbation c = 1e-4", named["node-perturbation-1.0e-4"], 3.5, 0.4),
      ("node perturbation c = 1e-1", named["node-perturbation-1.0e-1"], 15.9, 3),
    ]
    var rows: [Row] = []
    for (name, result, target, width) in targets {
      rows.append(
        percent(
          result, "paper_test_error", at: steps, target: "\(target) ± \(width ?? 0)",
          "test error by the authors' measure, \(name), %",
          band: width.map { (target - $0)...(target + $0) },
          claim: "Figure 2D at the last epoch: mean over its 1,000 steps, noisy output"))
      rows.append(
        percent(
          result, "test_error", at: steps, target: "–", "test error, clean output, \(name), %",
          band: nil, claim: "§4.1: \"close to 3 %\""))
    }
    for (name, result, _, _) in targets.dropFirst() {
      for layer in 1...2 {
        rows.append(
          plain(
            result, "angle_\(layer)", at: steps, target: "–",
            "angle to the true gradient, \(name), layer \(layer), °", band: nil,
            claim: "Figure 2B, all samples, unfolded"))
      }
      for layer in 1...2 {
        rows.append(
          plain(
            result, "paper_relative_error_\(layer)", at: steps,
            target: Self.relativeErrors[name]?[layer - 1] ?? "–",
            "relative error with bias row, \(name), layer \(layer)", band: nil,
            claim: "Figure 2A at the last epoch (one initial W per setting there)"))
        rows.append(
          plain(
            result, "paper_sign_congruence_\(layer)", at: steps, target: "–",
            "sign congruence with bias row, \(name), layer \(layer)", band: nil,
            claim: "Figure 2C"))
      }
    }
    return rows + paperRows(named["paper-text-1.0e-2"], steps)
  }

  /// Read off the published curves (±3 %).
  private static let relativeErrors = [
    "feedback alignment": ["0.92", "0.79"], "node perturbation c = 1e-4": ["1.56", "0.675"],
    "node perturbation c = 1e-3": ["0.79", "0.40"],
    "node perturbation c = 1e-2": ["0.70", "1.15"],
    "node perturbation c = 1e-1": ["0.77", "0.48"],
  ]
}
