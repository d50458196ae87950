// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Experiments
import Foundation

struct MNISTPassCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mnist-pass",
    abstract: "The whole process of one pass over MNIST: start-up, files, 1875 steps, test.")

  @OptionGroup var common: BenchOptions

  @Option(help: "The number of pairs.")
  var pairs = 5

  @Option(help: "The peers: numpy, or none.")
  var peers = "numpy"

  @Option(help: "The apical to run. Default: the one beside this program.")
  var apical: String?

  func validate() throws {
    _ = try BenchOptions.peers(peers, of: ["numpy"])
    guard pairs >= 1 && pairs <= 1000 else {
      throw ValidationError("--pairs: expected a number from 1 to 1000, found \(pairs)")
    }
  }

  func run() async throws {
    let program = try apicalPath()
    let environment = try await common.environment(
      for: BenchOptions.peers(peers, of: ["numpy"]))
    let images = try ImageFolder(named: common.data)
    defer { images.discard() }
    let bench = MNISTPass(apical: program, environment: environment, images: images)
    // The first of each side fills the page cache and is not counted.
    _ = try await bench.runApical(pair: 0)
    if let environment { _ = try await bench.runNumPy(pair: 0, environment) }
    var passes: [[MNISTPass.Pass]] = [[], []]
    for pair in 1...pairs {
      passes[0].append(try await bench.runApical(pair: pair))
      if let last = passes[0].last { common.output.json(last) }
      guard let environment else { continue }
      passes[1].append(try await bench.runNumPy(pair: pair, environment))
      if let last = passes[1].last { common.output.json(last) }
    }
    let summary = PassSummary(
      sides: passes.filter { !$0.isEmpty }, data: images.kind, machine: Machine(pinned: nil))
    for line in summary.lines { common.output.text(line) }
    common.output.json(summary)
  }

  private func apicalPath() throws -> String {
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let path =
      apical.map { URL(fileURLWithPath: $0).path }
      ?? own.deletingLastPathComponent().appendingPathComponent("apical").path
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw BenchFailure.usage(
        "\(path): no such program. Build it with `swift build -c release --product apical`, or "
          + "name it with --apical")
    }
    return path
  }
}

/// What the passes found.
struct PassSummary: Encodable {
  struct Line: Encodable {
    let name: String
    let wall: Spread
    let cpu: Spread
    let testError: Double

    enum CodingKeys: String, CodingKey {
      case name
      case wall = "wall_seconds"
      case cpu = "cpu_seconds"
      case testError = "test_error"
    }
  }

  let summary = true
  let benchmark = "mnist-pass"
  let sides: [Line]
  let ratio: Spread?
  let target = MNISTPass.target
  let met: Bool
  let data: String
  let machine: Machine

  init(sides: [[MNISTPass.Pass]], data: String, machine: Machine) {
    self.sides = sides.map { passes in
      Line(
        name: passes[0].side, wall: Spread(passes.map(\.wallSeconds)),
        cpu: Spread(passes.map(\.cpuSeconds)), testError: passes[passes.count - 1].testError)
    }
    let times = sides.map { $0.map(\.wallSeconds) }
    let all = ratios(of: times[0], toFastestOf: Array(times.dropFirst()))
    ratio = all.isEmpty ? nil : Spread(all)
    met = self.sides[0].wall.median < MNISTPass.target
    self.data = data
    self.machine = machine
  }

  var lines: [String] {
    var lines = machine.lines
    lines += [
      "",
      "mnist-pass: a whole process, start-up to test error; 1875 steps of Figure 2; \(data)",
      "",
      "side".padded(to: 10) + "seconds, wall".padded(to: 24) + "seconds, cpu".padded(to: 24)
        + "test error",
    ]
    for side in sides {
      lines.append(
        side.name.padded(to: 10) + side.wall.text(decimals: 3).padded(to: 24)
          + side.cpu.text(decimals: 3).padded(to: 24) + "\((side.testError * 100).text(2)) %")
    }
    lines.append("")
    let verdict = met ? "met" : "MISSED"
    lines.append("target for apical: under \(target.text(1)) s, median: \(verdict)")
    if let ratio { lines.append("ratio to numpy, per pair: \(ratio.text(decimals: 2, unit: "×"))") }
    return lines
  }
}
