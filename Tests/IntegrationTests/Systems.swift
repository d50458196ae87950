// SPDX-License-Identifier: GPL-3.0-or-later

import Integration

/// Equations with known answers.
enum Systems {
  /// A linear system x′ = A x + b, A row-major, with its Jacobian.
  static func linear(_ a: [Double], _ b: [Double]) -> ODESystem {
    let n = b.count
    return ODESystem(dimension: n) { _, y, f in
      for i in 0..<n {
        var sum = b[i]
        for j in 0..<n { sum += a[i * n + j] * y[j] }
        f[i] = sum
      }
    } jacobian: { _, _, j, dfdt in
      for i in a.indices { j[i] = a[i] }
      for i in 0..<n { dfdt[i] = 0 }
    }
  }

  /// y′ = y cos t, y(0) = 1: nonlinear in t, with y(t) = e^(sin t).
  static var swing: ODESystem {
    ODESystem(dimension: 1) { t, y, f in
      f[0] = y[0] * cosine(t)
    } jacobian: { t, y, j, dfdt in
      j[0] = cosine(t)
      dfdt[0] = -y[0] * sine(t)
    }
  }

  /// The logistic equation y′ = y (1 − y), y(0) = ½: y(t) = 1/(1 + e^(−t)).
  static var logistic: ODESystem {
    ODESystem(dimension: 1) { _, y, f in
      f[0] = y[0] * (1 - y[0])
    } jacobian: { _, y, j, dfdt in
      j[0] = 1 - 2 * y[0]
      dfdt[0] = 0
    }
  }

  /// A leaky membrane C V′ = −g (V − E) + I as V′ = (R I − (V − E))/τ.
  static func membrane(tau: Double, drive: Double) -> ODESystem {
    linear([-1 / tau], [drive / tau])
  }

  /// Robertson's kinetics (1966), rates 0.04, 3·10⁷ and 10⁴ per time.
  static var robertson: ODESystem {
    ODESystem(dimension: 3) { _, y, f in
      let (a, b, c) = (0.04 * y[0], 1e4 * y[1] * y[2], 3e7 * y[1] * y[1])
      f[0] = b - a
      f[1] = a - b - c
      f[2] = c
    } jacobian: { _, y, j, dfdt in
      let rows = [
        -0.04, 1e4 * y[2], 1e4 * y[1], 0.04, -1e4 * y[2] - 6e7 * y[1], -1e4 * y[1], 0, 6e7 * y[1],
        0,
      ]
      for i in rows.indices { j[i] = rows[i] }
      for i in 0..<3 { dfdt[i] = 0 }
    }
  }

  /// Van der Pol's oscillator in Liénard's scaling, y₀″ = μ(1 − y₀²) y₀′ − y₀.
  static func vanDerPol(_ mu: Double) -> ODESystem {
    ODESystem(dimension: 2) { _, y, f in
      f[0] = y[1]
      f[1] = mu * (1 - y[0] * y[0]) * y[1] - y[0]
    } jacobian: { _, y, j, dfdt in
      j[0] = 0
      j[1] = 1
      j[2] = -2 * mu * y[0] * y[1] - 1
      j[3] = mu * (1 - y[0] * y[0])
      dfdt[0] = 0
      dfdt[1] = 0
    }
  }
}
