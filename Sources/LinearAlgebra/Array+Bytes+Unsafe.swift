// SPDX-License-Identifier: GPL-3.0-or-later

public import Foundation

extension Array where Element: NetworkScalar {
  /// The elements' bytes. Apical runs on little-endian machines only, and says so here.
  public var littleEndianBytes: Data {
    precondition(1.littleEndian == 1, "big-endian machines are not supported")
    return unsafe withUnsafeBytes { unsafe Data($0) }
  }

  /// The elements whose bytes are `data`; a ragged end is dropped.
  public init(littleEndianBytes data: Data) {
    precondition(1.littleEndian == 1, "big-endian machines are not supported")
    let count = data.count / MemoryLayout<Element>.size
    self = unsafe Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      _ = unsafe data.copyBytes(to: buffer)
      initialized = count
    }
  }
}
