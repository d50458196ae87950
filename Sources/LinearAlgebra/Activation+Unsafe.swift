// SPDX-License-Identifier: GPL-3.0-or-later

extension Activation {
  /// h ← φ(u), and slope ← φ′(u). All of one shape.
  public func apply<S>(to u: Matrix<S>, output h: inout Matrix<S>, slope: inout Matrix<S>) {
    u.checkShape(h, "activation")
    u.checkShape(slope, "activation")
    guard !u.elements.isEmpty else { return }
    unsafe u.elements.withUnsafeBufferPointer { x in
      unsafe h.elements.withUnsafeMutableBufferPointer { y in
        unsafe slope.elements.withUnsafeMutableBufferPointer { z in
          unsafe S._activate(kernel, x.count, x.baseAddress!, y.baseAddress!, z.baseAddress!)
        }
      }
    }
  }

  /// h ← φ(u), in place.
  public func apply<S>(inPlace h: inout Matrix<S>) {
    guard self != .identity, !h.elements.isEmpty else { return }
    unsafe h.elements.withUnsafeMutableBufferPointer { y in
      unsafe S._activate(kernel, y.count, UnsafePointer(y.baseAddress!), y.baseAddress!, nil)
    }
  }
}
