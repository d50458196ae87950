// SPDX-License-Identifier: GPL-3.0-or-later

internal import CKernels

extension RandomKey {
  /// words[i] ← word number `first + i` of step `step` under this key, uniform on 0 ..< 2³².
  ///
  /// Which word of the Philox sequence that is, `ck_words` says; any part can be drawn alone.
  public func fill(step: Int, first: Int = 0, words: UnsafeMutableBufferPointer<UInt32>) {
    precondition(step >= 0 && first >= 0, "step \(step), first \(first)")
    guard let base = words.baseAddress else { return }
    unsafe ck_words(value, UInt64(step), UInt64(first), words.count, base)
  }
}
