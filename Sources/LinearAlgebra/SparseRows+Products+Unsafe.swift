// SPDX-License-Identifier: GPL-3.0-or-later

extension SparseRows {
  /// out ← bias + x·weights, for weights `[columns, width]` and out `[rows, width]`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func product(_ weights: Matrix<Scalar>, bias: [Scalar], into out: inout Matrix<Scalar>) {
    precondition(
      weights.rows == columns && weights.columns == bias.count && out.rows == rows
        && out.columns == bias.count,
      "sparse product: [\(rows), \(columns)] times [\(weights.rows), \(weights.columns)] plus \(bias.count) biases into [\(out.rows), \(out.columns)]"
    )
    guard rows > 0, !bias.isEmpty else { return }
    guard entryCount > 0 else {
      out.setRows(to: bias)
      return
    }
    let (rows, columnCount) = (rows, columns)
    unsafe withUnsafeEntries { begins, ends, columns, values in
      unsafe weights.elements.withUnsafeBufferPointer { weights in
        unsafe bias.withUnsafeBufferPointer { bias in
          unsafe out.elements.withUnsafeMutableBufferPointer { out in
            unsafe Scalar._sparseProduct(
              rows, begins, ends, columns, values, columnCount, weights.baseAddress!,
              bias.baseAddress!, bias.count, out.baseAddress!)
          }
        }
      }
    }
  }

  /// Brings the entries nearer to the processor, for a product that comes soon: rows of a batch
  /// lie anywhere in memory. Has no result.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func prefetch() {
    guard rows > 0, entryCount > 0 else { return }
    let rows = rows
    unsafe withUnsafeEntries { begins, ends, columns, values in
      unsafe Scalar._prefetchRows(rows, begins, ends, columns, values)
    }
  }

  /// The four arrays as pointers; there must be an entry and a row.
  fileprivate func withUnsafeEntries(
    _ body: (
      UnsafePointer<UInt32>, UnsafePointer<UInt32>, UnsafePointer<UInt16>, UnsafePointer<Scalar>
    ) -> Void
  ) {
    unsafe begins.withUnsafeBufferPointer { begins in
      unsafe ends.withUnsafeBufferPointer { ends in
        unsafe columnIndices.withUnsafeBufferPointer { columns in
          unsafe values.withUnsafeBufferPointer { values in
            unsafe body(
              begins.baseAddress!, ends.baseAddress!, columns.baseAddress!, values.baseAddress!)
          }
        }
      }
    }
  }

  /// weights ← weights + α·xᵀ·δ, for δ `[rows, width]` and weights `[columns, width]`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func accumulateOuterProduct(
    _ delta: Matrix<Scalar>, alpha: Scalar, into weights: inout Matrix<Scalar>
  ) {
    precondition(
      weights.rows == columns && weights.columns == delta.columns && delta.rows == rows,
      "sparse outer product: [\(rows), \(columns)]ᵀ times [\(delta.rows), \(delta.columns)] into [\(weights.rows), \(weights.columns)]"
    )
    guard rows > 0, delta.columns > 0, entryCount > 0 else { return }
    let columnCount = columns
    let rows = rows
    unsafe withUnsafeEntries { begins, ends, columns, values in
      unsafe delta.elements.withUnsafeBufferPointer { delta0 in
        unsafe weights.elements.withUnsafeMutableBufferPointer { weights in
          unsafe Scalar._sparseOuter(
            rows, begins, ends, columns, values, columnCount, delta0.baseAddress!,
            delta.columns, alpha, weights.baseAddress!)
        }
      }
    }
  }
}

extension Matrix {
  /// Becomes the dense form of `rows`, which must have this shape.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func setRows(from rows: SparseRows<Scalar>) {
    precondition(
      rows.rows == self.rows && rows.columns == columns,
      "sparse [\(rows.rows), \(rows.columns)] into [\(self.rows), \(columns)]")
    guard rows.entryCount > 0 else {
      fill(0)
      return
    }
    let (count, width) = (self.rows, columns)
    unsafe rows.withUnsafeEntries { begins, ends, columns, values in
      unsafe elements.withUnsafeMutableBufferPointer { out in
        unsafe Scalar._denseRows(count, begins, ends, columns, values, width, out.baseAddress!)
      }
    }
  }
}
