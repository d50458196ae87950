// SPDX-License-Identifier: GPL-3.0-or-later
//
// Element-wise kernels on whole matrices. Each overwrites or accumulates into the receiver.

extension Matrix {
  /// self ← a ∘ b.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func setProduct(_ a: Matrix, _ b: Matrix) {
    unsafe combine(a, b, "setProduct") { unsafe Scalar._multiply($0, $1, $2, $3) }
  }

  /// self ← a + b.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func setSum(_ a: Matrix, _ b: Matrix) {
    unsafe combine(a, b, "setSum") { unsafe Scalar._add($0, $1, $2, $3) }
  }

  /// self ← a − b.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func setDifference(_ a: Matrix, _ b: Matrix) {
    unsafe combine(a, b, "setDifference") { unsafe Scalar._subtract($0, $1, $2, $3) }
  }

  /// self ← self ∘ a.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func multiply(by a: Matrix) {
    unsafe combineInPlace(a, "multiply") { unsafe Scalar._multiply($0, $2, $1, $2) }
  }

  /// self ← self + a.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func add(_ a: Matrix) {
    unsafe combineInPlace(a, "add") { unsafe Scalar._add($0, $2, $1, $2) }
  }

  /// self ← self − a.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func subtract(_ a: Matrix) {
    unsafe combineInPlace(a, "subtract") { unsafe Scalar._subtract($0, $2, $1, $2) }
  }

  /// self ← α·a + β·self.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func scaleAndAdd(_ alpha: Scalar, _ a: Matrix, scalingSelfBy beta: Scalar = 1) {
    unsafe combineInPlace(a, "scaleAndAdd") { unsafe Scalar._axpby($0, alpha, $1, beta, $2) }
  }

  /// self ← factor·self.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func scale(by factor: Scalar) {
    for index in elements.indices { elements[index] *= factor }
  }

  /// self ← self − a ∘ b.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func subtractProduct(_ a: Matrix, _ b: Matrix) {
    checkShape(a, "subtractProduct")
    checkShape(b, "subtractProduct")
    for index in elements.indices { elements[index] -= a.elements[index] * b.elements[index] }
  }

  /// self[i, j] ← combine(self[i, j], a[i, j]).
  public mutating func combineElements(_ a: Matrix, _ combine: (Scalar, Scalar) -> Scalar) {
    checkShape(a, "combineElements")
    for index in elements.indices { elements[index] = combine(elements[index], a.elements[index]) }
  }

  /// self[i, j] ← combine(self[i, j], a[i, j], b[i, j]).
  public mutating func combineElements(
    _ a: Matrix, _ b: Matrix, _ combine: (Scalar, Scalar, Scalar) -> Scalar
  ) {
    checkShape(a, "combineElements")
    checkShape(b, "combineElements")
    for index in elements.indices {
      elements[index] = combine(elements[index], a.elements[index], b.elements[index])
    }
  }

  /// Copies the elements of `a`, keeping the receiver's storage.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func assign(_ a: Matrix) {
    unsafe combineInPlace(a, "assign") { count, from, to in
      unsafe to.update(from: from, count: count)
    }
  }

  /// self[i, j] ← scalar[i]·ξ[i, j] / variance[i, j].
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func setEstimate(scalar: [Scalar], perturbation: Matrix, variance: Matrix) {
    checkShape(perturbation, "setEstimate")
    checkShape(variance, "setEstimate")
    precondition(scalar.count == rows, "\(scalar.count) scalars for \(rows) rows")
    let (rows, columns) = (rows, columns)
    guard rows > 0, columns > 0 else { return }
    unsafe scalar.withUnsafeBufferPointer { s in
      unsafe perturbation.elements.withUnsafeBufferPointer { x in
        unsafe variance.elements.withUnsafeBufferPointer { v in
          unsafe elements.withUnsafeMutableBufferPointer { out in
            unsafe Scalar._estimate(
              rows, columns, s.baseAddress!, x.baseAddress!, v.baseAddress!, out.baseAddress!)
          }
        }
      }
    }
  }

  /// sums[i] ← sums[i] + Σ_j self[i, j]·a[i, j]·b[i, j], accumulated in `Double`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func addRowSums(times a: Matrix, _ b: Matrix, to sums: inout [Double]) {
    checkShape(a, "addRowSums")
    checkShape(b, "addRowSums")
    precondition(sums.count == rows, "\(rows) row sums into \(sums.count) places")
    guard rows > 0, columns > 0 else { return }
    unsafe elements.withUnsafeBufferPointer { x in
      unsafe a.elements.withUnsafeBufferPointer { y in
        unsafe b.elements.withUnsafeBufferPointer { z in
          unsafe sums.withUnsafeMutableBufferPointer { out in
            unsafe Scalar._addTripleProducts(
              rows, columns, x.baseAddress!, y.baseAddress!, z.baseAddress!, out.baseAddress!)
          }
        }
      }
    }
  }

  /// loss[i] ← ½ Σ_j (self[i, j] − target[i, j])², in `Double`; error ← self − target.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func squaredError(to target: Matrix, loss: inout [Double], error: inout Matrix) {
    checkShape(target, "squaredError")
    checkShape(error, "squaredError")
    precondition(loss.count == rows, "\(rows) losses into \(loss.count) places")
    guard rows > 0, columns > 0 else { return }
    unsafe elements.withUnsafeBufferPointer { p in
      unsafe target.elements.withUnsafeBufferPointer { t in
        unsafe error.elements.withUnsafeMutableBufferPointer { e in
          unsafe loss.withUnsafeMutableBufferPointer { l in
            unsafe Scalar._squaredError(
              rows, columns, p.baseAddress!, t.baseAddress!, e.baseAddress!, l.baseAddress!)
          }
        }
      }
    }
  }

  /// loss[i] ← ½ Σ_j (self[i, j] − target[i, j])², in `Double`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func squaredError(to target: Matrix, loss: inout [Double]) {
    checkShape(target, "squaredError")
    precondition(loss.count == rows, "\(rows) losses into \(loss.count) places")
    guard rows > 0, columns > 0 else { return }
    unsafe elements.withUnsafeBufferPointer { p in
      unsafe target.elements.withUnsafeBufferPointer { t in
        unsafe loss.withUnsafeMutableBufferPointer { l in
          unsafe Scalar._squaredError(
            rows, columns, p.baseAddress!, t.baseAddress!, nil, l.baseAddress!)
        }
      }
    }
  }

  /// Calls `body` with the elements' storage, for kernels of other modules.
  public mutating func withUnsafeMutableElements<R>(
    _ body: (UnsafeMutableBufferPointer<Scalar>) throws -> R
  ) rethrows -> R {
    try unsafe elements.withUnsafeMutableBufferPointer { try unsafe body($0) }
  }

  private mutating func combine(
    _ a: Matrix, _ b: Matrix, _ name: StaticString,
    _ kernel: (
      Int, UnsafePointer<Scalar>, UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>
    ) -> Void
  ) {
    checkShape(a, name)
    checkShape(b, name)
    guard !elements.isEmpty else { return }
    unsafe a.elements.withUnsafeBufferPointer { x in
      unsafe b.elements.withUnsafeBufferPointer { y in
        unsafe elements.withUnsafeMutableBufferPointer { out in
          unsafe kernel(out.count, x.baseAddress!, y.baseAddress!, out.baseAddress!)
        }
      }
    }
  }

  private mutating func combineInPlace(
    _ a: Matrix, _ name: StaticString,
    _ kernel: (Int, UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>) -> Void
  ) {
    checkShape(a, name)
    guard !elements.isEmpty else { return }
    unsafe a.elements.withUnsafeBufferPointer { x in
      unsafe elements.withUnsafeMutableBufferPointer { out in
        unsafe kernel(out.count, x.baseAddress!, out.baseAddress!)
      }
    }
  }
}
