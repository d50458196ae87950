// SPDX-License-Identifier: GPL-3.0-or-later

internal import COpenBLAS

/// What BLAS is doing the products.
public enum LinearAlgebraRuntime {
  /// Asks OpenBLAS for one thread. OpenBLAS blocks its products differently for different
  /// numbers of threads, so results would depend on the machine; Apical spreads trials over
  /// threads itself. Called once, before the first product.
  public static func useOneThread() {
    openblas_set_num_threads(1)
  }

  /// OpenBLAS's configuration and the kernel it chose for this processor.
  public static var description: String {
    let configuration = unsafe String(cString: openblas_get_config())
    let core = unsafe String(cString: openblas_get_corename())
    return "\(configuration.split(separator: " ").prefix(2).joined(separator: " ")), kernel \(core)"
  }
}
