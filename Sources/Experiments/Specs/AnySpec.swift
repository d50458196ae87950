// SPDX-License-Identifier: GPL-3.0-or-later

/// What a specification can be: the training of a network, a simulation of neurons, or a study.
public enum AnySpec: Sendable {
  /// The training of a network.
  case experiment(ExperimentSpec)
  /// A simulation of compartment neurons.
  case simulation(SimulationSpec)
  /// A study of many trainings.
  case study(StudySpec)

  /// Reads a document as what it is: a simulation where `simulation` is written at its top, a
  /// study where `study` is.
  public static func read(
    _ document: SpecDocument
  ) throws(SpecError) -> (value: AnySpec, resolved: ResolvedSpec) {
    if document.has("study") {
      let (spec, resolved) = try StudySpec.read(document)
      return (.study(spec), resolved)
    }
    if document.has("simulation") {
      let (spec, resolved) = try document.read(SimulationSpec.init(reading:))
      return (.simulation(spec), resolved)
    }
    let (spec, resolved) = try document.read(ExperimentSpec.init(reading:))
    return (.experiment(spec), resolved)
  }

  /// What is wrong with the files that it names, in lines; empty where nothing is.
  ///
  /// Images and data sets are not looked for: they may be on another machine.
  public func fileMistakes(beside specification: String) -> [String] {
    guard case .simulation(let spec) = self else { return [] }
    return spec.fileMistakes(beside: specification)
  }

  /// In a few lines: what it is and what it costs.
  public var summary: String {
    switch self {
    case .experiment(let spec): spec.summary
    case .simulation(let spec): spec.summary
    case .study(let spec): spec.summary
    }
  }
}
