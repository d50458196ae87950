// SPDX-License-Identifier: GPL-3.0-or-later

internal import LearningRules
internal import LinearAlgebra
internal import Substrates

/// How a feedback matrix stands to the forward weights whose place it takes.
struct MatrixAgreement {
  var relativeError: Double
  var signCongruence: Double
  var normRatio: Double

  /// Compares B of hidden layer `index` with its counterpart: W^{l+1} for layered feedback, the
  /// product W^{l+1}…W^{N+1} for direct feedback (its limit in a linear network, Corollary 1).
  /// Feedback from activity has no counterpart.
  init?<Network: Substrate>(
    _ pathway: FeedbackPathway<Network.Scalar>, layer index: Int, in network: Network
  ) {
    guard let counterpart = Self.counterpart(pathway.topology, layer: index, in: network) else {
      return nil
    }
    self.init(pathway.weights[index], counterpart)
  }

  init<Scalar>(_ b: Matrix<Scalar>, _ w: Matrix<Scalar>) {
    relativeError = Alignment.relativeError(of: b, to: w)
    signCongruence = Alignment.signCongruence(b, w)
    normRatio = Alignment.normRatio(b, w)
  }

  static func counterpart<Network: Substrate>(
    _ topology: FeedbackPathway<Network.Scalar>.Topology, layer index: Int, in network: Network
  ) -> Matrix<Network.Scalar>? {
    switch topology {
    case .layered: return network.connection(index + 1).weights
    case .activity: return nil
    case .direct:
      var product = network.connection(index + 1).weights
      for k in (index + 2)..<max(index + 2, network.architecture.connectionCount) {
        let factor = network.connection(k).weights
        var next = Matrix<Network.Scalar>(rows: product.rows, columns: factor.columns)
        next.accumulateProduct(product, .plain, factor, .plain)
        product = next
      }
      return product
    }
  }
}

/// The paper's own measures (its code; paper-experiments notes 1.10), named apart because they
/// flatter: one sample, an angle folded at 90°, both sides fed with the same synthetic ẽ, before
/// φ′, and the row of the constant unit counted in.
struct PaperAgreement {
  var angle: Double?
  var relativeError: Double
  var signCongruence: Double

  /// - Parameter record: a quiet presentation of one sample, credited through `pathway`.
  init<Network: Substrate>(
    _ pathway: FeedbackPathway<Network.Scalar>, layer index: Int, in network: Network,
    record: TrialRecord<Network.Scalar>
  ) {
    typealias Scalar = Network.Scalar
    let connection = network.connection(index + 1)
    let b = Alignment.stacked(pathway.weights[index], pathway.constantRows[index].row(0))
    let w = Alignment.stacked(connection.weights, connection.biases)
    relativeError = Alignment.relativeError(of: b, to: w)
    signCongruence = Alignment.signCongruence(b, w)
    let error = record.error(aboveConnection: index + 1)
    var through = Matrix<Scalar>(rows: record.trials, columns: b.rows)
    Connection.adjoint(of: error, through: b, into: &through)
    var truth = through
    Connection.adjoint(of: error, through: w, into: &truth)
    angle = Alignment.angle(through.row(0), truth.row(0)).map { $0 > 90 ? 180 - $0 : $0 }
  }
}
