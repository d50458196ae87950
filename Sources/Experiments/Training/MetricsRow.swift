// SPDX-License-Identifier: GPL-3.0-or-later

internal import Substrates

/// One row of `metrics.csv`. Errors and congruences are fractions, angles degrees, losses per
/// trial; a missing value is nil, never zero.
public struct MetricsRow: Sendable, Equatable {
  /// The columns, shared by all rows of a run.
  public let columns: [String]
  /// The values, in the order of `columns`.
  public var values: [Double?]

  /// An empty row.
  public init(columns: [String]) {
    self.columns = columns
    values = Array(repeating: nil, count: columns.count)
  }

  /// The value of a column, nil where it is missing or there is no such column.
  public subscript(_ column: String) -> Double? {
    get { columns.firstIndex(of: column).flatMap { values[$0] } }
    set { if let index = columns.firstIndex(of: column) { values[index] = newValue } }
  }

  /// The columns of an experiment, in their fixed order.
  public static func columns(for spec: ExperimentSpec) -> [String] {
    var columns = [
      "step", "samples", "wall_seconds", "train_loss", "validation_loss", "validation_error",
      "test_loss", "test_error", "reward", "baseline",
    ]
    let layers = Array(1..<max(1, spec.network.layers.count - 1))
    for layer in layers {
      columns += ["angle", "relative_error", "sign_congruence", "norm_ratio"].map {
        "\($0)_\(layer)"
      }
    }
    if spec.feedback.presentation.noise != nil {
      columns += layers.flatMap {
        ["estimator_variance_\($0)", "estimator_variance_\($0)_formula"]
      }
    }
    if spec.network.dendritic != nil {
      columns += layers.flatMap { ["single_trial_angle_\($0)", "update_angle_\($0)"] }
    }
    if spec.metrics.paper, spec.feedback.topology == .layered {
      for layer in layers {
        columns += ["paper_angle", "paper_relative_error", "paper_sign_congruence"].map {
          "\($0)_\(layer)"
        }
      }
    }
    if spec.metrics.trajectory { columns.append("paper_test_error") }
    return columns
  }
}
