// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Subprocess
import SystemPackage

/// The peers' scripts and the virtual environment that they run in.
struct PeerEnvironment: Sendable {
  /// The peers there are.
  static let names = ["numpy", "jax", "torch"]

  let scripts: String
  let python: String

  /// The environment `venv`, made by `peers/setup.sh` where it is missing or outdated.
  ///
  /// - Parameter scripts: the folder of the peers, or nil for that of the source checkout.
  init(scripts: String?, venv: String) async throws {
    let folder = scripts ?? Self.checkoutFolder
    let setup = "\(folder)/setup.sh"
    guard FileManager.default.fileExists(atPath: setup) else {
      throw BenchFailure.peers(
        "\(folder): there are no peers here. Name Sources/bench/peers of a checkout with "
          + "--peers-dir, or do without peers: --peers none")
    }
    let outcome = try await Subprocess.run(
      .name("sh"), arguments: [setup, venv], input: .none, output: .currentStandardError,
      error: .currentStandardError)
    guard outcome.terminationStatus.isSuccess else {
      throw BenchFailure.peers(
        "\(venv): the peers' environment could not be set up; the reason stands above. "
          + "It needs Python 3.11 (or PYTHON=…) with venv, and a package index; or do without "
          + "peers: --peers none")
    }
    self.scripts = folder
    python = URL(fileURLWithPath: "\(venv)/bin/python").path
  }

  /// `Sources/bench/peers`, beside this file when it was compiled.
  private static var checkoutFolder: String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("peers")
      .path
  }
}
