// SPDX-License-Identifier: GPL-3.0-or-later

internal import CKernels

/// The counter-based generator Philox4x32-10, one block at a time.
public enum Philox {
  /// Four 32-bit words, a pure function of a 128-bit counter (low word first) and a 64-bit key.
  public static func block(
    counter: (UInt32, UInt32, UInt32, UInt32), key: UInt64
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    let counterWords = [counter.0, counter.1, counter.2, counter.3]
    let keyWords = [UInt32(truncatingIfNeeded: key), UInt32(key >> 32)]
    var words: [UInt32] = [0, 0, 0, 0]
    unsafe ck_philox4x32(counterWords, keyWords, &words)
    return (words[0], words[1], words[2], words[3])
  }
}
