// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

/// A block of numbers at a fixed address, for kernels on several threads.
///
/// An array would be copied or checked for uniqueness where threads share it. Whoever hands
/// `base` to threads makes sure that no two of them touch the same elements.
@safe final class Storage<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  let count: Int
  let base: UnsafeMutablePointer<Element>

  /// `count` elements equal to `value`.
  init(_ count: Int, repeating value: Element) {
    precondition(count >= 0, "a storage of \(count) elements")
    self.count = count
    unsafe base = UnsafeMutablePointer<Element>.allocate(capacity: max(count, 1))
    unsafe base.initialize(repeating: value, count: count)
  }

  deinit { unsafe base.deallocate() }

  subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count)
      return unsafe base[index]
    }
    set {
      precondition(index >= 0 && index < count)
      unsafe base[index] = newValue
    }
  }

  /// A copy of the elements.
  var elements: [Element] {
    get { unsafe Array(UnsafeBufferPointer(start: base, count: count)) }
    set {
      precondition(newValue.count == count, "\(newValue.count) elements for \(count) places")
      for (index, value) in newValue.enumerated() { unsafe base[index] = value }
    }
  }

  /// The bytes of the elements, as the machine has them.
  ///
  /// - Precondition: what is set has the bytes of `count` elements.
  var bytes: Data {
    get { unsafe Data(bytes: base, count: count * MemoryLayout<Element>.stride) }
    set {
      let size = count * MemoryLayout<Element>.stride
      precondition(newValue.count == size, "\(newValue.count) bytes for \(size)")
      _ = unsafe newValue.copyBytes(to: UnsafeMutableRawBufferPointer(start: base, count: size))
    }
  }

  /// Sets every element.
  func fill(_ value: Element) { unsafe base.update(repeating: value, count: count) }
}
