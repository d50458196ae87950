// SPDX-License-Identifier: GPL-3.0-or-later

internal import Figures
internal import TraceExport
internal import Traces

/// Spikes of all populations: a tick for each spike, a row for each cell.
struct RasterFigure {
  let run: RecordedRun
  /// The stretch to draw in ms; nil for all of it.
  var window: ClosedRange<Double>?

  /// The most rows of a population; of larger ones every so-manyth cell is drawn.
  static let rowLimit = 100
  /// The most spikes of the figure; the rest of the time is left out.
  static let spikeLimit = 60_000
  /// Up to so many spikes they are strokes, beyond that dots.
  static let strokeLimit = 5000

  private struct Population {
    let name: String
    let size: Int
    let spikes: [SpikeEvent]

    /// Cell numbers of the rows.
    var shown: [UInt64] {
      let rows = min(size, RasterFigure.rowLimit)
      return (0..<rows).map { UInt64($0 * size / rows) }
    }
  }

  /// The figure, or nil where nothing fired or spikes were not recorded.
  func figure() throws -> Figure? {
    guard let file = run.spikeFile else { return nil }
    let reader = try SpikeReader(file)
    var populations: [Population] = []
    for name in reader.populations {
      let spikes = try reader.spikes(of: name)
      guard !spikes.isEmpty else { continue }
      let named = run.settings["populations.\(name).count"].flatMap { Int($0) }
      let size = max(named ?? 0, Int(spikes.map(\.node).max() ?? 0) + 1)
      populations.append(Population(name: name, size: size, spikes: spikes))
    }
    guard !populations.isEmpty else { return nil }
    return figure(populations)
  }

  private func figure(_ populations: [Population]) -> Figure {
    let begin = run.milliseconds("simulation.settle") ?? 0
    let lastSpike = populations.flatMap { $0.spikes.map(\.time) }.max() ?? begin
    let whole =
      window ?? begin...max(run.milliseconds("simulation.duration") ?? lastSpike, begin + 1)
    var events: [(time: Double, row: Double, population: Int)] = []
    var ticks: [Axis.Tick] = []
    var base = 0.0
    for (index, population) in populations.enumerated().reversed() {
      let shown = population.shown
      let rows = Dictionary(uniqueKeysWithValues: shown.enumerated().map { ($1, Double($0)) })
      for spike in population.spikes where whole.contains(spike.time) {
        if let row = rows[spike.node] { events.append((spike.time, base + row, index)) }
      }
      let share = shown.count < population.size ? " (\(shown.count) of \(population.size))" : ""
      ticks.append(Axis.Tick(base + Double(shown.count) / 2, population.name + share))
      base += Double(shown.count) + max(1, 0.03 * Double(shown.count))
    }
    var range = whole
    if events.count > Self.spikeLimit {
      events.sort { $0.time < $1.time }
      events.removeSubrange(Self.spikeLimit...)
      range = whole.lowerBound...max(events.last?.time ?? 0, whole.lowerBound + 1e-3)
    }
    let areStrokes = events.count <= Self.strokeLimit
    let curves = populations.indices.map { index in
      let look = Curve.Look(Colour.number(index), style: areStrokes ? .ticks : .dots)
      return Curve(
        events.filter { $0.population == index }.map {
          areStrokes
            ? Curve.Point($0.time, $0.row + 0.1, spread: 0.8) : Curve.Point($0.time, $0.row + 0.5)
        }, look)
    }
    let rates = populations.map { population -> String in
      let count = population.spikes.filter { whole.contains($0.time) }.count
      let seconds = (whole.upperBound - whole.lowerBound) / 1000
      let rate = Double(count) / Double(population.size) / seconds
      return "\(population.name) \(Numbers.text(rate, digits: 2)) Hz"
    }
    return Figure(
      name: "raster", title: "Spikes; mean rates: \(rates.joined(separator: ", "))",
      panels: [
        Panel(
          x: Axis("time (ms)", range), y: Axis("", 0...max(base, 1), ticks: .named(ticks)),
          content: .curves(curves))
      ],
      panelSize: PanelSize(width: 620, height: min(420, max(90, 5 * base))))
  }
}
