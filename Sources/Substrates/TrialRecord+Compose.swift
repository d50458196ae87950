// SPDX-License-Identifier: GPL-3.0-or-later

internal import LinearAlgebra

extension TrialRecord {
  /// Fills the record from the passes that its presentation asked for. Written once for all
  /// feed-forward substrates, so that a comparison means the same on each.
  ///
  /// - Parameters:
  ///   - clean: the pass without noise; read where `presentation.needsCleanPass`.
  ///   - first: the perturbed pass; read where there is noise.
  ///   - second: the second noisy pass; read where `presentation.needsSecondPass`.
  ///
  /// Storage is exchanged with the passes, not copied, so the passes' contents are spent.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func compose(
    clean: inout Pass<Scalar>, first: inout Pass<Scalar>, second: inout Pass<Scalar>
  ) {
    guard let noise = presentation.noise else {
      adoptActivity(of: &clean)
      swap(&perturbedLoss, &clean.loss)
      for trial in 0..<trials {
        loss[trial] = perturbedLoss[trial]
        lossDifference[trial] = 0
      }
      return
    }
    recordDifferences(noise, clean: clean, first: &first, second: second)
    switch presentation.activityFrom {
    case .clean:
      adoptActivity(of: &clean)
      swap(&loss, &clean.loss)
    case .perturbed:
      adoptActivity(of: &first)
      loss = perturbedLoss
    case .mean:
      adoptActivity(of: &first)
      loss = perturbedLoss
      if presentation.needsSecondPass {
        averageActivity(with: second)
      } else if presentation.comparison == .clean {
        averageActivity(with: clean)
      }
    }
    for index in layers.indices { layers[index].recordGain(noise.site) }
  }

  private mutating func adoptActivity(of pass: inout Pass<Scalar>) {
    for index in layers.indices {
      swap(&layers[index].output, &pass.outputs[index])
      swap(&layers[index].slope, &pass.slopes[index])
      guard !pass.transmitted.isEmpty else { continue }
      if layers[index].transmitted == nil {
        layers[index].transmitted = pass.transmitted[index]
      } else {
        layers[index].transmitted?.assign(pass.transmitted[index])
      }
    }
    swap(&prediction, &pass.prediction)
    swap(&outputError, &pass.error)
  }

  private mutating func averageActivity(with pass: Pass<Scalar>) {
    for index in layers.indices {
      layers[index].output.scaleAndAdd(0.5, pass.outputs[index], scalingSelfBy: 0.5)
      layers[index].slope.scaleAndAdd(0.5, pass.slopes[index], scalingSelfBy: 0.5)
      if !pass.transmitted.isEmpty {
        layers[index].transmitted?.scaleAndAdd(
          0.5, pass.transmitted[index], scalingSelfBy: 0.5)
      }
    }
    prediction.scaleAndAdd(0.5, pass.prediction, scalingSelfBy: 0.5)
    outputError.scaleAndAdd(0.5, pass.error, scalingSelfBy: 0.5)
    for trial in 0..<trials { loss[trial] = 0.5 * (loss[trial] + pass.loss[trial]) }
  }

  private mutating func recordDifferences(
    _ noise: Noise, clean: Pass<Scalar>, first: inout Pass<Scalar>, second: Pass<Scalar>
  ) {
    let comparison = presentation.comparison
    let variance = Scalar(
      noise.standardDeviation * noise.standardDeviation * presentation.varianceFactor)
    for index in layers.indices {
      layers[index].perturbation.record(
        &first.noise[index], second.noise[index], comparison, variance)
      if !first.noiseVariance.isEmpty {
        if comparison == .secondNoisy {
          layers[index].perturbation.variance.setSum(
            first.noiseVariance[index], second.noiseVariance[index])
        } else {
          layers[index].perturbation.variance.scaleAndAdd(
            Scalar(presentation.varianceFactor), first.noiseVariance[index], scalingSelfBy: 0)
        }
      }
      layers[index].constantUnit?.record(
        &first.constantNoise[index], second.constantNoise[index], comparison, variance)
      layers[index].outputDifference.compare(
        first.outputs[index], clean.outputs[index], second.outputs[index], comparison)
      guard !first.transmitted.isEmpty else { continue }
      var difference =
        layers[index].transmittedDifference.take()
        ?? Matrix(rows: trials, columns: first.transmitted[index].columns)
      difference.compare(
        first.transmitted[index], clean.transmitted[index], second.transmitted[index], comparison)
      layers[index].transmittedDifference = difference
    }
    predictionDifference.compare(
      first.prediction, clean.prediction, second.prediction, comparison)
    for trial in 0..<trials {
      perturbedLoss[trial] = first.loss[trial]
      switch comparison {
      case .none: lossDifference[trial] = first.loss[trial]
      case .clean: lossDifference[trial] = first.loss[trial] - clean.loss[trial]
      case .antithetic, .secondNoisy, .noisyBaseline:
        lossDifference[trial] = first.loss[trial] - second.loss[trial]
      }
    }
  }
}

extension Matrix {
  /// What the perturbed pass has more than the one that it is compared with.
  fileprivate mutating func compare(
    _ first: Matrix, _ clean: Matrix, _ second: Matrix, _ comparison: Presentation.Comparison
  ) {
    switch comparison {
    case .none: assign(first)
    case .clean: setDifference(first, clean)
    case .antithetic, .secondNoisy, .noisyBaseline: setDifference(first, second)
    }
  }
}

extension Perturbation {
  mutating func record(
    _ first: inout Matrix<Scalar>, _ second: Matrix<Scalar>,
    _ comparison: Presentation.Comparison, _ variance: Scalar
  ) {
    switch comparison {
    case .clean, .none, .noisyBaseline: swap(&values, &first)
    case .antithetic, .secondNoisy: values.setDifference(first, second)
    }
    // The variance of a presentation never changes: it is written once.
    if self.variance.rows > 0, self.variance[0, 0] != variance { self.variance.fill(variance) }
  }
}

extension LayerRecord {
  mutating func recordGain(_ site: Noise.Site) {
    guard site != .output else { return }
    perturbation.gainIsOne = false
    perturbation.gain.assign(slope)
  }
}
