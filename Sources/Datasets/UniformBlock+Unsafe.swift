// SPDX-License-Identifier: GPL-3.0-or-later

internal import RandomStreams

extension RandomKey {
  /// values[i] ← uniform deviate number i of `step`, with mean 0 and variance 1, on (−√3, √3).
  func fillUniform(_ values: inout [Float], step: Int) {
    unsafe values.withUnsafeMutableBufferPointer {
      unsafe fill(.uniform, scale: 1, step: step, into: $0)
    }
  }
}
