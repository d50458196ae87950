// SPDX-License-Identifier: GPL-3.0-or-later
//
// Child processes run by swift-subprocess: it hands a line on as soon as it arrives, and a child's
// standard input is closed, which ends a peer, on every way out of the body, errors included.

import Foundation
import Subprocess
import SystemPackage

/// A peer that waits for work: `run N` in, a line of JSON out (peers/common.py).
///
/// A peer measures itself, between reading the command and writing the answer, so that the pipe
/// and this process take no part in its time.
final class PeerServer {
  /// The first line of a peer: its libraries are loaded, its code is compiled and warm.
  struct Ready: Decodable, Sendable {
    let ready: Bool
    let peer: String
    let version: String
    /// `run` takes multiples of this many steps.
    let chunk: Int
    /// Of a spiking benchmark: the seed of the first run, which a peer may have had to search for
    /// (peers/spiking.py).
    let seed: Int?
  }

  /// How a peer is started.
  struct Launch: Sendable {
    let name: String
    let python: String
    let script: String
    let arguments: [String]
  }

  private struct Mistake: Decodable { let error: String }
  private typealias Lines = SubprocessOutputSequence.StringSequence<UTF8>

  let ready: Ready
  private let name: String
  private let input: StandardInputWriter
  private var lines: Lines.AsyncIterator

  private init(
    _ launch: Launch, _ input: StandardInputWriter, _ output: SubprocessOutputSequence
  ) async throws {
    name = launch.name
    self.input = input
    lines = output.strings().makeAsyncIterator()
    ready = try Self.decode(try await lines.next(), from: launch.name)
  }

  /// Starts all peers, waits until each is ready, and ends them after `body`.
  static func with<Result: Sendable>(
    _ launches: [Launch], _ body: ([PeerServer]) async throws -> Result
  ) async throws -> Result {
    try await with(launches[...], [], body)
  }

  private static func with<Result: Sendable>(
    _ launches: ArraySlice<Launch>, _ started: [PeerServer],
    _ body: ([PeerServer]) async throws -> Result
  ) async throws -> Result {
    guard let launch = launches.first else { return try await body(started) }
    let outcome = try await Subprocess.run(
      .path(FilePath(launch.python)), arguments: Arguments([launch.script] + launch.arguments),
      input: .inputWriter, output: .sequence, error: .currentStandardError
    ) { execution in
      let server = try await PeerServer(
        launch, execution.standardInputWriter, execution.standardOutput)
      return try await with(launches.dropFirst(), started + [server], body)
    }
    return outcome.closureResult
  }

  /// `steps` steps of training.
  func run(_ steps: Int) async throws -> Timing { try await answer(to: steps) }

  /// `steps` time steps, or images, of a spiking benchmark.
  func simulate(_ steps: Int) async throws -> SimulationTiming { try await answer(to: steps) }

  private func answer<Answer: Decodable>(to steps: Int) async throws -> Answer {
    // A peer that has ended does not read; that it does not answer either is told below.
    _ = try? await input.write("run \(steps)\n")
    return try Self.decode(try await lines.next(), from: name)
  }

  private static func decode<Answer: Decodable>(
    _ line: String?, from name: String
  ) throws -> Answer {
    guard let line else {
      throw BenchFailure.peers(
        "the \(name) peer ended early; what it said stands above. "
          + "Leave it out with --peers, or delete the virtual environment to have it made anew.")
    }
    let decoder = JSONDecoder()
    let data = Data(line.utf8)
    if let mistake = try? decoder.decode(Mistake.self, from: data) {
      throw BenchFailure.peers("the \(name) peer: \(mistake.error)")
    }
    guard let answer = try? decoder.decode(Answer.self, from: data) else {
      throw BenchFailure.peers("the \(name) peer answered what no peer should: \(line)")
    }
    return answer
  }
}
