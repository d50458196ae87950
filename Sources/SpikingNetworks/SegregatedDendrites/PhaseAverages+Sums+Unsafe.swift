// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sums over a window, and what they become.

internal import CKernels
internal import LinearAlgebra

extension PhaseAverages {
  /// Takes in what a source sent: `traces` are rows of window sum of potentials, two filters and
  /// count.
  mutating func take(_ traces: DendriteRows<Scalar>, _ source: Int, _ share: Scalar) {
    unsafe traces.elements.withUnsafeBufferPointer { traces in
      unsafe presynaptic[source].withUnsafeMutableBufferPointer { means in
        for unit in means.indices { unsafe means[unit] = share * traces[4 * unit] }
      }
      unsafe spikeCounts[source].withUnsafeMutableBufferPointer { counts in
        for unit in counts.indices { unsafe counts[unit] = traces[4 * unit + 3] }
      }
    }
  }
}

extension PhaseAverages.Layer {
  /// Adds one step of the window.
  mutating func add(_ state: DendriteLayerState<Scalar>) {
    let stride = state.values.stride
    unsafe state.values.elements.withUnsafeBufferPointer { values in
      func sum(_ row: DendriteRow, _ into: inout [Scalar]) {
        unsafe into.withUnsafeMutableBufferPointer { sums in
          unsafe Scalar._axpby(
            sums.count, 1, values.baseAddress! + row.rawValue * stride, 1, sums.baseAddress!)
        }
      }
      sum(.potential, &potential)
      sum(.basal, &basal)
      sum(.apical, &apical)
      sum(.rate, &rate)
      if state.isPerturbed { sum(.trace, &perturbation) }
    }
  }

  /// Turns sums into means, and the mean apical potential into the plateau.
  mutating func finish(_ share: Scalar) {
    for unit in potential.indices {
      potential[unit] *= share
      basal[unit] *= share
      apical[unit] *= share
      rate[unit] *= share
      perturbation[unit] *= share
    }
    unsafe apical.withUnsafeBufferPointer { mean in
      unsafe plateau.withUnsafeMutableBufferPointer { plateau in
        unsafe Scalar._activate(
          Int32(CK_SIGMOID), mean.count, mean.baseAddress!, plateau.baseAddress!, nil)
      }
    }
  }
}
