// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import TestSupport
import Testing

@Suite struct BLASBindingKnownAnswerTests {
  #if os(Linux)
    @Test(
      "Products and solves bind to OpenBLAS, not to GSL's slow one",
      arguments: ["cblas_sgemm", "cblas_dgemm", "dposv_", "openblas_get_config"])
    func library(_ symbol: String) throws {
      let library = try #require(DynamicSymbols.library(of: symbol))
      #expect(library.contains("openblas") && !library.contains("gslcblas"), "\(library)")
    }

    @Test("The check would notice another library: GSL's functions are not OpenBLAS's")
    func control() throws {
      let library = try #require(DynamicSymbols.library(of: "gsl_rng_alloc"))
      #expect(!library.contains("openblas"))
      #expect(DynamicSymbols.library(of: "no_such_function_of_any_library") == nil)
    }
  #endif

  @Test("OpenBLAS is asked for one thread and keeps to it")
  func threads() {
    LinearAlgebraRuntime.useOneThread()
    #expect(DynamicSymbols.call("openblas_get_num_threads") == 1)
  }

  @Test("The description names OpenBLAS, its version and the kernel in use")
  func description() {
    let text = LinearAlgebraRuntime.description
    #expect(text.hasPrefix("OpenBLAS 0.") && text.contains(", kernel "), "\(text)")
  }
}
