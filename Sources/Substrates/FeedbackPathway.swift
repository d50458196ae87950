// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra

/// The feedback weights B and what they multiply.
///
/// Hidden layer l is taught by λ^l = s·(B^l)ᵀ, where the feedback input s is, by topology,
/// - `layered`: ẽ^{l+1} of the layer above (g_FA of the paper, after Lillicrap et al. 2016);
/// - `direct`: e^{N+1} of the outputs (g_DFA, after Nøkland 2016);
/// - `activity`: h^l itself and a constant (g(h) of the paper's section 2.4, after
///   Jaderberg et al. 2017): no error reaches the layer at all.
///
/// B^l has shape `[units of l, columns of s]`; layered feedback has the shape of W^{l+1}, the
/// weights it stands for. The paper writes B for the transpose of that in its theorems and for
/// Bᵀ in its section 4.
public struct FeedbackPathway<Scalar: NetworkScalar>: Sendable, Codable, Equatable {
  /// What B multiplies.
  public enum Topology: String, Sendable, Codable, CaseIterable { case layered, direct, activity }

  /// What B multiplies.
  public let topology: Topology
  /// B^1…B^N, from index 0.
  public var weights: [Matrix<Scalar>]
  /// The row of each B that stands for the constant unit, `[1, columns of s]`. Learned where
  /// the noise perturbs that unit, and used for nothing but the paper's own metrics: no weight
  /// leads into a constant.
  public var constantRows: [Matrix<Scalar>]

  /// Feedback that is zero everywhere.
  public init(zeroFor architecture: Architecture, topology: Topology) {
    self.topology = topology
    let columns = Self.inputWidths(architecture, topology)
    weights = zip(architecture.hidden, columns).map { Matrix(rows: $0, columns: $1) }
    constantRows = columns.map { Matrix(rows: 1, columns: $0) }
  }

  /// The number of columns of each layer's feedback input.
  public static func inputWidths(_ architecture: Architecture, _ topology: Topology) -> [Int] {
    (0..<architecture.hiddenLayerCount).map { index in
      switch topology {
      case .layered: architecture.widths[index + 2]
      case .direct: architecture.outputs
      case .activity: architecture.widths[index + 1] + 1
      }
    }
  }
}

extension TrialRecord {
  /// What B of hidden layer `index` multiplies: s, `[trials, columns of B]`.
  ///
  /// Where apical dendrites measured their teaching, what their synapses received; else by
  /// topology. For `layered` feedback the layer above must have its error already: credit goes top
  /// down.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func feedbackInput(
    ofLayer index: Int, _ topology: FeedbackPathway<Scalar>.Topology
  ) -> Matrix<Scalar> {
    if let apical = layers[index].apical { return apical.input }
    return switch topology {
    case .layered: error(aboveConnection: index + 1)
    case .direct: outputError
    case .activity: layers[index].output.appendingOnes
    }
  }
}

extension Matrix {
  /// The matrix with one more column, of ones.
  var appendingOnes: Matrix {
    var result = Matrix(rows: rows, columns: columns + 1, repeating: 1)
    for i in 0..<rows {
      for j in 0..<columns { result[i, j] = self[i, j] }
    }
    return result
  }
}
