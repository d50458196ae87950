// SPDX-License-Identifier: GPL-3.0-or-later

struct Figure4 {
  let request: ReproductionRequest
  init(_ request: ReproductionRequest) { self.request = request }
  func table(_ tell: @escaping @Sendable (String) -> Void) throws -> ReproductionTable {
    ReproductionTable(title: "", notes: [], rows: [])
  }
}
