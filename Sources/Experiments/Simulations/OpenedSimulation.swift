// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation
internal import RandomStreams
internal import SpikingNetworks

/// A simulation with all its inputs in hand and its run directory looked at, where nothing has been
/// written yet.
struct OpenedSimulation {
  let spec: SimulationSpec
  /// `resolved.yaml`.
  let resolved: String
  let directory: RunDirectory
  /// That of the run to resume, or a new one.
  let manifest: Manifest
  let network: Network
  /// SHA-256 of the specification and of every file that it names.
  let digest: String

  init(_ spec: SimulationSpec, _ resolved: ResolvedSpec, _ request: RunRequest) throws {
    if request.resumes, request.output == nil {
      throw RunFailure.usage("--resume needs the run's folder: name it with --out")
    }
    try Self.checkMemory(spec, request)
    self.spec = spec
    self.resolved = resolved.yaml
    directory = RunDirectory(
      path: request.output ?? RunDirectory.defaultPath(spec: request.document.file))
    var manifest: Manifest
    if request.resumes {
      try directory.checkHoldsRun()
      manifest = try Manifest.read(directory)
      manifest.threads = request.threads
    } else {
      try directory.checkIsFree()
      manifest = Manifest(
        seed: request.seed ?? spec.seed ?? UInt64.random(in: 0..<(1 << 53)),
        threads: request.threads, arguments: request.arguments,
        precision: spec.precision.rawValue, digest: "")
    }
    self.manifest = manifest
    let files = GivenFiles(
      beside: request.document.file, dataFolder: request.dataFolder,
      random: RandomKey(seed: manifest.seed))
    network = try spec.network(files)
    digest = Data((self.resolved + files.digests.joined()).utf8).sha256
    guard request.resumes else { return }
    guard manifest.resolvedSpecSHA256 == digest,
      request.seed == nil || request.seed == manifest.seed
    else {
      throw RunFailure.usage(
        "\(directory.path) holds a run of another specification, seed or input file: resume with the "
          + "specification that it was started with, \(directory.file("spec.yaml"))")
    }
  }

  private static func checkMemory(_ spec: SimulationSpec, _ request: RunRequest) throws {
    guard spec.memoryBytes <= Double(request.memoryLimit) else {
      throw RunFailure.usage(
        "the simulation would take about \(ByteCount(Int(min(spec.memoryBytes, 1e18)))) of memory, "
          + "and there are \(ByteCount(request.memoryLimit)): take fewer cells or synapses, or "
          + "shorter delays")
    }
  }
}
