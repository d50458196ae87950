// SPDX-License-Identifier: GPL-3.0-or-later

/// The shape of a feed-forward network: inputs, N hidden layers, outputs.
///
/// Hidden layers are numbered 1…N as in the paper; arrays over hidden layers start at 0, so hidden
/// layer l has index l − 1. Connection k (0…N) leads from layer k to layer k + 1, where layer 0 is
/// the input and layer N + 1 the output; its weights are the paper's W^{k+1}.
public struct Architecture: Sendable, Codable, Equatable {
  /// The number of units of every layer, inputs first.
  public let widths: [Int]

  /// - Parameter widths: at least an input and an output layer, each of one unit or more.
  public init(widths: [Int]) {
    precondition(
      widths.count >= 2 && widths.allSatisfy { $0 > 0 },
      "an architecture needs two layers or more of at least one unit, not \(widths)")
    self.widths = widths
  }

  /// The number of input units.
  public var inputs: Int { widths[0] }
  /// The number of output units.
  public var outputs: Int { widths[widths.count - 1] }
  /// The widths of the hidden layers 1…N.
  public var hidden: ArraySlice<Int> { widths[1..<(widths.count - 1)] }
  /// N.
  public var hiddenLayerCount: Int { widths.count - 2 }
  /// N + 1.
  public var connectionCount: Int { widths.count - 1 }
  /// The number of weights and biases.
  public var parameterCount: Int {
    (0..<connectionCount).reduce(0) { $0 + (widths[$1] + 1) * widths[$1 + 1] }
  }
}
