// SPDX-License-Identifier: GPL-3.0-or-later
//
// The two precisions of a population: each requirement to the C routine of its precision, whose
// contract stands in Compartments.h. Nothing but forwarding happens here.

internal import CKernels
public import LinearAlgebra

/// The scalar that a population computes in: `Float` or `Double`.
public protocol SpikingScalar: NetworkScalar, BitwiseCopyable {
  static func _advance(
    _ cell: OpaquePointer, _ step: OpaquePointer, _ lanes: Int,
    _ state: UnsafeMutablePointer<Self>, _ refractory: UnsafePointer<Int32>,
    _ conductance: UnsafePointer<Self>?, _ current: UnsafePointer<Self>)
  static func _advanceLinear(
    _ cell: OpaquePointer, _ step: OpaquePointer, _ open: OpaquePointer,
    _ held: OpaquePointer, _ lanes: Int, _ state: UnsafeMutablePointer<Self>,
    _ refractory: UnsafePointer<Int32>, _ current: UnsafePointer<Self>)
  static func _arrive(
    _ lanes: Int, _ gain: Double, _ arrivals: UnsafeMutablePointer<Self>,
    _ target: UnsafeMutablePointer<Self>)
  static func _fire(
    _ cell: OpaquePointer, _ lanes: Int, _ cells: Int, _ refractorySteps: Int32,
    _ state: UnsafeMutablePointer<Self>, _ refractory: UnsafeMutablePointer<Int32>,
    _ fired: UnsafeMutablePointer<UInt32>
  ) -> Int
  static func _ornsteinUhlenbeck(
    _ lanes: Int, _ decay: Double, _ kick: Double, _ deviates: UnsafePointer<Float>,
    _ x: UnsafeMutablePointer<Self>)
  static func _holdConductance(
    _ lanes: Int, _ cells: Int, _ mean: Double, _ floor: Double, _ reversal: Double,
    _ x: UnsafePointer<Self>, _ conductance: UnsafeMutablePointer<Self>,
    _ current: UnsafeMutablePointer<Self>
  ) -> Int
  static func _poisson(
    _ lanes: Int, _ words: UnsafePointer<UInt32>, _ thresholds: Int,
    _ threshold: UnsafePointer<UInt32>?, _ gain: Double, _ target: UnsafeMutablePointer<Self>)
}

extension Float: SpikingScalar {
  /// ck_advance.
  public static func _advance(
    _ cell: OpaquePointer, _ step: OpaquePointer, _ lanes: Int,
    _ state: UnsafeMutablePointer<Float>, _ refractory: UnsafePointer<Int32>,
    _ conductance: UnsafePointer<Float>?, _ current: UnsafePointer<Float>
  ) {
    unsafe ck_advance_f32(
      .init(cell), .init(step), lanes, state, refractory, conductance, current)
  }

  /// ck_advance_linear.
  public static func _advanceLinear(
    _ cell: OpaquePointer, _ step: OpaquePointer, _ open: OpaquePointer,
    _ held: OpaquePointer, _ lanes: Int, _ state: UnsafeMutablePointer<Float>,
    _ refractory: UnsafePointer<Int32>, _ current: UnsafePointer<Float>
  ) {
    unsafe ck_advance_linear_f32(
      .init(cell), .init(step), .init(open), .init(held), lanes, state, refractory, current)
  }

  /// ck_arrive.
  public static func _arrive(
    _ lanes: Int, _ gain: Double, _ arrivals: UnsafeMutablePointer<Float>,
    _ target: UnsafeMutablePointer<Float>
  ) {
    unsafe ck_arrive_f32(lanes, gain, arrivals, target)
  }

  /// ck_fire.
  public static func _fire(
    _ cell: OpaquePointer, _ lanes: Int, _ cells: Int, _ refractorySteps: Int32,
    _ state: UnsafeMutablePointer<Float>, _ refractory: UnsafeMutablePointer<Int32>,
    _ fired: UnsafeMutablePointer<UInt32>
  ) -> Int {
    unsafe ck_fire_f32(
      .init(cell), lanes, cells, refractorySteps, state, refractory, fired)
  }

  /// ck_ornstein_uhlenbeck.
  public static func _ornsteinUhlenbeck(
    _ lanes: Int, _ decay: Double, _ kick: Double, _ deviates: UnsafePointer<Float>,
    _ x: UnsafeMutablePointer<Float>
  ) {
    unsafe ck_ornstein_uhlenbeck_f32(lanes, decay, kick, deviates, x)
  }

  /// ck_hold_conductance.
  public static func _holdConductance(
    _ lanes: Int, _ cells: Int, _ mean: Double, _ floor: Double, _ reversal: Double,
    _ x: UnsafePointer<Float>, _ conductance: UnsafeMutablePointer<Float>,
    _ current: UnsafeMutablePointer<Float>
  ) -> Int {
    unsafe ck_hold_conductance_f32(
      lanes, cells, mean, floor, reversal, x, conductance, current)
  }

  /// ck_poisson.
  public static func _poisson(
    _ lanes: Int, _ words: UnsafePointer<UInt32>, _ thresholds: Int,
    _ threshold: UnsafePointer<UInt32>?, _ gain: Double, _ target: UnsafeMutablePointer<Float>
  ) {
    unsafe ck_poisson_f32(lanes, words, thresholds, threshold, gain, target)
  }
}

extension Double: SpikingScalar {
  /// ck_advance.
  public static func _advance(
    _ cell: OpaquePointer, _ step: OpaquePointer, _ lanes: Int,
    _ state: UnsafeMutablePointer<Double>, _ refractory: UnsafePointer<Int32>,
    _ conductance: UnsafePointer<Double>?, _ current: UnsafePointer<Double>
  ) {
    unsafe ck_advance_f64(
      .init(cell), .init(step), lanes, state, refractory, conductance, current)
  }

  /// ck_advance_linear.
  public static func _advanceLinear(
    _ cell: OpaquePointer, _ step: OpaquePointer, _ open: OpaquePointer,
    _ held: OpaquePointer, _ lanes: Int, _ state: UnsafeMutablePointer<Double>,
    _ refractory: UnsafePointer<Int32>, _ current: UnsafePointer<Double>
  ) {
    unsafe ck_advance_linear_f64(
      .init(cell), .init(step), .init(open), .init(held), lanes, state, refractory, current)
  }

  /// ck_arrive.
  public static func _arrive(
    _ lanes: Int, _ gain: Double, _ arrivals: UnsafeMutablePointer<Double>,
    _ target: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_arrive_f64(lanes, gain, arrivals, target)
  }

  /// ck_fire.
  public static func _fire(
    _ cell: OpaquePointer, _ lanes: Int, _ cells: Int, _ refractorySteps: Int32,
    _ state: UnsafeMutablePointer<Double>, _ refractory: UnsafeMutablePointer<Int32>,
    _ fired: UnsafeMutablePointer<UInt32>
  ) -> Int {
    unsafe ck_fire_f64(
      .init(cell), lanes, cells, refractorySteps, state, refractory, fired)
  }

  /// ck_ornstein_uhlenbeck.
  public static func _ornsteinUhlenbeck(
    _ lanes: Int, _ decay: Double, _ kick: Double, _ deviates: UnsafePointer<Float>,
    _ x: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_ornstein_uhlenbeck_f64(lanes, decay, kick, deviates, x)
  }

  /// ck_hold_conductance.
  public static func _holdConductance(
    _ lanes: Int, _ cells: Int, _ mean: Double, _ floor: Double, _ reversal: Double,
    _ x: UnsafePointer<Double>, _ conductance: UnsafeMutablePointer<Double>,
    _ current: UnsafeMutablePointer<Double>
  ) -> Int {
    unsafe ck_hold_conductance_f64(
      lanes, cells, mean, floor, reversal, x, conductance, current)
  }

  /// ck_poisson.
  public static func _poisson(
    _ lanes: Int, _ words: UnsafePointer<UInt32>, _ thresholds: Int,
    _ threshold: UnsafePointer<UInt32>?, _ gain: Double, _ target: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_poisson_f64(lanes, words, thresholds, threshold, gain, target)
  }
}
