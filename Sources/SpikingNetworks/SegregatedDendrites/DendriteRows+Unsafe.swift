// SPDX-License-Identifier: GPL-3.0-or-later
//
// Whole rows at once.

extension DendriteRows {
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  mutating func fill(_ value: Scalar) {
    unsafe elements.withUnsafeMutableBufferPointer { unsafe $0.update(repeating: value) }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  mutating func fill(row: Int, _ value: Scalar) {
    unsafe withRow(row) { unsafe $0.update(repeating: value) }
  }

  /// Becomes `other`, which has the same shape, without allocating.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  mutating func assign(_ other: DendriteRows) {
    precondition(
      count == other.count && stride == other.stride,
      "[\(count), \(stride)] becomes [\(other.count), \(other.stride)]")
    unsafe elements.withUnsafeMutableBufferPointer { to in
      unsafe other.elements.withUnsafeBufferPointer { unsafe _ = to.update(fromContentsOf: $0) }
    }
  }

  /// Hands over the elements of one row.
  mutating func withRow<Result>(
    _ row: Int, _ body: (UnsafeMutableBufferPointer<Scalar>) -> Result
  ) -> Result {
    precondition(row >= 0 && row < count, "row \(row) of \(count)")
    let (first, stride) = (row * stride, stride)
    return unsafe elements.withUnsafeMutableBufferPointer {
      unsafe body(UnsafeMutableBufferPointer(rebasing: $0[first..<(first + stride)]))
    }
  }

  /// Opens a phase on presynaptic traces; see `ck_dendrite_open`.
  mutating func open(share: SIMD2<Double>, left: SIMD2<Double>) {
    unsafe elements.withUnsafeMutableBufferPointer {
      unsafe Scalar._dendriteOpen(count, share, left, $0.baseAddress!)
    }
  }
}
