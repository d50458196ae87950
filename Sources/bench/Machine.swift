// SPDX-License-Identifier: GPL-3.0-or-later

import Experiments
import Foundation
import LinearAlgebra

/// What a timing means nothing without.
struct Machine: Codable, Sendable {
  let processor: String
  let cores: Int
  let system: String
  let apical: String
  let blas: String
  /// The processor that both sides were pinned to, or nil.
  let pinned: Int?

  init(pinned: Int?) {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    processor =
      line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? "unknown"
    cores = ProcessInfo.processInfo.processorCount
    system = ProcessInfo.processInfo.operatingSystemVersionString
    apical = ApicalVersion.current
    blas = LinearAlgebraRuntime.description
    self.pinned = pinned
  }

  var lines: [String] {
    [
      "machine  \(processor), \(cores) cores, \(system)",
      "apical   \(apical), \(blas)",
      "pinned   " + (pinned.map { "both sides to cpu \($0)" } ?? "no"),
    ]
  }
}
