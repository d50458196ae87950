// SPDX-License-Identifier: GPL-3.0-or-later
//
// Bytes to sparse rows. Goals, in order: the entries `SparseRows.init(_: Matrix)` would find
// (tested); one exact allocation per array; speed, because start-up waits for it: the bytes are
// read eight at a time, and eight zeros, the common case, cost one comparison.

public import LinearAlgebra

extension LabelledImages {
  /// The non-zero pixels/255 of every image, `[count, pixelCount]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func inputs<S: NetworkScalar>(of type: S.Type = S.self) -> SparseRows<S> {
    let table = Self.intensities(type)
    let rows = count
    let columns = pixelCount
    return unsafe pixels.withUnsafeBytes { bytes in
      var starts: [UInt32] = []
      starts.reserveCapacity(rows + 1)
      starts.append(0)
      var total = 0
      for row in 0..<rows {
        total += unsafe Self.nonZeroCount(bytes, from: row * columns, count: columns)
        starts.append(UInt32(total))
      }
      var columnIndices: [UInt16] = []
      let values = unsafe [S](unsafeUninitializedCapacity: total) { values, valueCount in
        unsafe values.adviseLargePages()
        columnIndices = unsafe [UInt16](unsafeUninitializedCapacity: total) { indices, count in
          unsafe indices.adviseLargePages()
          unsafe table.withUnsafeBufferPointer { table in
            var entry = 0
            for row in 0..<rows {
              unsafe Self.collect(
                bytes, from: row * columns, count: columns, table: table, entry: &entry,
                indices: indices, values: values)
            }
          }
          count = total
        }
        valueCount = total
      }
      return SparseRows(
        uncheckedStarts: starts, columnIndices: columnIndices, values: values, columns: columns)
    }
  }

  /// The number of bytes that are not 0.
  private static func nonZeroCount(
    _ bytes: UnsafeRawBufferPointer, from first: Int, count: Int
  ) -> Int {
    var result = 0
    var offset = 0
    while offset + 8 <= count {
      let word = unsafe bytes.loadUnaligned(fromByteOffset: first + offset, as: UInt64.self)
      if word != 0 {
        // The top bit of each byte: whether any of its bits is set.
        let low: UInt64 = 0x7f7f_7f7f_7f7f_7f7f
        result += ((((word & low) &+ low) | word) & ~low).nonzeroBitCount
      }
      offset += 8
    }
    while offset < count {
      if unsafe bytes[first + offset] != 0 { result += 1 }
      offset += 1
    }
    return result
  }

  /// Writes the entries of one row, from `entry` on.
  private static func collect<S: NetworkScalar>(
    _ bytes: UnsafeRawBufferPointer, from first: Int, count: Int,
    table: UnsafeBufferPointer<S>, entry: inout Int,
    indices: UnsafeMutableBufferPointer<UInt16>, values: UnsafeMutableBufferPointer<S>
  ) {
    guard let table = table.baseAddress, let indices = indices.baseAddress,
      let values = values.baseAddress
    else { return }
    var next = entry
    var offset = 0
    while offset + 8 <= count {
      let loaded = unsafe bytes.loadUnaligned(fromByteOffset: first + offset, as: UInt64.self)
      var word = UInt64(littleEndian: loaded)
      while word != 0 {
        // To the lowest byte that is not zero.
        let byte = word.trailingZeroBitCount >> 3
        let shift = UInt64(truncatingIfNeeded: byte << 3)
        let pixel = Int((word &>> shift) & 0xff)
        unsafe indices.advanced(by: next).initialize(to: UInt16(truncatingIfNeeded: offset + byte))
        unsafe values.advanced(by: next).initialize(to: table[pixel])
        next += 1
        word &= ~(0xff &<< shift)
      }
      offset += 8
    }
    while offset < count {
      let pixel = unsafe Int(bytes[first + offset])
      if pixel != 0 {
        unsafe indices.advanced(by: next).initialize(to: UInt16(truncatingIfNeeded: offset))
        unsafe values.advanced(by: next).initialize(to: table[pixel])
        next += 1
      }
      offset += 1
    }
    entry = next
  }
}
