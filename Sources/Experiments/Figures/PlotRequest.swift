// SPDX-License-Identifier: GPL-3.0-or-later

internal import Figures
internal import Foundation
internal import TraceExport

/// What a person wants to look at.
public struct PlotRequest: Sendable {
  /// What figures become.
  public enum Format: String, Sendable, CaseIterable {
    /// Scalable, for pages.
    case svg
    /// Pixels.
    case png
    /// Scalable, for papers.
    case pdf
    /// Characters in the terminal.
    case text
  }

  /// Run directories, or one study directory.
  public var paths: [String]
  /// A label for each specification among the runs, or none.
  public var labels: [String]
  /// What figures become.
  public var format: Format
  /// The folder of the figures; nil for `figures/` in the one directory given.
  public var output: String?
  /// The stretch of traces and spikes to draw, in ms; nil for all of it.
  public var window: ClosedRange<Double>?
  /// Characters in a line of text.
  public var width: Int
  /// The program that draws.
  public var program = "gnuplot"

  /// A request.
  public init(
    _ paths: [String], labels: [String] = [], format: Format = .svg, output: String? = nil,
    window: ClosedRange<Double>? = nil, width: Int = 80
  ) {
    self.paths = paths
    self.labels = labels
    self.format = format
    self.output = output
    self.window = window
    self.width = width
  }

  /// A figure that was drawn.
  public enum Drawing: Sendable, Equatable {
    /// The path of its file.
    case file(String)
    /// Itself, in characters.
    case text(String)
  }

  /// Draws every figure that the directories have the numbers for, and hands on each as it is
  /// done.
  ///
  /// Throws `RunFailure`: usage where a path is no run or study or holds nothing to draw, file
  /// where it is damaged, output where gnuplot is missing or a figure cannot be written.
  public func draw(_ tell: (Drawing) -> Void) async throws {
    let figures: [Figure]
    do {
      figures = try self.figures()
    } catch let error as ExportError {
      throw RunFailure.file(error.description)
    }
    guard !figures.isEmpty else {
      throw RunFailure.usage(
        "\(paths.joined(separator: ", ")): there is nothing to draw yet: no row of metrics.csv, no "
          + "spike, and no recording (a specification asks for one with record:)")
    }
    let directory = try format == .text ? nil : folder()
    let gnuplot = Gnuplot(program: program)
    for figure in figures {
      let drawn: [UInt8]
      do {
        drawn = try await gnuplot.draw(figure, as: drawingFormat)
      } catch let error as FigureError {
        throw RunFailure.output(error.description)
      }
      if let directory {
        let name = "\(figure.name).\(drawingFormat.fileExtension)"
        try directory.makeFolder("")
        try directory.write(Data(drawn), to: name)
        tell(.file(directory.file(name)))
      } else {
        tell(.text(String(decoding: drawn, as: UTF8.self)))
      }
    }
  }

  /// The figures, before anything is drawn.
  func figures() throws -> [Figure] {
    if paths.count == 1, let path = paths.first, isStudy(path) {
      return try StudyFigures(table: StudyTable(folder: path)).figures()
    }
    if let study = paths.first(where: isStudy) {
      throw RunFailure.usage("\(study) is a study: name it alone")
    }
    let places = paths.map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }
    if let twice = places.indices.first(where: { places[..<$0].contains(places[$0]) }) {
      throw RunFailure.usage("\(paths[twice]) is given twice: a mean would count it twice")
    }
    let runs = try paths.map(RecordedRun.init)
    let groups = try RunGroup.groups(runs, labels: labels)
    let learning = LearningFigures(groups).figures
    // Courses in time belong to one run: over several there is no mean to take of a spike.
    guard runs.count == 1 else { return learning }
    return try learning + TraceFigures(run: runs[0], window: window).figures()
      + TrialFigures(run: runs[0]).figures()
      + [RasterFigure(run: runs[0], window: window).figure()].compactMap(\.self)
  }

  private var drawingFormat: FigureFormat {
    switch format {
    case .svg: .svg
    case .png: .png
    case .pdf: .pdf
    case .text: .text(width: width)
    }
  }

  private func isStudy(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/table.csv")
  }

  private func folder() throws -> RunDirectory {
    if let output { return RunDirectory(path: output) }
    guard paths.count == 1 else {
      throw RunFailure.usage(
        "several runs have no figures/ in common: name a folder for them with --out")
    }
    return RunDirectory(path: "\(paths[0])/figures")
  }
}
