// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

/// A result of the paper that can be repeated by one command.
public enum Reproduction: String, Sendable, CaseIterable {
  /// Figure 2: W and B learn together on MNIST.
  case fig2
  /// Figure 4: B learns while W is fixed; noise and width sweeps.
  case fig4
  /// Theorems 1 and 2, Corollary 1.
  case theorems
  /// Guerguiev, Lillicrap & Richards 2017: spiking networks with fixed feedback on MNIST.
  case guerguiev2017
  /// The same networks with feedback learned by conductance noise, fixed and symmetric.
  case learnedFeedback = "learned-feedback"
  /// The dendritic network in the limit in which it is the rate network.
  case rateLimit = "rate-limit"

  /// Whether it is made of runs that leave checkpoints; if not, it is over in minutes and cannot
  /// be stopped and continued.
  public var isMadeOfRuns: Bool { self != .theorems && self != .rateLimit }

  /// How much computing to spend.
  public enum Budget: String, Sendable, CaseIterable { case quick, full }

  /// Runs what is missing, then compares. Interrupted reproductions go on where they stopped.
  ///
  /// - Parameters:
  ///   - stop: set from outside to stop with a checkpoint of every run under way.
  ///   - tell: called with what happens, from the threads of the runs.
  public func run(
    _ request: ReproductionRequest, stop: StopFlag, tell: @escaping @Sendable (String) -> Void
  ) throws(RunFailure) -> ReproductionTable {
    do {
      let table =
        switch self {
        case .fig2: try Figure2(request, stop).table(tell)
        case .fig4: try Figure4(request, stop).table(tell)
        case .theorems: try Theorems(request).table(tell)
        case .guerguiev2017: try Guerguiev2017(request, stop).table(tell)
        case .learnedFeedback: try LearnedFeedback(request, stop).table(tell)
        case .rateLimit: try RateLimit(request).table(tell)
        }
      let directory = RunDirectory(path: request.output)
      try directory.makeFolder("")
      try directory.write(Data(table.markdown.utf8), to: "table.md")
      return table
    } catch RunFailure.interrupted(let step, _) {
      throw .interrupted(step: step, resume: "the same command")
    } catch {
      throw RunFailure(error)
    }
  }
}

/// What a person asked of a reproduction.
public struct ReproductionRequest: Sendable {
  /// How much computing to spend.
  public var budget: Reproduction.Budget
  /// The number of independent initial weights.
  public var seeds: Int
  /// The first seed; the others follow it.
  public var firstSeed: UInt64
  /// Runs at a time.
  public var threads: Int
  /// The `--data` argument.
  public var dataFolder: String?
  /// Where the runs and the table go.
  public var output: String

  /// A request.
  public init(
    budget: Reproduction.Budget, seeds: Int, firstSeed: UInt64, threads: Int,
    dataFolder: String?, output: String
  ) {
    self.budget = budget
    self.seeds = seeds
    self.firstSeed = firstSeed
    self.threads = threads
    self.dataFolder = dataFolder
    self.output = output
  }
}
