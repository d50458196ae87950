// SPDX-License-Identifier: GPL-3.0-or-later

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

extension UnsafeMutableBufferPointer {
  /// Asks Linux for large pages under a buffer of many megabytes that is about to be written
  /// for the first time: without them, the page faults of a data set cost more than its
  /// conversion. A hint; nothing depends on it.
  func adviseLargePages() {
    #if os(Linux)
      let size = count * MemoryLayout<Element>.stride
      guard size >= 1 << 22, let base = baseAddress else { return }
      let page = 4096
      let address = Int(bitPattern: base)
      let first = (address + page - 1) / page * page
      let last = (address + size) / page * page
      _ = unsafe madvise(UnsafeMutableRawPointer(bitPattern: first), last - first, MADV_HUGEPAGE)
    #endif
  }
}
