// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Experiments
import Foundation

struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Run a study: one experiment along several axes, over several seeds.",
    discussion: """
      A study is a file with `study:` at its top. `plan` says what would be run, `run` runs what \
      has not begun and goes on with what was interrupted, `retry` runs again what failed, \
      `collect` writes the tables anew.

      Exit codes: 0 done; 2 a mistake in the study or the arguments; 75 interrupted, continue with \
      the same command; where runs failed, the code of the first of them.
      """,
    subcommands: [Plan.self, Run.self, Status.self, Retry.self, Collect.self])

  /// A study and its folder.
  struct Options: ParsableArguments {
    @OptionGroup var spec: SpecOptions

    @Option(help: "The folder for the runs and tables. Default: studies/<name of the file>.")
    var out: String?

    func study(threads: Int = 1, data: String? = nil) throws -> Study {
      try Study(
        StudyRequest(
          spec.document(), threads: threads, dataFolder: data, output: out,
          arguments: CommandLine.arguments))
    }
  }

  /// How runs are run.
  struct RunOptions: ParsableArguments {
    @Option(help: "Runs at a time. Results do not depend on it.")
    var threads: Int = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "The folder of the data sets. Default: APICAL_DATA, then ./data.")
    var data: String?

    func validate() throws {
      guard (1...1024).contains(threads) else {
        throw ValidationError("--threads: expected a number from 1 to 1024, found \(threads)")
      }
    }

    func run(_ options: Options, _ selection: Study.Selection) throws {
      let study = try options.study(threads: threads, data: data)
      let stop = StopFlag()
      let handler = InterruptHandler(stop)
      defer { handler.cancel() }
      let reporter = StudyReporter()
      defer { reporter.endLine() }
      let summary = try study.run(selection, stop: stop) { reporter.tell($0) }
      reporter.endLine()
      Console.print(summary)
    }
  }

  struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the runs of a study, how far they are, and what they will take.")
    @OptionGroup var options: Options

    func run() throws { Console.print(try options.study().plan()) }
  }

  struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run what is missing; Ctrl-C leaves checkpoints, and the same command goes on.")
    @OptionGroup var options: Options
    @OptionGroup var runOptions: RunOptions

    func run() throws { try runOptions.run(options, .unfinished) }
  }

  struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say how many runs are done, and what became of the others.")
    @OptionGroup var options: Options

    func run() throws { Console.print(try options.study().status()) }
  }

  struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run again what failed.")
    @OptionGroup var options: Options
    @OptionGroup var runOptions: RunOptions

    func run() throws { try runOptions.run(options, .failed) }
  }

  struct Collect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write table.csv, summary.csv and summary.md from the runs that are there.")
    @OptionGroup var options: Options

    func run() throws { Console.print(try options.study().collect()) }
  }
}
