// SPDX-License-Identifier: GPL-3.0-or-later

internal import Crypto
internal import Foundation
internal import LearningRules
internal import LinearAlgebra
internal import Substrates

/// Everything that a run must know to go on as if it had never stopped.
///
/// Randomness needs no place in it: noise and order have addresses. Numbers are kept as their
/// bits. The file is a line naming the format, the SHA-256 of what follows, and a binary property
/// list; a file whose sum does not fit is refused, never half-loaded.
struct Checkpoint<Network: TrainableNetwork, Learner: FeedbackLearner>: Codable {
  /// SHA-256 of `resolved.yaml`: a checkpoint fits one experiment only.
  var spec: String
  var connections: [Connection<Network.Scalar>]
  /// What the network carries from image to image.
  var carried: Network.Carried
  var state: Trainer<Network, Learner>.State
  var sums: RunningSums
  var seconds: Double
  /// Frames written by each recorder.
  var frames: [Int]
  /// Frames of watched trials.
  var trialFrames: Int?
}

extension Checkpoint {
  func encoded() throws -> Data { try CheckpointFile.encoded(self) }

  init(contentsOf path: String) throws { self = try CheckpointFile.decoded(path) }
}

/// The file of a checkpoint: a line naming the format, the SHA-256 of what follows, and a binary
/// property list.
enum CheckpointFile {
  private static let header = "apical-checkpoint 3"

  static func encoded(_ content: some Encodable) throws -> Data {
    let encoder = PropertyListEncoder()
    encoder.outputFormat = .binary
    let payload = try encoder.encode(content)
    return Data("\(header) \(payload.sha256)\n".utf8) + payload
  }

  static func decoded<Content: Decodable>(_ path: String) throws -> Content {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw RunFailure.output("\(path): cannot be read")
    }
    let prefix = Data("\(header) ".utf8)
    guard data.starts(with: prefix), let lineEnd = data.firstIndex(of: 0x0A) else {
      throw RunFailure.output("\(path): not a checkpoint of this version of Apical")
    }
    let sum = String(decoding: data[prefix.count..<lineEnd], as: UTF8.self)
    let payload = Data(data[(lineEnd + 1)...])
    guard payload.sha256 == sum else {
      throw RunFailure.output("\(path): damaged, its SHA-256 does not fit its content")
    }
    do {
      return try PropertyListDecoder().decode(Content.self, from: payload)
    } catch {
      throw RunFailure.output("\(path): belongs to another kind of experiment")
    }
  }
}

extension Data {
  /// The SHA-256, in hexadecimal.
  var sha256: String { SHA256.hash(data: self).hexadecimal }
}

extension FileHandle {
  /// The SHA-256 of what is left to read, a megabyte at a time; nil where it cannot be read.
  var sha256: String? {
    var hash = SHA256()
    do {
      while let piece = try read(upToCount: 1 << 20), !piece.isEmpty { hash.update(data: piece) }
    } catch {
      return nil
    }
    return hash.finalize().hexadecimal
  }
}

extension SHA256Digest {
  fileprivate var hexadecimal: String {
    map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}

extension TrainingSession {
  func checkpoint(
    spec digest: String, frames: [Int], trialFrames: Int?
  ) -> Checkpoint<Network, Learner> {
    Checkpoint(
      spec: digest,
      connections: (0..<trainer.network.architecture.connectionCount).map {
        trainer.network.connection($0)
      },
      carried: trainer.network.carried, state: trainer.state, sums: sums, seconds: wallSeconds,
      frames: frames, trialFrames: trialFrames)
  }

  mutating func restore(_ checkpoint: Checkpoint<Network, Learner>) {
    for (k, saved) in checkpoint.connections.enumerated() {
      trainer.network.withConnection(k) { $0 = saved }
    }
    trainer.network.carried = checkpoint.carried
    trainer.restore(checkpoint.state)
    sums = checkpoint.sums
    earlierSeconds = checkpoint.seconds
  }
}
