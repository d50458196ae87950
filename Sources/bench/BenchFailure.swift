// SPDX-License-Identifier: GPL-3.0-or-later

import Experiments

/// Why a benchmark ended without a result.
enum BenchFailure: Error, CustomStringConvertible {
  /// A mistake in the arguments.
  case usage(String)
  /// The peers cannot be had.
  case peers(String)
  /// A side did what it must not, such as not to learn.
  case unsound(String)

  var exitCode: Int32 {
    switch self {
    case .usage: 2
    case .peers: 3
    case .unsound: 4
    }
  }

  var description: String {
    switch self {
    case .usage(let text), .peers(let text), .unsound(let text): text
    }
  }
}
