// SPDX-License-Identifier: GPL-3.0-or-later

internal import RandomStreams
internal import SpikingNetworks

extension SimulationSpec {
  /// What is wrong with the files of courses, spikes and weights, in lines that name file, line and
  /// key: the first mistake of every file.
  func fileMistakes(beside specification: String) -> [String] {
    let files = GivenFiles(
      beside: specification, dataFolder: nil, random: RandomKey(seed: seed ?? 0))
    var mistakes: [String] = []
    func check(_ read: () throws -> Void) {
      do { try read() } catch { mistakes.append("\(error)") }
    }
    for population in populations {
      let courses =
        population.currents.map { ($0.course, false) }
        + population.conductances.map { ($0.course, true) }
      for (course, isConductance) in courses {
        check { _ = try course.course(files, isConductance: isConductance) }
      }
    }
    for source in sources {
      if case .image = source.pattern { continue }
      check {
        let source = try SpikeSource(name: source.name, pattern: source.pattern(files))
        _ = try Network(timeStep: timeStep, populations: [], sources: [source])
      }
    }
    for projection in projections {
      check { _ = try connectivity(of: projection, files) }
    }
    return mistakes
  }
}
