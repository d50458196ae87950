// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra
public import RandomStreams
public import Substrates

/// The laws that every substrate obeys, written once and run over every conformer. Each returns
/// what it found broken, in words; nothing found is no words.
public enum SubstrateLaws<Network: Substrate & Copyable> {
  /// The network's scalar.
  public typealias Scalar = Network.Scalar

  /// Every kind of presentation: comparison × activity source × constant noise, at one site and
  /// noise level, and the quiet one.
  public static func presentations(
    site: Noise.Site = .output, standardDeviation: Double = 0.3, constantUnits: Bool = true
  ) -> [Presentation] {
    var result = [Presentation.quiet]
    for constant in site == .output && constantUnits ? [false, true] : [false] {
      let noise = Noise(
        site: site, standardDeviation: standardDeviation, perturbsConstantUnit: constant)
      for comparison in Presentation.Comparison.allCases {
        for source in Presentation.ActivitySource.allCases {
          result.append(
            .perturbed(by: noise, comparedWith: comparison, activityFrom: source))
        }
      }
    }
    return result
  }

  /// One presentation on a copy of the network.
  public static func record(
    _ network: Network, _ batch: Batch<Scalar>, _ presentation: Presentation,
    loss: Loss = Loss(.squaredError), key: RandomKey = RandomKey(seed: 5), step: Int = 3
  ) -> TrialRecord<Scalar>? {
    var network = network
    var record = network.makeRecord(trials: batch.trials, presentation: presentation)
    do { try network.present(batch, loss: loss, random: key, step: step, into: &record) } catch {
      return nil
    }
    return record
  }

  private static func bits(_ record: TrialRecord<Scalar>?) -> [String: [Double]] {
    guard let record else { return [:] }
    func doubles(_ matrix: Matrix<Scalar>) -> [Double] { matrix.elements.map { Double($0) } }
    var result = cleanBits(record)
    result["perturbed loss"] = record.perturbedLoss
    result["loss difference"] = record.lossDifference
    result["prediction difference"] = doubles(record.predictionDifference)
    for (index, layer) in record.layers.enumerated() {
      result["\(index) noise"] = doubles(layer.perturbation.values)
      result["\(index) variance"] = doubles(layer.perturbation.variance)
      result["\(index) gain"] = doubles(layer.perturbation.gain)
      result["\(index) difference"] = doubles(layer.outputDifference)
      result["\(index) constant noise"] = layer.constantUnit.map { doubles($0.values) } ?? []
    }
    return result
  }

  private static func cleanBits(_ record: TrialRecord<Scalar>) -> [String: [Double]] {
    func doubles(_ matrix: Matrix<Scalar>) -> [Double] { matrix.elements.map { Double($0) } }
    var result = [
      "prediction": doubles(record.prediction), "error": doubles(record.outputError),
      "loss": record.loss,
    ]
    for (index, layer) in record.layers.enumerated() {
      result["\(index) output"] = doubles(layer.output)
      result["\(index) slope"] = doubles(layer.slope)
    }
    return result
  }

  private static func differing(_ a: [String: [Double]], _ b: [String: [Double]]) -> [String] {
    if a.isEmpty || b.isEmpty { return ["diverged"] }
    return a.keys.filter { a[$0] != b[$0] }.sorted()
  }

  /// The same batch, presentation, key and step give the same bits, also from a network that
  /// has shown other batches since, into a record that held others; another key or step gives
  /// other noise.
  public static func sameAddressSameBits(
    _ network: Network, _ batch: Batch<Scalar>, site: Noise.Site = .output,
    constantUnits: Bool = true
  ) -> [String] {
    var broken: [String] = []
    for presentation in presentations(site: site, constantUnits: constantUnits) {
      let first = bits(record(network, batch, presentation))
      var used = network
      var again = used.makeRecord(trials: batch.trials, presentation: presentation)
      for step in [8, 9, 3] {
        guard
          (try? used.present(
            batch, loss: Loss(.squaredError), random: RandomKey(seed: 5), step: step,
            into: &again)) != nil
        else { return ["diverged"] }
      }
      broken += differing(first, bits(again)).map { "\(presentation): \($0) changed" }
      guard presentation.noise != nil else { continue }
      let others = [
        record(network, batch, presentation, key: RandomKey(seed: 6)),
        record(network, batch, presentation, step: 4),
      ]
      for other in others where bits(other)["0 noise"] == first["0 noise"] {
        broken.append("\(presentation): the noise has no address")
      }
    }
    return broken
  }

  /// With `activityFrom: .clean` everything but the comparison is what a quiet presentation
  /// gives, bit for bit.
  public static func cleanPartIgnoresNoise(
    _ network: Network, _ batch: Batch<Scalar>, site: Noise.Site = .output,
    constantUnits: Bool = true
  ) -> [String] {
    guard let quiet = record(network, batch, .quiet) else { return ["diverged"] }
    var broken: [String] = []
    for presentation in presentations(
      site: site, standardDeviation: 5, constantUnits: constantUnits)
    where presentation.activityFrom == .clean {
      guard let noisy = record(network, batch, presentation) else { return ["diverged"] }
      broken += differing(cleanBits(quiet), cleanBits(noisy)).map { "\(presentation): \($0)" }
      if presentation.noise != nil, noisy.perturbedLoss == quiet.loss {
        broken.append("\(presentation): the noise has no effect")
      }
    }
    return broken
  }

  /// ΔL and Δh of the comparisons agree with the first pass shown alone (`none`), the quiet pass,
  /// and each other; what the second passes are is left to comparisons with an oracle.
  ///
  /// - Parameter varianceTolerance: how far Var ξ may lie from c², relatively.
  public static func comparisonsAreTheirPasses(
    _ network: Network, _ batch: Batch<Scalar>, site: Noise.Site = .output,
    varianceTolerance: Double = 0
  ) -> [String] {
    let noise = Noise(site: site, standardDeviation: 0.3)
    func shown(_ comparison: Presentation.Comparison) -> TrialRecord<Scalar>? {
      record(
        network, batch,
        .perturbed(by: noise, comparedWith: comparison, activityFrom: .perturbed))
    }
    guard
      let alone = shown(.none), let clean = shown(.clean), let second = shown(.secondNoisy),
      let baseline = shown(.noisyBaseline), let quiet = record(network, batch, .quiet)
    else { return ["diverged"] }
    var broken: [String] = []
    for (name, record) in [("clean", clean), ("second", second), ("baseline", baseline)] {
      broken += differing(cleanBits(alone), cleanBits(record)).map { "first pass, \(name): \($0)" }
    }
    if alone.lossDifference != alone.loss { broken.append("none: ΔL is not L̃") }
    if clean.lossDifference != zip(alone.loss, quiet.loss).map({ $0 - $1 }) {
      broken.append("clean: ΔL is not L̃ − L")
    }
    if second.lossDifference != baseline.lossDifference {
      broken.append("secondNoisy and noisyBaseline: ΔL differs")
    }
    var answered = alone.prediction
    answered.setDifference(alone.prediction, quiet.prediction)
    if clean.predictionDifference != answered { broken.append("clean: Δŷ") }
    if alone.predictionDifference != alone.prediction { broken.append("none: Δŷ is not ŷ̃") }
    if second.predictionDifference != baseline.predictionDifference {
      broken.append("secondNoisy: Δŷ")
    }
    if quiet.predictionDifference.frobeniusNorm != 0 { broken.append("quiet: Δŷ is not 0") }
    for index in alone.layers.indices {
      let (one, two) = (alone.layers[index], second.layers[index])
      var difference = one.output
      difference.setDifference(one.output, quiet.layers[index].output)
      if clean.layers[index].outputDifference != difference { broken.append("clean: Δh") }
      if one.outputDifference != one.output { broken.append("none: Δh is not h̃") }
      if baseline.layers[index].perturbation.values != one.perturbation.values {
        broken.append("noisyBaseline: ξ is not the first pass's")
      }
      if two.outputDifference != baseline.layers[index].outputDifference {
        broken.append("secondNoisy: Δh")
      }
      for (record, factor) in [(alone, 1.0), (clean, 1), (baseline, 1), (second, 2)] {
        let expected = Scalar(0.3 * 0.3 * factor)
        if record.layers[index].perturbation.variance.elements.contains(where: {
          abs(Double($0 - expected)) > varianceTolerance * Double(expected)
        }) {
          broken.append("\(record.presentation.comparison): Var ξ")
        }
      }
    }
    return broken
  }

  /// A trial's clean record is the same alone and among others, to rounding: outputs, slopes,
  /// predictions, errors and losses, relative to `tolerance`·(1 + magnitude).
  public static func batchComposition(
    _ network: Network, _ batch: Batch<Scalar>, tolerance: Double
  ) -> [String] {
    guard let whole = record(network, batch, .quiet) else { return ["diverged"] }
    var broken: [String] = []
    for trial in 0..<batch.trials {
      guard let one = record(network, batch.trial(trial), .quiet) else { return ["diverged"] }
      let (alone, among) = (cleanBits(one), cleanBits(whole))
      for (name, values) in alone {
        let row = (among[name] ?? [])[trial * values.count..<(trial + 1) * values.count]
        if zip(values, row).contains(where: { abs($0 - $1) > tolerance * (1 + abs($0)) }) {
          broken.append("trial \(trial): \(name)")
        }
      }
    }
    return broken
  }

  /// A replica computes the same bits, and changing either leaves the other alone.
  public static func replicasAreIndependent(
    _ network: Network, _ batch: Batch<Scalar>
  ) -> [String] {
    let before = bits(record(network, batch, .quiet))
    var original = network
    var replica = original.replica()
    var broken = differing(before, bits(record(replica, batch, .quiet)))
    replica.withConnection(0) { $0.weights.fill(0) }
    broken += differing(before, bits(record(original, batch, .quiet)))
    let changed = bits(record(replica, batch, .quiet))
    if changed["prediction"] == before["prediction"] { broken.append("a change has no effect") }
    original.withConnection(1) { $0.biases[0] += 1 }
    broken += differing(changed, bits(record(replica, batch, .quiet)))
    return broken
  }

  /// A loss that is not finite is an error that names it and its trial.
  public static func divergenceIsAnError(
    _ network: Network, _ batch: Batch<Scalar>, trial: Int
  ) -> [String] {
    var broken: [String] = []
    for poison in [Scalar.nan, .infinity] {
      var bad = batch
      bad.targets[trial, 0] = poison
      for presentation in [Presentation.quiet, presentations()[1]] {
        var copy = network
        var record = copy.makeRecord(trials: batch.trials, presentation: presentation)
        do {
          try copy.present(
            bad, loss: Loss(.squaredError), random: RandomKey(seed: 1), step: 0, into: &record)
          broken.append("\(poison) in a target passed")
        } catch let error {
          if error != .diverged(quantity: "loss", trial: trial) { broken.append("\(error)") }
        }
      }
    }
    return broken
  }
}
