// SPDX-License-Identifier: GPL-3.0-or-later

internal import Integration
internal import SpikingNetworks
internal import Traces

/// A simulation of compartment neurons as a person wrote it: populations, sources of spikes,
/// projections, what is recorded, and for how long.
///
/// Every default is filled in and every relation checked that can be without opening the files
/// that it names. Times are in ms, other quantities in the units of `Quantities`.
public struct SimulationSpec: Sendable {
  /// The seed of all randomness, or nil: one is drawn when the run starts, printed and stored.
  public var seed: UInt64?
  /// `Float` or `Double`.
  public var precision: NetworkSpec.Precision
  /// The step in ms.
  public var timeStep: Double
  /// Steps of the whole simulation.
  public var steps: Int
  /// The first steps, which leave no trace.
  public var settlingSteps: Int
  var populations: [PopulationSpec]
  var sources: [SourceSpec]
  var projections: [ProjectionSpec]
  var records: [SimulationRecordSpec]
  var analysis: ProtocolSpec?

  /// The time that is recorded, in ms.
  var recordedTime: Double { Double(steps - settlingSteps) * timeStep }
}

/// Cells of one model, with what drives them.
struct PopulationSpec: Sendable {
  var name: String
  var count: Int
  var model: CompartmentModel
  var method: StepMethod
  var convention: SpikeConvention
  var noise: [NoiseSource]
  var currents: [CurrentSpec]
  var conductances: [ConductanceSpec]
  var drives: [PoissonDrive]
  /// By compartment.
  var initialPotentials: [String: Distribution]
}

/// A course over time: written out, or in a file.
enum CourseSpec: Sendable, Equatable {
  case given(Course)
  case file(path: String, shape: Course.Shape, keyPath: String)
}

/// A current into a compartment.
struct CurrentSpec: Sendable {
  var compartment: String
  /// nil: all.
  var cells: [Range<Int>]?
  var course: CourseSpec
}

/// A conductance in a compartment.
struct ConductanceSpec: Sendable {
  var compartment: String
  var cells: [Range<Int>]?
  var reversalPotential: Double
  var course: CourseSpec
}

/// Cells that only send spikes.
struct SourceSpec: Sendable {
  enum Pattern: Sendable {
    case given(SpikeSource.Pattern)
    /// Rows `cell,time` of a CSV file.
    case file(path: String, count: Int, keyPath: String)
    /// The pixels of an image as rates.
    case image(data: ImageSet, index: Int, isTest: Bool, maximumRate: Double, keyPath: String)
  }

  /// A data set with images.
  enum ImageSet: String, Sendable, CaseIterable { case syntheticDigits, mnist, fashionMnist }

  var name: String
  var pattern: Pattern

  /// The number of cells, where it is known without opening a file.
  var count: Int {
    switch pattern {
    case .given(.times(let lists)): lists.count
    case .given(.poisson(let rates)): rates.count
    case .file(_, let count, _): count
    case .image: 784
    }
  }
}

/// Who is connected to whom.
struct ProjectionSpec: Sendable {
  enum Connectivity: Sendable {
    case given(Projection.Connectivity)
    /// A CSV file of weights, a row for every source.
    case matrix(path: String, keyPath: String)
  }

  var source: String
  var target: String
  var receptor: String
  var delay: SampledValue
  var connectivity: Connectivity
}

/// One recorded variable.
struct SimulationRecordSpec: Sendable {
  var population: String
  var variable: String
  var unit: String
  var cells: [Range<Int>]?
  /// Steps from one sample to the next.
  var every: Int
  var reduction: Probe.Reduction
  var precision: TracePrecision

  var name: String { "\(population).\(variable)" }

  /// With what became of the samples.
  var title: String { reduction == .none ? name : "\(name) \(reduction.rawValue)" }

  /// The name of the file: `soma.v`, `soma.v.windowMean`, `soma.v.populationMean`.
  var fileName: String {
    reduction == .none ? variable : "\(variable).\(reduction.rawValue)"
  }
}

/// What is measured beside recordings.
enum ProtocolSpec: Sendable {
  /// One cell per amplitude: spikes against current, in `fi.csv`.
  case currentSweep(population: String, compartment: String, amplitudes: [Double], begin: Double)
  /// Mean and standard deviation of noise and of the membrane under it, in `noise.csv`.
  case noise(population: String)
}
