// SPDX-License-Identifier: GPL-3.0-or-later

import LinearAlgebra
import RandomStreams
import SpikingNetworks
import Substrates
import TestSupport

/// Small dendritic networks and batches of rates.
enum TrialFixture {
  static let widths = [9, 7, 6, 3]

  /// The paper's circuit, in the rate limit or in spikes.
  static func trial(
    spiking: Bool = false, steps: Int = 450, settling: Double = 400,
    noise: ConductanceNoise? = nil, apical: Double = 0, output: OutputFunction = .identity,
    readout: DendriticTrial.Readout = .linear,
    outputTargets: DendriticTrial.OutputTargets = .given, sharesSpikes: Bool = true,
    carriesState: Bool = false
  ) throws -> DendriticTrial {
    let signal: SegregatedDendriteParameters.Signal = spiking ? .poisson : .rate
    let circuit = try SegregatedDendriteParameters.paper(
      apicalConductance: apical, signal: signal, inputSignal: signal, noise: noise
    ).with(window: .afterSettling(settling))
    let duration = PhaseDuration(base: steps, mean: 0)
    return try DendriticTrial(
      circuit: circuit, output: output, forward: duration, target: duration, testSteps: steps,
      readout: readout, outputTargets: outputTargets, sharesSpikes: sharesSpikes,
      carriesState: carriesState)
  }

  static func pushPull(resting: Double = 0.05) throws -> ConductanceNoise {
    try ConductanceNoise(form: .pushPull(resting: resting), standardDeviation: 1)
  }

  static func network<Scalar: DendriteScalar>(
    _ trial: DendriticTrial, widths: [Int] = widths,
    topology: FeedbackPathway<Scalar>.Topology = .direct
  ) throws -> DendriticNetwork<Scalar> {
    try DendriticNetwork(
      trial, connections: Fixture.connections(widths, seed: 3), topology: topology)
  }

  /// Inputs from 0 to about 2, some of them zero.
  static func batch<Scalar: NetworkScalar>(
    trials: Int = 4, widths: [Int] = widths, seed: UInt64 = 4, sparse: Bool = true
  ) -> Batch<Scalar> {
    var batch: Batch<Scalar> = Fixture.batch(
      trials: trials, inputs: widths[0], outputs: widths[widths.count - 1], seed: seed,
      sparse: true)
    var dense = batch.inputs.dense
    dense.update { _, _, x in abs(x) }
    batch.inputs = sparse ? .sparse(SparseRows(dense)) : .dense(dense)
    return batch
  }

  /// B of the given topology, of deviation 0.5.
  static func pathway<Scalar: NetworkScalar>(
    _ topology: FeedbackPathway<Scalar>.Topology = .direct, widths: [Int] = widths
  ) -> FeedbackPathway<Scalar> {
    var pathway = FeedbackPathway<Scalar>(
      zeroFor: Architecture(widths: widths), topology: topology)
    for index in pathway.weights.indices {
      let b = pathway.weights[index]
      pathway.weights[index] = Fixture.matrix(
        b.rows, b.columns, seed: UInt64(60 + index), scale: 0.5)
    }
    return pathway
  }
}
