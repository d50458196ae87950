// SPDX-License-Identifier: GPL-3.0-or-later

public import ArgumentParser
public import Experiments

struct PlotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract:
      "Draw what runs and studies left: learning curves, angles, traces, spikes, heat maps.",
    discussion: """
      Several runs of one specification give mean ± s.e.m. over their seeds; runs of several \
      specifications a curve each. A study (a directory with table.csv) gives a heat map for each \
      metric, or points with error bars where it has one axis. Figures are drawn by gnuplot \
      (Debian: gnuplot-nox).
      """)

  @Argument(help: ArgumentHelp("Run directories, or a study directory.", valueName: "run"))
  var runs: [String]

  @Option(help: "svg, png, pdf, or text for the terminal.")
  var format: PlotRequest.Format = .svg

  @Option(help: "The folder of the figures. Default: figures/ in the run directory.")
  var out: String?

  @Option(help: "A name for a curve, one for each specification, in the order of the runs.")
  var label: [String] = []

  @Option(help: "The first millisecond of traces and spikes to draw.")
  var from: Double?

  @Option(help: "The last millisecond of traces and spikes to draw.")
  var to: Double?

  func validate() throws {
    if (from == nil) != (to == nil) {
      throw ValidationError("--from and --to: give both, or neither")
    }
    if let from, let to, !(from < to) {
      throw ValidationError("--from and --to: expected two rising numbers, found \(from) and \(to)")
    }
  }

  func run() async throws {
    let window = from.flatMap { from in to.map { from...$0 } }
    let request = PlotRequest(
      runs, labels: label, format: format, output: out, window: window,
      width: min(Console.width, 120))
    try await request.draw { drawing in
      switch drawing {
      case .file(let path): Console.print(path)
      case .text(let text): Console.print(text)
      }
    }
  }
}

extension PlotRequest.Format: ExpressibleByArgument {}
