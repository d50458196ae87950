// SPDX-License-Identifier: GPL-3.0-or-later

// The same calls for spans and arrays. Neither is copied.
extension ODEDriver {
  /// `advance` over a span.
  public mutating func advance(
    _ y: inout MutableSpan<Double>, from start: Double, to end: Double, continuing: Bool = false
  ) throws(ODEError) {
    try unsafe y.withUnsafeMutableBufferPointer { (state) throws(ODEError) in
      try unsafe advance(state, from: start, to: end, continuing: continuing)
    }
  }

  /// `step` over a span.
  public mutating func step(
    _ y: inout MutableSpan<Double>, _ t: inout Double, to end: Double, continuing: Bool = false
  ) throws(ODEError) {
    try unsafe y.withUnsafeMutableBufferPointer { (state) throws(ODEError) in
      try unsafe step(state, &t, to: end, continuing: continuing)
    }
  }

  /// `fixedStep` over a span.
  public mutating func fixedStep(
    _ y: inout MutableSpan<Double>, at t: Double, by h: Double, continuing: Bool = false
  ) throws(ODEError) {
    try unsafe y.withUnsafeMutableBufferPointer { (state) throws(ODEError) in
      try unsafe fixedStep(state, at: t, by: h, continuing: continuing)
    }
  }

  /// `apply` over spans.
  public mutating func apply(
    from start: Span<Double>, at t: Double, by h: Double, into y: inout MutableSpan<Double>
  ) throws(ODEError) {
    try unsafe start.withUnsafeBufferPointer { (saved) throws(ODEError) in
      try unsafe y.withUnsafeMutableBufferPointer { (state) throws(ODEError) in
        try unsafe apply(from: saved, at: t, by: h, into: state)
      }
    }
  }

  /// `locateCrossing` over spans.
  public mutating func locateCrossing(
    of component: Int, level: Double, from start: Span<Double>, at t0: Double, to t1: Double,
    _ y: inout MutableSpan<Double>, tolerance: Double = 1e-12
  ) throws(ODEError) -> Double {
    try unsafe start.withUnsafeBufferPointer { (saved) throws(ODEError) in
      try unsafe y.withUnsafeMutableBufferPointer { (state) throws(ODEError) in
        try unsafe locateCrossing(
          of: component, level: level, from: saved, at: t0, to: t1, state, tolerance: tolerance)
      }
    }
  }

  /// `advance` over an array.
  public mutating func advance(
    _ y: inout [Double], from start: Double, to end: Double, continuing: Bool = false
  ) throws(ODEError) {
    var state = y.mutableSpan
    try advance(&state, from: start, to: end, continuing: continuing)
  }

  /// `step` over an array.
  public mutating func step(
    _ y: inout [Double], _ t: inout Double, to end: Double, continuing: Bool = false
  ) throws(ODEError) {
    var state = y.mutableSpan
    try step(&state, &t, to: end, continuing: continuing)
  }

  /// `fixedStep` over an array.
  public mutating func fixedStep(
    _ y: inout [Double], at t: Double, by h: Double, continuing: Bool = false
  ) throws(ODEError) {
    var state = y.mutableSpan
    try fixedStep(&state, at: t, by: h, continuing: continuing)
  }

  /// `apply` over arrays.
  public mutating func apply(
    from start: [Double], at t: Double, by h: Double, into y: inout [Double]
  ) throws(ODEError) {
    var state = y.mutableSpan
    try apply(from: start.span, at: t, by: h, into: &state)
  }

  /// `locateCrossing` over arrays.
  public mutating func locateCrossing(
    of component: Int, level: Double, from start: [Double], at t0: Double, to t1: Double,
    _ y: inout [Double], tolerance: Double = 1e-12
  ) throws(ODEError) -> Double {
    var state = y.mutableSpan
    return try locateCrossing(
      of: component, level: level, from: start.span, at: t0, to: t1, &state, tolerance: tolerance)
  }
}
