// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Subprocess
import SystemPackage

/// The peers' scripts and the virtual environment that they run in.
struct PeerEnvironment: Sendable {
  /// Which libraries an environment holds. No one environment could hold all: the simulators need an
  /// older NumPy.
  enum Libraries: Sendable {
    /// NumPy, JAX and PyTorch, for the rate networks.
    case rate
    /// NumPy, JAX, NEST and Brian2, for the spiking benchmarks.
    case spiking

    /// The list of them, in the folder of the scripts.
    var requirements: String {
      switch self {
      case .rate: "requirements.txt"
      case .spiking: "requirements-spiking.txt"
      }
    }

    /// The folder of the environment, for one name of the user's that serves all benchmarks.
    func folder(named name: String) -> String {
      switch self {
      case .rate: name
      case .spiking: "\(name)-spiking"
      }
    }
  }

  /// The peers of the rate networks' benchmarks.
  static let names = ["numpy", "jax", "torch"]

  let scripts: String
  let python: String

  /// The environment `venv`, made by `peers/setup.sh` where it is missing or outdated.
  ///
  /// - Parameters:
  ///   - scripts: the folder of the peers, or nil for that of the source checkout.
  ///   - venv: the environment of the rate networks' peers; others stand beside it.
  ///   - libraries: what the environment has to hold.
  init(scripts: String?, venv: String, libraries: Libraries) async throws {
    let folder = scripts ?? Self.checkoutFolder
    let setup = "\(folder)/setup.sh"
    guard FileManager.default.fileExists(atPath: setup) else {
      throw BenchFailure.peers(
        "\(folder): there are no peers here. Name Sources/bench/peers of a checkout with "
          + "--peers-dir, or do without peers: --peers none")
    }
    let venv = libraries.folder(named: venv)
    let outcome = try await Subprocess.run(
      .name("sh"), arguments: [setup, venv, libraries.requirements], input: .none,
      output: .currentStandardError, error: .currentStandardError)
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
