// SPDX-License-Identifier: GPL-3.0-or-later

public import LearningRules
public import LinearAlgebra
internal import RandomStreams
public import Substrates
public import Traces

/// An experiment as a person wrote it, with every default filled in and every relation checked.
public struct ExperimentSpec: Sendable {
  /// The seed of all randomness, or nil: one is drawn when the run starts, printed and stored.
  public var seed: UInt64?
  /// The network.
  public var network: NetworkSpec
  /// How feedback is learned and used.
  public var feedback: FeedbackSpec
  /// How W descends; nil holds it fixed.
  public var descent: Optimizer?
  /// Factors on the learning rate, one per connection; empty for 1 everywhere.
  public var rateFactors: [Double]
  /// The factor on the learning rate of biases.
  public var biasFactor: Double
  /// The loss.
  public var loss: Loss
  /// The examples.
  public var data: DataSpec
  /// How long, and how often.
  public var schedule: ScheduleSpec
  /// What is measured beside losses.
  public var metrics: MetricsSpec
  /// What is recorded.
  public var records: [RecordSpec]
  /// Which trials are watched within, of a dendritic network; nil for none.
  public var trials: TrialsSpec?
}

/// A network: of rate units, or of neurons with segregated dendrites.
public struct NetworkSpec: Sendable {
  /// The scalars of the computation.
  public enum Precision: String, Sendable, CaseIterable { case float32, float64 }

  /// The widths, inputs first.
  public var layers: [Int]
  /// One per hidden layer.
  public var activations: [Activation]
  /// The output's non-linearity.
  public var output: OutputFunction
  /// Where weights of a rate network start.
  public var initialization: Initialization
  /// What makes it a network of neurons with segregated dendrites, or nil.
  public var dendritic: DendriticSpec?
  /// Whether biases learn. Biases that do not learn keep their initial values.
  public var learnsBiases: Bool
  /// `Float` or `Double`.
  public var precision: Precision

  /// The shape.
  public var architecture: Architecture { Architecture(widths: layers) }
}

/// How credit reaches the hidden layers.
public struct FeedbackSpec: Sendable {
  /// Which learner changes B.
  public enum Learner: Sendable, Equatable {
    case fixed
    case symmetric
    case gradient(GradientFeedback)
    case ridge(RidgeFeedback)
    case kalman(KalmanFeedback)
    case weightMirror(WeightMirror)
    case kolenPollack
  }

  /// The rule.
  public var credit: CreditRule
  /// What B multiplies.
  public var topology: Topology
  /// Where B starts.
  public var initialization: WeightLaw
  /// Which learner changes B.
  public var learner: Learner
  /// How batches are shown.
  public var presentation: Presentation
  /// What is subtracted from the loss difference.
  public var baseline: Baseline
  /// How units come to know their perturbations.
  public var eligibility: Eligibility
  /// How the advantage reaches the synapses.
  public var reward: Reward
  /// The number of first steps in which W rests.
  public var warmup: Int

  /// `FeedbackPathway.Topology`, whose generic parameter means nothing here.
  public typealias Topology = FeedbackPathway<Float>.Topology
}

/// The examples of an experiment.
public struct DataSpec: Sendable, Equatable {
  /// Where examples come from.
  public enum Source: Sendable, Equatable {
    /// Drawn by the program: `training` and `test` examples of synthetic digits.
    case syntheticDigits(training: Int, test: Int)
    /// A data set of the MNIST family, by its name, from the data folder.
    case family(String)
  }

  /// What the outputs should be.
  public enum Target: String, Sendable, CaseIterable {
    /// One-hot classes.
    case labels
    /// The inputs themselves: an autoencoder.
    case inputs
  }

  /// Where examples come from.
  public var source: Source
  /// Trials per step.
  public var batch: Int
  /// The number of training examples, the last ones, set aside for validation.
  public var validation: Int
  /// What the outputs should be.
  public var target: Target
}

/// How long, and how often.
public struct ScheduleSpec: Sendable, Equatable {
  /// Training steps.
  public var steps: Int
  /// Steps between rows of `metrics.csv`.
  public var evaluateEvery: Int
  /// Steps between checkpoints; a multiple of `evaluateEvery`.
  public var checkpointEvery: Int
}

/// What is measured beside losses and errors.
public struct MetricsSpec: Sendable, Equatable {
  /// The number of validation examples on which angles are measured.
  public var examples: Int
  /// Whether the paper's own measures are added: one sample, folded angle, with bias row.
  public var paper: Bool
  /// Whether the paper's own test error is added: the mean over the last `trajectorySteps` steps
  /// before a row (since the row before, where that is nearer) of the error on one test minibatch
  /// after each step, through the noisy output where there is noise.
  public var trajectory: Bool

  /// The 1,000 steps that the paper's code calls an epoch.
  public static let trajectorySteps = 1_000
}

/// One recorded variable.
public struct RecordSpec: Sendable, Equatable {
  /// A variable of a hidden layer.
  public enum Variable: String, Sendable, CaseIterable {
    case output, slope, perturbation, teaching, error, outputDifference
  }

  /// The hidden layer, from 1.
  public var layer: Int
  /// The variable.
  public var variable: Variable
  /// Steps between frames.
  public var every: Int
  /// The number of trials, the first ones of the batch.
  public var trials: Int
  /// Whether a full-precision copy is written beside the SONATA report.
  public var precision: TracePrecision
}
