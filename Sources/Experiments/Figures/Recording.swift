// SPDX-License-Identifier: GPL-3.0-or-later

internal import Figures
internal import TraceExport
internal import Traces

/// A recorded variable of a population, as a panel needs it.
struct Recording {
  /// The path of its file.
  let path: String
  let trace: TraceDescription
  let frames: Int
  /// `windowMean` or `populationMean`, if it is one.
  let reduction: String?

  /// Every population of these files of a run that has a frame.
  static func all(in run: RecordedRun, _ files: [String]) throws -> [Recording] {
    try files.flatMap { file -> [Recording] in
      let path = "\(run.traces)/\(file)"
      let reader = try ReportReader(path)
      let reduction = ["windowMean", "populationMean"].first { file.hasSuffix(".\($0).h5") }
      return try reader.populations.compactMap { population in
        let frames = try reader.frameCount(of: population)
        guard frames > 0 else { return nil }
        return Recording(
          path: path, trace: try reader.description(of: population), frames: frames,
          reduction: reduction)
      }
    }
  }

  // MARK: Words

  private var words: [String] { trace.variable.split(separator: ".").map(String.init) }

  var isPopulationMean: Bool { reduction == "populationMean" }

  /// Soma, basal, apical, other compartments, plateaus, rates, noise and what it does.
  var rank: Int {
    switch words.first {
    case "soma": 0
    case "basal": 1
    case "apical": 2
    case "plateau": 4
    case "noise": 6
    case "response": 7
    default: words.count > 1 ? 3 : 5
    }
  }

  var title: String {
    let named = words.map { $0 == "v" ? "potential" : $0 }
    let kind =
      switch reduction {
      case "windowMean": ", window mean"
      case "populationMean": ", population mean"
      default: ""
      }
    return (named.joined(separator: " ") + kind).capitalizedFirst
  }

  /// Empty for pure numbers.
  var unit: String { trace.unit == "1" ? "" : trace.unit }

  /// A somatic potential of single cells: where spikes are marked.
  var showsSpikes: Bool {
    reduction == nil && (trace.variable == "soma" || trace.variable == "soma.v")
  }

  // MARK: Numbers

  /// The first column of a cell.
  func column(of cell: UInt64) -> Int? {
    trace.nodeIDs.firstIndex(of: cell).map { Int(trace.indexPointers[$0]) }
  }

  /// The course of a column in a stretch of time, which `origin` is taken from.
  func curve(
    column: Int, in range: ClosedRange<Double>, from origin: Double = 0, look: Curve.Look
  ) throws -> Curve {
    let (start, interval) = (trace.clock.start.value, trace.clock.interval.value)
    // Half a billionth of a frame is rounding of the times that the stretch was given in.
    let first = max(0, ((range.lowerBound - start) / interval - 1e-9).rounded(.up))
    let last = min(
      Double(frames - 1), ((range.upperBound - start) / interval + 1e-9).rounded(.down))
    guard first <= last else { return Curve([], look) }
    let reader = try ReportReader(path)
    let values = try reader.values(
      of: trace.population, column: column, frames: Int(first)..<Int(last) + 1)
    let points = values.enumerated().map {
      Curve.Point(trace.clock.time(ofFrame: Int(first) + $0) - origin, $1)
    }
    return Curve(Thinning.extremes(points), look)
  }
}

extension SpikeReader {
  /// Times of the spikes of each of these cells in a stretch of time; empty where there is no file
  /// or the population is not in it.
  static func times(
    of cells: [UInt64], _ population: String, in file: String?, _ range: ClosedRange<Double>
  ) throws -> [[Double]] {
    guard let file else { return [] }
    let reader = try SpikeReader(file)
    guard reader.populations.contains(population) else { return [] }
    let events = try reader.spikes(of: population)
    return cells.map { cell in
      events.filter { $0.node == cell && range.contains($0.time) }.map(\.time)
    }
  }
}

/// Fewer points for the same picture.
enum Thinning {
  /// The most pieces that a curve is cut into: about two for each pixel.
  static let pieces = 1250

  /// The lowest and the highest point of each of many pieces, in order; all points where there
  /// are few. No peak is lost.
  static func extremes(_ points: [Curve.Point]) -> [Curve.Point] {
    guard points.count > 2 * pieces else { return points }
    return (0..<pieces).flatMap { piece -> [Curve.Point] in
      let range = points.count * piece / pieces..<points.count * (piece + 1) / pieces
      let low = range.min { points[$0].y < points[$1].y }!
      let high = range.max { points[$0].y < points[$1].y }!
      return low == high ? [points[low]] : [points[min(low, high)], points[max(low, high)]]
    }
  }
}
