// SPDX-License-Identifier: GPL-3.0-or-later
//
// The skeletons of `synthetic-digits`: how a hand may write each digit, as the path of the pen.
// Coordinates: x to the right, y down, the digit about 1 high and 0.6 wide, centred on (0, 0).

/// A path of the pen, touching the paper from the first point to the last.
struct PenStroke: Sendable {
  /// Points the pen passes, in order.
  let points: [SIMD2<Float>]
  /// Whether the pen rounds the points (a Catmull-Rom spline, a chain of cubic Bézier curves)
  /// or turns sharply at them (a polyline).
  let isCurve: Bool

  /// A smooth path.
  static func curve(_ points: [SIMD2<Float>]) -> PenStroke {
    PenStroke(points: points, isCurve: true)
  }

  /// A path of straight parts.
  static func line(_ points: [SIMD2<Float>]) -> PenStroke {
    PenStroke(points: points, isCurve: false)
  }

  private init(points: [SIMD2<Float>], isCurve: Bool) {
    precondition(points.count >= 2, "a stroke needs two points")
    self.points = points
    self.isCurve = isCurve
  }
}

/// Every way of writing a digit.
enum DigitSkeletons {
  /// `variants[d]`: the ways of writing digit d, equally likely.
  static let variants: [[[PenStroke]]] = [
    zero, one, two, three, four, five, six, seven, eight, nine,
  ]

  /// The largest number of points of one way of writing.
  static let maximumPointCount =
    variants.joined().map { $0.reduce(0) { $0 + $1.points.count } }.max()!

  /// An oval; a narrow oval; an oval that ends in a tail.
  private static let zero: [[PenStroke]] = [
    [
      .curve([
        [0.05, -0.5], [-0.22, -0.38], [-0.32, -0.02], [-0.22, 0.36], [0, 0.5], [0.24, 0.36],
        [0.32, 0], [0.24, -0.36], [0.04, -0.5],
      ])
    ],
    [
      .curve([
        [0.12, -0.46], [-0.06, -0.42], [-0.2, -0.04], [-0.16, 0.36], [0, 0.5], [0.17, 0.28],
        [0.21, -0.06], [0.12, -0.4], [0.0, -0.48],
      ])
    ],
    [
      .curve([
        [-0.08, -0.44], [-0.28, -0.2], [-0.28, 0.18], [-0.1, 0.48], [0.18, 0.42], [0.32, 0.1],
        [0.24, -0.26], [0.04, -0.46], [-0.12, -0.4], [0.1, -0.3], [0.3, -0.4],
      ])
    ],
  ]

  /// A bar; a bar with a flag; a bar with a flag and a base.
  private static let one: [[PenStroke]] = [
    [.line([[0, -0.5], [0, 0.5]])],
    [.line([[-0.2, -0.26], [0.04, -0.5], [0.04, 0.5]])],
    [
      .line([[-0.2, -0.28], [0.02, -0.5], [0.02, 0.48]]), .line([[-0.24, 0.5], [0.26, 0.48]]),
    ],
  ]

  /// An arch on a flat foot; an arch with a loop in the foot; a letter z.
  private static let two: [[PenStroke]] = [
    [
      .curve([
        [-0.28, -0.28], [-0.14, -0.48], [0.14, -0.46], [0.26, -0.22], [0.12, 0.08],
        [-0.12, 0.32], [-0.3, 0.48],
      ]),
      .line([[-0.3, 0.48], [0.32, 0.46]]),
    ],
    [
      .curve([
        [-0.24, -0.32], [-0.08, -0.5], [0.16, -0.42], [0.22, -0.16], [0.06, 0.16],
        [-0.16, 0.42], [-0.3, 0.4], [-0.22, 0.24], [-0.02, 0.34], [0.14, 0.46], [0.34, 0.38],
      ])
    ],
    [.line([[-0.26, -0.42], [0.24, -0.46], [-0.28, 0.46], [0.28, 0.44]])],
  ]

  /// Two bows; a flat roof over a bow; two bows with a loop between them.
  private static let three: [[PenStroke]] = [
    [
      .curve([[-0.26, -0.38], [-0.04, -0.5], [0.2, -0.4], [0.2, -0.16], [-0.06, -0.03]]),
      .curve([[-0.06, -0.03], [0.2, 0.06], [0.28, 0.28], [0.06, 0.48], [-0.28, 0.38]]),
    ],
    [
      .line([[-0.26, -0.48], [0.24, -0.48], [-0.04, -0.1]]),
      .curve([[-0.04, -0.1], [0.22, 0.02], [0.24, 0.32], [0.02, 0.5], [-0.28, 0.38]]),
    ],
    [
      .curve([
        [-0.24, -0.36], [0.0, -0.5], [0.2, -0.34], [0.08, -0.1], [-0.12, 0.02], [-0.08, -0.1],
        [0.16, 0.06], [0.26, 0.28], [0.06, 0.5], [-0.26, 0.42],
      ])
    ],
  ]

  /// Open at the top; closed at the top; a cup with a stem.
  private static let four: [[PenStroke]] = [
    [
      .line([[-0.22, -0.46], [-0.28, 0.08], [0.3, 0.04]]), .line([[0.16, -0.42], [0.12, 0.5]]),
    ],
    [.line([[0.12, -0.5], [-0.3, 0.16], [0.32, 0.14]]), .line([[0.12, -0.5], [0.12, 0.5]])],
    [
      .curve([[-0.24, -0.46], [-0.28, -0.14], [-0.16, 0.06], [0.06, 0.02], [0.22, -0.14]]),
      .line([[0.26, -0.46], [0.16, 0.5]]),
    ],
  ]

  /// Bar, neck and bowl in one; like a letter s; the bar drawn last.
  private static let five: [[PenStroke]] = [
    [
      .line([[0.26, -0.48], [-0.18, -0.48], [-0.22, -0.08]]),
      .curve([
        [-0.22, -0.08], [0.06, -0.14], [0.26, 0.08], [0.18, 0.4], [-0.06, 0.5], [-0.28, 0.4],
      ]),
    ],
    [
      .curve([
        [0.28, -0.44], [0.0, -0.48], [-0.2, -0.34], [-0.12, -0.12], [0.14, 0.06], [0.22, 0.3],
        [0.0, 0.5], [-0.26, 0.42],
      ])
    ],
    [
      .line([[-0.18, -0.4], [-0.22, 0.0]]),
      .curve([[-0.22, 0.0], [0.08, -0.08], [0.24, 0.14], [0.12, 0.44], [-0.24, 0.46]]),
      .line([[-0.14, -0.42], [0.3, -0.5]]),
    ],
  ]

  /// A wide loop; a small loop under a straight stem; a hooked stem.
  private static let six: [[PenStroke]] = [
    [
      .curve([
        [0.16, -0.5], [-0.1, -0.28], [-0.26, 0.06], [-0.2, 0.4], [0.04, 0.5], [0.24, 0.34],
        [0.2, 0.08], [0, 0], [-0.22, 0.16],
      ])
    ],
    [
      .curve([
        [-0.02, -0.5], [-0.14, -0.2], [-0.2, 0.12], [-0.16, 0.42], [0.06, 0.48], [0.2, 0.3],
        [0.06, 0.14], [-0.18, 0.3],
      ])
    ],
    [
      .curve([
        [0.26, -0.36], [0.08, -0.5], [-0.18, -0.3], [-0.28, 0.08], [-0.16, 0.42], [0.08, 0.48],
        [0.26, 0.26], [0.12, 0.02], [-0.2, 0.1],
      ])
    ],
  ]

  /// A roof and a leg; the same with a bar across the leg; a hooked roof and a bent leg.
  private static let seven: [[PenStroke]] = [
    [.line([[-0.28, -0.46], [0.28, -0.46], [-0.06, 0.5]])],
    [
      .line([[-0.28, -0.46], [0.28, -0.48], [-0.04, 0.5]]), .line([[-0.2, 0.06], [0.26, 0.0]]),
    ],
    [
      .line([[-0.28, -0.26], [-0.24, -0.46], [0.26, -0.46]]),
      .curve([[0.26, -0.46], [0.1, -0.12], [0, 0.18], [-0.02, 0.5]]),
    ],
  ]

  /// One line that crosses itself; two rings; one line from the top right.
  private static let eight: [[PenStroke]] = [
    [
      .curve([
        [0.2, -0.36], [0, -0.5], [-0.2, -0.34], [-0.1, -0.12], [0.14, 0.08], [0.24, 0.3],
        [0, 0.5], [-0.24, 0.3], [-0.12, 0.06], [0.12, -0.14], [0.22, -0.36],
      ])
    ],
    [
      .curve([
        [0.0, -0.5], [-0.18, -0.36], [-0.16, -0.14], [0.02, -0.04], [0.18, -0.18],
        [0.16, -0.4], [0, -0.5],
      ]),
      .curve([
        [0.02, -0.04], [-0.2, 0.1], [-0.22, 0.36], [0.0, 0.5], [0.22, 0.36], [0.2, 0.1],
        [0.0, -0.04],
      ]),
    ],
    [
      .curve([
        [0.28, -0.44], [0.04, -0.5], [-0.18, -0.36], [-0.04, -0.1], [0.14, 0.12], [0.14, 0.38],
        [-0.04, 0.5], [-0.18, 0.34], [-0.06, 0.06], [0.16, -0.18], [0.26, -0.4],
      ])
    ],
  ]

  /// A loop on a straight stem; a loop on a curved tail; a loop that leans on its stem.
  private static let nine: [[PenStroke]] = [
    [
      .curve([
        [0.22, -0.32], [0.04, -0.5], [-0.2, -0.36], [-0.2, -0.1], [0.02, -0.02], [0.22, -0.24],
      ]),
      .line([[0.22, -0.38], [0.18, 0.5]]),
    ],
    [
      .curve([
        [0.2, -0.34], [0.0, -0.5], [-0.22, -0.3], [-0.14, -0.06], [0.1, -0.08], [0.22, -0.34],
        [0.24, 0.06], [0.1, 0.42], [-0.2, 0.46],
      ])
    ],
    [
      .curve([
        [0.16, -0.4], [-0.06, -0.48], [-0.18, -0.26], [-0.06, -0.1], [0.14, -0.22],
        [0.18, -0.42], [0.06, 0.04], [-0.08, 0.5],
      ])
    ],
  ]
}
