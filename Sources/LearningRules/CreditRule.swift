// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra
public import Substrates

/// Who gets credit: how each hidden layer's teaching signal λ ≈ ∂L/∂h comes about.
///
/// | rule | λ^l | reads W |
/// | --- | --- | --- |
/// | `backpropagation` | e^{l+1}·(W^{l+1})ᵀ | yes: weight transport |
/// | `feedback` | s·(B^l)ᵀ, s by the pathway's topology | no |
/// | `measured` | as it arrived at the apical dendrites through B | no |
/// | `nodePerturbation` | ê ∘ gain⁻¹ at the `potential` site, ê at the `output` site | no |
///
/// In all of them the error of a layer is ẽ = λ ∘ φ′(u) and of the outputs the exact e^{N+1}, and W
/// descends along xᵀ·ẽ (the paper's section 2.1). `nodePerturbation` is the base learner that the
/// paper starts from: W itself learns from the perturbation estimate (Williams 1992; Fiete &
/// Seung 2006), no feedback weights at all.
public enum CreditRule: String, Sendable, Codable, CaseIterable {
  case backpropagation, feedback, measured, nodePerturbation

  /// Whether the rule reads forward weights: what the brain is not believed to do.
  public var transportsWeights: Bool { self == .backpropagation }

  /// Fills `teaching` and `error` of every hidden layer, top down.
  ///
  /// - Parameters:
  ///   - record: a record whose `advantage` is set, where the rule reads it.
  ///   - pathway: B; read by `feedback` alone.
  ///   - weights: the weights of connection k; called by `backpropagation` alone.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func assign<Scalar>(
    to record: inout TrialRecord<Scalar>, pathway: FeedbackPathway<Scalar>,
    weights: (Int) -> Matrix<Scalar>
  ) {
    for index in record.layers.indices.reversed() {
      switch self {
      case .backpropagation:
        let error = record.error(aboveConnection: index + 1)
        Connection.adjoint(
          of: error, through: weights(index + 1), into: &record.layers[index].teaching)
        record.layers[index].pullBack()
      case .feedback:
        let input = record.feedbackInput(ofLayer: index, pathway.topology)
        Connection.adjoint(
          of: input, through: pathway.weights[index], into: &record.layers[index].teaching)
        record.layers[index].pullBack()
      case .measured:
        guard let apical = record.layers[index].apical else {
          preconditionFailure("hidden layer \(index + 1) measured no teaching")
        }
        record.layers[index].teaching.assign(apical.teaching)
        record.layers[index].pullBack()
      case .nodePerturbation:
        let advantage = record.advantage
        record.layers[index].setErrorFromPerturbation(advantage)
      }
    }
  }
}

extension LayerRecord {
  /// λ̂ and ẽ from the estimate alone. At the potential site the estimate *is* ∂L/∂u, and no
  /// division by a slope that may be zero takes place: λ is left as the estimate over gain only
  /// where the gain is not zero.
  mutating func setErrorFromPerturbation(_ advantage: [Scalar]) {
    teaching.setEstimate(
      scalar: advantage, perturbation: perturbation.values, variance: perturbation.variance)
    guard !perturbation.gainIsOne else {
      pullBack()
      return
    }
    error.assign(teaching)
    let gain = perturbation.gain
    teaching.update { i, j, estimate in gain[i, j] == 0 ? 0 : estimate / gain[i, j] }
  }
}
