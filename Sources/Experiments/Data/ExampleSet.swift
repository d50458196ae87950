// SPDX-License-Identifier: GPL-3.0-or-later

internal import Datasets
internal import LinearAlgebra
internal import Substrates

/// Examples in the form in which batches are cut from them.
struct ExampleSet<Scalar: NetworkScalar>: Sendable {
  /// One row per example.
  let inputs: SparseRows<Scalar>
  /// The class of each example, in bytes: a batch reads them here and there.
  let labels: [UInt8]
  let classCount: Int
  let target: DataSpec.Target

  var count: Int { labels.count }

  init(_ images: LabelledImages, target: DataSpec.Target) {
    inputs = images.inputs()
    labels = images.labels
    classCount = images.classCount
    self.target = target
  }

  /// An empty batch for `trials` examples.
  func makeBatch(trials: Int) -> Batch<Scalar> {
    Batch(
      inputs: .sparse(SparseRows(rows: trials, columns: inputs.columns)),
      targets: Matrix(
        rows: trials, columns: target == .labels ? classCount : inputs.columns),
      labels: Array(repeating: 0, count: trials))
  }

  /// Fills a batch of this set's kind with the examples `indices`.
  func fill(_ batch: inout Batch<Scalar>, with indices: [Int]) {
    var rows = SparseRows<Scalar>(columns: inputs.columns)
    rows.gather(indices, from: inputs)
    fill(&batch, with: indices, rows: rows)
  }

  /// The same where the inputs of the examples, `rows`, are gathered already.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func fill(_ batch: inout Batch<Scalar>, with indices: [Int], rows: SparseRows<Scalar>) {
    for (trial, index) in indices.enumerated() { batch.labels[trial] = Int(labels[index]) }
    switch target {
    case .labels: batch.targets.setOneHot(batch.labels)
    case .inputs: batch.targets.setRows(from: rows)
    }
    batch.inputs =
      rows.density < Activity<Scalar>.sparseBelow
      ? .sparse(rows) : .dense(Activity.sparse(rows).dense)
  }

  /// A batch of the examples `indices`.
  func batch(_ indices: [Int]) -> Batch<Scalar> {
    var batch = makeBatch(trials: indices.count)
    fill(&batch, with: indices)
    return batch
  }
}
