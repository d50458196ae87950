// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra

/// What the outputs are scored by, per trial.
///
/// - `squaredError`: L = ½ Σ_k (ŷ_k − y_k)².
/// - `crossEntropy`: L = −Σ_k y_k log ŷ_k for a softmax output;
///   L = −Σ_k [y_k log ŷ_k + (1 − y_k) log(1 − ŷ_k)] for a sigmoid output.
///
/// The loss that is descended is the sum over a batch's trials, or their mean: learning rates
/// refer to that choice. Losses that are *reported* are always per trial.
public struct Loss: Sendable, Codable, Equatable {
  /// The kinds of loss.
  public enum Kind: String, Sendable, Codable, CaseIterable { case squaredError, crossEntropy }
  /// How the trials of a batch add up.
  public enum Reduction: String, Sendable, Codable, CaseIterable { case sum, mean }

  /// The kind of loss.
  public let kind: Kind
  /// How the trials of a batch add up.
  public let reduction: Reduction

  /// A loss.
  public init(_ kind: Kind, reduction: Reduction = .sum) {
    self.kind = kind
    self.reduction = reduction
  }

  /// The factor on the sum of a batch's gradients: 1, or 1 / M.
  public func gradientScale(trials: Int) -> Double { reduction == .sum ? 1 : 1 / Double(trials) }
}

/// The non-linearity of the output layer.
public enum OutputFunction: String, Sendable, Codable, CaseIterable {
  case identity, sigmoid, tanh, softplus, relu, softmax

  /// The element-wise function, or nil for softmax.
  public var activation: Activation? { Activation(rawValue: rawValue) }

  /// The losses that can score this output.
  public func accepts(_ loss: Loss.Kind) -> Bool {
    loss == .squaredError || self == .softmax || self == .sigmoid
  }
}
