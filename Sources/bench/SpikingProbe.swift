import ArgumentParser
import Experiments
import Foundation
struct Spk: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "spk")
  @Argument var name: String
  @Option var cells: Int?
  @Option var threads = 1
  @Option var steps = 10000
  @Option var repeats = 3
  func run() throws {
    let b = try SpikingBenchmark(.init(rawValue: name)!, cells: cells, steps: steps, threads: threads)
    for _ in 0..<repeats { b.reset(); let t = ContinuousClock.now; let r = try b.run(); let d = t.duration(to: .now).components
      let s = Double(d.seconds) + Double(d.attoseconds) * 1e-18
      print(name, "rate", r, "Hz", s, "s", s / Double(b.cells) / Double(b.steps) * 1e9, "ns/step", b.bytesPerCell, "B") }
  }
}
