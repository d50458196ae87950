// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Experiments
import Foundation

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Look at, check, fetch or draw data sets.",
    subcommands: [Info.self, Verify.self, Fetch.self, Synthesize.self])

  struct FolderOptions: ParsableArguments {
    @Argument(help: "The data set: mnist or fashion-mnist.")
    var name: String = "mnist"

    @Option(help: "The folder of the data sets. Default: APICAL_DATA, then ./data.")
    var data: String?
  }

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Where a data set lies and what is in it.")
    @OptionGroup var options: FolderOptions

    func run() throws {
      Console.print(try DataTasks.info(options.name, folder: options.data))
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compare a data set with the published one, file by file.")
    @OptionGroup var options: FolderOptions

    func run() throws {
      let report = try DataTasks.verify(options.name, folder: options.data)
      for line in report.lines { Console.print(line) }
      if !report.isSound { throw ExitCode(3) }
    }
  }

  struct Fetch: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Download a data set from its public mirrors; goes on where it stopped.")
    @Argument(help: "The data set: mnist or fashion-mnist.")
    var name: String = "mnist"

    @Option(help: "The folder to put it under. Default: APICAL_DATA, then ./data.")
    var data: String?

    @Option(help: "A mirror to use instead of the public ones; may be given again.")
    var mirror: [String] = []

    func run() throws {
      try DataTasks.fetch(name, folder: data, mirrors: mirror.isEmpty ? nil : mirror) {
        Console.error($0)
      }
    }
  }

  struct Synthesize: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Draw synthetic digits into IDX files, as MNIST has them.")
    @Argument(help: "The folder for the four files.")
    var folder: String

    @Option(help: "Training examples.")
    var train: Int = 60_000

    @Option(help: "Test examples.")
    var test: Int = 10_000

    @Option(help: "The seed; the digits of a run with this seed are the same.")
    var seed: UInt64 = 1

    func validate() throws {
      guard train >= 1, test >= 1, train <= 10_000_000, test <= 10_000_000 else {
        throw ValidationError("--train and --test: expected numbers from 1 to 10000000")
      }
    }

    func run() throws {
      try DataTasks.synthesize(into: folder, training: train, test: test, seed: seed)
      Console.print("\(folder): \(train) training and \(test) test digits, seed \(seed)")
    }
  }
}
