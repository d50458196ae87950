// SPDX-License-Identifier: GPL-3.0-or-later

public import ArgumentParser
public import Experiments
import Foundation

struct ReproduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce",
    abstract: "Repeat a result of the paper and compare: target, measured, pass band.",
    discussion: "Results: \(Reproduction.allCases.map(\.rawValue).joined(separator: ", ")).")

  @Argument(help: "Which result.")
  var what: String

  @Option(help: "quick or full.")
  var budget: Reproduction.Budget = .quick

  @Option(help: "Independent initial weights; mean ± s.e.m. over them.")
  var seeds: Int = 3

  @Option(help: "The first seed.")
  var seed: UInt64 = 1

  @Option(help: "Runs at a time.")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "The folder of the data sets. Default: APICAL_DATA, then ./data.")
  var data: String?

  @Option(help: "The folder for the table and the runs. Default: reproductions/<what>-<budget>.")
  var out: String?

  func validate() throws {
    guard (1...100).contains(seeds) else {
      throw ValidationError("--seeds: expected a number from 1 to 100, found \(seeds)")
    }
    guard seed <= UInt64.max - UInt64(seeds) else {
      throw ValidationError("--seed: there are not \(seeds) seeds from \(seed) on")
    }
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads: expected a number from 1 to 1024, found \(threads)")
    }
  }

  func run() throws {
    guard let reproduction = Reproduction(rawValue: what) else {
      throw RunFailure.usage(
        "there is no reproduction \"\(what)\"; there is \(Reproduction.allCases.map(\.rawValue).joined(separator: ", "))"
      )
    }
    let request = ReproductionRequest(
      budget: budget, seeds: seeds, firstSeed: seed, threads: threads, dataFolder: data,
      output: out ?? "reproductions/\(what)-\(budget.rawValue)")
    let stop = StopFlag()
    let handler = reproduction.isMadeOfRuns ? InterruptHandler(stop) : nil
    defer { handler?.cancel() }
    let table = try reproduction.run(request, stop: stop) { Console.error($0) }
    Console.print(table.markdown)
  }
}

extension Reproduction.Budget: ExpressibleByArgument {}
