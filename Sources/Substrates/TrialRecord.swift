// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra

/// Everything that a learning rule may know about a presentation: the narrow waist between
/// networks and rules.
///
/// A substrate overwrites all of it in `present`; a rule then fills `teaching` and `error` of
/// the layers. Nothing in it names a weight, a membrane or a spike.
public struct TrialRecord<Scalar: NetworkScalar>: Sendable {
  /// The number of trials.
  public let trials: Int
  /// How the batch was shown.
  public let presentation: Presentation
  /// The inputs, `[trials, inputs]`.
  public var inputs: Activity<Scalar>
  /// The class of each trial, or empty.
  public var labels: [Int]
  /// Hidden layers 1…N, from index 0.
  public var layers: [LayerRecord<Scalar>]
  /// ŷ, `[trials, outputs]`.
  public var prediction: Matrix<Scalar>
  /// e^{N+1} = ∂L/∂u of the outputs, `[trials, outputs]`.
  public var outputError: Matrix<Scalar>
  /// Δŷ: the measured difference of ŷ between the two passes compared, `[trials, outputs]`; ŷ of the
  /// noisy pass where it is compared with nothing, and 0 where nothing is perturbed, as Δh.
  public var predictionDifference: Matrix<Scalar>
  /// L of the pass that the forward weights learn from, per trial.
  public var loss: [Double]
  /// L̃ of the perturbed pass, per trial; equal to `loss` where nothing is perturbed.
  public var perturbedLoss: [Double]
  /// ΔL: L̃ minus the loss of the pass it is compared with, per trial.
  public var lossDifference: [Double]
  /// ΔL after the baseline, per trial: the one scalar that every unit hears. Set by the trainer.
  public var advantage: [Scalar]

  /// Room for a presentation.
  public init(architecture: Architecture, trials: Int, presentation: Presentation) {
    self.trials = trials
    self.presentation = presentation
    inputs = .sparse(SparseRows(rows: trials, columns: architecture.inputs))
    labels = []
    layers = architecture.hidden.map {
      LayerRecord(
        trials: trials, units: $0,
        hasConstantUnit: presentation.noise?.perturbsConstantUnit ?? false)
    }
    prediction = Matrix(rows: trials, columns: architecture.outputs)
    outputError = prediction
    predictionDifference = prediction
    loss = Array(repeating: 0, count: trials)
    perturbedLoss = loss
    lossDifference = loss
    advantage = Array(repeating: 0, count: trials)
  }

  /// The activity x that enters connection k: the inputs, or what hidden layer k sends, h.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func input(toConnection k: Int) -> Activity<Scalar> {
    k == 0 ? inputs : .dense(layers[k - 1].transmitted ?? layers[k - 1].output)
  }

  /// The error that leaves connection k upwards: ẽ of hidden layer k + 1, or e^{N+1}.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func error(aboveConnection k: Int) -> Matrix<Scalar> {
    k == layers.count ? outputError : layers[k].error
  }
}
