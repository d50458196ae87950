// SPDX-License-Identifier: GPL-3.0-or-later

/// What a comparison of steps found.
struct StepResult: Sendable {
  let workload: Workload
  let steps: Int
  /// Apical first.
  let sides: [Side]
  /// Apical's loss at its very first step, a sum over the minibatch.
  let firstLoss: Double
  let batch: Int
  let data: String
  let machine: Machine

  /// Apical's speed over that of the fastest peer, pair by pair; nil without peers.
  var ratio: Spread? {
    let times = sides.map { $0.measurements.map(\.wallSeconds) }
    let all = ratios(of: times[0], toFastestOf: Array(times.dropFirst()))
    return all.isEmpty ? nil : Spread(all)
  }

  /// Apical's last loss.
  private var lastLoss: Double { sides[0].measurements[sides[0].measurements.count - 1].loss }

  /// Itself, if Apical has learned: a step that does not learn may be as fast as it likes.
  func checked() throws -> StepResult {
    guard lastLoss < firstLoss else {
      throw BenchFailure.unsound(
        "\(workload.name): Apical's loss went from \(firstLoss) to \(lastLoss): it does not learn")
    }
    return self
  }

  /// Whether the target is met; nil where there is none, or no peer.
  var isMet: Bool? {
    guard let target = workload.target, let ratio else { return nil }
    return ratio.median >= target
  }

  /// The result for people.
  var lines: [String] {
    let pairs = sides[0].measurements.count
    var lines = [
      "\(workload.name): \(workload.about)",
      "float32, one thread; \(pairs) pairs of \(steps) steps; \(data)",
      "",
      "side".padded(to: 20) + "µs/step, wall".padded(to: 28) + "µs/step, cpu".padded(to: 28)
        + "last loss per trial",
    ]
    for side in sides {
      let loss = side.measurements[side.measurements.count - 1].loss / Double(batch)
      lines.append(
        "\(side.name) \(side.version)".padded(to: 20)
          + side.wall.text(decimals: 1).padded(to: 28)
          + side.cpu.text(decimals: 1).padded(to: 28) + loss.text(3))
    }
    lines.append("")
    if let ratio {
      lines.append(
        "ratio to the fastest peer, per pair: \(ratio.text(decimals: 2, unit: "×"))" + verdict)
    } else {
      lines.append("no peers, no ratio")
    }
    let (first, last) = (firstLoss / Double(batch), lastLoss / Double(batch))
    lines.append("Apical's loss per trial fell from \(first.text(3)) to \(last.text(3))")
    return lines
  }

  private var verdict: String {
    guard let target = workload.target, let isMet else { return "" }
    return "; target \(target.text(1))×: \(isMet ? "met" : "MISSED")"
  }
}

extension StepResult: Encodable {
  private enum Keys: String, CodingKey {
    case summary, benchmark, steps, pairs, sides, ratio, target, met, data, machine
    case firstLoss = "first_loss"
    case lastLoss = "last_loss"
  }

  private enum SideKeys: String, CodingKey {
    case name, version
    case wall = "wall_us_per_step"
    case cpu = "cpu_us_per_step"
    case lastLoss = "last_loss"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(true, forKey: .summary)
    try container.encode(workload.name, forKey: .benchmark)
    try container.encode(steps, forKey: .steps)
    try container.encode(sides[0].measurements.count, forKey: .pairs)
    var list = container.nestedUnkeyedContainer(forKey: .sides)
    for side in sides {
      var entry = list.nestedContainer(keyedBy: SideKeys.self)
      try entry.encode(side.name, forKey: .name)
      try entry.encode(side.version, forKey: .version)
      try entry.encode(side.wall, forKey: .wall)
      try entry.encode(side.cpu, forKey: .cpu)
      try entry.encode(side.measurements[side.measurements.count - 1].loss, forKey: .lastLoss)
    }
    try container.encodeIfPresent(ratio, forKey: .ratio)
    try container.encodeIfPresent(workload.target, forKey: .target)
    try container.encodeIfPresent(isMet, forKey: .met)
    try container.encode(firstLoss, forKey: .firstLoss)
    try container.encode(lastLoss, forKey: .lastLoss)
    try container.encode(data, forKey: .data)
    try container.encode(machine, forKey: .machine)
  }
}
