// SPDX-License-Identifier: GPL-3.0-or-later

public import RealModule

/// The scalar a network computes in: `Float` or `Double`.
///
/// Everything above this module is written once, generic over `NetworkScalar`; the two
/// conformances (`NetworkScalar+Unsafe.swift`) send each kernel to the C routine of its
/// precision. The requirements are the whole list of numerical kernels that Apical needs; their
/// contracts are stated in CKernels.h and their shapes are checked by the callers in this
/// module, never here.
public protocol NetworkScalar: Real, BinaryFloatingPoint, Codable, Sendable {
  /// `"float32"` or `"float64"`, as written in specs and files.
  static var precisionName: String { get }

  /// C ← alpha·op(A)·op(B) + beta·C for row-major blocks, by OpenBLAS on one thread.
  static func _multiply(
    transposeA: Bool, transposeB: Bool, rows: Int, columns: Int, inner: Int, alpha: Self,
    a: UnsafePointer<Self>, strideA: Int, b: UnsafePointer<Self>, strideB: Int, beta: Self,
    c: UnsafeMutablePointer<Self>, strideC: Int)

  static func _activate(
    _ function: Int32, _ count: Int, _ u: UnsafePointer<Self>, _ h: UnsafeMutablePointer<Self>,
    _ slope: UnsafeMutablePointer<Self>?)
  static func _prefetchRows(
    _ rows: Int, _ begins: UnsafePointer<UInt32>, _ ends: UnsafePointer<UInt32>,
    _ columns: UnsafePointer<UInt16>, _ values: UnsafePointer<Self>)
  static func _denseRows(
    _ rows: Int, _ begins: UnsafePointer<UInt32>, _ ends: UnsafePointer<UInt32>,
    _ columns: UnsafePointer<UInt16>, _ values: UnsafePointer<Self>, _ columnCount: Int,
    _ out: UnsafeMutablePointer<Self>)
  static func _sparseProduct(
    _ rows: Int, _ begins: UnsafePointer<UInt32>, _ ends: UnsafePointer<UInt32>,
    _ columns: UnsafePointer<UInt16>,
    _ values: UnsafePointer<Self>, _ columnCount: Int, _ weights: UnsafePointer<Self>,
    _ bias: UnsafePointer<Self>, _ width: Int, _ out: UnsafeMutablePointer<Self>)
  static func _sparseOuter(
    _ rows: Int, _ begins: UnsafePointer<UInt32>, _ ends: UnsafePointer<UInt32>,
    _ columns: UnsafePointer<UInt16>,
    _ values: UnsafePointer<Self>, _ columnCount: Int, _ delta: UnsafePointer<Self>,
    _ width: Int, _ alpha: Self, _ weights: UnsafeMutablePointer<Self>)
  static func _multiply(
    _ count: Int, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>,
    _ out: UnsafeMutablePointer<Self>)
  static func _add(
    _ count: Int, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>,
    _ out: UnsafeMutablePointer<Self>)
  static func _subtract(
    _ count: Int, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>,
    _ out: UnsafeMutablePointer<Self>)
  static func _axpby(
    _ count: Int, _ alpha: Self, _ x: UnsafePointer<Self>, _ beta: Self,
    _ y: UnsafeMutablePointer<Self>)
  static func _broadcastRows(
    _ rows: Int, _ columns: Int, _ row: UnsafePointer<Self>, _ out: UnsafeMutablePointer<Self>)
  static func _addColumnSums(
    _ rows: Int, _ columns: Int, _ alpha: Self, _ x: UnsafePointer<Self>,
    _ y: UnsafeMutablePointer<Self>)
  static func _estimate(
    _ rows: Int, _ columns: Int, _ scalar: UnsafePointer<Self>, _ xi: UnsafePointer<Self>,
    _ variance: UnsafePointer<Self>, _ out: UnsafeMutablePointer<Self>)
  static func _addTripleProducts(
    _ rows: Int, _ columns: Int, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>,
    _ c: UnsafePointer<Self>, _ out: UnsafeMutablePointer<Double>)
  static func _squaredError(
    _ rows: Int, _ columns: Int, _ prediction: UnsafePointer<Self>,
    _ target: UnsafePointer<Self>, _ error: UnsafeMutablePointer<Self>?,
    _ loss: UnsafeMutablePointer<Double>)
}
