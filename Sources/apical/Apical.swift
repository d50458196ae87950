// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Experiments
import Foundation

/// The command line.
@main
struct Apical: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apical",
    abstract: "Networks that learn their feedback weights by node perturbation.",
    version: ApicalVersion.current,
    subcommands: [
      RunCommand.self, CheckCommand.self, ExplainCommand.self, ListCommand.self,
      DataCommand.self, PlotCommand.self, ReproduceCommand.self, SweepCommand.self,
    ])

  /// The exit code of a mistake in the arguments is 2, as for one in a specification.
  static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      if let failure = error as? RunFailure {
        Console.error(failure.description)
        Foundation.exit(failure.exitCode)
      }
      let code = exitCode(for: error)
      if code == .success { exit(withError: error) }
      let message = fullMessage(for: error)
      if !message.isEmpty { Console.error(message) }
      Foundation.exit(code == .validationFailure ? 2 : code.rawValue)
    }
  }
}
