// SPDX-License-Identifier: GPL-3.0-or-later

internal import CGSL

/// A system of ordinary differential equations y′ = f(t, y) of fixed dimension n, with or without
/// its Jacobian J_ij = ∂f_i/∂y_j and ∂f_i/∂t; time in ms.
///
/// The right-hand side is a Swift closure over spans, or a C function where it is hot: a closure
/// costs about 2 ns more per call. It may read parameters that change between calls of a driver
/// (an injected current, a held conductance): the driver is then not `continuing`.
///
/// Not `Sendable`: the right-hand side may keep state. One system per cell, or one per thread.
@safe public final class ODESystem {
  /// dydt[i] = f_i(t, y); all of `dydt` must be written.
  public typealias Derivatives = (_ t: Double, _ y: Span<Double>, _ dydt: inout MutableSpan<Double>)
    -> Void
  /// dfdy[i·n + j] = ∂f_i/∂y_j, row-major, and dfdt[i] = ∂f_i/∂t; all of both must be written.
  public typealias Jacobian = (
    _ t: Double, _ y: Span<Double>, _ dfdy: inout MutableSpan<Double>,
    _ dfdt: inout MutableSpan<Double>
  ) -> Void
  /// (t, y, dydt, parameters) → 0, or a code that refuses the step: GSL then tries a shorter
  /// one, unless the code is 9 (`GSL_EBADFUNC`), which ends the integration.
  public typealias CDerivatives =
    @convention(c) (
      Double, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?, UnsafeMutableRawPointer?
    ) -> Int32
  /// (t, y, dfdy, dfdt, parameters) → 0 or a code, as `CDerivatives`.
  public typealias CJacobian =
    @convention(c) (
      Double, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?, UnsafeMutablePointer<Double>?,
      UnsafeMutableRawPointer?
    ) -> Int32

  /// The number n of components.
  public let dimension: Int
  /// Whether the system can give its Jacobian.
  public let hasJacobian: Bool

  /// GSL keeps the address of this, so it has one for life.
  let pointer: UnsafeMutablePointer<gsl_odeiv2_system>
  private let derivatives: Derivatives?
  private let jacobian: Jacobian?

  /// A system of `dimension` components.
  ///
  /// - Precondition: `dimension` > 0.
  public init(
    dimension: Int, derivatives: @escaping Derivatives, jacobian: Jacobian? = nil
  ) {
    precondition(dimension > 0, "a system of \(dimension) equations")
    self.dimension = dimension
    hasJacobian = jacobian != nil
    self.derivatives = derivatives
    self.jacobian = jacobian
    unsafe pointer = .allocate(capacity: 1)
    unsafe pointer.initialize(
      to: gsl_odeiv2_system(
        function: unsafe callDerivatives, jacobian: jacobian == nil ? nil : unsafe callJacobian,
        dimension: dimension, params: nil))
    unsafe pointer.pointee.params = Unmanaged.passUnretained(self).toOpaque()
  }

  /// A system whose right-hand side is a C function. `parameters` is handed to it as it is and
  /// must outlive the system.
  ///
  /// - Precondition: `dimension` > 0.
  @unsafe public init(
    dimension: Int, function: @escaping CDerivatives, jacobian: CJacobian? = nil,
    parameters: UnsafeMutableRawPointer?
  ) {
    precondition(dimension > 0, "a system of \(dimension) equations")
    self.dimension = dimension
    hasJacobian = unsafe jacobian != nil
    derivatives = nil
    self.jacobian = nil
    unsafe pointer = .allocate(capacity: 1)
    unsafe pointer.initialize(
      to: gsl_odeiv2_system(
        function: function, jacobian: jacobian, dimension: dimension, params: parameters))
  }

  deinit { unsafe pointer.deallocate() }

  /// f(t, y) into `dydt`; both hold `dimension` numbers. Returns the code of the right-hand side.
  func evaluate(
    _ t: Double, _ y: UnsafePointer<Double>, _ dydt: UnsafeMutablePointer<Double>
  ) -> Int32 {
    unsafe pointer.pointee.function(t, y, dydt, pointer.pointee.params)
  }

  fileprivate func call(
    _ t: Double, _ y: UnsafePointer<Double>, _ dydt: UnsafeMutablePointer<Double>
  ) {
    var out = unsafe MutableSpan(_unsafeStart: dydt, count: dimension)
    derivatives!(t, unsafe Span(_unsafeStart: y, count: dimension), &out)
  }

  fileprivate func call(
    _ t: Double, _ y: UnsafePointer<Double>, _ dfdy: UnsafeMutablePointer<Double>,
    _ dfdt: UnsafeMutablePointer<Double>
  ) {
    var matrix = unsafe MutableSpan(_unsafeStart: dfdy, count: dimension * dimension)
    var slope = unsafe MutableSpan(_unsafeStart: dfdt, count: dimension)
    jacobian!(
      t, unsafe Span(_unsafeStart: y, count: dimension), &matrix, &slope)
  }
}

private let callDerivatives: ODESystem.CDerivatives = { t, y, dydt, system in
  unsafe Unmanaged<ODESystem>.fromOpaque(system!)._withUnsafeGuaranteedRef {
    unsafe $0.call(t, y!, dydt!)
  }
  return 0
}

private let callJacobian: ODESystem.CJacobian = { t, y, dfdy, dfdt, system in
  unsafe Unmanaged<ODESystem>.fromOpaque(system!)._withUnsafeGuaranteedRef {
    unsafe $0.call(t, y!, dfdy!, dfdt!)
  }
  return 0
}
