// SPDX-License-Identifier: GPL-3.0-or-later

extension Activation {
  /// h ← φ(u), and slope ← φ′(u). All of one shape.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func apply<Scalar>(
    to u: Matrix<Scalar>, output h: inout Matrix<Scalar>, slope: inout Matrix<Scalar>
  ) {
    u.checkShape(h, "activation")
    u.checkShape(slope, "activation")
    guard !u.elements.isEmpty else { return }
    unsafe u.elements.withUnsafeBufferPointer { x in
      unsafe h.elements.withUnsafeMutableBufferPointer { y in
        unsafe slope.elements.withUnsafeMutableBufferPointer { z in
          unsafe Scalar._activate(kernel, x.count, x.baseAddress!, y.baseAddress!, z.baseAddress!)
        }
      }
    }
  }

  /// h ← φ(u), in place.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func apply<Scalar>(inPlace h: inout Matrix<Scalar>) {
    guard self != .identity, !h.elements.isEmpty else { return }
    unsafe h.elements.withUnsafeMutableBufferPointer { y in
      unsafe Scalar._activate(kernel, y.count, UnsafePointer(y.baseAddress!), y.baseAddress!, nil)
    }
  }
}
