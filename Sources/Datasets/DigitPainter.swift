// SPDX-License-Identifier: GPL-3.0-or-later

internal import RandomStreams

/// How much the digits of `synthetic-digits` vary. Numbers beside ± are half ranges of uniform
/// distributions; lengths are in units of the digit's height unless pixels are named.
///
/// The values are calibrated, not derived: see `SyntheticDigits` for what they achieve. They are
/// part of the data set's definition and change only with its version.
struct DigitVariation: Sendable {
  /// Height of a digit in pixels, and its ± variation.
  var height: Float = 17.5
  var heightRange: Float = 1
  /// Width relative to the skeleton's, and its ± variation.
  var width: Float = 1
  var widthRange: Float = 0.12
  /// ± rotation in radians.
  var rotation: Float = 0.16
  /// Slant to the right (shear), and its ± variation.
  var slant: Float = 0.15
  var slantRange: Float = 0.22
  /// ± displacement of the centre, in pixels.
  var shift: Float = 2.75
  /// ± displacement of each point that the pen passes.
  var wobble: Float = 0.03
  /// Amplitude of the smooth (elastic) distortion, per wave.
  var elastic: Float = 0.02
  /// Radius of the pen in pixels, and its ± variation (between digits).
  var radius: Float = 1.5
  var radiusRange: Float = 0.45
  /// Relative variation of the radius along a stroke.
  var pressure: Float = 0.2
  /// Width of the soft border of the ink in pixels, and its ± variation.
  var edge: Float = 1.2
  var edgeRange: Float = 0.4
  /// Smallest and largest darkness of the ink.
  var inkLow: Float = 0.9
  var inkHigh: Float = 1.2
  /// Relative noise of inked pixels, a standard deviation.
  var grain: Float = 0.08
}

/// Paints one example at a time; keeps its buffers between examples.
struct DigitPainter {
  private static let waves = 3
  private static let parameterCount = 16
  private static let waveCount = 4 * 2 * waves

  private let shapeKey: RandomKey
  private let grainKey: RandomKey
  private let variation: DigitVariation
  private var canvas = StrokeCanvas()
  private var deviates: [Float]
  private var noise: [Float]
  private var path: [SIMD2<Float>] = []
  private var jittered: [SIMD2<Float>] = []

  init(key: RandomKey, variation: DigitVariation) {
    shapeKey = key.child(0)
    grainKey = key.child(1)
    self.variation = variation
    deviates = Array(
      repeating: 0,
      count: Self.parameterCount + Self.waveCount + 2 * DigitSkeletons.maximumPointCount)
    noise = Array(repeating: 0, count: StrokeCanvas.side * StrokeCanvas.side)
  }

  /// Paints example `index`; calls `store(pixel, value)` once per pixel. Returns the label.
  mutating func paint(_ index: Int, store: (_ pixel: Int, UInt8) -> Void) -> UInt8 {
    shapeKey.fillUniform(&deviates, step: index)
    grainKey.fillUniform(&noise, step: index)
    let v = variation
    let label = choice(0, of: 10)
    let skeletons = DigitSkeletons.variants[label]
    let skeleton = skeletons[choice(1, of: skeletons.count)]

    let height = v.height + v.heightRange * spread(2)
    let width = height * (v.width + v.widthRange * spread(3))
    let (sine, cosine) = Self.sineAndCosine(v.rotation * spread(4))
    let slant = v.slant + v.slantRange * spread(5)
    let half = Float(StrokeCanvas.side) / 2
    let centre = SIMD2(half + v.shift * spread(6), half + v.shift * spread(7))
    let radius = v.radius + v.radiusRange * spread(8)
    let pressurePhase = 0.5 * spread(9)
    let pressureRate = 1.2 + 0.6 * spread(10)
    let edge = v.edge + v.edgeRange * spread(11)
    let ink = v.inkLow + (v.inkHigh - v.inkLow) * (0.5 + 0.5 * spread(12))

    canvas.clear()
    var point = 0
    for stroke in skeleton {
      jitter(stroke, firstPoint: point)
      point += stroke.points.count
      trace(isCurve: stroke.isCurve)
      var previous = SIMD2<Float>.zero
      var previousRadius: Float = 0
      for (position, skeletonPoint) in path.enumerated() {
        let p = skeletonPoint + elasticDisplacement(at: skeletonPoint)
        let x = (p.x - slant * p.y) * width
        let y = p.y * height
        let here = centre + SIMD2(cosine * x - sine * y, sine * x + cosine * y)
        let turn = pressurePhase + pressureRate * Float(position) / Float(path.count)
        let penRadius = radius * (1 + v.pressure * Self.sine(turns: turn))
        if position > 0 {
          canvas.draw(
            from: previous, to: here, radiusA: previousRadius, radiusB: penRadius,
            reach: 0.5 * edge)
        }
        previous = here
        previousRadius = penRadius
      }
    }
    canvas.develop(ink: ink, edge: edge, grain: v.grain, noise: noise, store: store)
    return UInt8(label)
  }

  /// Deviate number `number`, on (−1, 1).
  private func spread(_ number: Int) -> Float { deviates[number] * 0.577_350_26 }

  /// A number from 0 to `count` − 1.
  private func choice(_ number: Int, of count: Int) -> Int {
    min(count - 1, max(0, Int((0.5 + 0.5 * spread(number)) * Float(count))))
  }

  /// jittered ← the stroke's points, each displaced a little.
  private mutating func jitter(_ stroke: PenStroke, firstPoint: Int) {
    jittered.removeAll(keepingCapacity: true)
    let first = Self.parameterCount + Self.waveCount + 2 * firstPoint
    for (index, point) in stroke.points.enumerated() {
      jittered.append(
        point + variation.wobble * SIMD2(spread(first + 2 * index), spread(first + 2 * index + 1)))
    }
  }

  /// path ← the way of the pen through the jittered points.
  private mutating func trace(isCurve: Bool) {
    path.removeAll(keepingCapacity: true)
    let parts = 4
    let last = jittered.count - 1
    path.append(jittered[0])
    for index in 0..<last {
      let b = jittered[index]
      let c = jittered[index + 1]
      let a = index > 0 ? jittered[index - 1] : b
      let d = index + 2 <= last ? jittered[index + 2] : c
      for part in 1...parts {
        let t = Float(part) / Float(parts)
        guard isCurve else {
          path.append(b + t * (c - b))
          continue
        }
        // Catmull and Rom's cubic through b and c with slopes (c − a)/2 and (d − b)/2.
        let linear = 0.5 * t * (c - a)
        let quadratic = (t * t) * (a - 2.5 * b + 2 * c - 0.5 * d)
        let cubic = (0.5 * t * t * t) * (3 * (b - c) + d - a)
        path.append(b + linear + quadratic + cubic)
      }
    }
  }

  /// A smooth displacement: a few plane waves of random direction, length and phase.
  private func elasticDisplacement(at p: SIMD2<Float>) -> SIMD2<Float> {
    var displacement = SIMD2<Float>.zero
    for axis in 0..<2 {
      var sum: Float = 0
      for wave in 0..<Self.waves {
        let first = Self.parameterCount + 4 * (axis * Self.waves + wave)
        let turn =
          0.5 * spread(first) + 1.1 * spread(first + 1) * p.x + 1.1 * spread(first + 2) * p.y
        sum += spread(first + 3) * Self.sine(turns: turn)
      }
      displacement[axis] = variation.elastic * sum
    }
    return displacement
  }

  /// sin(2π·turns) within 0.001, by a parabola refined once: the same bits with any C library.
  static func sine(turns: Float) -> Float {
    let x = turns - turns.rounded()
    let parabola = 8 * x - 16 * x * abs(x)
    return 0.225 * (parabola * abs(parabola) - parabola) + parabola
  }

  /// Sine and cosine of a small angle in radians, by their series.
  static func sineAndCosine(_ angle: Float) -> (Float, Float) {
    let square = angle * angle
    return (
      angle * (1 - square / 6 * (1 - square / 20)), 1 - square / 2 * (1 - square / 12)
    )
  }
}
