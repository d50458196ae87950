// SPDX-License-Identifier: GPL-3.0-or-later
//
// The two conformances of NetworkScalar: each requirement to the C routine of its precision.
// Nothing but forwarding happens here.

internal import CKernels
internal import COpenBLAS
public import RealModule

extension Float: NetworkScalar {
  /// The name in specifications and files.
  public static var precisionName: String { "float32" }

  /// General product, or element-wise product; see `NetworkScalar` and CKernels.h.
  public static func _multiply(
    transposeA: Bool, transposeB: Bool, rows: Int, columns: Int, inner: Int, alpha: Float,
    a: UnsafePointer<Float>, strideA: Int, b: UnsafePointer<Float>, strideB: Int, beta: Float,
    c: UnsafeMutablePointer<Float>, strideC: Int
  ) {
    unsafe cblas_sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans,
      transposeB ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns), blasint(inner),
      alpha, a, blasint(strideA), b, blasint(strideB), beta, c, blasint(strideC))
  }

  /// ck_activate.
  public static func _activate(
    _ function: Int32, _ count: Int, _ u: UnsafePointer<Float>, _ h: UnsafeMutablePointer<Float>,
    _ slope: UnsafeMutablePointer<Float>?
  ) {
    unsafe ck_activate_f32(function, count, u, h, slope)
  }

  /// ck_prefetch_rows.
  public static func _prefetchRows(
    _ rows: Int, _ begins: UnsafePointer<UInt32>, _ ends: UnsafePointer<UInt32>,
    _ columns: UnsafePointer<UInt16>, _ values: UnsafePointer<Float>
  ) {
    unsafe ck_prefetch_rows_f32(rows, begins, ends, columns, values)
  }

  /// ck_dense_rows.
  public static func _denseRows(
    _ rows: Int, _ begins: UnsafePointer<UInt32>, _ ends: UnsafePointer<UInt32>,
    _ columns: UnsafePointer<UInt16>, _ values: UnsafePointer<Float>, _ columnCount: Int,
    _ out: UnsafeMutablePointer<Float>
  ) {
    unsafe ck_dense_rows_f32(rows, begins, ends, columns, values, columnCount, out)
  }

  /// ck_sparse_product.
  public static func _sparseProduct(
    _ rows: Int, _ begins: UnsafePointer<UInt32>, _ ends: UnsafePointer<UInt32>,
    _ columns: UnsafePointer<UInt16>,
    _ values: UnsafePointer<Float>, _ columnCount: Int, _ weights: UnsafePointer<Float>,
    _ bias: UnsafePointer<Float>, _ width: Int, _ out: UnsafeMutablePointer<Float>
  ) {
    unsafe ck_sparse_product_f32(
      rows, begins, ends, columns, values, columnCount, weights, bias, width, out)
  }

  /// ck_sparse_outer.
  public static func _sparseOuter(
    _ rows: Int, _ begins: UnsafePointer<UInt32>, _ ends: UnsafePointer<UInt32>,
    _ columns: UnsafePointer<UInt16>,
    _ values: UnsafePointer<Float>, _ columnCount: Int, _ delta: UnsafePointer<Float>,
    _ width: Int, _ alpha: Float, _ weights: UnsafeMutablePointer<Float>
  ) {
    unsafe ck_sparse_outer_f32(
      rows, begins, ends, columns, values, columnCount, delta, width, alpha, weights)
  }

  /// General product, or element-wise product; see `NetworkScalar` and CKernels.h.
  public static func _multiply(
    _ count: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ out: UnsafeMutablePointer<Float>
  ) {
    unsafe ck_multiply_f32(count, a, b, out)
  }

  /// ck_add.
  public static func _add(
    _ count: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ out: UnsafeMutablePointer<Float>
  ) {
    unsafe ck_add_f32(count, a, b, out)
  }

  /// ck_subtract.
  public static func _subtract(
    _ count: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ out: UnsafeMutablePointer<Float>
  ) {
    unsafe ck_subtract_f32(count, a, b, out)
  }

  /// ck_axpby.
  public static func _axpby(
    _ count: Int, _ alpha: Float, _ x: UnsafePointer<Float>, _ beta: Float,
    _ y: UnsafeMutablePointer<Float>
  ) {
    unsafe ck_axpby_f32(count, alpha, x, beta, y)
  }

  /// ck_broadcast_rows.
  public static func _broadcastRows(
    _ rows: Int, _ columns: Int, _ row: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>
  ) {
    unsafe ck_broadcast_rows_f32(rows, columns, row, out)
  }

  /// ck_add_column_sums.
  public static func _addColumnSums(
    _ rows: Int, _ columns: Int, _ alpha: Float, _ x: UnsafePointer<Float>,
    _ y: UnsafeMutablePointer<Float>
  ) {
    unsafe ck_add_column_sums_f32(rows, columns, alpha, x, y)
  }

  /// ck_estimate.
  public static func _estimate(
    _ rows: Int, _ columns: Int, _ scalar: UnsafePointer<Float>, _ xi: UnsafePointer<Float>,
    _ variance: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>
  ) {
    unsafe ck_estimate_f32(rows, columns, scalar, xi, variance, out)
  }

  /// ck_add_triple_products.
  public static func _addTripleProducts(
    _ rows: Int, _ columns: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ c: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_add_triple_products_f32(rows, columns, a, b, c, out)
  }

  /// ck_squared_error.
  public static func _squaredError(
    _ rows: Int, _ columns: Int, _ prediction: UnsafePointer<Float>,
    _ target: UnsafePointer<Float>, _ error: UnsafeMutablePointer<Float>?,
    _ loss: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_squared_error_f32(rows, columns, prediction, target, error, loss)
  }
}

extension Double: NetworkScalar {
  /// The name in specifications and files.
  public static var precisionName: String { "float64" }

  /// General product, or element-wise product; see `NetworkScalar` and CKernels.h.
  public static func _multiply(
    transposeA: Bool, transposeB: Bool, rows: Int, columns: Int, inner: Int, alpha: Double,
    a: UnsafePointer<Double>, strideA: Int, b: UnsafePointer<Double>, strideB: Int, beta: Double,
    c: UnsafeMutablePointer<Double>, strideC: Int
  ) {
    unsafe cblas_dgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans,
      transposeB ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns), blasint(inner),
      alpha, a, blasint(strideA), b, blasint(strideB), beta, c, blasint(strideC))
  }

  /// ck_activate.
  public static func _activate(
    _ function: Int32, _ count: Int, _ u: UnsafePointer<Double>, _ h: UnsafeMutablePointer<Double>,
    _ slope: UnsafeMutablePointer<Double>?
  ) {
    unsafe ck_activate_f64(function, count, u, h, slope)
  }

  /// ck_prefetch_rows.
  public static func _prefetchRows(
    _ rows: Int, _ begins: UnsafePointer<UInt32>, _ ends: UnsafePointer<UInt32>,
    _ columns: UnsafePointer<UInt16>, _ values: UnsafePointer<Double>
  ) {
    unsafe ck_prefetch_rows_f64(rows, begins, ends, columns, values)
  }

  /// ck_dense_rows.
  public static func _denseRows(
    _ rows: Int, _ begins: UnsafePointer<UInt32>, _ ends: UnsafePointer<UInt32>,
    _ columns: UnsafePointer<UInt16>, _ values: UnsafePointer<Double>, _ columnCount: Int,
    _ out: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_dense_rows_f64(rows, begins, ends, columns, values, columnCount, out)
  }

  /// ck_sparse_product.
  public static func _sparseProduct(
    _ rows: Int, _ begins: UnsafePointer<UInt32>, _ ends: UnsafePointer<UInt32>,
    _ columns: UnsafePointer<UInt16>,
    _ values: UnsafePointer<Double>, _ columnCount: Int, _ weights: UnsafePointer<Double>,
    _ bias: UnsafePointer<Double>, _ width: Int, _ out: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_sparse_product_f64(
      rows, begins, ends, columns, values, columnCount, weights, bias, width, out)
  }

  /// ck_sparse_outer.
  public static func _sparseOuter(
    _ rows: Int, _ begins: UnsafePointer<UInt32>, _ ends: UnsafePointer<UInt32>,
    _ columns: UnsafePointer<UInt16>,
    _ values: UnsafePointer<Double>, _ columnCount: Int, _ delta: UnsafePointer<Double>,
    _ width: Int, _ alpha: Double, _ weights: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_sparse_outer_f64(
      rows, begins, ends, columns, values, columnCount, delta, width, alpha, weights)
  }

  /// General product, or element-wise product; see `NetworkScalar` and CKernels.h.
  public static func _multiply(
    _ count: Int, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>,
    _ out: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_multiply_f64(count, a, b, out)
  }

  /// ck_add.
  public static func _add(
    _ count: Int, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>,
    _ out: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_add_f64(count, a, b, out)
  }

  /// ck_subtract.
  public static func _subtract(
    _ count: Int, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>,
    _ out: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_subtract_f64(count, a, b, out)
  }

  /// ck_axpby.
  public static func _axpby(
    _ count: Int, _ alpha: Double, _ x: UnsafePointer<Double>, _ beta: Double,
    _ y: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_axpby_f64(count, alpha, x, beta, y)
  }

  /// ck_broadcast_rows.
  public static func _broadcastRows(
    _ rows: Int, _ columns: Int, _ row: UnsafePointer<Double>, _ out: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_broadcast_rows_f64(rows, columns, row, out)
  }

  /// ck_add_column_sums.
  public static func _addColumnSums(
    _ rows: Int, _ columns: Int, _ alpha: Double, _ x: UnsafePointer<Double>,
    _ y: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_add_column_sums_f64(rows, columns, alpha, x, y)
  }

  /// ck_estimate.
  public static func _estimate(
    _ rows: Int, _ columns: Int, _ scalar: UnsafePointer<Double>, _ xi: UnsafePointer<Double>,
    _ variance: UnsafePointer<Double>, _ out: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_estimate_f64(rows, columns, scalar, xi, variance, out)
  }

  /// ck_add_triple_products.
  public static func _addTripleProducts(
    _ rows: Int, _ columns: Int, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>,
    _ c: UnsafePointer<Double>, _ out: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_add_triple_products_f64(rows, columns, a, b, c, out)
  }

  /// ck_squared_error.
  public static func _squaredError(
    _ rows: Int, _ columns: Int, _ prediction: UnsafePointer<Double>,
    _ target: UnsafePointer<Double>, _ error: UnsafeMutablePointer<Double>?,
    _ loss: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_squared_error_f64(rows, columns, prediction, target, error, loss)
  }
}
