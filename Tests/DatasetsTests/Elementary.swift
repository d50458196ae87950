// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// sin(2π·turns), by the C library.
func sineOfTurns(_ turns: Float) -> Float { Float(sin(2 * Double.pi * Double(turns))) }

extension Double {
  /// eˣ, by the C library.
  var exponential: Double { exp(self) }
}
