// SPDX-License-Identifier: GPL-3.0-or-later

public import ArgumentParser
import Dispatch
public import Experiments
import Foundation
import Synchronization

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run an experiment or a simulation.",
    discussion: """
      Leaves a run directory: metrics.csv, weights.h5, traces/, checkpoints/, manifest.json and \
      the specification, as given and resolved. Ctrl-C stops with a checkpoint; --resume goes on \
      from it, to the same bits as if nothing had happened.

      A simulation (`simulation:` at the top of the specification) leaves traces/ and a summary; \
      how much its recordings will take is said before it starts.

      Exit codes: 0 done; 2 a mistake in the specification or the arguments; 3 data missing or \
      damaged; 4 numbers diverged or a solver failed; 5 output could not be written; 75 interrupted with a \
      checkpoint.
      """)

  @OptionGroup var options: SpecOptions

  @Option(help: "The seed, in place of the specification's.")
  var seed: UInt64?

  @Option(help: "Threads for drawing and evaluating examples. Results do not depend on it.")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "The folder of the data sets. Default: APICAL_DATA, then ./data.")
  var data: String?

  @Option(help: "The run directory. Default: a new one under runs/.")
  var out: String?

  @Flag(help: "Continue the run in --out from its last checkpoint.")
  var resume = false

  @Option(help: "The most that the recordings of a simulation may take, such as 500MB.")
  var maxTraceSize: ByteCount = ByteCount(2_000_000_000)

  @Flag(help: "Allow recordings of any size.")
  var yes = false

  @Option(help: "How to show progress: auto, plain, json or none.")
  var progress: ProgressStyle = .auto

  func validate() throws {
    guard threads >= 1 && threads <= 1024 else {
      throw ValidationError("--threads: expected a number from 1 to 1024, found \(threads)")
    }
  }

  func run() throws {
    let stop = StopFlag()
    let handler = InterruptHandler(stop)
    defer { handler.cancel() }
    var request = RunRequest(
      try options.document(), seed: seed, threads: threads, dataFolder: data, output: out,
      resumes: resume, arguments: CommandLine.arguments)
    request.traceLimit = yes ? nil : maxTraceSize.count
    let reporter = ProgressReporter(progress)
    do {
      try ExperimentRunner.run(request, stop: stop, tell: reporter.tell)
    } catch {
      reporter.endLine()
      throw error
    }
  }
}

extension ByteCount: ExpressibleByArgument {
  /// Reads `2GB`, `500MB`.
  public init?(argument: String) { self.init(argument) }
}

/// The first Ctrl-C (or SIGTERM) asks for a checkpoint; another ends the process as usual. What
/// comes within a second of the first belongs to it: `timeout` and batch systems signal a process
/// and then its group.
final class InterruptHandler {
  private var sources: [any DispatchSourceSignal] = []

  init(_ stop: StopFlag) {
    let queue = DispatchQueue(label: "interrupts")
    let first = Mutex<ContinuousClock.Instant?>(nil)
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        let since = first.withLock { first in
          defer { first = first ?? .now }
          return first?.duration(to: .now)
        }
        if let since {
          if since > .seconds(1) { Foundation.exit(128 + number) }
          return
        }
        stop.set()
        Console.error("\nstopping at the next step, with a checkpoint (again to stop at once)")
      }
      source.resume()
      sources.append(source)
    }
  }

  func cancel() { for source in sources { source.cancel() } }
}
