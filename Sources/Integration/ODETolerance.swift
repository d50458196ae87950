// SPDX-License-Identifier: GPL-3.0-or-later

/// The error that one adaptive step may make, per component i:
///
///     |error_i| ≤ 1.1 · (absolute · scale_i + relative · |y_i|),   scale_i = 1 unless given,
///
/// GSL's `gsl_odeiv2_control_y_new` and `_scaled_new` (reference manual, "Adaptive Step-size
/// Control"); the factor 1.1 is GSL's. It bounds the *local* error: what accumulates is the
/// equation's affair.
public struct ODETolerance: Sendable, Hashable {
  /// In the unit of the components (mV, nS), times `scales`; above 0, because every conductance
  /// starts at 0, where a relative tolerance alone asks for no error at all.
  public let absolute: Double
  /// A fraction of |y|; 0 or above.
  public let relative: Double
  /// One factor above 0 per component, or nil for 1.
  public let scales: [Double]?

  /// - Throws: `IntegrationSetupError` where a number is outside its range.
  public init(
    absolute: Double, relative: Double = 0, scales: [Double]? = nil
  ) throws(IntegrationSetupError) {
    try IntegrationSetupError.requirePositive(absolute, "absolute tolerance")
    try IntegrationSetupError.requireNotNegative(relative, "relative tolerance")
    for scale in scales ?? [] {
      try IntegrationSetupError.requirePositive(scale, "scale of a tolerance")
    }
    self.absolute = absolute
    self.relative = relative
    self.scales = scales
  }

  private init(absolute: Double) {
    self.absolute = absolute
    relative = 0
    scales = nil
  }

  /// NEST's default for its conductance-based models: 10⁻³, absolute.
  public static let nest = ODETolerance(absolute: 1e-3)
}
