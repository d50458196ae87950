// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Experiments
import Foundation

/// The command line.
@main
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Times Apical beside NumPy, JAX, PyTorch, NEST and Brian2.",
    discussion: """
      Every benchmark reports a ratio to a peer that was measured in turn with Apical, in the \
      same run. Exit codes: 0 done, whether a target is met or missed; 2 a mistake in the \
      arguments; 3 peers or data missing; 4 a side did not learn.
      """,
    version: ApicalVersion.current,
    subcommands: [
      Fig2Step.self, Fig3Step.self, MNISTPassCommand.self, CompartmentsCommand.self,
      OUNoiseCommand.self, DendritesCommand.self, DendriteLearningCommand.self, CobaCommand.self,
    ])

  @Flag(help: "List the benchmarks.")
  var list = false

  func run() throws {
    guard list else { throw CleanExit.helpRequest(self) }
    for command in Self.configuration.subcommands {
      let name = command.configuration.commandName ?? "\(command)"
      print(name.padded(to: 14) + command.configuration.abstract)
    }
  }

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let failure as BenchFailure {
      end(failure.description, failure.exitCode)
    } catch let failure as RunFailure {
      end(failure.description, failure.exitCode)
    } catch {
      let code = exitCode(for: error)
      if code == .success { exit(withError: error) }
      end(fullMessage(for: error), code == .validationFailure ? 2 : code.rawValue)
    }
  }

  private static func end(_ message: String, _ code: Int32) -> Never {
    FileHandle.standardError.write(Data("\(message)\n".utf8))
    Foundation.exit(code)
  }
}

struct Fig2Step: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fig2-step",
    abstract: "A step of Figure 2 (784-50-20-10), B by SGD; B by ridge regression beside it.")

  @OptionGroup var options: StepOptions

  func run() async throws { try await options.compare([.fig2, .fig2Ridge]) }
}

struct Fig3Step: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fig3-step",
    abstract: "A step of Figure 3 (autoencoder 784-200-2-200-784).")

  @OptionGroup var options: StepOptions

  func run() async throws { try await options.compare([.fig3]) }
}
