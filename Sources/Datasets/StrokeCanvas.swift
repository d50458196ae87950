// SPDX-License-Identifier: GPL-3.0-or-later

/// A 28×28 field of distances to the ink, from which a picture is developed.
///
/// `field` holds min over segments of (distance to the segment − radius of the pen there), in
/// pixels, four neighbours of a row to a vector: inside the ink it is negative. Only pixels
/// within `reach` of a segment are visited; the others keep a large number.
struct StrokeCanvas {
  /// Pixels in a row and in a column.
  static let side = 28
  private static let vectorsPerRow = side / 4
  private static let far: Float = 1e6

  private var field = [SIMD4<Float>](
    repeating: SIMD4(repeating: far), count: side * vectorsPerRow)
  private let offsets = SIMD4<Float>(0.5, 1.5, 2.5, 3.5)

  /// Removes all ink.
  mutating func clear() {
    for index in field.indices { field[index] = SIMD4(repeating: Self.far) }
  }

  /// Draws a segment from `a` to `b`, in pixels, with a pen whose radius goes from `radiusA` to
  /// `radiusB`; pixels farther than `reach` from its edge are left alone.
  mutating func draw(
    from a: SIMD2<Float>, to b: SIMD2<Float>, radiusA: Float, radiusB: Float, reach: Float
  ) {
    let limit = Float(Self.side)
    let margin = max(radiusA, radiusB) + reach
    let low = pointwiseMin(a, b) - margin
    let high = pointwiseMax(a, b) + margin
    guard low.x < limit, low.y < limit, high.x > 0, high.y > 0 else { return }
    let firstRow = Int(max(0, low.y))
    let lastRow = Int(min(limit - 1, high.y))
    let firstVector = Int(max(0, low.x)) >> 2
    let lastVector = Int(min(limit - 1, high.x)) >> 2
    let d = b - a
    let squaredLength = d.x * d.x + d.y * d.y
    let inverse = squaredLength > 1e-9 ? 1 / squaredLength : 0
    let zero = SIMD4<Float>(repeating: 0)
    let one = SIMD4<Float>(repeating: 1)
    for row in firstRow...lastRow {
      let y = Float(row) + 0.5 - a.y
      for vector in firstVector...lastVector {
        let x = offsets + (Float(4 * vector) - a.x)
        let along = ((x * d.x + y * d.y) * inverse).clamped(lowerBound: zero, upperBound: one)
        let dx = x - along * d.x
        let dy = y - along * d.y
        let distance = (dx * dx + dy * dy).squareRoot()
        let depth = distance - (radiusA + along * (radiusB - radiusA))
        let index = row * Self.vectorsPerRow + vector
        field[index] = pointwiseMin(field[index], depth)
      }
    }
  }

  /// Calls `store` once per pixel with 255·`ink`·coverage·(1 + `grain`·ξ), cut to 0…255, where
  /// coverage falls smoothly from 1 to 0 over `edge` pixels across the border of the ink, and ξ
  /// is `noise`, one number per pixel. Paper without ink is exactly 0.
  func develop(
    ink: Float, edge: Float, grain: Float, noise: [Float], store: (_ pixel: Int, UInt8) -> Void
  ) {
    let slope = 1 / edge
    for (index, depth) in field.enumerated() {
      guard depth.min() < 0.5 * edge else {
        for lane in 0..<4 { store(4 * index + lane, 0) }
        continue
      }
      for lane in 0..<4 {
        let linear = min(1, max(0, 0.5 - depth[lane] * slope))
        let coverage = linear * linear * (3 - 2 * linear)
        let pixel = 4 * index + lane
        let value = 255 * ink * coverage * (1 + grain * noise[pixel])
        store(pixel, UInt8(min(255, max(0, value))))
      }
    }
  }
}
